import { describe, expect, it } from 'vitest';
import { firstDifference } from '../../scripts/lib/lockfile.mjs';

const locked = { packages: { '': {}, 'packages/engine': { version: '0.1.0' }, 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' } } };

describe('what the lock file asks for', () => {
  it('is there', () => expect(firstDifference(locked, locked)).toBeUndefined());

  it('may lack optional packages, which are for other platforms', () => {
    const more = { packages: { ...locked.packages, 'node_modules/fsevents': { version: '2.0.0', optional: true } } };
    expect(firstDifference(more, locked)).toBeUndefined();
  });

  it.each([
    ['a missing package', {}, 'node_modules/zod is missing'],
    ['another version', { 'node_modules/zod': { version: '3.0.0', integrity: 'sha512-a' } }, 'node_modules/zod is 3.0.0, locked is 4.0.0'],
    ['another content', { 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-b' } }, 'node_modules/zod is 4.0.0, locked is 4.0.0'],
  ])('is not: %s', (_, packages, why) => expect(firstDifference(locked, { packages })).toBe(why));

  it('names a package of ours that is not linked yet', () => {
    const more = { packages: { ...locked.packages, 'node_modules/@shoal/sim': { resolved: 'packages/sim', link: true } } };
    expect(firstDifference(more, locked)).toBe('node_modules/@shoal/sim is missing');
  });
});
