// Self-avoiding walks of a given length on the square lattice (OEIS A001411). Argument: the length, 1 to 40.
//
// The walks are shared out by their first steps: prefix number i belongs to unit i modulo the number of units. Prints how
// many walks the unit's prefixes have; the units of a job add up to the answer.
import { args, fail, print, unitCount, unitIndex } from './lib/wasi.ts';

/** The number of walks of 40 steps is the last that this counts within 64 bits with room to spare. */
const MAX_LENGTH = 40;
/** 5,916 prefixes of eight steps: enough for every unit of a big job, few enough to list in no time. */
const PREFIX_LENGTH = 8;

// A square around the middle that no walk can leave, one byte a place: 1 where the walk has been.
const WIDTH = 2 * MAX_LENGTH + 1;
const EAST = 1;
const SOUTH = WIDTH;
const lattice = heap.alloc(WIDTH * WIDTH);
memory.fill(lattice, 0, WIDTH * WIDTH);
const middle = lattice + MAX_LENGTH * WIDTH + MAX_LENGTH;

const units = unitCount();
const unit = unitIndex();
let prefixes = 0;

/** Walks on from a free place: how many walks of `steps` more steps begin there. */
function walksFrom(place: usize, steps: i32): i64 {
  if (steps == 0) return 1;
  if (steps == 1) return 4 - visitedAround(place);
  store<u8>(place, 1);
  let count: i64 = 0;
  if (!load<u8>(place + EAST)) count += walksFrom(place + EAST, steps - 1);
  if (!load<u8>(place - EAST)) count += walksFrom(place - EAST, steps - 1);
  if (!load<u8>(place + SOUTH)) count += walksFrom(place + SOUTH, steps - 1);
  if (!load<u8>(place - SOUTH)) count += walksFrom(place - SOUTH, steps - 1);
  store<u8>(place, 0);
  return count;
}

function visitedAround(place: usize): i64 {
  return i64(load<u8>(place + EAST)) + load<u8>(place - EAST) + load<u8>(place + SOUTH) + load<u8>(place - SOUTH);
}

/** Goes through the prefixes in their fixed order and counts the walks of those that are this unit's. */
function shareFrom(place: usize, prefixSteps: i32, steps: i32): i64 {
  if (load<u8>(place)) return 0;
  if (prefixSteps == 0) return prefixes++ % units == unit ? walksFrom(place, steps) : 0;
  store<u8>(place, 1);
  const count =
    shareFrom(place + EAST, prefixSteps - 1, steps) +
    shareFrom(place - EAST, prefixSteps - 1, steps) +
    shareFrom(place + SOUTH, prefixSteps - 1, steps) +
    shareFrom(place - SOUTH, prefixSteps - 1, steps);
  store<u8>(place, 0);
  return count;
}

const given = args();
const length = given.length == 1 ? I32.parseInt(given[0]) : 0;
if (length < 1 || length > MAX_LENGTH) fail('Usage: walks LENGTH, from 1 to 40');
const prefixLength = min(length, PREFIX_LENGTH);
print(`${shareFrom(middle, prefixLength, length - prefixLength)}\n`);
