import type { PeerId } from '@shoal/runtime';
import { operatorIn, type JobSpec, type Reason } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import { changesAt, isOpenAt, utcText } from './hours.ts';

/** Why the owner of this peer does not let it run that for somebody; undefined where it may. Its own jobs it always runs. */
export function ownersRefusal(engine: Engine, asked: { requester: PeerId; spec: JobSpec }, now: number): Reason | undefined {
  if (asked.requester === engine.self) return undefined;
  return listsRefusal(engine, asked) ?? hoursRefusal(engine, now);
}

/** The same, whatever the hour. */
export function listsRefusal(engine: Engine, asked: { requester: PeerId; spec: JobSpec }): Reason | undefined {
  if (asked.requester === engine.self) return undefined;
  return requesterDenied(engine, asked.requester) ?? programDenied(engine, asked.spec);
}

/** A requester goes by its own id, and by its operator's where its advert proves whose it is. */
export function requesterDenied(engine: Engine, requester: PeerId): Reason | undefined {
  const { config, self } = engine;
  if (requester === self) return undefined;
  if (config.policy.denied.has(requester)) return { code: 'requester-denied', text: 'its owner does not serve this requester' };
  const { denied, allowed } = config.policy;
  if (allowed?.has(requester) === true || (allowed === undefined && denied.size === 0)) return undefined;
  const operator = operatorOf(engine, requester);
  if (operator !== undefined && denied.has(operator)) return { code: 'requester-denied', text: 'its owner does not serve the operator of this requester' };
  if (allowed === undefined || (operator !== undefined && allowed.has(operator))) return undefined;
  return { code: 'requester-not-allowed', text: 'its owner serves only some requesters, and this one is not among them' };
}

function operatorOf({ roster, crypto }: Engine, peer: PeerId): PeerId | undefined {
  const proof = roster.get(peer)?.value.operator;
  return proof === undefined ? undefined : operatorIn(proof, peer, crypto);
}

function programDenied({ config }: Engine, { program }: JobSpec): Reason | undefined {
  const { allowed, denied } = config.policy.programs ?? {};
  if (denied?.has(program.cid) === true) return { code: 'program-denied', text: `its owner does not run the program ${program.cid}` };
  if (denied?.has(program.engine) === true) return { code: 'engine-denied', text: `its owner runs no programs of the engine ${program.engine}` };
  if (allowed === undefined || allowed.has(program.cid) || allowed.has(program.engine)) return undefined;
  return { code: 'program-not-allowed', text: `its owner runs only some programs; ${program.cid} of the engine ${program.engine} is not among them` };
}

/** Outside of the hours at which its owner lends it, with when it is lent again. */
export function hoursRefusal({ config, clockAheadMs }: Engine, now: number): Reason | undefined {
  const { hours } = config.policy;
  const at = now - clockAheadMs;
  if (hours === undefined || isOpenAt(hours, at)) return undefined;
  const opensAt = changesAt(hours, at);
  return { code: 'outside-hours', text: `its owner lends it at other hours${opensAt === undefined ? '' : `: again from ${utcText(opensAt)} on`}` };
}
