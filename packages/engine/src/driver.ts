import type { Cancel, Cid, Clock, GossipVerdict, Journal, JournalRecord, Logger, PeerId, Random } from '@shoal/runtime';
import { encodeMessage } from '@shoal/protocol';
import type { Effect } from './effects.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './events.ts';
import { nextDeadline, step } from './step.ts';

/** Effects that reach outside; each is carried out after everything of its burst is in the journal. */
export interface Carrier {
  send(to: PeerId, message: Uint8Array): boolean;
  publish(topic: string, bytes: Uint8Array): void;
  learn(peer: PeerId, addresses: string[]): void;
  execute(effect: Extract<Effect, { type: 'execute' }>): void;
  abort(job: Cid, unit: number): void;
  fetch(effect: Extract<Effect, { type: 'fetch' }>): void;
  unpin(job: Cid): void;
  changed(job: Cid): void;
  offence(peer: PeerId, code: string, text: string): void;
}

export interface DriverParts {
  engine: Engine;
  clock: Clock;
  random: Random;
  journal: Journal;
  carrier: Carrier;
  logger: Logger;
}

/** However slow the disk, nothing waits longer than this for company. */
const maxFlushGapMs = 20;

/**
 * The only loop around an engine: feeds it events, and carries out what follows, facts first. Events of one burst
 * share one signature a job, one commit of the journal, and one message a peer where that is possible.
 */
export class Driver {
  private readonly parts: DriverParts;
  private pending: Effect[] = [];
  private flushing = false;
  /** By the monotonic clock: before then, what is to be written waits for more of its kind. */
  private nextFlushAt = 0;
  /** Until it begins, effects are kept back: nothing is said before what was open is known again. */
  private state: 'new' | 'running' | 'stopped' = 'new';
  private timer: { at: number; cancel: Cancel } | undefined;

  constructor(parts: DriverParts) {
    this.parts = parts;
  }

  /** Something happened. Its effects follow soon. */
  handle(event: EngineEvent): void {
    this.take(event);
    this.flushSoon();
  }

  /** A gossiped message; the verdict is needed at once. */
  gossip(topic: string, from: PeerId, bytes: Uint8Array): GossipVerdict {
    const effects = this.take({ type: 'gossip', topic, from, bytes });
    this.flushSoon();
    return effects.find((effect) => effect.type === 'verdict')?.verdict ?? 'ignore';
  }

  /** Posts a job; on return it is in the journal. */
  submit(event: Extract<EngineEvent, { type: 'submit' }>): Cid | undefined {
    const effects = this.take(event);
    this.flush();
    return effects.find((effect) => effect.type === 'submitted')?.job;
  }

  /** Takes up the jobs that were open when this peer stopped. */
  recover(): void {
    this.take({ type: 'remembered', records: [...this.parts.journal.replay('')] });
    for (const { scope } of this.parts.journal.scopes({ closed: false })) {
      if (scope !== '') this.take({ type: 'recovered', job: scope as Cid, records: [...this.parts.journal.replay(scope)] });
    }
  }

  /** The ways out are open: from now on effects are carried out. */
  begin(): void {
    this.state = 'running';
    this.handle({ type: 'start' });
  }

  stop(): void {
    this.flush();
    this.state = 'stopped';
    this.timer?.cancel();
    this.timer = undefined;
  }

  private take(event: EngineEvent): Effect[] {
    if (this.state === 'stopped') return [];
    const { engine, clock, random } = this.parts;
    const effects = step(engine, event, clock.now(), random);
    for (const effect of effects) {
      // A run says nothing to anybody: it need not wait for the journal.
      if (effect.type === 'execute' || effect.type === 'abort') this.carryOut(effect);
      else this.pending.push(effect);
    }
    return effects;
  }

  private flushSoon(): void {
    if (this.flushing || this.state !== 'running') return;
    this.flushing = true;
    const { clock } = this.parts;
    const flush = (): void => {
      this.flushing = false;
      this.flush();
    };
    clock.soon(() => {
      const waitMs = this.nextFlushAt - clock.monotonic();
      if (waitMs <= 0) flush();
      else clock.setTimer(waitMs, flush);
    });
  }

  private flush(): void {
    if (this.state !== 'running') return;
    this.take({ type: 'flush' });
    const effects = this.pending;
    this.pending = [];
    const records: JournalRecord[] = [];
    for (const effect of effects) if (effect.type === 'append') records.push(...effect.records);
    if (records.length > 0) this.append(records);
    for (const effect of effects) this.carryOut(effect);
    this.setTimer();
  }

  /** Commits take at most a third of the time: under load, more goes into each. */
  private append(records: JournalRecord[]): void {
    const { clock, journal } = this.parts;
    const begunAt = clock.monotonic();
    journal.append(records);
    const endedAt = clock.monotonic();
    this.nextFlushAt = endedAt + Math.min(2 * (endedAt - begunAt), maxFlushGapMs);
  }

  private carryOut(effect: Effect): void {
    const { carrier, journal, engine } = this.parts;
    switch (effect.type) {
      case 'append':
      case 'verdict':
      case 'submitted':
        return;
      case 'summarize':
        return journal.summarize(effect.scope, effect.summary, effect.closed);
      case 'send': {
        const bytes = encodeMessage(effect.message);
        if (effect.to === engine.self) this.handle({ type: 'message', from: engine.self, bytes });
        else if (!carrier.send(effect.to, bytes)) this.parts.logger.warn('message refused', { to: effect.to, type: effect.message.type });
        return;
      }
      case 'publish':
        return carrier.publish(effect.topic, effect.bytes);
      case 'learn':
        return carrier.learn(effect.peer, effect.addresses);
      case 'execute':
        return carrier.execute(effect);
      case 'abort':
        return carrier.abort(effect.job, effect.unit);
      case 'fetch':
        return carrier.fetch(effect);
      case 'unpin':
        return carrier.unpin(effect.job);
      case 'changed':
        return carrier.changed(effect.job);
      case 'offence':
        return carrier.offence(effect.peer, effect.code, effect.text);
    }
  }

  private setTimer(): void {
    const { engine, clock } = this.parts;
    const at = nextDeadline(engine);
    if (at === this.timer?.at) return;
    this.timer?.cancel();
    this.timer = undefined;
    if (at === undefined) return;
    const delayMs = Math.max(0, at - clock.now());
    const cancel = clock.setTimer(delayMs, () => {
      this.timer = undefined;
      this.handle({ type: 'wake' });
    });
    this.timer = { at, cancel };
  }
}
