// Counts primes. Argument: upTo, at most 1,000,000,000,000.
//
// Each unit sieves its slice of the numbers up to upTo and prints how many primes it holds; the units of a job add up.
import { args, fail, print, unitCount, unitIndex } from './lib/wasi.ts';

const MAX_UP_TO: i64 = 1_000_000_000_000;
/** Numbers sieved at once, one byte for each odd one: fits the processor's nearest cache. */
const SEGMENT: i64 = 65_536;

const marks = heap.alloc(<usize>SEGMENT / 2);

/** The odd primes up to a limit, by plain sieve. */
function oddPrimesUpTo(limit: i32): StaticArray<i32> {
  const composite = heap.alloc(limit + 1);
  memory.fill(composite, 0, limit + 1);
  let count = 0;
  for (let n = 3; n <= limit; n += 2) {
    if (load<u8>(composite + n)) continue;
    count++;
    if (n <= limit / n) for (let multiple = n * n; multiple <= limit; multiple += 2 * n) store<u8>(composite + multiple, 1);
  }
  const primes = new StaticArray<i32>(count);
  for (let n = 3, i = 0; i < count; n += 2) if (!load<u8>(composite + n)) primes[i++] = n;
  return primes;
}

/** Odd primes from an even number up to, and without, another number. */
function countSegment(from: i64, to: i64, primes: StaticArray<i32>): i64 {
  const odds = <usize>(to - from) / 2;
  memory.fill(marks, 0, odds);
  // 1 is no prime.
  if (from == 0) store<u8>(marks, 1);
  for (let i = 0; i < primes.length; i++) {
    const prime = <i64>unchecked(primes[i]);
    if (prime * prime >= to) break;
    // Smaller multiples have smaller factors.
    let first = max(prime * prime, ((from + prime - 1) / prime) * prime);
    if (first % 2 == 0) first += prime;
    for (let odd = <usize>(first - from) / 2; odd < odds; odd += <usize>prime) store<u8>(marks + odd, 1);
  }
  let count: i64 = 0;
  for (let odd: usize = 0; odd < odds; odd++) count += i64(load<u8>(marks + odd) == 0);
  return count;
}

function countSlice(from: i64, to: i64): i64 {
  const primes = oddPrimesUpTo(<i32>Math.sqrt(<f64>to) + 1);
  let count = i64(from <= 2 && 2 < to);
  for (let start = from; start < to; start += SEGMENT) count += countSegment(start, min(start + SEGMENT, to), primes);
  return count;
}

/** Where a unit's slice begins: an even number, so that only odd ones need a mark, and one past upTo in the end. */
function sliceStart(unit: i64): i64 {
  return unit == units ? upTo + 1 : ((upTo / units) * unit) & ~1;
}

const given = args();
const upTo: i64 = given.length == 1 ? I64.parseInt(given[0]) : -1;
if (upTo < 0 || upTo > MAX_UP_TO) fail('Usage: primes UP_TO, at most 1000000000000');
const units: i64 = unitCount();
const unit: i64 = unitIndex();
print(`${countSlice(sliceStart(unit), sliceStart(unit + 1))}\n`);
