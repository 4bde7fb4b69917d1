import { availableParallelism, totalmem } from 'node:os';

const gibibyte = 2 ** 30;

/** What this machine is, as far as this process may use it. */
export interface MachineFacts {
  cores: number;
  memoryBytes: number;
  /** As Node.js names them: `linux`, `darwin`, `win32`; `x64`, `arm64`. */
  os: string;
  arch: string;
}

export function machineFacts(): MachineFacts {
  const constrained = process.constrainedMemory();
  const memoryBytes = constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
  return { cores: availableParallelism(), memoryBytes, os: process.platform, arch: process.arch };
}

/** The same as labels that jobs select by: memory in GiB, to the next whole one from 2 on, since a machine of 16 has a little less to give. */
export function machineLabels({ cores, memoryBytes, os, arch }: MachineFacts): { cores: string; memory: string; os: string; arch: string } {
  const gib = memoryBytes / gibibyte;
  return { cores: String(cores), memory: String(gib < 2 ? Number(gib.toFixed(1)) : Math.round(gib)), os, arch };
}
