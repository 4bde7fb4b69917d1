import { WasiStop } from './stop.ts';
import type { Area, FileNode, WasiState } from './state.ts';
import { resizeContent } from './content.ts';

/** Counts bytes that a file grows by; beyond the quota the program ends. */
export function takeBytes(state: WasiState, area: Area, bytes: number): void {
  if (area === 'out') {
    if (state.stdoutBytes + state.outputFileBytes + bytes > state.quotas.outputBytes) outputExceeded(state);
    state.outputFileBytes += bytes;
    return;
  }
  if (state.temporaryBytes + bytes > state.quotas.temporaryBytes) {
    throw new WasiStop({ kind: 'files-exceeded', text: `/tmp holds more than ${state.quotas.temporaryBytes} bytes` });
  }
  state.temporaryBytes += bytes;
}

export function takeStdout(state: WasiState, bytes: number): void {
  if (state.stdoutBytes + state.outputFileBytes + bytes > state.quotas.outputBytes) outputExceeded(state);
  state.stdoutBytes += bytes;
}

function outputExceeded(state: WasiState): never {
  throw new WasiStop({ kind: 'output-exceeded', text: `stdout and /out together exceed ${state.quotas.outputBytes} bytes` });
}

export function refundBytes(state: WasiState, area: Area, bytes: number): void {
  if (area === 'out') state.outputFileBytes -= bytes;
  else state.temporaryBytes -= bytes;
}

/** Counts one more file or folder. */
export function takeFile(state: WasiState): void {
  if (state.files >= state.quotas.files) {
    throw new WasiStop({ kind: 'files-exceeded', text: `more than ${state.quotas.files} files and folders at once` });
  }
  state.files++;
}

/** Sets a file's length within its quota. */
export function resizeFile(state: WasiState, file: FileNode, length: number): void {
  if (length > file.content.length) takeBytes(state, file.area, length - file.content.length);
  else refundBytes(state, file.area, file.content.length - length);
  resizeContent(file.content, length);
}
