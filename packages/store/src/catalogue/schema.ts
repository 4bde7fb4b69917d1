import type { Schema } from '../sqlite/open.ts';

/** What lies where. CIDs are kept in their binary form. */
export const catalogueSchema: Schema = {
  name: 'blob catalogue',
  version: 1,
  sql: `
    -- One flat file on disk, named by its id.
    CREATE TABLE content (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      -- The file whose content it is; none while it is imported, and once it is doomed.
      root BLOB UNIQUE,
      state TEXT NOT NULL CHECK (state IN ('importing', 'arriving', 'whole', 'doomed')),
      bytes INTEGER NOT NULL DEFAULT 0,
      bytes_here INTEGER NOT NULL DEFAULT 0,
      leaves_here INTEGER NOT NULL DEFAULT 0,
      -- Size and time of change as flushed to disk; another one means that somebody meddled.
      stamp TEXT,
      -- The machine went down while it arrived: what is marked as here may not have reached the disk.
      suspect INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX content_state ON content (state);

    -- Where the content below a block lies. here: a leaf's bytes are written, a node's children have places.
    CREATE TABLE place (
      cid BLOB NOT NULL,
      content INTEGER NOT NULL,
      start INTEGER NOT NULL,
      length INTEGER NOT NULL,
      leaf INTEGER NOT NULL,
      here INTEGER NOT NULL,
      PRIMARY KEY (cid, content, start)
    ) WITHOUT ROWID;
    CREATE INDEX place_content ON place (content, start);
    CREATE INDEX place_waiting ON place (content, start) WHERE here = 0;

    -- Blocks kept in the catalogue: nodes, directories, documents, small files.
    CREATE TABLE node (cid BLOB PRIMARY KEY, bytes BLOB NOT NULL);

    CREATE TABLE pin (cid BLOB NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (cid, owner)) WITHOUT ROWID;
    -- DAGs that arrive block by block, with the time until which they are kept without a pin.
    CREATE TABLE expected (root BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE usage (bytes INTEGER NOT NULL, blocks INTEGER NOT NULL);
    INSERT INTO usage VALUES (0, 0);
    CREATE TABLE machine (boot TEXT NOT NULL);
  `,
};
