import { CID } from 'multiformats/cid';
import { cidText, isCodec } from '../dag/cids.ts';
import { decodeNode, type DagNode } from '../dag/node.ts';
import type { DagView, Extent } from '../dag/walk.ts';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';

/** Blocks by CID. */
export class MemoryBlocks implements DagView {
  readonly #blocks = new Map<string, Uint8Array>();
  /** What file nodes say of the size of their children. */
  readonly #claims = new Map<string, number>();
  #bytes = 0;

  get(cid: CID): Uint8Array | undefined {
    return this.#blocks.get(cid.toString());
  }

  put(cid: CID, bytes: Uint8Array): void {
    if (this.get(cid) !== undefined) return;
    this.#blocks.set(cid.toString(), bytes);
    this.#bytes += bytes.length;
    for (const [text, size] of claimsOf(this.node(cid))) this.#claims.set(text, size);
  }

  /** Fails with `dag-inconsistent` when a file node and its child disagree on the child's size. */
  checkSizes(cid: CID, bytes: Uint8Array): void {
    const node = isCodec(cid, 'raw') ? undefined : decodeNode(cid, bytes);
    const size = node?.kind === 'file' ? node.bytes : bytes.length;
    const claimed = this.#claims.get(cid.toString());
    if (claimed !== undefined && claimed !== size) throw inconsistent(cid, size, claimed);
  }

  /** Drops all others; returns the bytes freed. */
  retain(kept: Set<string>): number {
    const before = this.#bytes;
    for (const [text, bytes] of this.#blocks) {
      if (kept.has(text)) continue;
      this.#blocks.delete(text);
      this.#bytes -= bytes.length;
    }
    this.#claims.clear();
    for (const [text] of this.#blocks) for (const [child, size] of claimsOf(this.node(CID.parse(text)))) this.#claims.set(child, size);
    return before - this.#bytes;
  }

  usage(): { bytes: number; blocks: number } {
    return { bytes: this.#bytes, blocks: this.#blocks.size };
  }

  node(cid: CID): DagNode | undefined {
    const bytes = isCodec(cid, 'raw') ? undefined : this.get(cid);
    return bytes === undefined ? undefined : decodeNode(cid, bytes);
  }

  file(cid: CID): Extent | undefined {
    return this.#extent(cid, new Map(), 0);
  }

  #extent(cid: CID, known: Map<string, Extent | undefined>, depth: number): Extent | undefined {
    const text = cid.toString();
    if (known.has(text)) return known.get(text);
    if (depth > storeLimits.dagDepth) throw new StoreError('dag-inconsistent', `Cannot measure ${text}: it nests too deep`);
    const bytes = this.get(cid);
    const node = this.node(cid);
    let extent: Extent | undefined;
    if (node?.kind === 'file') {
      extent = { bytes: node.bytes, bytesHere: 0, whole: true };
      for (const link of node.links) {
        const child = this.#extent(link.cid, known, depth + 1);
        extent.bytesHere += child?.bytesHere ?? 0;
        extent.whole &&= child?.whole ?? false;
      }
    } else if (bytes !== undefined) extent = { bytes: bytes.length, bytesHere: bytes.length, whole: true };
    known.set(text, extent);
    return extent;
  }
}

function* claimsOf(node: DagNode | undefined): Generator<[string, number]> {
  if (node?.kind === 'file') for (const link of node.links) yield [link.cid.toString(), link.bytes];
}

function inconsistent(cid: CID, size: number, claimed: number): StoreError {
  return new StoreError('dag-inconsistent', `Cannot place ${cidText(cid)}: it has ${size} bytes, its file says ${claimed}`);
}
