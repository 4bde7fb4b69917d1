import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeer, type Peer, type PeerOptions } from '@shoal/peer';
import { silentLogger } from '@shoal/runtime';
import { programPath } from '@shoal/workloads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const patienceMs = 180_000;
const limit = 2_000_000_000;
const primesBelow = 98_222_287;

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'shoal-moves-'));
});
afterAll(() => rm(room, { recursive: true, force: true, maxRetries: 5 }));

/** A peer that saves what it runs several times a second, and what it said about that. */
async function worker(requester: Peer, options: Partial<PeerOptions>): Promise<{ peer: Peer; said: string[] }> {
  const said: string[] = [];
  const note = (text: string): void => void said.push(text);
  const logger = { ...silentLogger, info: note, warn: note };
  const peer = await createPeer({ slots: 1, checkpointEveryMs: 200, bootstrap: requester.addresses(), logger, ...options });
  return { peer, said };
}

async function answerOf(requester: Peer, id: string): Promise<number> {
  const job = requester.job(id);
  expect(await job.wait()).toMatchObject({ state: 'done', accepted: 1 });
  for await (const { text } of job.results()) return Number(text);
  return Number.NaN;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a running unit', { timeout: patienceMs }, () => {
  it.each([true, false])('goes on from its last checkpoint when its peer stops: at the same one after a restart (%s), else at another', async (same) => {
    await using requester = await createPeer({ slots: 0 });
    const first = await worker(requester, { dataDir: join(room, `first-${same}`) });
    const { id } = await requester.submit({ program: programPath('primes'), args: [String(limit)], count: 1, quorum: 1, checkpoint: 'always', stewards: 0, keepers: 0 });
    while ((await first.peer.status()).running < 1) await pause(20);
    await pause(1_500);
    await first.peer.stop();
    const second = await worker(requester, { dataDir: join(room, same ? `first-${same}` : 'second') });
    await using _ = second.peer;
    expect(await answerOf(requester, id)).toBe(primesBelow);
    expect(second.said).toContain('a unit goes on from its checkpoint');
    expect(second.said).not.toContain('a unit began anew');
  });
});
