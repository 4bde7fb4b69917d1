import { callNumbers } from './seccomp-calls.ts';

/** Classic BPF over struct seccomp_data, as the kernel and bubblewrap take it. */
const loadWord = 0x20;
const jumpEqual = 0x15;
const jumpAnySet = 0x45;
const jumpAtLeast = 0x35;
const giveBack = 0x06;

const allow = 0x7fff0000;
const kill = 0x80000000;
const errorNumber = 0x00050000;
/** "Not implemented" lets libc fall back where it can (clone3 to clone), which "not permitted" does not. */
const notImplemented = errorNumber | 38;

const offsetOfNumber = 0;
const offsetOfArch = 4;
const offsetOfFirstArgument = 16;

const cloneThread = 0x00010000;
/** All of CLONE_NEW...: a new namespace gives rights over itself, and has been a way into the kernel. */
const cloneNamespaces = 0x7e020000;
const firstX32 = 0x40000000;

/** What a child may do: run WebAssembly; use the disks in memory that its walls give it as well; or all that ordinary programs do. */
export type CallsFor = 'webassembly' | 'files' | 'programs';

/**
 * A filter that allows a list of system calls and the making of threads; every other call seems not to exist: those for the
 * network, tracing, mounting, keys, the kernel's own programs and modules are in no list.
 * Undefined where the architecture's numbers are not known.
 */
export function seccompFilter(arch: string, callsFor: CallsFor = 'webassembly'): Uint8Array | undefined {
  const numbers = callNumbers[arch];
  if (numbers === undefined) return undefined;
  const lists = { webassembly: [], files: [numbers.files], programs: [numbers.files, numbers.ordinary] }[callsFor];
  const program: [code: number, yes: number, no: number, value: number][] = [];
  const calls = [numbers.allowed, ...lists].flatMap((list) => Object.values(list));
  program.push([loadWord, 0, 0, offsetOfArch]);
  program.push([jumpEqual, 1, 0, numbers.arch]);
  program.push([giveBack, 0, 0, kill]);
  program.push([loadWord, 0, 0, offsetOfNumber]);
  program.push([jumpAtLeast, 0, 1, firstX32]);
  program.push([giveBack, 0, 0, kill]);
  for (const call of calls) program.push([jumpEqual, 0, 1, call], [giveBack, 0, 0, allow]);
  program.push([jumpEqual, 0, 3, numbers.clone]);
  program.push([loadWord, 0, 0, offsetOfFirstArgument]);
  program.push(callsFor === 'programs' ? [jumpAnySet, 1, 0, cloneNamespaces] : [jumpAnySet, 0, 1, cloneThread]);
  program.push([giveBack, 0, 0, allow]);
  program.push([giveBack, 0, 0, notImplemented]);
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, [code, yes, no, value]] of program.entries()) {
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, yes);
    view.setUint8(i * 8 + 3, no);
    view.setUint32(i * 8 + 4, value >>> 0, true);
  }
  return bytes;
}
