import { readFileSync } from 'node:fs';
import { messageOf } from '@shoal/runtime';
import { InvalidArgumentError } from 'commander';

const byteUnits: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};
const durationUnits: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `256MiB`, `1.5GB`, `4096`: bytes. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/iu.exec(text.trim());
  const unit = byteUnits[match?.[2]?.toLowerCase() ?? ''];
  const bytes = Math.round(Number(match?.[1]) * (unit ?? Number.NaN));
  if (!Number.isSafeInteger(bytes)) throw new InvalidArgumentError('Expected a size such as 256MiB, 1.5GB or 4096 (bytes).');
  return bytes;
}

/** `2MB/s`, `500KiB/s`, `16Mbit/s`: bytes a second. */
export function parseRate(text: string): number {
  const [, amount = '', bits = ''] = /^(.*?)(bit)?\s*\/\s*s(?:ec)?$/iu.exec(text.trim()) ?? [];
  try {
    return Math.round(parseBytes(amount) / (bits === '' ? 1 : 8));
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) throw new InvalidArgumentError('Expected a rate such as 2MB/s, 500KiB/s or 16Mbit/s.');
    throw cause;
  }
}

/** `60s`, `5m`, `1h`, `250ms`: milliseconds. A bare number is refused: it would be read as whatever one expects. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/iu.exec(text.trim());
  const durationMs = Math.round(Number(match?.[1]) * (durationUnits[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN));
  if (!Number.isSafeInteger(durationMs)) throw new InvalidArgumentError('Expected a duration such as 60s, 5m, 1h or 250ms.');
  return durationMs;
}

/** A whole number within bounds. */
export function parseInteger(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,15}$/u.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** `steward,keeper`, one of them, or `none`. */
export function parseRoles(text: string): ('steward' | 'keeper')[] {
  if (text === 'none') return [];
  const roles = text.split(',').map((role) => role.trim());
  if (roles.every((role) => role === 'steward' || role === 'keeper')) return [...new Set(roles)];
  throw new InvalidArgumentError('Expected steward, keeper, both with a comma between them, or none.');
}

const keyBytes = 32;

/** A file of 32 bytes, as `head -c 32 /dev/urandom` writes it. */
export function readKey(path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new InvalidArgumentError(`Cannot read it: ${messageOf(error)}. One is made by: head -c 32 /dev/urandom > ${path}`);
  }
  if (bytes.length === keyBytes) return new Uint8Array(bytes);
  throw new InvalidArgumentError(`Expected a file of ${keyBytes} bytes, it has ${bytes.length}.`);
}

/** Collects a repeatable option. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** Collects `key=value` into a record. */
export function collectPairs(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const split = text.indexOf('=');
  if (split <= 0) throw new InvalidArgumentError('Expected key=value, for example region=eu.');
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

/** Collects NAME=SHA256; nothing is allowed by its name alone. */
export function collectDigests(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const [, name, digest] = /^([^=]{1,100})=(?:sha256:)?([0-9a-fA-F]{64})$/.exec(text) ?? [];
  if (name === undefined || digest === undefined) throw new InvalidArgumentError('Expected NAME=SHA256 with 64 hexadecimal digits, as sha256sum prints them.');
  if (before?.[name] !== undefined) throw new InvalidArgumentError(`There is a ${name} already; give each program its own name.`);
  return { ...before, [name]: digest.toLowerCase() };
}

/** Collects images by digest. */
export function collectImages(text: string, before: string[] | undefined): string[] {
  if (!/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('Expected IMAGE@sha256:DIGEST: a tag may come to mean another image.');
  return [...(before ?? []), text];
}

/** Collects a repeatable list whose items may also be parted by commas. */
export function collectList(text: string, before: string[] | undefined): string[] {
  const items = text.split(',').map((item) => item.trim()).filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('Expected names parted by commas.');
  return [...(before ?? []), ...items];
}

/** A multiaddr to listen on. */
export function collectListenAddresses(text: string, before: string[] | undefined): string[] {
  if (!/^\/[a-z0-9]+\/.+/u.test(text)) throw new InvalidArgumentError('Expected a multiaddr such as /ip4/127.0.0.1/tcp/0.');
  return collect(text, before);
}
