import type { Cid, PeerId, Random } from '@shoal/runtime';
import { encodeResult, type JobSpec } from '@shoal/protocol';
import type { RunOutcome } from '../events.ts';
import { quickCrypto } from './crypto.ts';

/** How a peer of the test mesh runs a unit; undefined: it never ends. */
export type Behaviour = (spec: JobSpec, unit: number, peer: PeerId, job: Cid) => { afterMs: number; outcome: RunOutcome } | undefined;

/** A result that says which unit it is of. */
export function resultOf(unit: number, salt = ''): Extract<RunOutcome, { ok: true }> {
  const stdout = { inline: new TextEncoder().encode(`unit ${unit}${salt}`) };
  const { cid, bytes } = encodeResult({ stdout, files: [] }, quickCrypto);
  return { ok: true, result: cid, document: bytes, log: new Uint8Array() };
}

export function failureOf(code: Extract<RunOutcome, { ok: false }>['code'], deterministic = false): RunOutcome {
  return { ok: false, code, message: `${code} in a test`, deterministic, log: new Uint8Array() };
}

export const honest: Behaviour = (_spec, unit) => ({ afterMs: 40 + (unit % 7) * 10, outcome: resultOf(unit) });

/** Mulberry32: small, seeded, good enough for tests. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (below: number): number => Math.floor(float() * below);
  return { float, integer, bytes: (length) => Uint8Array.from({ length }, () => integer(256)) };
}
