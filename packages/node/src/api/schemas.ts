import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { limits as wireLimits } from '@shoal/protocol';
import { limits } from '../limits.ts';
import type { AddDataBody, JobRequestBody } from './wire.ts';

/** Shapes of requests. Bounds that the job's own schema holds are left to it: it explains them better. */

const path = z.string().min(1).max(limits.maxPathLength).refine(isAbsolute, 'expected an absolute path');
const name = z.string().min(1).max(wireLimits.maxNameLength);
const integer = z.int();

export const addDataBody: z.ZodType<AddDataBody> = z.strictObject({
  path,
  name: name.optional(),
  only: z.array(z.string().min(1).max(limits.maxPathLength)).min(1).max(limits.maxOnlyNames).optional(),
}) as z.ZodType<AddDataBody>;

export const getDataBody = z.strictObject({ to: path });

/** `exactOptionalPropertyTypes` and JSON agree: a missing key stays missing. */
export const jobRequestBody: z.ZodType<JobRequestBody> = z.strictObject({
  program: z.string().min(1).max(limits.maxPathLength),
  engine: z.string().min(1).max(wireLimits.maxLabelLength).optional(),
  name: name.optional(),
  args: z.array(z.string().max(wireLimits.maxArgLength)).max(wireLimits.maxArgs).optional(),
  env: z.record(z.string(), z.string()).optional(),
  on: z.string().min(1).max(wireLimits.maxNameLength).optional(),
  count: integer.optional(),
  quorum: integer.optional(),
  adaptive: z.boolean().optional(),
  determinismClass: name.optional(),
  move: z.enum(['allowed', 'never']).optional(),
  prove: z.boolean().optional(),
  where: z.string().max(wireLimits.maxTextLength).optional(),
  waitForPeers: z.boolean().optional(),
  memoryBytes: integer.optional(),
  wallMs: integer.optional(),
  outputBytes: integer.optional(),
  fuel: integer.optional(),
  window: integer.optional(),
  retries: integer.optional(),
  priority: integer.optional(),
  checkpoint: z.enum(['auto', 'always', 'never']).optional(),
  stewards: integer.optional(),
  keepers: integer.optional(),
  seal: z.enum(['auto', 'always', 'never']).optional(),
  deadlineMs: integer.min(1).optional(),
}) as z.ZodType<JobRequestBody>;

export const revocationsBody = z.strictObject({ list: z.base64().max(2 * wireLimits.maxRevocationsBytes) });

export const cancelBody = z.strictObject({ why: z.string().max(wireLimits.maxTextLength).optional() });

export const jobsQuery = z.strictObject({ limit: z.coerce.number().pipe(z.int().min(1).max(limits.maxJobsListed)).optional() });
export const creditQuery = z.strictObject({ limit: z.coerce.number().pipe(z.int().min(1).max(limits.maxReceiptsListed)).optional() });
export const logsQuery = z.strictObject({ unit: z.coerce.number().pipe(z.int().min(0).max(wireLimits.maxUnits)).optional() });
