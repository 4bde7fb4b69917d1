import { messageOf, type Cancel, type Cid, type Clock, type GossipVerdict, type Journal, type JournalRecord, type Logger, type PeerId, type Random } from '@shoal/runtime';
import { encodeMessage, type Message } from '@shoal/protocol';
import { creditScope } from './credit/credit.ts';
import type { Effect } from './effects.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './events.ts';
import { steadyTime, type SteadyTime } from './steady-time.ts';
import { nextDeadline, step } from './step.ts';

/** Effects that reach outside; each is carried out after everything of its burst is in the journal. */
export interface Carrier {
  send(to: PeerId, message: Uint8Array): boolean;
  publish(topic: string, bytes: Uint8Array): void;
  learn(peer: PeerId, addresses: string[]): void;
  execute(effect: Extract<Effect, { type: 'execute' }>): void;
  abort(job: Cid, unit: number, saves: boolean): void;
  fetch(effect: Extract<Effect, { type: 'fetch' }>): void;
  hold(effect: Extract<Effect, { type: 'hold' }>): void;
  challenge(effect: Extract<Effect, { type: 'challenge' }>): void;
  save(effect: Extract<Effect, { type: 'save' }>): void;
  unsave(job: Cid, unit: number | undefined): void;
  unpin(job: Cid, as: 'worker' | 'keeper'): void;
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
  /** Called once, when the driver cannot go on: the journal failed, or the engine has a defect. Nothing was sent since. */
  failed: (error: unknown) => void;
}

/**
 * The only loop around an engine: feeds it events, and carries out what follows, facts first. Events of one burst
 * share one signature a job, one commit of the journal, and one message a peer where that is possible.
 */
export class Driver {
  private readonly parts: DriverParts;
  private pending: Effect[] = [];
  /** The flush that is to come. */
  private due: { mayWait: boolean; cancel: Cancel } | undefined;
  /** By the monotonic clock: before then, what is to be written waits for more of its kind; without urgency, longer. */
  private nextFlushAt = { urgent: 0, patient: 0 };
  /** Until it begins, effects are kept back: nothing is said before what was open is known again. */
  private state: 'new' | 'running' | 'stopped' = 'new';
  private timer: { at: number; cancel: Cancel } | undefined;
  /** The last message of this burst: what goes to several peers is written once. */
  private written: { message: Message; bytes: Uint8Array } | undefined;
  private readonly time: SteadyTime;

  constructor(parts: DriverParts) {
    this.parts = parts;
    this.time = steadyTime(parts.clock);
  }

  /** Something happened. Its effects follow soon. */
  handle(event: EngineEvent): void {
    const effects = this.take(event);
    this.flushSoon(effects.at(-1)?.type === 'patience');
  }

  /** A gossiped message; the verdict is needed at once. */
  gossip(topic: string, from: PeerId, bytes: Uint8Array): GossipVerdict {
    const effects = this.take({ type: 'gossip', topic, from, bytes });
    this.flushSoon(false);
    return effects.find((effect) => effect.type === 'verdict')?.verdict ?? 'ignore';
  }

  /** Posts a job; on return it is in the journal. Undefined where the driver has stopped, or had to. */
  submit(event: Extract<EngineEvent, { type: 'submit' }>): Cid | undefined {
    const effects = this.take(event);
    this.flush();
    if (this.state === 'stopped') return undefined;
    return effects.find((effect) => effect.type === 'submitted')?.job;
  }

  /** Takes up the jobs that were open when this peer stopped. */
  recover(): void {
    this.take({ type: 'remembered', records: [...this.parts.journal.replay('')] });
    for (const { scope } of this.parts.journal.scopes({ closed: false })) {
      if (scope !== '' && scope !== creditScope) this.take({ type: 'recovered', job: scope as Cid, records: [...this.parts.journal.replay(scope)] });
    }
  }

  /** The ways out are open: from now on effects are carried out. */
  begin(): void {
    this.state = 'running';
    this.handle({ type: 'start' });
  }

  /** Something waits to be written: the engine knows more than the journal. */
  get isBehind(): boolean {
    return this.due !== undefined;
  }

  stop(): void {
    this.flush();
    this.end();
  }

  private end(): void {
    this.state = 'stopped';
    this.pending = [];
    this.due?.cancel();
    this.due = undefined;
    this.timer?.cancel();
    this.timer = undefined;
  }

  /**
   * What could not be written must not be said, and what went wrong half-way must not go on: the engine knows more
   * now than the journal does. Whoever restarts it finds it as the journal has it, and nothing that was acknowledged is lost.
   */
  private fail(error: unknown): void {
    if (this.state === 'stopped') return;
    this.end();
    this.parts.failed(error);
  }

  /** Runs a part of the loop. Before it begins, errors are its starter's. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.state === 'new') throw error;
      this.fail(error);
    }
  }

  private take(event: EngineEvent): Effect[] {
    let effects: Effect[] = [];
    if (this.state !== 'stopped') this.guarded(() => (effects = this.step(event)));
    return effects;
  }

  private step(event: EngineEvent): Effect[] {
    const { engine, random } = this.parts;
    engine.clockAheadMs = this.time.aheadMs();
    const effects = step(engine, event, this.time.now(), random);
    for (const effect of effects) {
      // A run says nothing to anybody: it need not wait for the journal.
      if (effect.type === 'execute' || effect.type === 'abort') this.carryOut(effect);
      else if (effect.type !== 'patience') this.pending.push(effect);
    }
    return effects;
  }

  /** At the end of this burst, and not before the disk and, where nothing is urgent, company had their time. */
  private flushSoon(mayWait: boolean): void {
    if (this.state !== 'running' || (this.due !== undefined && (mayWait || !this.due.mayWait))) return;
    const { clock } = this.parts;
    this.due?.cancel();
    const due = { mayWait, cancel: (): void => {} };
    this.due = due;
    const flush = (): void => {
      if (this.due !== due) return;
      this.due = undefined;
      this.flush();
    };
    clock.soon(() => {
      if (this.due !== due) return;
      const waitMs = this.nextFlushAt[mayWait ? 'patient' : 'urgent'] - clock.monotonic();
      if (waitMs <= 0) flush();
      else due.cancel = clock.setTimer(waitMs, flush);
    });
  }

  private flush(): void {
    if (this.state === 'running') this.guarded(() => this.write());
  }

  private write(): void {
    this.step({ type: 'flush' });
    const effects = this.pending;
    this.pending = [];
    const records: JournalRecord[] = [];
    for (const effect of effects) if (effect.type === 'append') records.push(...effect.records);
    if (records.length > 0) this.append(records);
    for (const effect of effects) this.carryOut(effect);
    this.written = undefined;
    this.setTimer();
  }

  /** Commits take at most a third of the time: under load, more goes into each. However slow the disk, no pause is longer than company's. */
  private append(records: JournalRecord[]): void {
    const { clock, engine, journal } = this.parts;
    const { companyMs } = engine.config.timings;
    const begunAt = clock.monotonic();
    journal.append(records);
    const endedAt = clock.monotonic();
    this.nextFlushAt = { urgent: endedAt + Math.min(2 * (endedAt - begunAt), companyMs), patient: endedAt + companyMs };
  }

  private carryOut(effect: Effect): void {
    const { carrier, journal } = this.parts;
    switch (effect.type) {
      case 'append':
      case 'verdict':
      case 'submitted':
      case 'patience':
        return;
      case 'summarize':
        return journal.summarize(effect.scope, effect.summary, effect.closed);
      case 'send':
        return this.send(effect);
      case 'publish':
        return carrier.publish(effect.topic, effect.bytes);
      case 'learn':
        return carrier.learn(effect.peer, effect.addresses);
      case 'execute':
        return carrier.execute(effect);
      case 'abort':
        return carrier.abort(effect.job, effect.unit, effect.saves === true);
      case 'fetch':
        return carrier.fetch(effect);
      case 'unpin':
        return carrier.unpin(effect.job, effect.as);
      case 'hold':
        return carrier.hold(effect);
      case 'challenge':
        return carrier.challenge(effect);
      case 'save':
        return carrier.save(effect);
      case 'unsave':
        return carrier.unsave(effect.job, effect.unit);
      case 'forget':
        return journal.drop(effect.scope);
      case 'changed':
        return carrier.changed(effect.job);
      case 'offence':
        return carrier.offence(effect.peer, effect.code, effect.text);
    }
  }

  private send({ to, message }: Extract<Effect, { type: 'send' }>): void {
    const { carrier, engine, logger } = this.parts;
    let bytes: Uint8Array;
    try {
      bytes = this.written?.message === message ? this.written.bytes : encodeMessage(message, engine.crypto.opened);
      this.written = { message, bytes };
    } catch (error) {
      // A message may be lost at any time; one that cannot be written is no reason to stop.
      logger.error('message malformed', { to, type: message.type, reason: messageOf(error) });
      return;
    }
    if (to === engine.self) this.handle({ type: 'message', from: engine.self, bytes });
    else if (!carrier.send(to, bytes)) logger.warn('message refused', { to, type: message.type });
  }

  private setTimer(): void {
    const { engine, clock } = this.parts;
    const at = this.state === 'stopped' ? undefined : nextDeadline(engine);
    if (at === this.timer?.at) return;
    this.timer?.cancel();
    this.timer = undefined;
    if (at === undefined) return;
    const delayMs = Math.max(0, at - this.time.now());
    const cancel = clock.setTimer(delayMs, () => {
      this.timer = undefined;
      this.handle({ type: 'wake' });
    });
    this.timer = { at, cancel };
  }
}
