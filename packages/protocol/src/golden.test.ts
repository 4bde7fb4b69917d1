import { readFileSync } from 'node:fs';
import { systemCrypto } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { openAdvert } from './documents/advert.ts';
import { openEntry } from './documents/entry.ts';
import { decodeResult, encodeResult } from './documents/result.ts';
import { decodeMessage, encodeMessage } from './messages/codec.ts';
import { messageTable } from './messages/table.ts';
import { openSample, sampleFacts, sampleMessages } from './testing/samples.ts';
import { currentGolden, factKinds, messageTypes, type Golden } from './testing/vectors.ts';

const golden = JSON.parse(readFileSync(new URL('../vectors/golden.json', import.meta.url), 'utf8')) as Golden;
const current = currentGolden();

function bytesOf(name: string): Uint8Array {
  return new Uint8Array(Buffer.from(golden.vectors[name] as string, 'hex'));
}

describe('bytes on the wire', () => {
  it.each(Object.keys(current.vectors))('of %s are what they always were', (name) => {
    expect(golden.vectors, 'a new document: add its vector by testing/write-vectors/main.ts').toHaveProperty([name]);
    expect(current.vectors[name]).toBe(golden.vectors[name]);
  });

  it.each(factKinds)('hold a %s that opens as it was sealed', (kind) => {
    expect(openEntry(bytesOf(`entry/${kind}`), systemCrypto).value).toMatchObject({ at: 1_000_000_000_000, facts: [sampleFacts[kind]] });
  });

  it.each(messageTypes)('hold a %s that reads as it was written', (type) => {
    const message = decodeMessage(bytesOf(`message/${type}`));
    expect(message).toEqual({ type, ...sampleMessages[type] });
    expect(encodeMessage(message)).toEqual(bytesOf(`message/${type}`));
  });

  it('hold a sealed result that its requester opens', () => {
    expect(openSample(bytesOf('sealed result'))?.result).toEqual(decodeResult(bytesOf('result/full')));
  });

  it('hold results and an advert that read as they were written', () => {
    for (const name of Object.keys(golden.vectors).filter((vector) => vector.startsWith('result/'))) {
      expect(encodeResult(decodeResult(bytesOf(name)), systemCrypto).bytes).toEqual(bytesOf(name));
    }
    expect(openAdvert(bytesOf('advert'), systemCrypto).value).toMatchObject({ mesh: 'shoal', seq: 42 });
  });
});

describe('numbers and names', () => {
  it('are never used again for something else', () => {
    for (const type of messageTypes) {
      expect(golden.numbers[type], `${type} is new: add its number by testing/write-vectors/main.ts`).toBe(messageTable[type].id);
    }
    const given = Object.values(golden.numbers);
    expect(new Set(given).size).toBe(given.length);
    for (const number of given) expect(number).toSatisfy((id) => Number.isInteger(id) && id >= 1 && id <= 255);
  });

  it('of facts stay known even when a kind is retired', () => {
    for (const kind of factKinds) expect(golden.kinds).toContain(kind);
  });
});
