import type { FileContent } from './content.ts';
import type { RandomState } from './random.ts';
import type { StopReason } from './stop.ts';

/** Which part of the tree a node is in: what may be done there, and which quota it counts against. */
export type Area = 'root' | 'in' | 'out' | 'tmp';

interface NodeBase {
  area: Area;
  /** Virtual times. */
  createdNs: bigint;
  modifiedNs: bigint;
  accessedNs: bigint;
  /** Descriptors that hold it. */
  opens: number;
  /** Still has a name. A node without name and descriptors is forgotten. */
  named: boolean;
}

export interface DirectoryNode extends NodeBase {
  kind: 'directory';
  parent: number;
  depth: number;
  /** Name to node, with the number that readdir continues from. */
  entries: Map<string, { node: number; order: number }>;
  nextOrder: number;
}

export interface FileNode extends NodeBase {
  kind: 'file';
  content: FileContent;
}

/** A file whose bytes the host has. */
export interface InputNode extends NodeBase {
  kind: 'input';
  input: number;
  bytes: number;
}

export type WasiNode = DirectoryNode | FileNode | InputNode;

export interface Descriptor {
  kind: 'stdin' | 'stdout' | 'stderr' | 'node';
  /** Node number; -1 for streams. */
  node: number;
  offset: number;
  flags: number;
  rights: bigint;
  inheriting: bigint;
  preopened: boolean;
}

export interface WasiQuotas {
  /** Of stdout and /out together. */
  outputBytes: number;
  temporaryBytes: number;
  files: number;
  descriptors: number;
}

/**
 * All that the host knows of one running program: plain data, so that it can be copied, sent and kept
 * (structured clone), and a program goes on elsewhere with it.
 */
export interface WasiState {
  args: Uint8Array[];
  env: Uint8Array[];
  clockNs: bigint;
  random: RandomState;
  /** By node number; undefined where one was removed. Number 1 is the root. */
  nodes: (WasiNode | undefined)[];
  /** Numbers of removed nodes, given again last first. */
  freeNodes: number[];
  descriptors: (Descriptor | undefined)[];
  quotas: WasiQuotas;
  /** Used of the quotas. */
  stdoutBytes: number;
  outputFileBytes: number;
  temporaryBytes: number;
  files: number;
  /** Set when the program must end; every further call ends it again. */
  stop: StopReason | undefined;
}
