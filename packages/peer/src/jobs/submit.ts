import type { Cid } from '@shoal/runtime';
import { jobSpec, limits, parseValue, sealedResultsAbility, toLink, type JobSpec } from '@shoal/protocol';
import { labelMisfits } from '@shoal/engine';
import { describeEngine } from '@shoal/sandbox';
import type { JobRequest } from '../api.ts';
import { awaitHolders } from '../data/await-holders.ts';
import { resolveCid } from '../data/resolve-cid.ts';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { fetchBlock } from '../transfer/index.ts';
import { submittingOwner, takeProgram, type Program } from './program.ts';

/**
 * Checks a request, stores its program, posts the job. On return the job is in the journal. The holders of a dataset or
 * program that is not here are waited for, `peerDefaults.awaitHoldersMs` at most.
 */
export async function submitJob(parts: Parts, request: JobRequest, given?: AbortSignal): Promise<Cid> {
  const signal = given === undefined ? parts.stopping : AbortSignal.any([given, parts.stopping]);
  signal.throwIfAborted();
  checkWhere(parts, request);
  const units = await unitsOf(parts, request, signal);
  const program = await takeProgram(parts, request.program, request.engine, signal);
  signal.throwIfAborted();
  const nonce = parts.random.bytes(16);
  const spec = toSpec(request, program, units, { now: parts.clock.now(), sealKey: () => parts.engine.opener?.publicKeyOf(nonce) });
  const job = parts.driver.submit({ type: 'submit', spec, nonce });
  parts.stopping.throwIfAborted();
  if (job === undefined) throw new PeerError('peer-stopped', 'Cannot submit a job: this peer has stopped');
  await parts.store.pin(program.cid, `job/${job}`);
  await parts.store.unpin(program.cid, submittingOwner);
  parts.network.provide(program.cid);
  return job;
}

/** A selector must be readable; and what looks like a typo is told at once, since nothing would come of it but waiting. */
function checkWhere({ engine, clock }: Parts, { where = '', waitForPeers = false }: JobRequest): void {
  const typos = labelMisfits(engine, where, clock.now()).filter(({ isTypo }) => isTypo);
  if (typos.length === 0 || waitForPeers) return;
  throw new PeerError('selector-fits-none', `Cannot find a peer for "${where}": ${typos.map(({ text }) => text).join('; and ')}`, {
    hint: 'Correct it; or post the job all the same, for a peer that is still to come: --wait-for-peers',
  });
}

function toSpec(request: JobRequest, program: Program, units: JobSpec['units'], { now, sealKey }: { now: number; sealKey: () => Uint8Array | undefined }): JobSpec {
  const [stewards, keepers] = [request.stewards ?? peerDefaults.stewards, request.keepers ?? peerDefaults.keepers];
  // Where nobody else holds the results, there is nobody to seal them from.
  const seal = request.seal === 'always' || (request.seal !== 'never' && stewards + keepers > 0) ? sealKey() : undefined;
  const spec: JobSpec = {
    name: (request.name ?? program.name).slice(0, limits.maxNameLength),
    program: { cid: program.cid, engine: program.engine, bytes: program.bytes },
    args: request.args ?? [],
    env: request.env ?? {},
    units,
    resources: {
      memoryBytes: request.memoryBytes ?? peerDefaults.unitMemoryBytes,
      wallMs: request.wallMs ?? peerDefaults.unitWallMs,
      outputBytes: request.outputBytes ?? peerDefaults.unitOutputBytes,
      logBytes: peerDefaults.unitLogBytes,
      ...(request.fuel === undefined ? {} : { fuel: request.fuel }),
    },
    where: request.where ?? '',
    verify: {
      quorum: request.quorum ?? quorumFor(program.engine),
      ...(request.adaptive === undefined ? {} : { adaptive: request.adaptive }),
      ...(request.determinismClass === undefined ? {} : { class: request.determinismClass }),
    },
    ...(request.window === undefined ? {} : { window: request.window }),
    retries: request.retries ?? peerDefaults.retries,
    priority: request.priority ?? 0,
    ...(request.checkpoint === undefined ? {} : { checkpoint: request.checkpoint }),
    stewards,
    keepers,
    ...(seal === undefined ? {} : { seal, requires: [sealedResultsAbility] }),
    ...(request.deadlineMs === undefined ? {} : { deadline: now + Math.ceil(request.deadlineMs) }),
  };
  checkSpec(spec);
  return spec;
}

/** Runs that need not give equal bytes cannot agree: one is believed, unless the requester knows better. */
const quorumFor = (engine: string): number => (describeEngine(engine)?.deterministic === false ? 1 : peerDefaults.quorum);

/** The wire's own schema is the rule; a violation is the caller's error here, not a stranger's. */
function checkSpec(spec: JobSpec): void {
  const { units } = spec;
  const wire =
    units.kind === 'count'
      ? units
      : { ...units, dataset: toLink(units.dataset), shards: units.shards.map((shard) => ({ ...shard, cid: toLink(shard.cid) })) };
  try {
    parseValue(jobSpec, { ...spec, program: { ...spec.program, cid: toLink(spec.program.cid) }, units: wire }, 'job');
  } catch (cause) {
    throw new PeerError('job-invalid', cause instanceof Error ? cause.message : String(cause), { cause, hint: '`shoal run --help` tells what each value may be.' });
  }
}

async function unitsOf(parts: Parts, request: JobRequest, signal: AbortSignal): Promise<JobSpec['units']> {
  if (request.on === undefined) return { kind: 'count', count: request.count ?? 1 };
  if (request.count !== undefined) {
    throw new PeerError('job-invalid', 'Cannot take both a dataset and a count of units: a dataset gives one unit a shard');
  }
  const dataset = await resolveCid(parts, request.on, { waitMs: peerDefaults.awaitNameMs, signal });
  if (!(await parts.store.hasBlock(dataset))) {
    const { store, network, clock } = parts;
    await fetchBlock({ cid: dataset, from: await awaitHolders(parts, dataset, { signal }), store, network, clock, signal });
  }
  const entries = await parts.store.list(dataset);
  if (entries.length === 0) throw new PeerError('dataset-empty', `Cannot run on ${request.on}: the dataset has no shards`);
  return {
    kind: 'shards',
    dataset,
    shards: entries.map(({ name, cid, bytes }) => ({ name, cid, bytes })),
    move: request.move ?? 'allowed',
    ...(request.prove === true ? { prove: true as const } : {}),
  };
}
