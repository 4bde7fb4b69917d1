import { describe, expect, it } from 'vitest';
import { labelsOf } from './labels.ts';

const machine = { cores: 8, memoryBytes: 16 * 2 ** 30, os: 'linux', arch: 'arm64' };

describe('the labels of a peer', () => {
  it('are its owner\'s and the machine\'s', () => {
    expect(labelsOf({ region: 'eu' }, machine)).toEqual({ region: 'eu', cores: '8', memory: '16', os: 'linux', arch: 'arm64' });
  });

  it.each([['cores', '64'], ['memory', '512'], ['os', 'plan9'], ['arch', 'x64']])('do not let an owner say %s=%s of it', (key, value) => {
    expect(() => labelsOf({ [key]: value }, machine)).toThrow(expect.objectContaining({ code: 'options-invalid', message: expect.stringContaining(`${key}=${value}`) }));
  });

  it('may repeat what the machine says', () => {
    expect(labelsOf({ cores: '8' }, machine)).toEqual(labelsOf({}, machine));
  });
});
