// Works for a while that differs from unit to unit, and prints how many steps it took. Arguments: the least and the most steps.
//
// The units of a job take evenly spread numbers of steps, in no order: what the sharing out of work is measured with.
import { args, fail, print, unitCount, unitIndex } from './lib/wasi.ts';

const MOST_STEPS: i64 = 1_000_000_000_000;
/** A prime: multiplied by it, units spread over all places where there are fewer of them. */
const STRIDE: i64 = 104_729;
/** Steps of one call, so that the loop is entered again and again: some engines optimise only there. */
const STRETCH: i64 = 100_000;

/** Steps of a generator of random numbers: each needs the one before, and none can be left out. */
function walk(from: u32, steps: i64): u32 {
  let state = from;
  for (let i: i64 = 0; i < steps; i++) state = (state >> 1) ^ (-(state & 1) & 0xa300_0000);
  return state;
}

const given = args();
const least: i64 = given.length == 2 ? I64.parseInt(given[0]) : -1;
const most: i64 = given.length == 2 ? I64.parseInt(given[1]) : -1;
if (least < 0 || most < least || most > MOST_STEPS) fail('Usage: uneven LEAST MOST, at most 1000000000000 steps');

const places: i64 = max(<i64>unitCount() - 1, 1);
const place: i64 = (<i64>unitIndex() * STRIDE) % <i64>unitCount();
const steps: i64 = least + (most - least) / places * place;
let state: u32 = 1;
for (let left = steps; left > 0; left -= STRETCH) state = walk(state, min(left, STRETCH));
// A generator of full period never comes to zero: printed so that the steps cannot be optimised away.
print(state == 0 ? 'impossible\n' : `${steps}\n`);
