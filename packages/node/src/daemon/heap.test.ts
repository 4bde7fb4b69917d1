import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Peak of the heap of a process that makes much and keeps a little, as loading does. */
function peakMB(prepare: string): number {
  const program = `
    const { keepHeapSmall, letHeapGrow } = await import(${JSON.stringify(new URL('heap.ts', import.meta.url).href)});
    ${prepare}
    const kept = [];
    let peak = 0;
    for (let i = 0; i < 2_000; i += 1) {
      kept.push(Array.from({ length: 4_000 }, (_, each) => ({ i, each })));
      if (kept.length > 300) kept.splice(0, 1);
      peak = Math.max(peak, process.memoryUsage().heapTotal);
    }
    console.log(peak / 1_048_576);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }));
}

it('takes less while a peer is loaded than with the settings of V8, and may take more once it is ready', () => {
  const loading = peakMB('keepHeapSmall();');
  expect(loading).toBeLessThan(0.5 * peakMB(''));
  expect(loading).toBeLessThan(0.8 * peakMB('keepHeapSmall(); letHeapGrow();'));
});
