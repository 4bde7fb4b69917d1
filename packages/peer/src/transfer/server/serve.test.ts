import { describe, expect, it } from 'vitest';
import { systemClock, type Cid } from '@shoal/runtime';
import { blockOf, seededBytes } from '@shoal/store/testing';
import { transferLimits } from '../limits.ts';
import { TestMesh } from '../testing/mesh.ts';
import { quickClock } from '../testing/quick-clock.ts';
import { ByteQueue } from '../wire/byte-queue.ts';
import { frameHead } from '../wire/frame.ts';
import { readAnswer, requestFrame } from '../wire/messages.ts';
import { LookupRate } from './lookup-rate.ts';

describe('Serving blobs', () => {
  it('gives to whom it may, and to others the block is missing', async () => {
    const mesh = new TestMesh();
    const { cid, bytes } = blockOf('raw', seededBytes(100, 'secret'));
    const asked: string[] = [];
    const mayServe = (block: Cid, peer: string): boolean => {
      asked.push(`${block} ${peer}`);
      return false;
    };
    const closed = mesh.holder('closed', { mayServe });
    await closed.store.putBlock(cid, bytes);
    await expect(mesh.fetch(cid, [closed])).rejects.toMatchObject({ code: 'transfer-incomplete' });
    expect(asked).toEqual([`${cid} ${mesh.fetcher.peerId}`]);
  });

  it('answers that a block is missing when its store or its policy fails, and goes on', async () => {
    const mesh = new TestMesh();
    const good = blockOf('raw', seededBytes(100, 'good'));
    const bad = blockOf('raw', seededBytes(100, 'bad'));
    const failing = mesh.holder('failing', {
      mayServe: (cid) => {
        if (cid === bad.cid) throw new Error('the policy broke');
        return true;
      },
    });
    await failing.store.putBlock(good.cid, good.bytes);
    await expect(mesh.fetch(bad.cid, [failing])).rejects.toMatchObject({ code: 'transfer-incomplete' });
    await mesh.fetch(good.cid, [failing]);
    expect(mesh.opened).toBe(1);
  });

  it('cuts off who asks for nothing it could mean, or for too much at once', async () => {
    const mesh = new TestMesh();
    const told: string[] = [];
    const holder = mesh.holder('holder', { offence: (peer, code) => void told.push(`${peer} ${code}`) });
    const { cid } = blockOf('raw', new Uint8Array(1));
    const tooMany = requestFrame(Array.from({ length: transferLimits.blocksPerRequest + 1 }, () => cid));
    const odd = [seededBytes(100, 'noise'), frameHead(new Uint8Array(10), 5), requestFrame([]), tooMany, requestFrame(['no cid' as Cid]), frameHead(seededBytes(50, 'noise'), 0)];
    for (const bytes of odd) {
      const stream = await mesh.openStream(holder);
      await stream.write(bytes);
      await expect(readAnswer(new ByteQueue(stream.source))).rejects.toMatchObject({ cause: { code: 'transfer-malformed' } });
    }
    expect(told).toEqual(odd.map(() => `${mesh.fetcher.peerId} transfer-malformed`));
  });

  it('has so many streams with one peer and no more', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    const open = () => mesh.openStream(holder);
    const streams = [];
    for (let count = 0; count < transferLimits.streamsPerPeer; count += 1) streams.push(await open());
    await expect(readAnswer(new ByteQueue((await open()).source))).rejects.toMatchObject({ cause: { code: 'transfer-refused' } });
    await streams[0]?.close();
    expect(await readAnswer(new ByteQueue(streams[0]?.source as AsyncIterable<Uint8Array>))).toBeUndefined();
    const { cid } = blockOf('raw', new Uint8Array(1));
    const another = await open();
    await another.write(requestFrame([cid]));
    expect(await readAnswer(new ByteQueue(another.source))).toEqual({ cid, bytes: undefined });
  });

  it('ends streams on which nothing is asked for, and those whose other side takes nothing', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder', { clock: quickClock(1000) });
    const block = blockOf('raw', seededBytes(1024 * 1024, 'block'));
    await holder.store.putBlock(block.cid, block.bytes);
    const idle = await mesh.openStream(holder);
    await expect(readAnswer(new ByteQueue(idle.source))).rejects.toMatchObject({ cause: { code: 'transfer-stalled' } });

    const unread = await mesh.openStream(holder);
    await unread.write(requestFrame([block.cid, block.cid, block.cid]));
    await new Promise((resolve) => {
      systemClock.setTimer((transferLimits.blockSendMs / 1000) * 2, () => resolve(undefined));
    });
    await expect(unread.write(requestFrame([block.cid]))).rejects.toMatchObject({ cause: { code: 'transfer-stalled' } });
  });

  it('lets a peer look up so many blocks a second', async () => {
    let now = 0;
    const waits: number[] = [];
    const clock = {
      ...systemClock,
      monotonic: () => now,
      setTimer: (delayMs: number, fn: () => void) => {
        waits.push(delayMs);
        fn();
        return () => {};
      },
    };
    const rate = new LookupRate(clock);
    const peer = 'peer' as Parameters<LookupRate['spend']>[0];
    await rate.spend(peer, transferLimits.lookupBurst);
    expect(waits).toEqual([]);
    await rate.spend(peer, transferLimits.lookupsPerSecond / 2);
    expect(waits).toEqual([500]);
    now += 1500;
    await rate.spend(peer, transferLimits.lookupsPerSecond);
    expect(waits).toEqual([500]);
    await rate.spend('another' as typeof peer, 1);
    expect(waits).toEqual([500]);
  });
});
