import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PeerOptions } from '@shoal/peer';
import type { BenchOptions } from './options.ts';
import { RemotePeer } from './peers/remote-peer.ts';
import { lineOf, rounded, type Figure } from './report/figure.ts';
import { rowOf, verdictsOf } from './report/table.ts';
import type { BenchContext, Suite } from './suite.ts';

/** All suites together, on a quiet machine. */
const wallGoalS = 600;

/** The suites of one run, and all that they have started. */
export class Bench {
  readonly #options: BenchOptions;
  readonly #dir = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
  readonly #peers = new Set<RemotePeer>();
  readonly #figures: Figure[] = [];
  readonly #startedAt = performance.now();

  constructor(options: BenchOptions) {
    this.#options = options;
  }

  /** Runs one suite to its end; what a failed one left running is ended. */
  async run(suite: Suite): Promise<void> {
    if (!this.#options.json) process.stdout.write(`\n${suite.name}: ${suite.title}\n`);
    const startedAt = performance.now();
    try {
      await suite.run(await this.#contextOf(suite));
    } finally {
      await this.#killAll();
    }
    if (!this.#options.json) process.stdout.write(`  took ${rounded((performance.now() - startedAt) / 1_000)} s\n`);
  }

  /** How long all took, and what was reached. */
  sum(): void {
    const { names, json, quick } = this.#options;
    const isWhole = names.length === 0 && !quick;
    const value = (performance.now() - this.#startedAt) / 1_000;
    if (!json) process.stdout.write('\nin all\n');
    this.#report({ name: 'bench.wall', unit: 's', value, goal: isWhole ? wallGoalS : undefined });
    if (!json) process.stdout.write(quick ? '  tiny sizes: whether a goal was reached says nothing\n' : verdictsOf(this.#figures));
  }

  /** Ends what runs and removes what was written, whatever state it is in. */
  async close(): Promise<void> {
    await this.#killAll();
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #contextOf(suite: Suite): Promise<BenchContext> {
    const dir = join(this.#dir, suite.name);
    await mkdir(dir);
    return {
      quick: this.#options.quick,
      dir,
      report: (figure) => this.#report(figure),
      startPeer: (name, options) => this.#startPeer(name, { ...options, dataDir: join(dir, name) }),
    };
  }

  async #startPeer(name: string, options: PeerOptions): Promise<RemotePeer> {
    const { profileDir } = this.#options;
    const peer = new RemotePeer({ name, profileDir: profileDir === undefined ? undefined : resolve(profileDir) });
    this.#peers.add(peer);
    await peer.start(options);
    return peer;
  }

  #report(figure: Figure): void {
    this.#figures.push(figure);
    process.stdout.write(`${this.#options.json ? JSON.stringify(lineOf(figure)) : rowOf(figure)}\n`);
  }

  async #killAll(): Promise<void> {
    await Promise.all([...this.#peers].map((peer) => peer.kill()));
    this.#peers.clear();
  }
}
