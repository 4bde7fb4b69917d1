import { storeLimits } from '../limits.ts';

/** Why a name cannot be an entry of a directory, or undefined: names become paths on other people's disks. */
export function nameProblem(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'it names no file';
  if (/[/\\]/u.test(name)) return 'it has a slash';
  if (/\p{Cc}/u.test(name)) return 'it has a control character';
  if (Buffer.byteLength(name) > storeLimits.nameBytes) return `it is longer than ${storeLimits.nameBytes} bytes`;
  return undefined;
}
