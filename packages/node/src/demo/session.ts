import type { Clock, Random } from '@shoal/runtime';
import { sleep } from '../cli/sleep.ts';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';
import { humanDuration } from '../output/quantities.ts';
import { describeStuck } from './stuck.ts';
import type { DemoPeer } from './peer.ts';
import { type DemoState, type Stage, type StageName, createState } from './state.ts';

export interface SessionOptions {
  /** Of its own, and removed at the end. */
  folder: string;
  clock: Clock;
  random: Random;
  /** Ctrl-C. */
  interrupted: AbortSignal;
  /** Something to show has changed. */
  onChange: (state: DemoState) => void;
  /** A stage is done; its text says how. */
  onStageDone: (stage: Stage) => void;
}

/** One run of the demo: its folder, its deadline, what it waits for, and what it has come to. */
export class Session {
  readonly state: DemoState = createState();
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly beganAt: number;
  /** Aborts at Ctrl-C, at the deadline, and when a peer fails. */
  readonly signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #options: SessionOptions;
  #waitingFor = 'the first peer';

  constructor(options: SessionOptions) {
    this.#options = options;
    ({ folder: this.folder, clock: this.clock, random: this.random } = options);
    this.beganAt = this.clock.monotonic();
    this.signal = AbortSignal.any([options.interrupted, this.#stop.signal]);
    this.clock.setTimer(limits.demoMs, () => this.#onDeadline());
  }

  /** Ends the demo with an error, wherever it is. */
  fail(error: Error): void {
    this.#stop.abort(error);
  }

  peer(number: number): DemoPeer {
    const found = this.state.peers.find((each) => each.number === number);
    if (found === undefined) throw new NodeError('demo-wrong', `The demo has no peer ${number}`);
    return found;
  }

  changed(): void {
    this.#options.onChange(this.state);
  }

  /** Runs a stage; it returns the text that says how it went. */
  async stage(name: StageName, text: string, run: (say: (text: string) => void) => Promise<string>): Promise<void> {
    this.signal.throwIfAborted();
    const stage = this.state.stages.find((each) => each.name === name);
    if (stage === undefined) throw new NodeError('demo-wrong', `The demo has no stage "${name}"`);
    const say = (now: string): void => {
      stage.text = now;
      this.#waitingFor = now;
      this.changed();
    };
    stage.state = 'running';
    say(text);
    stage.text = await run(say);
    stage.state = 'done';
    this.changed();
    this.#options.onStageDone(stage);
  }

  /** Looks again and again until there is something to be found. */
  async until<T>(what: string, look: () => Promise<T | undefined> | T | undefined, everyMs: number = limits.demoPollMs): Promise<T> {
    this.#waitingFor = what;
    for (;;) {
      this.signal.throwIfAborted();
      const found = await look();
      this.changed();
      if (found !== undefined) return found;
      await sleep(this.clock, everyMs, this.signal);
    }
  }

  #onDeadline(): void {
    const text = `The demo did not end within ${humanDuration(limits.demoMs)}: it was still waiting for this: ${this.#waitingFor}${describeStuck(this.state)}`;
    this.fail(new NodeError('demo-deadline', text, { hint: 'A very busy or slow machine may need a second try; `shoal demo --verbose` shows more.' }));
  }
}
