import { availableParallelism, totalmem } from 'node:os';
import { expect, it } from 'vitest';
import { machineFacts, machineLabels } from './machine.ts';

it('the machine says what it is', () => {
  const { memoryBytes, ...facts } = machineFacts();
  expect(facts).toEqual({ cores: availableParallelism(), os: process.platform, arch: process.arch });
  expect(memoryBytes).toBeGreaterThan(2 ** 20);
  expect(memoryBytes).toBeLessThanOrEqual(totalmem());
});

it.each([[16 * 2 ** 30 - 5e8, '16'], [7.9 * 2 ** 30, '8'], [2 ** 30, '1'], [0.46 * 2 ** 30, '0.5']])('%d bytes of memory are the label %s', (memoryBytes, memory) => {
  expect(machineLabels({ cores: 8, memoryBytes, os: 'linux', arch: 'x64' })).toEqual({ cores: '8', memory, os: 'linux', arch: 'x64' });
});
