// Flights by airport of origin. Each argument is a CSV file: date,delay,distance,origin,destination
//
// Prints the table origin,flights,delay,distance,delayedHour, sorted by airport, with sums of minutes and of miles;
// its last row is `malformed` and counts the lines that are no flight. Tables of several files add up.
import { Lines } from './lib/lines.ts';
import { args, fail, print } from './lib/wasi.ts';

const HEADER = String.UTF8.encode('date,delay,distance,origin,destination');
const HOUR_MINUTES = 60;
/** More digits than any delay or distance has, few enough that sums of 9,000,000,000 rows fit 64 bits. */
const MAX_DIGITS: usize = 9;

const NEWLINE: u32 = 0x0a;
const RETURN: u32 = 0x0d;
const COMMA: u32 = 0x2c;
const MINUS: u32 = 0x2d;
const ZERO: u32 = 0x30;
const LETTER_A: u32 = 0x41;
const LETTERS: u32 = 26;

/** Sums of one airport; a table of them has a place for every code from AAA to ZZZ. */
@unmanaged
class Sums {
  flights: i64;
  delay: i64;
  distance: i64;
  delayedHour: i64;
}

const AIRPORTS = LETTERS * LETTERS * LETTERS;
const table = heap.alloc(AIRPORTS * offsetof<Sums>());
memory.fill(table, 0, AIRPORTS * offsetof<Sums>());
let malformed: i64 = 0;

function sumsOf(airport: u32): Sums {
  return changetype<Sums>(table + airport * offsetof<Sums>());
}

/** Adds the rows between two places in memory; the last byte is a newline. */
function addRows(start: usize, end: usize): void {
  let at = start;
  while (at < end) {
    const length = addRow(at);
    if (length == 0) {
      malformed++;
      at = afterLine(at);
    } else {
      at += length;
    }
  }
}

/** Adds the row at a place; gives its length with the line's end, or 0 when it is malformed. */
function addRow(row: usize): usize {
  let at = row;
  let byte = <u32>load<u8>(at);
  const blank = lineEnd(at);
  if (blank != 0) return blank;

  while (byte != COMMA && byte != NEWLINE) byte = load<u8>(++at);
  if (byte != COMMA) return 0;
  const delay = integer(++at);
  at += <usize>(delay & 0xff);
  if (delay == 0 || load<u8>(at) != COMMA) return 0;
  const distance = integer(++at);
  at += <usize>(distance & 0xff);
  if (distance == 0 || load<u8>(at) != COMMA) return 0;
  const origin = airport(++at);
  at += 3;
  if (origin >= AIRPORTS || load<u8>(at) != COMMA) return 0;
  const destination = airport(++at);
  at += 3;
  const ending = lineEnd(at);
  if (destination >= AIRPORTS || ending == 0) return 0;

  const sums = sumsOf(origin);
  sums.flights++;
  sums.delay += delay >> 8;
  sums.distance += distance >> 8;
  sums.delayedHour += i64(delay >> 8 >= HOUR_MINUTES);
  return at + ending - row;
}

/** The whole number at a place, as value * 256 + its length; 0 when there is none. */
function integer(start: usize): i64 {
  const negative = load<u8>(start) == MINUS;
  const first = start + usize(negative);
  let at = first;
  let value: i64 = 0;
  for (let digit = <u32>load<u8>(at) - ZERO; digit < 10; digit = <u32>load<u8>(++at) - ZERO) value = value * 10 + digit;
  if (at == first || at - first > MAX_DIGITS) return 0;
  return ((negative ? -value : value) << 8) + (at - start);
}

/** The number of the three-letter code at a place; AIRPORTS or more when there is none. */
function airport(at: usize): u32 {
  const a = <u32>load<u8>(at) - LETTER_A;
  const b = <u32>load<u8>(at, 1) - LETTER_A;
  const c = <u32>load<u8>(at, 2) - LETTER_A;
  return a < LETTERS && b < LETTERS && c < LETTERS ? (a * LETTERS + b) * LETTERS + c : AIRPORTS;
}

/** The length of the line's end at a place: 1, 2 with a carriage return, or 0 when the line goes on. */
function lineEnd(at: usize): usize {
  const byte = <u32>load<u8>(at);
  if (byte == NEWLINE) return 1;
  return byte == RETURN && load<u8>(at, 1) == NEWLINE ? 2 : 0;
}

function afterLine(at: usize): usize {
  while (load<u8>(at) != NEWLINE) at++;
  return at + 1;
}

/** The length of the header at a place, or 0: a file may do without. */
function headerLength(start: usize, end: usize): usize {
  const bytes: usize = HEADER.byteLength;
  if (end - start <= bytes || memory.compare(start, changetype<usize>(HEADER), bytes) != 0) return 0;
  const ending = lineEnd(start + bytes);
  return ending == 0 ? 0 : bytes + ending;
}

function addFile(path: string): void {
  const lines = new Lines(path);
  for (let first = true; lines.next(); first = false) {
    addRows(lines.start + (first ? headerLength(lines.start, lines.end) : 0), lines.end);
  }
  malformed += lines.overlong;
  lines.close();
}

function printTable(): void {
  print('origin,flights,delay,distance,delayedHour\n');
  for (let airport: u32 = 0; airport < AIRPORTS; airport++) {
    const sums = sumsOf(airport);
    if (sums.flights > 0) print(`${code(airport)},${sums.flights},${sums.delay},${sums.distance},${sums.delayedHour}\n`);
  }
  print(`malformed,${malformed},0,0,0\n`);
}

function code(airport: u32): string {
  return String.fromCharCodes([
    LETTER_A + airport / (LETTERS * LETTERS),
    LETTER_A + (airport / LETTERS) % LETTERS,
    LETTER_A + airport % LETTERS,
  ]);
}

const files = args();
if (files.length == 0) fail('Usage: flights FILE...');
for (let i = 0; i < files.length; i++) addFile(files[i]);
printTable();
