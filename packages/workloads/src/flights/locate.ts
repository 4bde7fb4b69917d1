import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ShoalError } from '@shoal/runtime';
import type { WorkloadErrorCode } from '../errors.ts';

/** The Parquet file of the US flights of 2001 in the installed npm package vega-datasets. */
export function locateFlights(): string {
  const hint = 'Install the dependencies: npm install';
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve('vega-datasets');
  } catch (cause) {
    throw new ShoalError<WorkloadErrorCode>('flights-data-missing', 'Cannot find the npm package vega-datasets', { cause, hint });
  }
  const path = join(dirname(entry), '..', 'data', 'flights-3m.parquet');
  if (!existsSync(path)) {
    throw new ShoalError<WorkloadErrorCode>('flights-data-missing', `Cannot find the flights at ${path}`, { hint });
  }
  return path;
}
