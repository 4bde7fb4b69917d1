import { utcTime, type Crypto, type Random } from '@shoal/runtime';
import { weekMinutes, type Policy, type WeekRange } from '@shoal/engine';
import { programOf } from './job-specs.ts';

/** The world begins at this minute of its week, and hours are drawn for so long. */
const beginsAtMinute = 2 * 1_440 + 22 * 60 + 13;
const drawnMinutes = 40;

/** What the owner of a peer wants: nothing of the program that is posted here, of its engine, or of any but another; or work at some minutes only. */
export function ownersWord(random: Random, crypto: Crypto): Partial<Policy> {
  const choice = random.float();
  if (choice < 0.1) return { programs: { denied: new Set([programOf(crypto)]) } };
  if (choice < 0.2) return { programs: { denied: new Set(['wasm']) } };
  if (choice < 0.3) return { programs: { allowed: new Set(['quickjs-1']) } };
  return { hours: { ranges: someMinutes(random), localTime: utcTime } };
}

function someMinutes(random: Random): WeekRange[] {
  const ranges: WeekRange[] = [];
  for (let minute = random.integer(2); minute < drawnMinutes; ) {
    const from = (beginsAtMinute + minute) % weekMinutes;
    const length = 1 + random.integer(2);
    ranges.push({ from, to: from + length });
    minute += length + 1 + random.integer(2);
  }
  return ranges;
}
