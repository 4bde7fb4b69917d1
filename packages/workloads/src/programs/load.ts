import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ShoalError } from '@shoal/runtime';
import type { WorkloadErrorCode } from '../errors.ts';

/** The programs that come with Shoal, built from packages/workloads/programs. */
export const programNames = ['flights', 'noop', 'primes', 'uneven', 'walks', 'wordcount'] as const;
export type ProgramName = (typeof programNames)[number];

/** Where a program's WASM file lies. */
export function programPath(name: ProgramName): string {
  if (!programNames.includes(name)) {
    const text = `Cannot find a program named ${JSON.stringify(name)}, expected one of ${programNames.join(', ')}`;
    throw new ShoalError<WorkloadErrorCode>('program-unknown', text);
  }
  return fileURLToPath(new URL(`../../dist/programs/${name}.wasm`, import.meta.url));
}

/** The bytes of a program. */
export async function loadProgram(name: ProgramName): Promise<Uint8Array> {
  const path = programPath(name);
  try {
    return await readFile(path);
  } catch (cause) {
    const hint = 'Build the programs: npm run build';
    throw new ShoalError<WorkloadErrorCode>('program-not-built', `Cannot read the program ${name} at ${path}`, { cause, hint });
  }
}
