import { ShoalError, systemLocalTime, type PeerId } from '@shoal/runtime';
import { parseCid, parsePeerId } from '@shoal/protocol';
import { changesAt, isOpenAt, type Policy } from '@shoal/engine';
import { describeEngine, engineCatalogue } from '@shoal/sandbox';
import type { PeerOptions, PolicyView } from '../api.ts';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';
import { parseHours } from './hours.ts';
import { minIsolationOf } from './walls.ts';

/** What an owner's options let others do. Fails with `options-invalid` where one of them cannot be meant. */
export function policyOf(options: PeerOptions, isPrivate: boolean): Policy {
  const { allowRequesters, denyRequesters = [], allowPrograms, denyPrograms, hours } = options;
  const programs = {
    ...(allowPrograms === undefined ? {} : { allowed: listed(allowPrograms, program) }),
    ...(denyPrograms === undefined ? {} : { denied: listed(denyPrograms, program) }),
  };
  return {
    denied: listed(denyRequesters, requester),
    ...(allowRequesters === undefined ? {} : { allowed: listed(allowRequesters, requester) }),
    ...(allowPrograms === undefined && denyPrograms === undefined ? {} : { programs }),
    ...(hours === undefined ? {} : { hours: { ranges: parseHours(hours), localTime: systemLocalTime } }),
    minIsolation: minIsolationOf(options, isPrivate),
    sameNetwork: options.sameNetwork ?? 'public',
  };
}

/** The same for people, with how it is at this moment. */
export function policyViewOf({ hours }: Policy, given: PeerOptions, now: number): PolicyView {
  const { allowRequesters, denyRequesters, allowPrograms, denyPrograms } = given;
  const change = hours === undefined ? undefined : changesAt(hours, now);
  return {
    ...(allowRequesters === undefined ? {} : { allowRequesters }),
    ...(denyRequesters === undefined ? {} : { denyRequesters }),
    ...(allowPrograms === undefined ? {} : { allowPrograms }),
    ...(denyPrograms === undefined ? {} : { denyPrograms }),
    ...(given.hours === undefined ? {} : { hours: given.hours }),
    open: hours === undefined || isOpenAt(hours, now),
    ...(change === undefined ? {} : { changesAt: change }),
  };
}

function listed<T extends string>(texts: readonly string[], read: (text: string) => T): ReadonlySet<T> {
  if (texts.length > peerDefaults.maxPolicyNames) throw new PeerError('options-invalid', `Cannot take a list of ${texts.length} names: expected at most ${peerDefaults.maxPolicyNames}`);
  return new Set(texts.map((text) => read(text.trim())));
}

function requester(text: string): PeerId {
  try {
    return parsePeerId(text);
  } catch (cause) {
    if (!(cause instanceof ShoalError)) throw cause;
    throw new PeerError('options-invalid', `Cannot read "${text}" as a requester: expected the id of a peer or of an operator, which begins with 12D3Koo`, {
      cause,
      hint: '`shoal status` shows both for a peer; `shoal peers` lists the ids of those known.',
    });
  }
}

function program(text: string): string {
  if (describeEngine(text) !== undefined) return text;
  try {
    return parseCid(text);
  } catch (cause) {
    if (!(cause instanceof ShoalError)) throw cause;
    throw new PeerError('options-invalid', `Cannot read "${text}" as a program: expected a CID or an engine (${engineCatalogue.map(({ engine }) => engine).join(', ')})`, { cause });
  }
}
