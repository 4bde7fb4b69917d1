import { ShoalError } from '@shoal/runtime';
import type { WorkloadErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';

export interface OriginSums {
  /** Three letters, for example ORD. */
  origin: string;
  flights: number;
  /** Minutes. */
  delay: number;
  /** Miles. */
  distance: number;
  /** Flights at least an hour late. */
  delayedHour: number;
}

/** What the flights program prints for its inputs. */
export interface FlightsTable {
  origins: OriginSums[];
  malformed: number;
}

const headerLine = 'origin,flights,delay,distance,delayedHour';
const originLine = /^([A-Z]{3}),(\d{1,19}),(-?\d{1,19}),(-?\d{1,19}),(\d{1,19})$/;
const malformedLine = /^malformed,(\d{1,19}),0,0,0$/;

/** Reads the table of one unit. It comes from a stranger's machine: anything but the exact form is refused. */
export function parseFlightsTable(stdout: Uint8Array): FlightsTable {
  if (stdout.length > limits.maxTableBytes) {
    throw invalid(`it has ${stdout.length} bytes, expected at most ${limits.maxTableBytes}`);
  }
  const lines = Buffer.from(stdout.buffer, stdout.byteOffset, stdout.length).toString('latin1').split('\n');
  if (lines.pop() !== '') throw invalid('its last line is unfinished');
  if (lines.shift() !== headerLine) throw invalid(`its first line is not ${headerLine}`);
  const [, malformed] = malformedLine.exec(lines.pop() ?? '') ?? [];
  if (malformed === undefined) throw invalid('its last line does not count the malformed rows');
  const origins: OriginSums[] = [];
  for (const line of lines) origins.push(parseOrigin(line, origins.at(-1)?.origin ?? ''));
  return { origins, malformed: exact(malformed) };
}

function parseOrigin(line: string, before: string): OriginSums {
  const [, origin, flights, delay, distance, delayedHour] = originLine.exec(line) ?? [];
  if (origin === undefined) throw invalid(`a line is ${JSON.stringify(line.slice(0, 80))}`);
  if (origin <= before) throw invalid(`${origin} comes after ${before}`);
  const sums = { origin, flights: exact(flights), delay: exact(delay), distance: exact(distance), delayedHour: exact(delayedHour) };
  if (sums.flights === 0 || sums.delayedHour > sums.flights) throw invalid(`the counts of ${origin} contradict each other`);
  return sums;
}

/** The number of a text, in its one canonical form. */
function exact(text = ''): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || String(value) !== text) throw invalid(`${text} is not an exact whole number`);
  return value;
}

function invalid(why: string): ShoalError<WorkloadErrorCode> {
  return new ShoalError<WorkloadErrorCode>('flights-table-invalid', `Cannot read a table of flights: ${why}`, {
    hint: 'The unit ran another program, or its worker changed the result.',
  });
}
