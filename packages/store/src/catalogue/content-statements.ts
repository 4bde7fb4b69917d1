const columns = 'id, state, bytes, bytes_here AS bytesHere, stamp, suspect';
const located = 'content, start, length, here';

/** What `Contents` asks and tells the catalogue. */
export const contentStatements = {
  create: 'INSERT INTO content (root, state, bytes) VALUES (?, ?, ?)',
  byId: `SELECT ${columns} FROM content WHERE id = ?`,
  byRoot: `SELECT ${columns} FROM content WHERE root = ?`,
  byState: `SELECT ${columns} FROM content WHERE state = ?`,
  fill: "UPDATE content SET root = ?, state = 'whole', bytes = ?, bytes_here = ?, leaves_here = ?, stamp = ? WHERE id = ?",
  settle: "UPDATE content SET state = 'whole', stamp = ?, suspect = 0 WHERE id = ? AND bytes_here = bytes AND state IN ('arriving', 'whole')",
  unsettle: "UPDATE content SET state = 'arriving', stamp = NULL, suspect = 0 WHERE id = ? AND state IN ('arriving', 'whole')",
  suspectAll: "UPDATE content SET suspect = 1 WHERE state = 'arriving'",
  doom: "UPDATE content SET state = 'doomed', root = NULL, bytes_here = 0, leaves_here = 0 WHERE id = ?",
  held: 'SELECT bytes_here AS bytes, leaves_here AS blocks FROM content WHERE id = ?',
  forget: "DELETE FROM content WHERE id = ? AND state = 'doomed'",
  dropPlaces: 'DELETE FROM place WHERE content = ?',
  addPlace: 'INSERT OR IGNORE INTO place (cid, content, start, length, leaf, here) VALUES (?, ?, ?, ?, ?, ?)',
  mark: 'UPDATE place SET here = ? WHERE cid = ? AND content = ? AND start = ? AND here <> ?',
  count: 'UPDATE content SET bytes_here = bytes_here + ?, leaves_here = leaves_here + ? WHERE id = ?',
  waiting: `SELECT ${located} FROM place WHERE cid = ? AND here = 0`,
  placed: `SELECT ${located} FROM place WHERE cid = ? AND here = 1 LIMIT 1`,
  anyPlace: 'SELECT 1 FROM place WHERE cid = ? LIMIT 1',
  isWaiting: 'SELECT 1 FROM place WHERE cid = ? AND content = ? AND start = ? AND here = 0',
  dropPlace: 'DELETE FROM place WHERE cid = ? AND content = ? AND start = ?',
  contentsOf: 'SELECT DISTINCT content FROM place WHERE cid = ? AND here = 1',
  leaves: 'SELECT cid, start, length FROM place WHERE content = ? AND leaf = 1 AND here = 1 AND start > ? ORDER BY start LIMIT 1024',
  bytesInRange: 'SELECT SUM(length) AS bytes FROM place WHERE content = ? AND leaf = 1 AND here = 1 AND start >= ? AND start < ?',
  gap: 'SELECT 1 FROM place WHERE content = ? AND here = 0 AND start < ? AND start + length > ? LIMIT 1',
  placeCount: 'SELECT COUNT(*) AS leaves FROM place WHERE content = ?',
} as const;
