import type { Cid } from '@shoal/runtime';
import { readLogNoteKey } from '@shoal/engine';
import type { Job, JobView, UnitResult } from '../api.ts';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import type { Ledgers } from './ledgers.ts';
import { resultOf } from './results.ts';
import { peerDefaults } from '../defaults.ts';

/** A handle on a job of this peer; holds nothing but the id. */
export function jobHandle(parts: Parts, ledgers: Ledgers, id: Cid): Job {
  const signalOf = (signal: AbortSignal | undefined): AbortSignal => (signal === undefined ? parts.stopping : AbortSignal.any([parts.stopping, signal]));

  async function* watch(options: { signal?: AbortSignal } = {}): AsyncGenerator<JobView> {
    const signal = signalOf(options.signal);
    for await (const _ of parts.changes.each(id, signal)) {
      const view = ledgers.view(id);
      yield view;
      if (view.state !== 'open') return;
      await new Promise<void>((resolve) => parts.clock.setTimer(peerDefaults.watchEveryMs, resolve));
    }
  }

  async function* results(options: { signal?: AbortSignal } = {}): AsyncGenerator<UnitResult> {
    const given = new Set<number>();
    let seen = 0;
    let waiting = [...ledgers.ledger(id).units.keys()].sort((a, b) => a - b);
    for await (const _ of parts.changes.each(id, signalOf(options.signal))) {
      const state = ledgers.state(id);
      // While the job is open, only what was settled since the last look; once it is over, all that is left.
      const fresh = ledgers.settledFrom(id, seen);
      seen += fresh.length;
      const units = state === 'open' ? [...waiting, ...fresh] : ledgers.ledger(id).units.keys();
      waiting = [];
      for (const unit of units) {
        if (given.has(unit)) continue;
        const result = await resultOf(parts, ledgers.ledger(id), unit);
        if (result === undefined) waiting.push(unit); // its outputs are on their way
        else {
          given.add(unit);
          yield result;
        }
      }
      if (state === 'open') continue;
      if (state === 'done') return;
      const { abandoned, reason } = ledgers.view(id);
      throw new PeerError(state === 'cancelled' ? 'job-cancelled' : 'job-failed', endText(id, state, abandoned, reason?.text ?? firstReason(ledgers, id)));
    }
  }

  return {
    id,
    view: () => ledgers.view(id),
    units: () => ledgers.units(id),
    trace: () => ledgers.trace(id),
    results,
    watch,
    async wait(options = {}): Promise<JobView> {
      for await (const _ of parts.changes.each(id, signalOf(options.signal))) {
        if (ledgers.state(id) !== 'open') return ledgers.view(id);
      }
      throw new PeerError('peer-stopped', `Cannot wait for job ${id}: this peer has stopped`);
    },
    logs(unit) {
      const decoder = new TextDecoder();
      const logs = [];
      for (const record of parts.journal.replay(id)) {
        const of = record.kind === 'note' ? readLogNoteKey(record.key) : undefined;
        if (of !== undefined && (unit === undefined || of.unit === unit)) logs.push({ ...of, text: decoder.decode(record.bytes) });
      }
      return logs.sort((a, b) => a.unit - b.unit);
    },
    cancel(why = 'cancelled by its owner'): Promise<void> {
      parts.driver.handle({ type: 'cancel', job: id, why });
      return Promise.resolve();
    },
  };
}

function firstReason(ledgers: Ledgers, id: Cid): string {
  const unit = ledgers.units(id).find((view) => view.reason !== undefined);
  return unit === undefined ? 'no reason is known' : `unit ${unit.unit}: ${unit.reason?.text ?? ''}`;
}

function endText(id: Cid, state: string, abandoned: number, why: string): string {
  return state === 'cancelled' ? `Job ${id} was cancelled: ${why}` : `Job ${id} failed, ${abandoned} of its units given up: ${why}`;
}
