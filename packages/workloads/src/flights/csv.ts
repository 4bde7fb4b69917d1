import { ShoalError } from '@shoal/runtime';
import type { WorkloadErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';
import type { FlightColumns } from './columns.ts';
import { columnNames } from './columns.ts';

const comma = 0x2c;
const newline = 0x0a;
const minus = 0x2d;
const zero = 0x30;

export const header = Buffer.from(`${columnNames.join()}\n`);

/** The CSV rows of a row group, in blocks. A block is overwritten by the next one. */
export function* csvBlocks(columns: FlightColumns): Generator<Uint8Array> {
  const block = Buffer.allocUnsafe(limits.writeBlockBytes);
  let end = 0;
  for (let row = 0; row < columns.rows; row++) {
    end = putBytes(block, end, columns.date[row]);
    block[end++] = comma;
    end = putInteger(block, end, columns.delay[row]);
    block[end++] = comma;
    end = putInteger(block, end, columns.distance[row]);
    block[end++] = comma;
    end = putBytes(block, end, columns.origin[row]);
    block[end++] = comma;
    end = putBytes(block, end, columns.destination[row]);
    block[end++] = newline;
    if (end + limits.maxRowBytes > block.length) {
      yield block.subarray(0, end);
      end = 0;
    }
  }
  yield block.subarray(0, end);
}

/** A null is an empty field. */
function putBytes(block: Buffer, at: number, bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return at;
  if (bytes.length > limits.maxFieldBytes) throw unfit(bytes);
  for (const byte of bytes) {
    if (byte <= comma) throw unfit(bytes);
    block[at++] = byte;
  }
  return at;
}

function unfit(bytes: Uint8Array): ShoalError<WorkloadErrorCode> {
  const text = `Cannot write ${JSON.stringify(Buffer.from(bytes).toString('latin1').slice(0, 40))} as a CSV field without quotes`;
  return new ShoalError<WorkloadErrorCode>('flights-data-invalid', text);
}

function putInteger(block: Buffer, at: number, value: bigint | undefined): number {
  if (value === undefined) return at;
  const number = Number(value);
  // Every delay and distance of the set fits here; the rest is right, only slower.
  if (number <= -10_000 || number >= 10_000) return at + block.write(value.toString(), at, 'latin1');
  let rest = number < 0 ? -number : number;
  if (number < 0) block[at++] = minus;
  const digits = rest < 10 ? 1 : rest < 100 ? 2 : rest < 1000 ? 3 : 4;
  for (let place = at + digits - 1; place >= at; place--) {
    const tenth = Math.trunc(rest / 10);
    block[place] = zero + rest - tenth * 10;
    rest = tenth;
  }
  return at + digits;
}
