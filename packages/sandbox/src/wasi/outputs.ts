import { contentPieces, type FileContent } from './content.ts';
import type { DirectoryNode, WasiNode, WasiState } from './state.ts';

/** One file of /out. */
export interface WasiOutput {
  /** Relative to /out. */
  path: string;
  content: FileContent;
}

/** The files below /out, sorted by path (by code units, equal everywhere). */
export function outputsOf(state: WasiState): WasiOutput[] {
  const found: WasiOutput[] = [];
  const walk = (folder: DirectoryNode, prefix: string): void => {
    for (const [name, entry] of folder.entries) {
      const node = state.nodes[entry.node] as WasiNode;
      if (node.kind === 'directory') walk(node, `${prefix}${name}/`);
      else if (node.kind === 'file') found.push({ path: prefix + name, content: node.content });
    }
  };
  const root = state.nodes[1] as DirectoryNode;
  const out = root.entries.get('out');
  if (out !== undefined) walk(state.nodes[out.node] as DirectoryNode, '');
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export { contentPieces };
