import { describe, expect, it } from 'vitest';
import { invariant, unreachable } from './assert.ts';
import { codeOf, messageOf, ShoalError } from './errors.ts';

describe('an error', () => {
  it('keeps its code, hint and cause', () => {
    const cause = new TypeError('below');
    const error = new ShoalError('blob-missing', 'Cannot read bafy…', { cause, hint: 'Fetch it first.' });
    expect(error).toMatchObject({ name: 'ShoalError', code: 'blob-missing', message: 'Cannot read bafy…', hint: 'Fetch it first.', cause });
    expect(error).toBeInstanceOf(Error);
    expect(codeOf(error)).toBe('blob-missing');
  });

  it('has no cause where there is none', () => {
    expect('cause' in new ShoalError('blob-missing', 'x')).toBe(false);
    expect('cause' in new ShoalError('blob-missing', 'x', { hint: 'y' })).toBe(false);
  });

  it('of another kind has no code of ours', () => {
    expect(codeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBeUndefined();
    expect(codeOf(undefined)).toBeUndefined();
  });

  it.each([
    [new Error('text'), 'text'],
    [new Error(''), 'Error'],
    [new AggregateError([new Error('first'), new Error('second')]), 'first; second'],
    [new AggregateError([]), 'AggregateError'],
    ['thrown', 'thrown'],
    ['', 'an empty text was thrown'],
    [undefined, 'undefined'],
    [42n, '42'],
    [Symbol('s'), 'Symbol(s)'],
    [Object.create(null), 'something without a text was thrown'],
  ])('has a text, whatever was thrown (case %#)', (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });
});

describe('an assertion', () => {
  it('passes or says what broke', () => {
    expect(() => invariant(1, 'one')).not.toThrow();
    expect(() => invariant(0, 'a worker has a lease')).toThrow(expect.objectContaining({ code: 'invariant', message: 'Invariant broken: a worker has a lease' }));
    expect(() => unreachable('else' as never)).toThrow(expect.objectContaining({ code: 'invariant', message: 'Unreachable value: "else"' }));
  });
});
