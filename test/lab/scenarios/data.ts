import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../net/lab.ts';
import { makeBlob, memoryOf } from '../peers/blob.ts';
import { heardOf } from '../peers/job.ts';
import { type LabPeer, startPeer } from '../peers/peer.ts';
import type { Scenario } from '../run/scenario.ts';

const mebibyte = 1_048_576;

/** Of the sum of what four holders can send, framing and encryption included in what is lost. */
const sumGoal = 0.85;
const holderBitsPerSecond = 20_000_000;
const fourMiB = 200;

const largeMiB = 4_096;
const maxPeakMB = 250;
/** Of all bytes, sent again after an interruption. */
const maxAgain = 0.01;

export const data: Scenario[] = [
  {
    name: 'data-four-holders',
    about: 'From four holders that can send 20 Mbit/s each, a fetcher gets 85 % of the sum',
    withinMs: 180_000,
    async run(lab) {
      const to = await lab.switch();
      const path = await makeBlob(lab, fourMiB);
      const holders: LabPeer[] = [];
      let cid = '';
      for (let number = 1; number <= 4; number += 1) {
        const host = await lab.host();
        await lab.wire(host, to, `10.7.0.${number}/16`, { delayMs: 5, upBitsPerSecond: holderBitsPerSecond });
        const bootstrap = holders[0]?.addresses.find((address) => address.includes('/10.7.'));
        const holder = await startPeer(lab, host, { name: `holder-${number}`, slots: 0, args: bootstrap === undefined ? [] : ['--bootstrap', bootstrap] });
        ({ cid } = await holder.client.addData({ path, name: 'blob' }));
        holders.push(holder);
      }
      const host = await lab.host();
      await lab.wire(host, to, '10.7.0.9/16');
      const fetcher = await startPeer(lab, host, { name: 'fetcher', slots: 0, args: ['--bootstrap', holders[0]?.addresses.find((address) => address.includes('/10.7.')) ?? ''] });
      await heardOf(fetcher, cid, 4);
      const begin = performance.now();
      await fetcher.client.getData(cid, join(lab.folder, 'copy'));
      const bitsPerSecond = (fourMiB * mebibyte * 8_000) / (performance.now() - begin);
      const share = bitsPerSecond / (4 * holderBitsPerSecond);
      const text = `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s, ${(share * 100).toFixed(0)} % of the sum`;
      if (share < sumGoal) throw new Error(text);
      return text;
    },
  },
  {
    name: 'data-large',
    about: 'A blob of 4 GiB moves between peers of 250 MB; the fetcher is killed at half of it, goes on after a restart, and at most 1 % is sent again',
    withinMs: 300_000,
    async run(lab, signal) {
      const to = await lab.switch();
      const [first, second] = [await lab.host(), await lab.host()] as [Host, Host];
      await lab.wire(first, to, '10.8.0.1/16');
      await lab.wire(second, to, '10.8.0.2/16');
      const path = await makeBlob(lab, largeMiB);
      const holder = await startPeer(lab, first, { name: 'holder', slots: 0 });
      const { cid } = await holder.client.addData({ path, name: 'blob' });
      await rm(path);
      const args = ['--bootstrap', holder.addresses.find((address) => address.includes('/10.8.')) ?? ''];
      const fetcher = await startPeer(lab, second, { name: 'fetcher', slots: 0, args });
      await heardOf(fetcher, cid, 1);
      const sentBefore = (await holder.client.status()).bytesSent;
      const copy = join(lab.folder, 'copy');
      const begin = performance.now();
      let peakMB = 0;
      const half = new AbortController();
      const onProgress = (done: number): void => {
        if (done >= (largeMiB * mebibyte) / 2) half.abort();
      };
      const whole = fetcher.client.getData(cid, copy, { signal, onProgress }).then(() => 'whole', () => 'cut');
      const atHalf = once(half.signal, 'abort').then(() => 'half');
      if ((await Promise.race([whole, atHalf])) !== 'half') throw new Error('it was over before its half had come');
      peakMB = (await memoryOf(fetcher)).peakMB;
      await fetcher.stop('SIGKILL');
      if ((await whole) !== 'cut') throw new Error('all of it came before it was killed');
      const again = await startPeer(lab, second, { name: 'fetcher', slots: 0, args });
      await heardOf(again, cid, 1);
      const { bytes } = await again.client.getData(cid, copy, { signal });
      const seconds = (performance.now() - begin) / 1_000;
      peakMB = Math.max(peakMB, (await memoryOf(again)).peakMB);
      const holderMB = (await memoryOf(holder)).peakMB;
      const sent = (await holder.client.status()).bytesSent - sentBefore;
      const over = sent / (largeMiB * mebibyte) - 1;
      const text = `${(largeMiB / seconds).toFixed(0)} MiB/s over all, ${(over * 100).toFixed(2)} % sent again (with framing), peaks of ${Math.round(peakMB)} MB (fetcher) and ${Math.round(holderMB)} MB (holder)`;
      if (bytes !== largeMiB * mebibyte || over > maxAgain || Math.max(peakMB, holderMB) > maxPeakMB) throw new Error(text);
      return text;
    },
  },
];
