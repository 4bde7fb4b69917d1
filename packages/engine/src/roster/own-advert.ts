import { ShoalError, type Crypto, type Signer } from '@shoal/runtime';
import { limits, sealAdvert, type Advert, type Opened } from '@shoal/protocol';
import type { EngineConfig, Turn } from '../engine.ts';
import { freeSlots } from '../worker/capacity.ts';

/** What this peer says of itself now: as many datasets as there is room for; the others are found through the DHT. */
export function makeAdvert({ engine, now }: Turn): Opened<Advert> {
  engine.advertSeq = Math.max(engine.advertSeq + 1, now); // newer than anything said before a restart
  const advert: Advert = {
    ...selfOf(engine.config),
    seq: engine.advertSeq,
    at: now - engine.clockAheadMs,
    addresses: engine.addresses.slice(0, limits.maxAddresses),
    free: freeSlots(engine),
  };
  for (let count = Math.min(engine.holdings.size, limits.maxDatasetsPerAdvert); ; count = Math.floor(count / 2)) {
    try {
      return sealAdvert({ ...advert, datasets: [...engine.holdings.values()].slice(0, count) }, engine.signer, engine.crypto);
    } catch (error) {
      if (count === 0 || !(error instanceof ShoalError) || error.code !== 'document-oversize') throw error;
    }
  }
}

/** Fails with `document-malformed` or `document-oversize` where nobody could be told of a peer with this configuration. */
export function checkConfig(config: EngineConfig, crypto: Crypto): void {
  const nobody: Signer = { publicKey: new Uint8Array(32), sign: () => new Uint8Array(64) };
  const addresses = Array.from({ length: limits.maxAddresses }, () => 'x'.repeat(limits.maxAddressLength));
  sealAdvert({ ...selfOf(config), addresses }, nobody, crypto);
}

function selfOf(config: EngineConfig): Advert {
  return {
    mesh: config.mesh,
    seq: 0,
    at: 0,
    ttlMs: config.timings.advertTtlMs,
    agent: config.agent,
    addresses: [],
    slots: config.slots,
    free: 0,
    memoryBytes: config.maxUnitMemoryBytes,
    fuelPerSecond: config.fuelPerSecond,
    engines: config.engines,
    isolation: config.isolation,
    determinismClass: config.determinismClass,
    labels: config.labels,
    datasets: [],
    ...(config.members === undefined ? {} : { membership: config.members.shown }),
    ...(config.roles === undefined || config.roles.length === 0 ? {} : { roles: [...config.roles] }),
  };
}
