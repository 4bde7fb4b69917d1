import type { Cid, Crypto, PeerId } from '@shoal/runtime';
import { digestOf } from '@shoal/protocol';

const encoder = new TextEncoder();

export interface Revelation {
  job: Cid;
  unit: number;
  worker: PeerId;
  salt: Uint8Array;
  result: Cid;
}

/**
 * What a worker binds itself to before anybody shows a result: SHA-256 over a domain, the job, the unit,
 * its own name (so that a copied commitment is worthless), a salt (so that it cannot be guessed) and the result.
 */
export function commitmentOf(revelation: Revelation, crypto: Crypto): Uint8Array {
  const { job, unit, worker, salt, result } = revelation;
  const parts = [encoder.encode(`shoal/commit/1\0${unit}\0${worker}\0`), digestOf(job), salt, digestOf(result)];
  return crypto.sha256(concat(parts));
}

/** A salt that a restarted worker finds again: a keyed hash of job and unit, 16 bytes. */
export function saltOf(key: Uint8Array, job: Cid, unit: number, crypto: Crypto): Uint8Array {
  return crypto.sha256(concat([key, digestOf(job), encoder.encode(String(unit))])).subarray(0, 16);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
