import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLogger } from '@shoal/runtime';
import { storeLimits } from '../limits.ts';
import { withDirectory } from '../testing/temporary.ts';
import { Ballast } from './ballast.ts';

it('Ballast takes up room until it is dropped, once', () =>
  withDirectory(async (dir) => {
    const path = join(dir, 'ballast');
    const ballast = new Ballast(path, silentLogger);
    expect(ballast.drop()).toBe(false);
    await writeFile(path, 'half of it, from a start that was killed');
    await ballast.load();
    expect((await stat(path)).size).toBe(storeLimits.ballastBytes);
    expect(ballast.drop()).toBe(true);
    expect(ballast.drop()).toBe(false);
    await ballast.load();
    expect((await stat(path)).size).toBe(storeLimits.ballastBytes);
  }));
