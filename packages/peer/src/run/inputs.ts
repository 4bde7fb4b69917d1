import { deadline, type Cid, type ExecutionInput, type PeerId } from '@shoal/runtime';
import type { JobSpec, Shard } from '@shoal/protocol';
import { offenceReporter } from '../compose/offences.ts';
import { findHolders } from '../data/holders.ts';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';
import { fetchBlob, type Progress } from '../transfer/index.ts';

const mountPoint = '/in';

/** The shard of a unit, if its job has a dataset. */
export function shardOf(spec: JobSpec, unit: number): Shard | undefined {
  return spec.units.kind === 'shards' ? spec.units.shards[unit] : undefined;
}

/** Makes sure that a blob is here, bringing it from whoever holds it, in the time that fetching may take; says what came, if anything had to. */
export async function bringHere(
  parts: Parts,
  root: Cid,
  options: { likely: readonly PeerId[]; dataset?: Cid; maxBytes: number; signal: AbortSignal },
): Promise<Progress | undefined> {
  if (await parts.store.has(root)) return undefined;
  const signal = deadline(peerDefaults.fetchTimeoutMs, options.signal);
  const from = await findHolders(parts, root, { ...options, signal });
  return fetchBlob({ root, from, store: parts.store, network: parts.network, clock: parts.clock, signal, maxBytes: options.maxBytes, offence: offenceReporter(parts) });
}

/** The program, whole. */
export async function loadProgram({ store }: Parts, cid: Cid): Promise<Uint8Array> {
  const info = await store.stat(cid);
  return store.readAt(cid, 0, Math.min(info?.bytes ?? 0, peerDefaults.maxProgramBytes));
}

/** A unit's shard, mounted read-only and read where it lies. */
export function mountShard({ store }: Parts, shard: Shard): ExecutionInput {
  return {
    path: `${mountPoint}/${shard.name}`,
    bytes: shard.bytes,
    read: (offset, length) => store.readAt(shard.cid, offset, length),
    file: async () => store.fileOf?.(shard.cid),
  };
}

/** Arguments of a unit's run: `{input}` stands for the shard's path, which is also all there is by default. */
export function argumentsOf({ args }: Pick<JobSpec, 'args'>, input: ExecutionInput | undefined): string[] {
  if (args.length === 0 && input !== undefined) return [input.path];
  return args.map((arg) => (input === undefined ? arg : arg.replaceAll('{input}', input.path)));
}

/** By which a program knows its unit; the second pair is what programs written for Bacalhau look for. */
export function unitVariables(index: number, count: number): Record<string, string> {
  return {
    SHOAL_UNIT_INDEX: `${index}`,
    SHOAL_UNIT_COUNT: `${count}`,
    BACALHAU_PARTITION_INDEX: `${index}`,
    BACALHAU_PARTITION_COUNT: `${count}`,
  };
}
