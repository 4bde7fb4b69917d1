import { messageOf, ShoalError, type PeerId } from '@shoal/runtime';
import type { Carrier, Effect, Linked } from '@shoal/engine';
import { deadline } from '@shoal/runtime';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';
import { challenge } from '../data/challenge.ts';
import { createGate } from '../run/gate.ts';
import { bringHere } from '../run/inputs.ts';
import { dropOutputs, keeperOwner, resultOwner, workOwner } from '../run/outputs.ts';
import { bringCheckpoint, dropCheckpoints, dropHeld, heldOwner, SavedRun } from '../run/saved-run.ts';
import { offenceReporter } from './offences.ts';
import type { Runs } from '../run/runs.ts';
import { openOutputs } from '../seal/open-outputs.ts';

/** Carries the engine's effects out with the parts of this peer. */
export function carrierOf(parts: Parts, runs: Runs): Carrier {
  const { network, logger, changes } = parts;
  const gate = createGate(peerDefaults.maxResultFetches);
  const challenging = createGate(peerDefaults.maxChallenges);
  // Apart: checkpoints that workers tell of, and do not hand over, must not keep results waiting.
  const saving = createGate(peerDefaults.maxResultFetches);
  return {
    send: (to, message) => network.send(to, message),
    publish: (topic, bytes) => network.publish(topic, bytes),
    learn: (peer, addresses) => network.learnAddresses(peer, addresses),
    execute: (effect) => runs.start(effect),
    abort: (job, unit, saves) => (saves ? runs.save(job, unit) : runs.abort(job, unit)),
    fetch: (effect) => void gate(() => fetchOutputs(parts, effect)),
    challenge: (effect) => void challenging(() => challengeBidder(parts, effect)),
    hold: (effect) => void gate(() => holdProgram(parts, effect)),
    save: (effect) => void saving(() => saveCheckpoint(parts, effect)),
    unsave: (job, unit) => {
      dropHeld(parts, job, unit).catch((error: unknown) => logger.warn('checkpoints could not be dropped', { job, reason: messageOf(error) }));
    },
    unpin: (job, as) => {
      dropOutputs(parts, as === 'worker' ? workOwner(job) : keeperOwner(job)).catch((error: unknown) => logger.warn('outputs could not be unpinned', { job, reason: messageOf(error) }));
      if (as === 'worker') dropCheckpoints(parts, job).catch((error: unknown) => logger.warn('checkpoints could not be dropped', { job, reason: messageOf(error) }));
    },
    changed: (job) => changes.notify(job),
    offence: offenceReporter(parts),
  };
}

/** Brings an accepted unit's outputs here and keeps them for the job's owner. */
async function fetchOutputs(parts: Parts, effect: Extract<Effect, { type: 'fetch' }>): Promise<void> {
  const { store, driver, stopping } = parts;
  const { job, unit, roots, sealed } = effect;
  const owner = effect.for === 'self' ? resultOwner(job) : keeperOwner(job);
  const likely: PeerId[] = effect.from;
  try {
    const signal = deadline(peerDefaults.fetchTimeoutMs, stopping);
    const isHere = sealed !== undefined && (await pinWhatIsHere(parts, sealed.holds, owner));
    for (const { cid, bytes } of isHere ? [] : roots) {
      const came = await bringHere(parts, cid, { likely, maxBytes: bytes, signal });
      if (came !== undefined) parts.moves.note(job, { at: parts.clock.now(), by: parts.network.peerId, unit, from: came.bytesFrom });
      await store.pin(cid, owner);
      if (sealed === undefined) continue;
      await openOutputs(parts, cid, sealed, owner, signal).finally(() => store.unpin(cid, owner));
    }
    driver.handle({ type: 'fetched', job, unit, ok: true, why: '' });
  } catch (error) {
    driver.handle({ type: 'fetched', job, unit, ok: false, why: messageOf(error), isOurs: isNoRoom(error) });
  }
}

function isNoRoom(error: unknown): boolean {
  return error instanceof ShoalError && (error.code === 'disk-full' || error.code === 'quota-exceeded');
}

async function challengeBidder(parts: Parts, { job, peer, shards }: Extract<Effect, { type: 'challenge' }>): Promise<void> {
  const told = { type: 'challenged' as const, job, peer };
  try {
    await challenge(parts, peer, shards);
    parts.driver.handle({ ...told, shown: true, why: '' });
  } catch (error) {
    parts.driver.handle({ ...told, shown: false, why: messageOf(error) });
  }
}

/** Whether all of it is here: it was opened before a restart. */
async function pinWhatIsHere({ store }: Parts, outputs: readonly Linked[], owner: string): Promise<boolean> {
  for (const { cid } of outputs) if (!(await store.has(cid))) return false;
  for (const { cid } of outputs) await store.pin(cid, owner);
  return true;
}

/** Brings a checkpoint of a worker's here, in place of the one before. */
async function saveCheckpoint(parts: Parts, { job, unit, checkpoint, bytes, from }: Extract<Effect, { type: 'save' }>): Promise<void> {
  const { store, driver, logger, stopping } = parts;
  let ok = false;
  try {
    const signal = deadline(peerDefaults.fetchTimeoutMs, stopping);
    await bringCheckpoint(parts, checkpoint, { likely: [from], maxBytes: bytes, signal });
    const document = await SavedRun.read(parts, checkpoint);
    if (document === undefined || document.job !== job || document.unit !== unit) throw new Error('it is no checkpoint of this unit');
    const owner = heldOwner(job, unit);
    const alive = new Set([checkpoint, ...document.packs.map(({ cid }) => cid), ...document.stdout.map(({ cid }) => cid)]);
    const old = (await store.pins()).filter((pin) => pin.owner === owner && !alive.has(pin.cid));
    for (const cid of alive) await store.pin(cid, owner);
    for (const { cid } of old) await store.unpin(cid, owner);
    ok = true;
  } catch (error) {
    logger.info('a checkpoint could not be had', { job, unit, reason: messageOf(error) });
  }
  driver.handle({ type: 'checkpoint-held', job, unit, checkpoint, ok });
}

/** Brings the program of an entrusted job here, and keeps it: whoever is to run it may ask us. */
async function holdProgram(parts: Parts, { job, root, bytes, from }: Extract<Effect, { type: 'hold' }>): Promise<void> {
  const { store, network, logger, stopping } = parts;
  try {
    await bringHere(parts, root, { likely: from, maxBytes: Math.min(bytes, peerDefaults.maxProgramBytes), signal: deadline(peerDefaults.fetchTimeoutMs, stopping) });
    await store.pin(root, keeperOwner(job));
    network.provide(root);
  } catch (error) {
    logger.info('the program of an entrusted job could not be had', { job, reason: messageOf(error) });
  }
}
