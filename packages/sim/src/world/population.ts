import { signerFromSeed, type Crypto, type Random } from '@shoal/runtime';
import { defaults, type EngineConfig, type Policy } from '@shoal/engine';
import { peerIdOf, proveOperator, type Holding } from '@shoal/protocol';
import { soundKinds, type WorkerKind } from '../behaviours/worker.ts';
import { slowestSpeed, type Scenario } from '../scenario/scenario.ts';
import { holdingOf } from './job-specs.ts';
import { ownersWord } from './owners.ts';
import type { SimPeerOptions } from './peer.ts';
import { randomStream } from './random.ts';
import { standInSigner } from './stand-in-crypto.ts';

/** Who a peer is, before it lives. */
export type Person = SimPeerOptions & {
  /** Never leaves: without them no quorum could be reached, or a shard would be gone. */
  needed: boolean;
};

/** As many sound workers stay and take every job, so that every job can end. */
const neededWorkers = 5;
const neededTrustees = 2;
const goldShare = 0.5;
const badHolderShare = 0.3;

/** Draws all peers of a scenario: first the requesters, then the workers. */
export function drawPopulation(scenario: Scenario, crypto: Crypto, realCrypto: boolean): Person[] {
  const random = randomStream(scenario.seed, 'peers');
  const owners = randomStream(scenario.seed, 'owners');
  const makeSigner = realCrypto ? signerFromSeed : standInSigner;
  const kinds = Object.entries(scenario.kinds).flatMap(([kind, count]) => Array<WorkerKind>(count).fill(kind as WorkerKind));
  const workers = scenario.peers - scenario.requesters;
  while (kinds.length < workers) kinds.push('honest');
  const colluder = makeSigner(randomStream(scenario.seed, 'operator').bytes(32));
  const people: Person[] = [];
  let sound = 0;
  for (let index = 0; index < scenario.peers; index += 1) {
    const isRequester = index < scenario.requesters;
    const kind = isRequester ? 'honest' : (kinds[index - scenario.requesters] as WorkerKind);
    const needed = !isRequester && soundKinds.has(kind) && (sound += 1) <= neededWorkers;
    const signer = makeSigner(random.bytes(32));
    const [speed, offset, rate, denies, gold, trustee] = [random.float(), random.float(), random.float(), random.float(), random.float(), random.float()];
    const entrusts = (scenario.trusteeShare ?? 0) > 0;
    // Two run nothing and stay; others that run units as well may lend themselves, those who are needed do not.
    const onlyTrustee = entrusts && index >= scenario.peers - neededTrustees;
    const operator = kind === 'colluding' && scenario.oneOperator === true ? { operator: proveOperator(colluder, peerIdOf(signer.publicKey)) } : {};
    const isTrustee = onlyTrustee || (!isRequester && !needed && trustee < (scenario.trusteeShare ?? 0));
    const denied = !needed && denies < scenario.deniedShare && people[0] !== undefined ? [peerIdOf(people[0].signer.publicKey)] : [];
    const owner = !isRequester && !needed && owners.float() < (scenario.ownedShare ?? 0) ? ownersWord(owners, crypto) : {};
    const labels = needed || gold < goldShare ? { tier: 'gold' } : { tier: 'silver' };
    people.push({
      index,
      signer,
      crypto,
      config: { ...configOf(scenario, isRequester || onlyTrustee ? 0 : scenario.slots, labels, { denied: new Set(denied), ...owner }), ...operator, ...(isTrustee ? { roles: ['steward', 'keeper'] } : {}) },
      kind,
      ...(scenario.honestRuns === undefined ? {} : { honestRuns: scenario.honestRuns }),
      fuelPerMs: scenario.fuelPerMs * (slowestSpeed + speed),
      holdings: [],
      clockOffsetMs: Math.round((offset * 2 - 1) * scenario.clockSkewMs),
      clockRate: 1 + (rate * 2 - 1) * scenario.clockDrift,
      dice: {
        engine: randomStream(scenario.seed, `engine/${index}`),
        runs: randomStream(scenario.seed, `runs/${index}`),
        seals: randomStream(scenario.seed, `seals/${index}`),
        crashes: randomStream(scenario.seed, `crashes/${index}`),
      },
      needed: needed || onlyTrustee,
    });
  }
  placeShards(scenario, people, crypto);
  return people;
}

/** Each shard lies with so many sound workers, and with some others, who can only be hoped to be of use. */
function placeShards(scenario: Scenario, people: Person[], crypto: Crypto): void {
  const random = randomStream(scenario.seed, 'shards');
  const workers = people.slice(scenario.requesters);
  const sound = workers.filter(({ needed, kind, config }) => needed && config.slots > 0 && kind !== 'flaky');
  for (const [number, job] of scenario.jobs.entries()) {
    if (job.holders === 0) continue;
    const held = new Map<Person, Set<number>>();
    for (let unit = 0; unit < job.units; unit += 1) {
      const others = workers.filter(({ kind }) => !soundKinds.has(kind) && random.float() < badHolderShare);
      for (const person of [...shuffled(sound, random).slice(0, job.holders), ...others]) held.set(person, (held.get(person) ?? new Set()).add(unit));
    }
    for (const [person, units] of held) {
      const holding: Holding = holdingOf(number, job, (unit) => units.has(unit), crypto);
      person.holdings.push(holding);
    }
  }
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = random.integer(i + 1);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

function configOf(scenario: Scenario, slots: number, labels: Record<string, string>, policy: Policy): EngineConfig {
  return {
    mesh: 'sim',
    agent: 'sim',
    slots,
    maxUnitMemoryBytes: 1 << 30,
    engines: ['wasm'],
    isolation: 'full',
    determinismClass: 'sim',
    fuelPerSecond: scenario.fuelPerMs * 1_000,
    labels,
    policy,
    timings: { ...defaults, ...scenario.timings },
  };
}
