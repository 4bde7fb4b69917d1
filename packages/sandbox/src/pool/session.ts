import {
  messageOf,
  type Cancel,
  type Clock,
  type ExecutionFailureCode,
  type ExecutionInput,
  type ExecutionOptions,
  type ExecutionOutcome,
  type ExecutionRequest,
} from '@shoal/runtime';
import { toChild, toParent, type UnitOrder, type UnitReport } from '../channel/frames.ts';
import { reasonTexts, unmovableOf } from '../checkpoint/not-movable.ts';
import { inputWindowBytes, maxFailureTextChars, maxModuleBytes, maxPartialBytes, prepareMs as usualPrepareMs } from '../limits.ts';
import { Checkpointing } from './checkpointing.ts';
import type { ChildListener, SandboxChild } from './child.ts';
import { Collector } from './collector.ts';
import { readProgress, readReport } from './report.ts';

/** One unit in one child, from the order to the outcome. What ends it early, once it has begun, kills the child. */
export class Session implements ChildListener {
  readonly #child: SandboxChild;
  readonly #request: ExecutionRequest;
  readonly #options: ExecutionOptions;
  readonly #clock: Clock;
  readonly #prepareMs: number;
  readonly #collector: Collector;
  readonly #checkpointing: Checkpointing | undefined;
  readonly #resolve: (outcome: ExecutionOutcome) => void;
  readonly outcome: Promise<ExecutionOutcome>;
  #cancelTimer: Cancel = () => undefined;
  readonly #onAbort: () => void;
  #startedMs: number | undefined;
  #asked = false;
  #reading = false;
  #begun = false;
  #ended = false;
  #onEnd: () => void = () => undefined;
  #heard = false;
  #crashed = false;
  #ownMs: number | undefined;

  constructor(child: SandboxChild, request: ExecutionRequest, options: ExecutionOptions, clock: Clock, prepareMs = usualPrepareMs) {
    this.#prepareMs = prepareMs;
    this.#child = child;
    this.#request = request;
    this.#options = options;
    this.#clock = clock;
    const { checkpoints } = options;
    this.#collector = new Collector(request.limits, checkpoints?.resume);
    if (checkpoints !== undefined) {
      this.#checkpointing = new Checkpointing(child, clock, checkpoints, () => ({ ...this.#collector.takeNew(), usedMs: this.#usedMs() }), (text) => this.#abandon('cancelled', text));
    }
    const { promise, resolve } = Promise.withResolvers<ExecutionOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#onAbort = () => this.#abandon('cancelled', 'the execution was cancelled');
  }

  /** Takes its place in the child's line; false where it was cancelled before. `onEnd` hears that it is over. */
  enlist(onEnd: () => void): boolean {
    const { signal } = this.#options;
    if (signal.aborted) this.#abandon('cancelled', 'the execution was cancelled');
    else signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#onEnd = onEnd;
    return !this.#ended;
  }

  /** Leaves the line before it began: its outcome is another session's. */
  withdraw(): void {
    this.#ended = true;
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }

  /** It is over, or not this session's any more. */
  get isOver(): boolean {
    return this.#ended;
  }

  /** Tells the child what to run. */
  run(order: UnitOrder): void {
    this.begin();
    // Mostly there is nothing to wait for.
    if (this.#request.inputs.every(({ file }) => file === undefined)) this.#order(order);
    else void this.#placeInputs(order).then((placed) => this.#order(placed));
  }

  /** The child knows the order, and comes to it now. */
  begin(): void {
    this.#begun = true;
    const afterMs = this.#prepareMs;
    this.#limit(afterMs, () => this.#abandon('instantiation-exceeded', `the program was not ready to run after ${afterMs} ms`));
  }

  /** Inputs that lie in files are read there, without a way through this process; all others are asked for. */
  async #placeInputs(order: UnitOrder): Promise<UnitOrder> {
    const inputs = await Promise.all(order.inputs.map(async (input, i) => {
      const file = await this.#child.inputs.place(`${i}`, this.#request.inputs[i]);
      return file === undefined ? input : { ...input, file };
    }));
    return { ...order, inputs };
  }

  #order(order: UnitOrder): void {
    if (this.#ended) return this.#child.inputs.clear();
    this.#child.sendJson(toChild.run, this.#child.window === undefined ? order : { ...order, window: true });
    if (order.resumes) void this.#checkpointing?.sendSnapshot().catch((error: unknown) => this.#abandon('input-unreadable', `the snapshot cannot be read: ${messageOf(error)}`));
  }

  /** How long it took by the child's own clock; undefined where that does not say. */
  get ownMs(): number | undefined {
    return this.#ownMs;
  }

  /** The child died by itself before it sent anything: the unit was not begun. */
  get untouched(): boolean {
    return this.#crashed && !this.#heard;
  }

  gone(text: string): void {
    this.#crashed = true;
    this.#fail('sandbox-crashed', `the sandbox process ended: ${text}`, false);
  }

  frame(kind: number, payload: Uint8Array): void {
    this.#heard = true;
    if (this.#ended) return;
    const wrong = this.#take(kind, payload);
    if (wrong !== undefined) this.#abandon('sandbox-crashed', `the sandbox process broke its protocol: ${wrong}`);
  }

  /** Returns what is wrong with the frame. */
  #take(kind: number, payload: Uint8Array): string | undefined {
    switch (kind) {
      case toParent.need:
        return this.#need();
      case toParent.started:
        return this.#started(payload);
      case toParent.read:
        return this.#read(payload);
      case toParent.stdout:
        return this.#collector.stdout(payload);
      case toParent.log:
        this.#options.onLog?.(payload);
        return this.#collector.log(payload);
      case toParent.progress:
        return this.#progress(payload);
      case toParent.partial:
        return this.#partial(payload);
      case toParent.file:
        return this.#collector.file(payload);
      case toParent.fileData:
        return this.#collector.fileData(payload);
      case toParent.fileWindow:
        return this.#fileWindow(payload);
      case toParent.tick:
      case toParent.page:
      case toParent.checkpoint:
        return this.#checkpointing === undefined ? 'a checkpoint that nobody wished for' : this.#checkpointing.take(kind, payload);
      case toParent.done:
        return this.#done(payload);
      default:
        return `unknown frame ${kind}`;
    }
  }

  #need(): string | undefined {
    if (this.#asked) return 'it asked for the program twice';
    this.#asked = true;
    void this.#sendProgram();
    return undefined;
  }

  async #sendProgram(): Promise<void> {
    try {
      const bytes = await this.#request.program.load();
      if (this.#ended) return;
      if (bytes.length <= maxModuleBytes) return this.#child.send(toChild.program, bytes);
      this.#abandon('module-too-large', `the program has ${bytes.length} bytes, more than ${maxModuleBytes}`, true);
    } catch (error) {
      this.#abandon('input-unreadable', `the program cannot be read: ${messageOf(error)}`);
    }
  }

  #started(payload: Uint8Array): string | undefined {
    if (this.#startedMs !== undefined) return 'it started twice';
    if (payload.length > 0) {
      const code = unmovableOf(payload);
      if (code === undefined) return 'it cannot be moved, for no known reason';
      this.#options.checkpoints?.unmovable?.({ code, text: reasonTexts[code] });
    }
    this.#startedMs = this.#activeMs();
    this.#checkpointing?.start();
    this.#cancelTimer();
    const { wallMs } = this.#request.limits;
    this.#limit(Math.max(0, wallMs - this.#beforeMs), () => this.#abandon('wall-time-exceeded', `the program ran longer than its ${wallMs} ms`));
    return undefined;
  }

  /** Time in which the child was not made to stand still: what its owner takes away counts against no limit. */
  #activeMs(): number {
    return this.#clock.monotonic() - this.#child.haltedMs;
  }

  #limit(ms: number, exceeded: () => void): void {
    const until = this.#activeMs() + ms;
    const look = (): void => {
      const leftMs = until - this.#activeMs();
      if (leftMs <= 0) return exceeded();
      this.#cancelTimer = this.#clock.setTimer(Math.ceil(leftMs), look);
    };
    this.#cancelTimer = this.#clock.setTimer(ms, look);
  }

  #read(payload: Uint8Array): string | undefined {
    if (payload.length !== 16 || this.#reading) return 'a read out of turn';
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const input = this.#request.inputs[view.getUint32(0, true)];
    const offset = view.getFloat64(4, true);
    const length = view.getUint32(12, true);
    if (input === undefined || !Number.isSafeInteger(offset) || offset < 0 || length > inputWindowBytes || offset + length > input.bytes) {
      return 'a read beyond its inputs';
    }
    this.#reading = true;
    void this.#answer(input, offset, length);
    return undefined;
  }

  async #answer(input: ExecutionInput, offset: number, length: number): Promise<void> {
    let answer: [kind: number, bytes: Uint8Array];
    try {
      const bytes = await input.read(offset, length);
      if (bytes.length !== length) throw new Error(`got ${bytes.length} bytes, expected ${length}`);
      answer = [toChild.data, bytes];
    } catch (error) {
      const text = `input ${input.path} cannot be read at ${offset}: ${messageOf(error)}`;
      answer = [toChild.unreadable, new TextEncoder().encode(text.slice(0, maxFailureTextChars))];
    }
    this.#reading = false;
    if (!this.#ended) this.#child.send(...answer);
  }

  #fileWindow(payload: Uint8Array): string | undefined {
    const { window } = this.#child;
    const place = window?.place(payload);
    if (window === undefined || place === undefined) return 'a place beyond its window';
    const wrong = this.#collector.fileWindow(place.length, (target) => window.read(place.offset, target));
    if (wrong === undefined) this.#child.send(toChild.taken, new Uint8Array(0));
    return wrong;
  }

  #progress(payload: Uint8Array): string | undefined {
    const note = readProgress(payload);
    if (note === undefined) return 'a malformed progress note';
    this.#options.onProgress?.(note.fraction, note.text);
    return undefined;
  }

  #partial(payload: Uint8Array): string | undefined {
    if (payload.length > maxPartialBytes) return 'a partial result that is too long';
    this.#options.onPartial?.(new TextDecoder().decode(payload));
    return undefined;
  }

  #done(payload: Uint8Array): string | undefined {
    const report = readReport(payload);
    if (report === undefined || !this.#collector.whole()) return 'a malformed report';
    this.#finish(report);
    return undefined;
  }

  #finish(report: UnitReport): void {
    const { inputBytes, peakMemoryBytes, fuel, unmovable, unfit, ms } = report;
    this.#ownMs = ms;
    const usage = {
      wallMs: this.#wallMs(),
      inputBytes,
      peakMemoryBytes,
      fuel,
      ...(unmovable === undefined ? {} : { unmovable: { code: unmovable, text: reasonTexts[unmovable] } }),
      ...(unfit === undefined ? {} : { beganAnew: unfit }),
    };
    const log = this.#collector.takeLog();
    if (report.failure !== undefined) return this.#end({ ok: false, failure: report.failure, log, usage });
    this.#end({ ok: true, stdout: this.#collector.takeStdout(), files: this.#collector.takeFiles(), log, usage });
  }

  /** Ends the unit and the child with it. */
  #abandon(code: ExecutionFailureCode, message: string, deterministic = false): void {
    if (this.#ended) return;
    if (this.#begun) this.#child.kill(message);
    this.#fail(code, message, deterministic);
  }

  #fail(code: ExecutionFailureCode, message: string, deterministic: boolean): void {
    if (this.#ended) return;
    const usage = { wallMs: this.#wallMs(), inputBytes: 0, peakMemoryBytes: 0 };
    this.#end({ ok: false, failure: { code, message, deterministic }, log: this.#collector.takeLog(), usage });
  }

  #end(outcome: ExecutionOutcome): void {
    this.#ended = true;
    this.#cancelTimer();
    this.#checkpointing?.end();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    if (this.#begun) this.#child.inputs.clear();
    this.#resolve(outcome);
    this.#onEnd();
  }

  /** What an earlier part of the same run took. */
  get #beforeMs(): number {
    return this.#options.checkpoints?.resume?.usedMs ?? 0;
  }

  #usedMs(): number {
    return this.#beforeMs + this.#wallMs();
  }

  #wallMs(): number {
    return this.#startedMs === undefined ? 0 : this.#activeMs() - this.#startedMs;
  }
}
