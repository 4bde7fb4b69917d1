import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { silentLogger, systemClock } from '@shoal/runtime';
import { detectWalls } from './launch/detect.ts';
import type { Isolation } from './launch/command.ts';
import { attack, type AttackTable } from './testing/attack-table.ts';

const hostFile = fileURLToPath(new URL('../tsconfig.json', import.meta.url));

/** What JavaScript may still do there by itself, and what is no way out. */
const harmless = ['start a worker thread', 'process.binding', 'run WASI over the host\'s files'];

/** Refused at every level, by the permission model if by nothing else. */
const refusedEverywhere = [
  'read /etc/passwd',
  'read a file of the host',
  'list the host\'s folders',
  'read the environment of others (/proc)',
  'read its own memory map (/proc)',
  'read its own environment',
  'write to /tmp',
  'write to /',
  'write to an input',
  'put a file beside the inputs',
  'write into its own code',
  'write beyond its window',
  'lengthen its window beyond its size',
  'open its window anew',
  'make a symbolic link',
  'spawn a shell',
  'spawn Node anew',
  'start a worker thread',
  'open the inspector',
  'attach an inspector session',
  'process.binding',
  'load a native addon',
  'run WASI over the host\'s files',
  'make code from a text',
  'become root',
];

/** Refused as well where the child has a network and process numbers of its own. */
const refusedPartially = ['connect by TCP', 'send by UDP to the host', 'see the host\'s network', 'signal the parent', 'signal everybody'];

const possible = (table: AttackTable): string[] => Object.keys(table).filter((name) => table[name] === 'possible');

async function works(only: Isolation): Promise<boolean> {
  try {
    const { child } = await detectWalls({ clock: systemClock, logger: silentLogger, nodePath: process.execPath, only, signal: undefined });
    child.kill('it was only a try');
    return true;
  } catch {
    return false; // this machine cannot: the skipped test says so
  }
}

const levels = { full: await works('full'), partial: await works('partial') };
const unless = (level: 'full' | 'partial'): string => (levels[level] ? '' : ` (skipped: level ${level} is not possible on this machine)`);

describe('attacks from inside the child, as if WebAssembly had been broken', () => {
  test.skipIf(!levels.full)(`full: every attempt is refused${unless('full')}`, async () => {
    const table = (await attack({ level: 'full', hostFile })) as AttackTable;
    expect(Object.keys(table).length).toBeGreaterThan(25);
    expect(possible(table)).toEqual([]);
  });

  test.skipIf(!levels.full)(`full: the operating system's walls hold without the permission model${unless('full')}`, async () => {
    const table = (await attack({ level: 'full', hostFile, withoutPermissionModel: true })) as AttackTable;
    expect(possible(table).filter((name) => !harmless.includes(name))).toEqual([]);
  });

  test.skipIf(!levels.partial)(`partial: files, processes and the outer network are refused${unless('partial')}`, async () => {
    const table = (await attack({ level: 'partial', hostFile })) as AttackTable;
    expect(possible(table).filter((name) => refusedEverywhere.includes(name) || refusedPartially.includes(name))).toEqual([]);
  });

  test('process: files and new processes are refused', async () => {
    const table = (await attack({ level: 'process', hostFile })) as AttackTable;
    expect(possible(table).filter((name) => refusedEverywhere.includes(name))).toEqual([]);
  });
});
