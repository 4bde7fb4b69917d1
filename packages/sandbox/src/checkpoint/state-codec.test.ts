import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeContent } from '../wasi/content.ts';
import { openDescriptor } from '../wasi/descriptors.ts';
import { resolvePath } from '../wasi/paths.ts';
import { takeBytes, takeStdout } from '../wasi/quota.ts';
import { startState } from '../wasi/start.ts';
import type { FileNode, WasiState } from '../wasi/state.ts';
import { createFile, createFolder, unlink } from '../wasi/tree.ts';
import { allRights } from '../wasi/abi.ts';
import { decodeState, encodeState, type StoppedState } from './state-codec.ts';
import { SnapshotUnfit } from './values.ts';

const fresh = (): WasiState =>
  startState({ args: ['program'], env: { A: '1' }, inputs: [{ path: '/in/a/b.txt', bytes: 77 }], seed: new Uint8Array(16).fill(7), outputBytes: 1_000_000 });
const expected = (): Parameters<typeof decodeState>[1] => ({ fits: 'this', maxPages: 16, fuel: 1000n, fresh: fresh() });

/** A program in the middle of things: files with holes, folders, an open file without a name, a moved clock. */
function busy(): WasiState {
  const state = fresh();
  const put = (path: string, bytes: Uint8Array, at = 0): number => {
    const number = createFile(state, resolvePath(state, 1, path));
    takeBytes(state, path.startsWith('out') ? 'out' : 'tmp', at + bytes.length);
    writeContent((state.nodes[number] as FileNode).content, at, bytes);
    return number;
  };
  createFolder(state, resolvePath(state, 1, 'tmp/größe'));
  put('tmp/größe/deep', Uint8Array.from({ length: 300_000 }, (_, i) => i));
  put('out/holes', Uint8Array.of(1, 2, 3), 600_000);
  const open = put('tmp/gone', Uint8Array.of(9));
  openDescriptor(state, { kind: 'node', node: open, offset: 5, flags: 1, rights: allRights, inheriting: 0n, preopened: false });
  unlink(state, resolvePath(state, 1, 'tmp/gone'));
  state.freeNodes.push(state.nodes.push(undefined) - 1);
  takeStdout(state, 12);
  state.clockNs = 123_456_789n;
  state.random = [1, -2, 3, -4];
  return state;
}

const stopped = (): StoppedState => ({
  fits: 'this',
  memoryPages: 3,
  posture: { entry: 'main', fuel: 999n, stack: 4096, memoryRefused: 1, globals: Uint8Array.of(1, 2, 3, 4), frames: Uint8Array.from({ length: 40 }, (_, i) => i) },
  wasi: busy(),
});

test('a state is read as it was written', () => {
  const before = stopped();
  const after = decodeState(encodeState(before), expected());
  const files = (state: WasiState): unknown[] =>
    state.nodes.map((node) => (node?.kind === 'file' ? { ...node, content: [node.content.length, node.content.pages.map((page) => page?.findLastIndex((byte) => byte !== 0))] } : node));
  expect(files(after.wasi)).toEqual(files(before.wasi));
  expect({ ...after, wasi: { ...after.wasi, nodes: [] } }).toEqual({ ...before, wasi: { ...before.wasi, nodes: [] } });
});

test.each<[string, (state: StoppedState) => void]>([
  ['another program', (state) => (state.fits = 'that')],
  ['more memory than the unit may have', (state) => (state.memoryPages = 17)],
  ['more fuel than the unit began with', (state) => (state.posture.fuel = 1001n)],
  ['more stack than there is', (state) => (state.posture.stack = 2 ** 30)],
  ['an input of another size', (state) => void state.wasi.nodes.forEach((node) => node?.kind === 'input' && (node.bytes = 78))],
  ['more output than the unit may have', (state) => (state.wasi.stdoutBytes = 999_999)],
  ['a file in two places', (state) => void (state.wasi.nodes[4] as { entries: Map<string, unknown> }).entries.set('twin', { node: 1, order: 1 })],
  ['a descriptor that leads nowhere', (state) => ((state.wasi.descriptors[3] as { node: number }).node = 500)],
  ['a file outside of where files may be', (state) => void state.wasi.nodes.forEach((node) => node?.kind === 'file' && (node.area = 'in'))],
])('a snapshot with %s is refused', (_, change) => {
  const state = stopped();
  change(state);
  expect(() => decodeState(encodeState(state), expected())).toThrow(SnapshotUnfit);
});

test('whatever a stranger wrote is refused or leads to a state within the quotas', () => {
  const good = encodeState(stopped());
  let taken = 0;
  const feed = (bytes: Uint8Array): void => {
    try {
      const { wasi, memoryPages } = decodeState(bytes, expected());
      taken++;
      expect(memoryPages).toBeLessThanOrEqual(16);
      expect(wasi.files).toBeLessThanOrEqual(wasi.quotas.files);
      expect(wasi.outputFileBytes + wasi.stdoutBytes).toBeLessThanOrEqual(wasi.quotas.outputBytes);
    } catch (error) {
      if (!(error instanceof SnapshotUnfit)) throw error;
    }
  };
  // The head is where numbers and names are; most of the rest is files' content.
  const place = fc.oneof(fc.nat(1200), fc.nat(good.length - 1), fc.integer({ min: good.length - 400, max: good.length - 1 }));
  const change = fc.record({ at: place, value: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.option(fc.nat(good.length), { freq: 5 }), (changes, cut) => {
      const bytes = good.slice(0, cut ?? good.length);
      for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
      feed(bytes);
    }),
    { numRuns: 1500 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), feed), { numRuns: 1000 });
  expect(taken).toBeGreaterThan(10);
}, 60_000);
