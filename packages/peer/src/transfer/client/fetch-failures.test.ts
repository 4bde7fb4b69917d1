import { describe, expect, it } from 'vitest';
import { systemClock, type Cid, type Network } from '@shoal/runtime';
import { createMemoryBlobStore } from '@shoal/store';
import { blockOf, fileNode, seededBytes } from '@shoal/store/testing';
import { answerHead, blocksProtocol, readRequest, type BlockAnswer } from '../wire/messages.ts';
import { ByteQueue } from '../wire/byte-queue.ts';
import { frameHead } from '../wire/frame.ts';
import { fileIn, TestMesh } from '../testing/mesh.ts';
import { quickClock } from '../testing/quick-clock.ts';

const MiB = 1024 * 1024;
/** Far quicker than the system's, so that a stall of ten seconds is over in a tenth of one. */
const quick = quickClock(100);

type Answer = (answer: BlockAnswer, write: (bytes: Uint8Array) => Promise<void>) => Promise<void>;

const honest: Answer = async (answer, write) => {
  await write(answerHead(answer));
  if (answer.bytes !== undefined) await write(answer.bytes);
};

/** Serves a store, but for what `answer` makes of the answers. */
function serveOddly(peer: Network, store: { getBlock(cid: Cid): Promise<Uint8Array | undefined> }, answer: Answer): void {
  peer.serve(blocksProtocol, async (stream) => {
    const queue = new ByteQueue(stream.source);
    for (let cids = await readRequest(queue); cids !== undefined; cids = await readRequest(queue)) {
      for (const cid of cids) await answer({ cid, bytes: await store.getBlock(cid) }, (bytes) => stream.write(bytes));
    }
  });
}

/** The odd holders there are, each of which must cost a moment and not the transfer. */
const odd: Record<string, () => Answer> = {
  'sends other bytes': () => (answer, write) => honest({ ...answer, bytes: answer.bytes?.map((byte) => byte ^ 1) }, write),
  'sends other blocks': () => ({ bytes }, write) => honest({ cid: blockOf('raw', new Uint8Array(5)).cid, bytes }, write),
  'sends no block at all': () => async () => {},
  'has nothing': () => ({ cid }, write) => honest({ cid, bytes: undefined }, write),
  'sends without end': () => async (answer, write) => {
    for (;;) await honest(answer, write);
  },
  'sends a block larger than allowed': () => async ({ cid }, write) => {
    await write(answerHead({ cid, bytes: new Uint8Array(3 * MiB) }));
    await write(new Uint8Array(3 * MiB));
  },
  'sends a header larger than allowed': () => (_answer, write) => write(frameHead(new Uint8Array(100_000), 0)),
  'sends noise': () => (_answer, write) => write(seededBytes(1000, 'noise')),
  'stops within a block': () => async ({ cid, bytes }, write) => {
    await write(answerHead({ cid, bytes }));
    await write((bytes ?? new Uint8Array(2)).subarray(1));
    await new Promise(() => {});
  },
  'trickles': () => async ({ cid, bytes }, write) => {
    await write(answerHead({ cid, bytes }));
    for (const byte of bytes ?? []) {
      await write(new Uint8Array([byte]));
      await new Promise((resolve) => {
        systemClock.setTimer(20, () => resolve(undefined));
      });
    }
  },
  'ends the stream': () => () => Promise.reject(new Error('gone')),
  'gives a few blocks and then stalls': () => {
    let given = 0;
    return async (answer, write) => {
      given += 1;
      if (given > 3) await new Promise(() => {});
      await honest(answer, write);
    };
  },
};

/** What none does by mistake, by a bad link or because it lacks something. */
const offences: Record<string, string> = {
  'sends other bytes': 'transfer-lied',
  'sends other blocks': 'transfer-lied',
  'sends a header larger than allowed': 'transfer-malformed',
  'sends a block larger than allowed': 'transfer-malformed',
  'sends noise': 'transfer-malformed',
};

describe('A holder that', () => {
  for (const [what, makeAnswer] of Object.entries(odd)) {
    it(`${what} costs a moment, not the transfer`, async () => {
      const mesh = new TestMesh({ clock: quick });
      const store = createMemoryBlobStore();
      const holder = mesh.holder('honest');
      const stranger = mesh.stranger('odd');
      serveOddly(stranger, store, makeAnswer());
      const cid = await fileIn([store, holder.store], 15 * MiB, 'file');
      await mesh.fetchFrom(cid, [stranger, holder.network]);
      expect(await mesh.store.has(cid)).toBe(true);
    });

    it(`${what} ends the transfer with a reason when it is the only one`, async () => {
      const mesh = new TestMesh({ clock: quick });
      const store = createMemoryBlobStore();
      const stranger = mesh.stranger('odd');
      serveOddly(stranger, store, makeAnswer());
      const cid = await fileIn([store], 4 * MiB, 'file');
      const told: string[] = [];
      const offence = (_peer: unknown, code: string): void => void told.push(code);
      await expect(mesh.fetchFrom(cid, [stranger], { offence })).rejects.toMatchObject({ code: what === 'has nothing' ? 'transfer-incomplete' : 'transfer-no-holder' });
      if (what !== 'sends without end') expect(told).toEqual(offences[what] === undefined ? [] : [offences[what]]);
    });
  }

  it('leaves in the middle costs a moment, and is used again when it returns', async () => {
    const mesh = new TestMesh({ clock: quick });
    const [first, second] = [mesh.holder('first'), mesh.holder('second')];
    const cid = await fileIn([first.store, second.store], 30 * MiB, 'file');
    const outcome = await mesh.fetch(cid, [first, second], {
      onProgress: ({ blocksFetched }) => {
        if (blocksFetched === 5) mesh.cut(first);
        if (blocksFetched === 12) mesh.heal();
      },
    });
    expect(outcome.blocksFetched).toBe(31);
    expect(await mesh.store.has(cid)).toBe(true);
  });

  it('is alone and breaks off now and then still gives everything', async () => {
    const mesh = new TestMesh({ clock: quick });
    const store = createMemoryBlobStore();
    const stranger = mesh.stranger('flaky');
    let given = 0;
    serveOddly(stranger, store, async (answer, write) => {
      given += 1;
      if (given % 4 === 0) throw new Error('cut');
      await honest(answer, write);
    });
    const cid = await fileIn([store], 12 * MiB, 'file');
    await mesh.fetchFrom(cid, [stranger]);
    expect(await mesh.store.has(cid)).toBe(true);
  });
});

describe('A transfer', () => {
  it('says that nobody is known to hold a blob, or can be reached', async () => {
    const mesh = new TestMesh({ clock: quick });
    const { cid } = blockOf('raw', seededBytes(10, 'absent'));
    await expect(mesh.fetch(cid, [])).rejects.toMatchObject({ code: 'transfer-no-holder', message: expect.stringContaining('nobody is known') });
    await expect(mesh.fetchFrom(cid, [mesh.stranger('silent')])).rejects.toMatchObject({ code: 'transfer-no-holder', message: expect.stringContaining('does not serve') });
  });

  it('refuses what says that it is too large at once, and what is too large without saying so in time', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    const cid = await fileIn([holder.store], 20 * MiB, 'large');
    await expect(mesh.fetch(cid, [holder], { maxBytes: 20 * MiB - 1 })).rejects.toMatchObject({ code: 'transfer-oversize' });
    expect(holder.given).toHaveLength(1);
    await mesh.fetch(cid, [holder], { maxBytes: 20 * MiB });

    const other = new TestMesh();
    const liar = other.holder('liar');
    const { cid: directory } = await liar.store.importDirectory(
      Array.from({ length: 30 }, (_, at) => ({ name: `f${at}`, open: async function* () { yield seededBytes(MiB, `f${at}`); } })),
    );
    await expect(other.fetch(directory, [liar], { maxBytes: 10 * MiB })).rejects.toMatchObject({ code: 'transfer-oversize' });
    expect((await other.store.usage()).bytes).toBeLessThan(16 * MiB);
  });

  it('ends with what the store says when that cannot go on', async () => {
    const mesh = new TestMesh({ store: createMemoryBlobStore({ quotaBytes: 5 * MiB }) });
    const holder = mesh.holder('holder');
    const cid = await fileIn([holder.store], 20 * MiB, 'large');
    await expect(mesh.fetch(cid, [holder])).rejects.toMatchObject({ code: 'quota-exceeded' });
  });

  it('ends when the DAG itself is contradictory, whoever gives it', async () => {
    const mesh = new TestMesh();
    const stranger = mesh.stranger('stranger');
    const leaf = blockOf('raw', seededBytes(10, 'leaf'));
    const root = fileNode([{ cid: leaf.link, bytes: 10 }], [7]);
    serveOddly(stranger, { getBlock: async (cid) => [leaf, root].find((block) => block.cid === cid)?.bytes }, honest);
    await expect(mesh.fetchFrom(root.cid, [stranger])).rejects.toMatchObject({ code: 'dag-inconsistent' });
  });
});
