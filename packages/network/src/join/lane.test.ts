import { expect, it } from 'vitest';
import { createLane } from './lane.ts';

it('runs a few tasks at a time, and none when it is enough', async () => {
  let running = 0;
  let most = 0;
  let done = 0;
  const lane = createLane(3, () => done >= 10);
  for (let index = 0; index < 40; index += 1) {
    lane.add(async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      done += 1;
    });
  }
  await lane.done(new AbortController().signal);
  expect(most).toBe(3);
  expect(done).toBeGreaterThanOrEqual(10);
  expect(done).toBeLessThan(13);
});

it('is done at once when there is nothing', async () => {
  await createLane(3, () => false).done(new AbortController().signal);
});

it('does not wait for what runs when it is told not to', async () => {
  const stop = new AbortController();
  const lane = createLane(3, () => false);
  lane.add(() => new Promise(() => {}));
  const done = lane.done(stop.signal);
  stop.abort();
  await done;
  await lane.done(stop.signal);
});
