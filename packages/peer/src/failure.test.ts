import { systemClock, ShoalError, type Journal } from '@shoal/runtime';
import { createMemoryBlobStore, createMemoryJournal } from '@shoal/store';
import { describe, expect, it } from 'vitest';
import type { Job } from './api.ts';
import { createPeer } from './create-peer.ts';
import { startPeer } from './start-peer.ts';

/** The smallest module that there is. Nobody runs it. */
const program = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** A storage whose journal is full from some moment on. */
async function failingStorage() {
  const store = createMemoryBlobStore();
  const journal = createMemoryJournal();
  await store.start();
  const state = { isFull: false, isClosed: false };
  const failing: Journal = {
    append: (records) => {
      if (state.isFull) throw new ShoalError('disk-full', 'Cannot append to the journal: there is no room left on the disk', { hint: 'Free some space.' });
      journal.append(records);
    },
    replay: (scope) => journal.replay(scope),
    scopes: (options) => journal.scopes(options),
    summarize: (...args) => journal.summarize(...args),
    drop: (scope) => journal.drop(scope),
    close: () => journal.close(),
  };
  const close = async (): Promise<void> => {
    state.isClosed = true;
    journal.close();
    await store.stop();
  };
  return { state, storage: { seed: new Uint8Array(32).fill(3), store, journal: failing, peerStorePath: undefined, close } };
}

async function readAll(job: Job): Promise<void> {
  for await (const result of job.results()) throw new Error(`unit ${result.unit} has a result that nobody computed`);
}

describe('a peer whose journal cannot be written', () => {
  it('stops by itself, tells its owner why, and rejects all who wait', async () => {
    const { state, storage } = await failingStorage();
    const told = Promise.withResolvers<ShoalError>();
    await using peer = await startPeer({ slots: 0, onFailure: told.resolve }, storage);
    const job = await peer.submit({ program });
    const waiting = job.wait().catch((error: unknown) => error);
    const reading = readAll(job).catch((error: unknown) => error);
    state.isFull = true;
    await expect(peer.submit({ program })).rejects.toMatchObject({ code: 'peer-failed' });
    const failure = await told.promise;
    expect(failure).toMatchObject({ code: 'peer-failed', hint: 'Free some space.', message: expect.stringContaining('no room left') });
    expect(state.isClosed).toBe(true);
    expect(await waiting).toBe(failure);
    expect(await reading).toBe(failure);
    await peer.stop();
  });

  it('closes what it had opened when it cannot even start', async () => {
    const { state, storage } = await failingStorage();
    storage.journal.scopes = () => {
      throw new ShoalError('store-damaged', 'Cannot list the scopes of the journal: the database is damaged');
    };
    await expect(startPeer({ slots: 0 }, storage)).rejects.toMatchObject({ code: 'store-damaged' });
    expect(state.isClosed).toBe(true);
  });
});

describe('a peer', () => {
  it('refuses options of which it could not tell others, before it opens anything', async () => {
    for (const wrong of [{ labels: { 'two words': 'x' } }, { mesh: 'x'.repeat(1_000) }]) {
      await expect(createPeer({ slots: 0, ...wrong })).rejects.toMatchObject({ code: 'options-invalid' });
    }
  });

  it('stops within three seconds, twice without harm', async () => {
    const peer = await createPeer({ slots: 1 });
    const begin = systemClock.monotonic();
    await Promise.all([peer.stop(), peer.stop()]);
    expect(systemClock.monotonic() - begin).toBeLessThan(3_000);
    await expect(peer.submit({ program })).rejects.toMatchObject({ code: expect.stringMatching(/^(peer|store)-stopped$/) });
  });
});
