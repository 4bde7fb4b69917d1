import { ShoalError, type Crypto, type Signer } from '@shoal/runtime';
import { limits, sealAdvert, type Advert, type Opened } from '@shoal/protocol';
import type { Engine, EngineConfig, Turn } from '../engine.ts';
import { changesAt } from '../policy/hours.ts';
import { freeSlots } from '../worker/capacity.ts';
import { keepAdvert } from './keep.ts';
import { advertLifeMs } from './pace.ts';

/** What this peer says of itself now: as many datasets as there is room for; the others are found through the DHT. */
export function makeAdvert({ engine, now }: Turn): Opened<Advert> {
  engine.advertSeq = Math.max(engine.advertSeq + 1, now); // newer than anything said before a restart
  const advert: Advert = {
    ...selfOf(engine.config),
    seq: engine.advertSeq,
    at: now - engine.clockAheadMs,
    ttlMs: advertLifeMs(engine),
    addresses: engine.addresses.slice(0, limits.maxAddresses),
    free: freeForOthers(engine),
    ...opensAt(engine, now),
  };
  for (let count = Math.min(engine.holdings.size, limits.maxDatasetsPerAdvert); ; count = Math.floor(count / 2)) {
    try {
      return sealAdvert({ ...advert, datasets: [...engine.holdings.values()].slice(0, count) }, engine.signer, engine.crypto);
    } catch (error) {
      if (count === 0 || !(error instanceof ShoalError) || error.code !== 'document-oversize') throw error;
    }
  }
}

function freeForOthers(engine: Engine): number {
  return engine.closedAt === undefined ? freeSlots(engine) : 0;
}

/** Outside of its owner's hours: until when nobody need ask. */
function opensAt({ config, closedAt, clockAheadMs }: Engine, now: number): Pick<Advert, 'opensAt'> {
  const at = closedAt === undefined || config.policy.hours === undefined ? undefined : changesAt(config.policy.hours, now - clockAheadMs);
  return at === undefined ? {} : { opensAt: at };
}

/** Says anew what this peer is. */
export function renewAdvert(turn: Turn): Opened<Advert> {
  const own = makeAdvert(turn);
  keepAdvert(turn, own);
  turn.engine.advertStale = false;
  return own;
}

/** What this peer said last, where that still holds. */
export function currentAdvert(turn: Turn): Opened<Advert> {
  const { engine, now } = turn;
  const known = engine.roster.get(engine.self);
  const isRecent = known !== undefined && now - known.receivedAt < engine.config.timings.resignAdvertMs;
  // Its time to live tells the others how large a mesh it is to us.
  return isRecent && !engine.advertStale && known.value.free === freeForOthers(engine) && known.value.ttlMs >= advertLifeMs(engine) ? known : renewAdvert(turn);
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
    ...(config.operator === undefined ? {} : { operator: config.operator }),
    ...(config.roles === undefined || config.roles.length === 0 ? {} : { roles: [...config.roles] }),
  };
}
