import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay } from '@shoal/engine';
import { systemCrypto, type Cid, type PeerId } from '@shoal/runtime';
import { openJournal } from '@shoal/store';
import { programPath } from '@shoal/workloads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeerProcess, type PeerProcess } from './support/peer-process.ts';

const seed = Date.now() % 100_000;
const units = 20;
const upTo = 2_000_000_000;
/** A machine that has other things to do may need seconds to start a process. */
const patienceMs = 180_000;
/** How many primes there are up to 2,000,000,000. */
const primes = 98_222_287;

/** Three peers: one that only requests, two that work; each may be killed and started again on its own data. */
class Trio {
  readonly folder: string;
  /** Runs that began, by whom and when, over all its lives. */
  readonly processes: { name: string; process: PeerProcess }[] = [];
  private readonly now = new Map<string, PeerProcess>();
  private meetingPoint = '';

  constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Trio> {
    const trio = new Trio(await mkdtemp(join(tmpdir(), 'shoal-crash-')));
    trio.meetingPoint = (await trio.start('a')).address;
    await Promise.all([trio.start('b'), trio.start('requester')]);
    return trio;
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map(({ process }) => process.kill()));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async start(name: string): Promise<PeerProcess> {
    const process = await startPeerProcess({
      dataDir: join(this.folder, name),
      mesh: 'crash',
      slots: name === 'requester' ? 0 : 1,
      bootstrap: this.meetingPoint === '' ? [] : [this.meetingPoint],
    });
    this.now.set(name, process);
    this.processes.push({ name, process });
    return process;
  }

  /** Kills it, and starts it again on its own data after a while. */
  async restart(name: string, afterMs = 0): Promise<PeerProcess> {
    await this.of(name).kill();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    return this.start(name);
  }

  of(name: string): PeerProcess {
    const process = this.now.get(name);
    if (process === undefined) throw new Error(`no peer ${name} was started`);
    return process;
  }

  /** Units that workers began to run since then. */
  runsSince(at: number, name?: string): number[] {
    return this.processes.filter((of) => name === undefined || of.name === name).flatMap(({ process }) => process.heard('run').filter((run) => run.at > at).map(({ unit }) => unit));
  }

  /** What the journal of a peer that is down holds of the job. */
  ledgerOf(name: string, job: Cid) {
    const journal = openJournal({ path: join(this.folder, name, 'journal.sqlite') });
    try {
      return replay(job, journal.replay(job), systemCrypto);
    } finally {
      journal.close();
    }
  }
}

async function submit(requester: PeerProcess): Promise<Cid> {
  requester.tell({ do: 'submit', request: { program: programPath('primes'), args: [String(upTo)], count: units, window: 2 } });
  await requester.until(() => requester.heard('job').length > 0);
  return requester.heard('job')[0]?.job as Cid;
}

/** The job ended well, and its results add up to the right answer. */
async function expectAnswer(requester: PeerProcess): Promise<void> {
  await requester.until(() => requester.heard('end').length > 0);
  expect(requester.heard('end')).toEqual([{ is: 'end', state: 'done', accepted: units }]);
  const counts = new Map(requester.heard('result').map(({ unit, text }) => [unit, Number(text)]));
  expect(counts.size).toBe(units);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(primes);
}

describe('kill -9 in the middle of a job', { timeout: patienceMs }, () => {
  let trio: Trio;
  beforeAll(async () => {
    trio = await Trio.open();
  }, patienceMs);
  afterAll(() => trio.close());

  it('of its requester: started again, it ends with the same answer, and nothing that was accepted runs again', async () => {
    const requester = trio.of('requester');
    const begunAt = Date.now();
    const job = await submit(requester);
    await requester.until(() => requester.heard('result').length >= 5);
    await requester.kill();
    const killedAt = Date.now();
    const accepted = [...trio.ledgerOf('requester', job).units].flatMap(([unit, facts]) => (facts.accepted.size > 0 ? [unit] : []));
    expect(accepted.length).toBeGreaterThanOrEqual(requester.heard('result').length);
    expect(accepted.length).toBeLessThan(units);
    const again = await trio.start('requester');
    again.tell({ do: 'resume' });
    await expectAnswer(again);
    expect(again.heard('job')[0]?.job).toBe(job);
    expect(trio.runsSince(killedAt).filter((unit) => accepted.includes(unit))).toEqual([]);
    expect(trio.runsSince(begunAt).length).toBeLessThanOrEqual(2 * units + 2); // at most what was on its way
  });

  it('of a worker that holds a lease: started again, it goes on, and runs nothing again that it had committed to', async () => {
    const worker = trio.of('b');
    const requester = await trio.restart('requester');
    const job = await submit(requester);
    await requester.until(() => requester.heard('result').length >= 5);
    await worker.kill();
    const killedAt = Date.now();
    const { units: facts } = trio.ledgerOf('b', job);
    // A steward of the job as well, it knows also what others committed to.
    const self = worker.address.split('/p2p/')[1] as PeerId;
    const committed = [...facts].flatMap(([unit, { commitments }]) => (commitments.has(self) ? [unit] : []));
    expect(committed.length).toBeGreaterThanOrEqual(3);
    await trio.start('b');
    await expectAnswer(requester);
    expect(trio.runsSince(killedAt, 'b').filter((unit) => committed.includes(unit))).toEqual([]);
    expect(trio.runsSince(killedAt, 'b').length).toBeGreaterThan(0);
  });

  it(`of both, at five random moments (seed ${seed})`, async () => {
    const dice = diceOf(seed);
    const job = await submit(await trio.restart('requester'));
    for (let kill = 0; kill < 5; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, dice(900)));
      await trio.restart(dice(2) === 0 ? 'requester' : 'b', dice(300));
    }
    const requester = trio.of('requester');
    requester.tell({ do: 'resume' });
    await expectAnswer(requester);
    expect(requester.heard('job')[0]?.job).toBe(job);
  });
});

/** Whole numbers below a bound, the same ones for the same seed. */
function diceOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271 + 11) % 2_147_483_647;
    return state % below;
  };
}
