import { maxDescriptors, maxFiles, maxTemporaryBytes } from '../limits.ts';
import { allRights, streamRights } from './abi.ts';
import { encodeText } from './paths.ts';
import { seedRandom } from './random.ts';
import type { Descriptor, DirectoryNode, WasiState } from './state.ts';
import { mountFolder, mountInput, newDirectory } from './tree.ts';

export interface WasiStart {
  /** The program's own name first, as C has it. */
  args: string[];
  env: Record<string, string>;
  /** Files below /in by absolute path; their index is the number given to readInput. */
  inputs: { path: string; bytes: number }[];
  /** At least 16 bytes; equal seeds give equal randomness. */
  seed: Uint8Array;
  outputBytes: number;
}

const rootNode = 1;
/** Where the guest finds the root folder, as its library expects. */
const rootDescriptor = 3;

function stream(kind: 'stdin' | 'stdout' | 'stderr'): Descriptor {
  return { kind, node: -1, offset: 0, flags: 0, rights: streamRights, inheriting: 0n, preopened: false };
}

/** The state of a program before its first instruction: /in with its inputs, empty /out and /tmp, nothing else. */
export function startState(start: WasiStart): WasiState {
  const state: WasiState = {
    args: start.args.map(encodeText),
    env: Object.entries(start.env).map(([name, value]) => encodeText(`${name}=${value}`)),
    clockNs: 0n,
    random: seedRandom(start.seed),
    nodes: [undefined],
    freeNodes: [],
    descriptors: [stream('stdin'), stream('stdout'), stream('stderr')],
    quotas: {
      outputBytes: start.outputBytes,
      temporaryBytes: maxTemporaryBytes,
      files: maxFiles,
      descriptors: maxDescriptors,
    },
    stdoutBytes: 0,
    outputFileBytes: 0,
    temporaryBytes: 0,
    files: 0,
    stop: undefined,
  };
  state.nodes.push(newDirectory(state, 'root', rootNode, 0));
  const inFolder = mountFolder(state, rootNode, 'in', 'in');
  mountFolder(state, rootNode, 'out', 'out');
  mountFolder(state, rootNode, 'tmp', 'tmp');
  for (const [index, input] of start.inputs.entries()) {
    const [top = '', ...names] = input.path.split('/').slice(1);
    const name = names.pop() as string;
    const root = top === 'in' ? inFolder : mountFolder(state, rootNode, top, 'in');
    const folder = names.reduce((parent, part) => mountFolder(state, parent, part, 'in'), root);
    mountInput(state, folder, name, index, input.bytes);
  }
  (state.nodes[rootNode] as DirectoryNode).opens = 1;
  state.descriptors[rootDescriptor] = {
    kind: 'node',
    node: rootNode,
    offset: 0,
    flags: 0,
    rights: allRights,
    inheriting: allRights,
    preopened: true,
  };
  return state;
}
