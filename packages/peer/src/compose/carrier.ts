import { messageOf, type PeerId } from '@shoal/runtime';
import type { Carrier, Effect } from '@shoal/engine';
import { deadline } from '@shoal/runtime';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';
import { createGate } from '../run/gate.ts';
import { bringHere } from '../run/inputs.ts';
import { dropOutputs } from '../run/outputs.ts';
import type { Runs } from '../run/runs.ts';

/** Carries the engine's effects out with the parts of this peer. */
export function carrierOf(parts: Parts, runs: Runs): Carrier {
  const { network, logger, changes } = parts;
  const gate = createGate(peerDefaults.maxResultFetches);
  return {
    send: (to, message) => network.send(to, message),
    publish: (topic, bytes) => network.publish(topic, bytes),
    learn: (peer, addresses) => network.learnAddresses(peer, addresses),
    execute: (effect) => runs.start(effect),
    abort: (job, unit) => runs.abort(job, unit),
    fetch: (effect) => void gate(() => fetchOutputs(parts, effect)),
    unpin: (job) => {
      dropOutputs(parts, job).catch((error: unknown) => logger.warn('outputs could not be unpinned', { job, reason: messageOf(error) }));
    },
    changed: (job) => changes.notify(job),
    offence: (peer, code, text) => logger.warn('offence', { peer, code, text }),
  };
}

/** Brings an accepted unit's outputs here and keeps them for the job's owner. */
async function fetchOutputs(parts: Parts, effect: Extract<Effect, { type: 'fetch' }>): Promise<void> {
  const { store, driver, stopping } = parts;
  const { job, unit, roots } = effect;
  const likely: PeerId[] = effect.from;
  try {
    const signal = deadline(peerDefaults.fetchTimeoutMs, stopping);
    for (const { cid, bytes } of roots) {
      await bringHere(parts, cid, { likely, maxBytes: bytes, signal });
      await store.pin(cid, `result/${job}`);
    }
    driver.handle({ type: 'fetched', job, unit, ok: true, why: '' });
  } catch (error) {
    driver.handle({ type: 'fetched', job, unit, ok: false, why: messageOf(error) });
  }
}
