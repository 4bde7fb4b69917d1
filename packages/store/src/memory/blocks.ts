import { CID } from 'multiformats/cid';
import { cidText, isCodec } from '../dag/cids.ts';
import { decodeNode, type DagNode } from '../dag/node.ts';
import type { DagView, Extent } from '../dag/walk.ts';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';

/** Blocks by CID. */
export class MemoryBlocks implements DagView {
  readonly #blocks = new Map<string, Uint8Array>();
  /** What file nodes say of the size of their children, each of which may be false. */
  readonly #claims = new Map<string, Set<number>>();
  #bytes = 0;

  get(cid: CID): Uint8Array | undefined {
    return this.#blocks.get(cid.toString());
  }

  put(cid: CID, bytes: Uint8Array): void {
    if (this.get(cid) !== undefined) return;
    this.#blocks.set(cid.toString(), bytes);
    this.#bytes += bytes.length;
    this.#noteClaims(cid);
  }

  /**
   * Fails with `dag-inconsistent` when nothing that any file says of a new block's size is so, or what it says of
   * its own parts is not. A false claim is forgotten then: it must not keep the block out of files that are right.
   */
  checkSizes(cid: CID, bytes: Uint8Array): void {
    const size = sizeOf(cid, bytes);
    const claimed = this.#claims.get(cid.toString());
    this.#claims.delete(cid.toString());
    if (claimed !== undefined && !claimed.has(size)) throw inconsistent(cid, size, [...claimed][0]);
    for (const [child, claim] of claimsOf(isCodec(cid, 'raw') ? undefined : decodeNode(cid, bytes))) {
      const known = this.get(child);
      if (known !== undefined && sizeOf(child, known) !== claim) throw inconsistent(child, sizeOf(child, known), claim);
    }
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
    for (const text of this.#blocks.keys()) this.#noteClaims(CID.parse(text));
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

  #noteClaims(cid: CID): void {
    for (const [child, size] of claimsOf(this.node(cid))) {
      const text = child.toString();
      const claims = this.#claims.get(text) ?? new Set();
      this.#claims.set(text, claims.add(size));
    }
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
        extent.whole &&= child?.whole === true && child.bytes === link.bytes;
      }
    } else if (bytes !== undefined) extent = { bytes: bytes.length, bytesHere: bytes.length, whole: true };
    known.set(text, extent);
    return extent;
  }
}

function sizeOf(cid: CID, bytes: Uint8Array): number {
  const node = isCodec(cid, 'dag-pb') ? decodeNode(cid, bytes) : undefined;
  return node?.kind === 'file' ? node.bytes : bytes.length;
}

function* claimsOf(node: DagNode | undefined): Generator<[CID, number]> {
  if (node?.kind === 'file') for (const link of node.links) yield [link.cid, link.bytes];
}

function inconsistent(cid: CID, size: number, claimed: number | undefined): StoreError {
  return new StoreError('dag-inconsistent', `Cannot place ${cidText(cid)}: it has ${size} bytes, its file says ${claimed ?? 'otherwise'}`);
}
