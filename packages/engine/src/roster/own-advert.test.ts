import { documentCid, limits, openAdvert } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { quickCrypto } from '../testing/crypto.ts';
import { TestMesh } from '../testing/mesh.ts';
import { holding } from '../testing/specs.ts';
import { checkConfig, makeAdvert } from './own-advert.ts';

const mesh = new TestMesh(1);

describe('a peer’s own advert', () => {
  it('fits however many and large its datasets are: those that fit are in it', () => {
    const { engine } = mesh.add();
    for (let i = 0; i < 100; i += 1) {
      const cid = documentCid(new TextEncoder().encode(`dataset ${i}`), quickCrypto);
      engine.holdings.set(cid, { ...holding(limits.maxShards, () => true), cid, name: 'x'.repeat(limits.maxNameLength) });
    }
    const advert = makeAdvert({ engine, now: mesh.now, random: mesh.random, effects: [] });
    expect(advert.bytes.length).toBeLessThanOrEqual(limits.maxAdvertBytes + limits.maxEnvelopeOverheadBytes);
    expect(openAdvert(advert.bytes, quickCrypto).value.datasets.length).toBeGreaterThan(4);
  });

  it('is refused before a peer starts, where its configuration allows none', () => {
    const { config } = mesh.add();
    expect(() => checkConfig(config, quickCrypto)).not.toThrow();
    for (const wrong of [{ labels: { 'two words': 'x' } }, { labels: { ok: 'x'.repeat(1_000) } }, { mesh: 'x'.repeat(1_000) }]) {
      expect(() => checkConfig({ ...config, ...wrong }, quickCrypto)).toThrow(expect.objectContaining({ code: 'document-malformed' }));
    }
  });
});
