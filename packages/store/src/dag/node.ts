import * as dagCbor from '@ipld/dag-cbor';
import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { messageOf } from '@shoal/runtime';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import { cidText, isCodec, isSupported } from './cids.ts';
import { nameProblem } from './names.ts';
import { contentBytes } from './sizes.ts';

/** A child, with the bytes of content below it. */
export interface DagLink {
  cid: CID;
  bytes: number;
}

export interface DirectoryLink extends DagLink {
  name: string;
}

export type FileNode = { kind: 'file'; bytes: number; links: DagLink[] };
export type DagNode = FileNode | { kind: 'directory'; links: DirectoryLink[] } | { kind: 'document'; bytes: number; links: DagLink[] };

/**
 * Reads a block that is not a leaf; fails with `block-malformed`. What a file node says of its sizes
 * is checked for consistency; that its children keep to it is checked when they come.
 */
export function decodeNode(cid: CID, bytes: Uint8Array): DagNode {
  try {
    return isCodec(cid, 'dag-cbor') ? decodeDocument(bytes) : decodeUnixFs(bytes);
  } catch (cause) {
    throw new StoreError('block-malformed', `Cannot read block ${cidText(cid)}: ${messageOf(cause)}`, { cause });
  }
}

function decodeUnixFs(bytes: Uint8Array): DagNode {
  const node = dagPb.decode(bytes);
  if (node.Data === undefined) throw new Error('it has no UnixFS data');
  const unixfs = UnixFS.unmarshal(node.Data);
  for (const link of node.Links) {
    if (!isSupported(link.Hash)) throw new Error(`its link ${link.Hash.toString()} is not CIDv1 with SHA-256`);
  }
  if (unixfs.type === 'directory') return decodeDirectory(node.Links);
  if (unixfs.type === 'file') return decodeFile(node.Links, unixfs);
  throw new Error(`UnixFS nodes of type ${unixfs.type} are not held here, expected file or directory`);
}

function decodeFile(links: dagPb.PBLink[], unixfs: UnixFS): FileNode {
  if (unixfs.data !== undefined && unixfs.data.length > 0) throw new Error('it carries file content itself, expected raw leaves');
  if (links.length !== unixfs.blockSizes.length) throw new Error(`it has ${links.length} links and ${unixfs.blockSizes.length} sizes`);
  let total = 0;
  const children = links.map((link, at) => {
    const size = Number(unixfs.blockSizes[at]);
    if (!Number.isSafeInteger(size) || size <= 0) throw new Error(`its link ${at} has ${size} bytes, expected more than none`);
    if (isCodec(link.Hash, 'dag-cbor')) throw new Error(`its link ${at} is a document, expected part of a file`);
    if (isCodec(link.Hash, 'raw') && size > storeLimits.blockBytes) throw new Error(`its leaf ${at} has ${size} bytes`);
    total += size;
    return { cid: link.Hash, bytes: size };
  });
  if (!Number.isSafeInteger(total)) throw new Error('its size is beyond all bounds');
  return { kind: 'file', bytes: total, links: children };
}

function decodeDirectory(links: dagPb.PBLink[]): DagNode {
  const names = new Set<string>();
  const entries = links.map((link) => {
    const name = link.Name ?? '';
    const problem = names.has(name) ? 'it occurs twice' : nameProblem(name);
    if (problem !== undefined) throw new Error(`its entry ${JSON.stringify(name)} cannot be: ${problem}`);
    names.add(name);
    return { name, cid: link.Hash, bytes: contentBytes(link.Tsize ?? 0, link.Hash) };
  });
  return { kind: 'directory', links: entries };
}

/** Links of a document belong to it; a CID that it names as text does not. */
function decodeDocument(bytes: Uint8Array): DagNode {
  const links: DagLink[] = [];
  const pending: unknown[] = [dagCbor.decode(bytes)];
  const seen = new Set<string>();
  while (pending.length > 0) {
    const value = pending.pop();
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) continue;
    const cid = CID.asCID(value);
    if (cid === null) {
      for (const child of Array.isArray(value) ? value : Object.values(value)) pending.push(child);
      continue;
    }
    const text = cid.toString();
    if (isSupported(cid) && !seen.has(text)) links.push({ cid, bytes: 0 });
    seen.add(text);
  }
  return { kind: 'document', bytes: bytes.length, links: links.reverse() };
}
