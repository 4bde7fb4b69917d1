import { ShoalError } from '@shoal/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchSelector, parseSelector } from './selector.ts';

const seed = 20_261;
const labels = { region: 'eu', tier: 'gold', cores: '16', memory: '7.5', cpu: 'Intel Core (i7), 3=GHz', spot: '', neg: '-3' };

describe('a selector', () => {
  it.each([
    ['', 'yes'],
    ['  ', 'yes'],
    ['region=eu', 'yes'],
    ['region == eu', 'yes'],
    ['region=us', 'no'],
    ['region!=us', 'yes'],
    ['region != eu', 'no'],
    ['arch=arm64', 'unknown'],
    ['arch!=arm64', 'unknown'],
    ['tier in (gold,silver)', 'yes'],
    ['tier in( silver )', 'no'],
    ['tier notin (gold, silver)', 'no'],
    ['tier notin (x)', 'yes'],
    ['arch in (x)', 'unknown'],
    ['arch notin (x)', 'unknown'],
    ['spot', 'yes'],
    ['!spot', 'no'],
    ['gpu', 'no'],
    ['! gpu', 'yes'],
    ['spot=""', 'yes'],
    ['cpu="Intel Core (i7), 3=GHz"', 'yes'],
    ['cores>=16', 'yes'],
    ['cores > 16', 'no'],
    ['cores<16.5', 'yes'],
    ['cores<=9', 'no'], // as numbers, not as text
    ['memory>7', 'yes'],
    ['neg<-2.5', 'yes'],
    ['region>3', 'no'], // there, and not a number
    ['gpus>3', 'unknown'],
    ['constructor', 'no'], // not inherited ones
    ['toString=x', 'unknown'],
    ['in in (a)', 'unknown'],
    ['region=eu,tier in (gold,silver), tier notin (x), spot, !gpu, cores>=8', 'yes'],
    ['region=eu,arch=x', 'unknown'],
    ['region=us,arch=x', 'no'],
  ])('%j gives %s', (text, verdict) => {
    expect(matchSelector(parseSelector(text), labels).verdict).toBe(verdict);
  });

  it('says which conditions failed, as they were written, or which labels are missing, once each', () => {
    expect(matchSelector(parseSelector('region = us ,  tier in (x, y),cores>=8,arch=x'), labels)).toEqual({ verdict: 'no', failed: ['region = us', 'tier in (x, y)'] });
    expect(matchSelector(parseSelector('!spot,gpu'), labels)).toEqual({ verdict: 'no', failed: ['!spot', 'gpu'] });
    expect(matchSelector(parseSelector('arch=x, arch!=y, zone>1, region=eu'), labels)).toEqual({ verdict: 'unknown', missing: ['arch', 'zone'] });
  });

  it.each([
    ['region=', 8, 'a value, found the end'],
    ['region eu', 8, 'one of = != < <= > >= in notin, a comma or the end, found "eu"'],
    ['tier inn (gold)', 6, 'found "inn"'],
    ['tier in gold', 9, 'a list like (a,b), found "gold"'],
    ['tier in (gold', 14, 'a comma or ), found the end'],
    ['tier in ()', 10, 'a value, found ")"'],
    ['tier in (a,)', 12, 'a value, found ")"'],
    ['region=eu,', 11, 'the name of a label, found the end'],
    [',region=eu', 1, 'the name of a label, found ","'],
    ['region=eu tier=gold', 11, 'a comma or the end, found "tier"'],
    ['cores>=eight', 8, 'a number, found "eight"'],
    ['cores>="8"', 8, 'a number'],
    ['cores>=0x10', 8, 'a number'],
    ['region=>eu', 8, 'a value, found ">"'],
    ['=eu', 1, 'the name of a label, found "="'],
    ['!', 2, 'the name of a label, found the end'],
    ['!!spot', 2, 'the name of a label, found "!"'],
    ['-a=b', 1, 'the name of a label, of letters, digits'],
    ['größe=1', 1, 'the name of a label, of letters, digits'],
    ['"region"=eu', 1, 'the name of a label'],
    ['cpu="Intel', 5, 'the other double quote'],
    ['region = eu;tier=gold', 17, 'a comma or the end, found "="'],
  ])('%j is refused at character %i: expected %s', (text, at, expected) => {
    expect(() => parseSelector(text)).toThrow(
      expect.objectContaining({ code: 'selector-invalid', message: expect.stringContaining(`at character ${at}: expected `), hint: expect.any(String) }),
    );
    expect(() => parseSelector(text)).toThrow(expected);
  });

  it('is not endless', () => {
    expect(() => parseSelector('a,'.repeat(600))).toThrow(expect.objectContaining({ code: 'selector-invalid' }));
  });

  it(`of any text is read or refused with its code (seed ${seed})`, () => {
    const pieces = fc.constantFrom('region', 'tier', 'in', 'notin', '=', '==', '!=', '!', '<', '>=', ',', '(', ')', '"', ' ', '8', 'eu', '\n', '.', 'ü', '\0');
    fc.assert(
      fc.property(fc.oneof(fc.array(pieces, { maxLength: 14 }).map((list) => list.join('')), fc.string({ maxLength: 30 })), (text) => {
        try {
          const selector = parseSelector(text);
          // What was written, joined again, is the same selector.
          expect(parseSelector(selector.map((condition) => condition.text).join(','))).toEqual(selector);
          expect(['yes', 'no', 'unknown']).toContain(matchSelector(selector, labels).verdict);
        } catch (error) {
          if (!(error instanceof ShoalError) || error.code !== 'selector-invalid') throw error;
        }
      }),
      { seed, numRuns: 5_000 },
    );
  });
});
