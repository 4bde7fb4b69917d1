import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';

describe('a gate', () => {
  it('lets no more pass at once than it may, in their order, and the next one when one fails', async () => {
    const gate = createGate(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const work = async (n: number): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      order.push(n);
      await Promise.resolve();
      inside -= 1;
      if (n === 3) throw new Error('the third');
    };
    const ended = await Promise.allSettled(Array.from({ length: 9 }, (_, n) => gate(() => work(n))));
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});
