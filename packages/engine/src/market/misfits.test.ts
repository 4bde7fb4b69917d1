import { describe, expect, it } from 'vitest';
import { misfitsOf } from './misfits.ts';
import { parseSelector } from './selector.ts';
import { looksLike } from './similar.ts';

const three = [{ region: 'eu', tier: 'gold' }, { region: 'eu', cores: '8' }, { region: 'eu' }];
const say = (where: string, peers: Record<string, string>[] = three): string[] => misfitsOf(parseSelector(where), peers).map(({ code, text, isTypo }) => `${code}${isTypo ? '!' : ''}: ${text}`);

describe('why nobody known fits a selector', () => {
  it.each([
    ['region=ue', 'label-fits-none!: region=ue fits none of 3 known peers; they have region=eu; did you mean region=eu?'],
    ['region=us', 'label-fits-none: region=us fits none of 3 known peers; they have region=eu'],
    ['region!=eu', 'label-fits-none: region!=eu fits none of 3 known peers; they have region=eu'],
    ['!region', 'label-fits-none: !region fits none of 3 known peers; they have region=eu'],
    ['cores>=64', 'label-fits-none: cores>=64 fits none of 3 known peers; they have cores=8'],
    ['tier in (silver, glod)', 'label-fits-none!: tier in (silver, glod) fits none of 3 known peers; they have tier=gold; did you mean tier=gold?'],
    ['regoin=eu', 'label-unknown!: no known peer has the label regoin; did you mean region?'],
    ['Region=eu', 'label-unknown!: no known peer has the label Region; did you mean region?'],
    ['gpu', 'label-unknown: no known peer has the label gpu'],
    ['tier=gold, cores>=8', 'labels-fit-none: none of 3 known peers fits all of tier=gold, cores>=8 at once'],
  ])('%s', (where, words) => {
    expect(say(where)).toEqual([words]);
  });

  it('each condition for itself', () => {
    expect(say('regoin=eu, tier=iron, region=eu').map((text) => text.split(':')[0])).toEqual(['label-unknown!', 'label-fits-none']);
  });

  it('of one peer, too', () => {
    expect(say('region=us', [{ region: 'eu' }])).toEqual(['label-fits-none: region=us does not fit the one known peer; it has region=eu']);
  });

  it('nothing where somebody does, or nobody is known', () => {
    expect(say('region=eu, tier=gold')).toEqual([]);
    expect(say('')).toEqual([]);
    expect(say('regoin=eu', [])).toEqual([]);
  });

  it('in few words, however many values and however long', () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ rack: `${i}`.padStart(3, '0') + 'x'.repeat(200) }));
    const [text = ''] = say(`rack=${'y'.repeat(900)}`, many);
    expect(text).toContain('and 45 other values');
    expect(text.length).toBeLessThan(500);
    expect(say('constructor=1')).toEqual(['label-unknown: no known peer has the label constructor']);
  });
});

describe('a slip of the pen', () => {
  it.each([['ue', 'eu'], ['EU', 'eu'], ['regoin', 'region'], ['regon', 'region'], ['regioon', 'region'], ['attested/regoin', 'attested/region'], ['averqge', 'average'], ['certifyd', 'certified']])('%s for %s', (word, known) => {
    expect(looksLike(word, known)).toBe(true);
  });

  it.each([['uk', 'us'], ['gpu', 'cpu'], ['zone-1', 'zone-2'], ['8', '16'], ['a', 'b'], ['x64', 'x86'], ['linux', 'darwin'], ['', 'eu']])('%s is not one for %s', (word, known) => {
    expect(looksLike(word, known)).toBe(false);
  });
});
