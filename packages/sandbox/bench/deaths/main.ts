import { parseArgs } from 'node:util';
import { silentLogger, systemClock } from '@shoal/runtime';
import { createWasmExecutor } from '@shoal/sandbox';
import { probeProgram } from '@shoal/sandbox/testing';
import { dieOften, remains } from '../../src/testing/deaths.ts';

/** node --expose-gc --conditions=@shoal/source packages/sandbox/bench/deaths/main.ts [--units 1000] [--rounds 1]: what is left of units that died, after each round. */
const { values } = parseArgs({ options: { units: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '1' } } });
const executor = createWasmExecutor({ slots: 2, clock: systemClock, logger: silentLogger });
await executor.start();
const probe = await probeProgram();
await dieOften(executor, probe, 100);
const before = remains();
const wrong: string[] = [];
const rounds = [];
for (let i = 0; i < Number(values.rounds); i++) {
  wrong.push(...(await dieOften(executor, probe, Number(values.units))));
  rounds.push(remains());
}
const after = remains();
console.log(JSON.stringify({ units: Number(values.units), isolation: executor.info().isolation, wrong, before, rounds }, undefined, 1));
await executor.stop();
const left = remains().processes;
console.log(`processes after stop: ${left}`);
process.exitCode = wrong.length + left + Math.max(0, after.processes - 6) === 0 ? 0 : 1;
