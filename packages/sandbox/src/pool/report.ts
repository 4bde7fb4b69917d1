import type { ExecutionFailureCode } from '@shoal/runtime';
import type { ProgressNote, UnitReport } from '../channel/frames.ts';
import { reasonTexts, type Unmovable } from '../checkpoint/not-movable.ts';
import { maxFailureTextChars } from '../limits.ts';

/** Codes that a child may report; the others are the parent's to say. */
const reportable: ReadonlySet<string> = new Set<ExecutionFailureCode>([
  'program-invalid',
  'module-too-large',
  'tables-exceeded',
  'globals-exceeded',
  'program-trapped',
  'program-exited',
  'memory-exceeded',
  'output-exceeded',
  'files-exceeded',
  'fuel-exceeded',
  'depth-exceeded',
  'input-unreadable',
  'sandbox-crashed',
]);

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // not JSON: the caller ends the child for it
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readFailure(value: unknown): UnitReport['failure'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, message, deterministic } = value as Record<string, unknown>;
  if (typeof code !== 'string' || !reportable.has(code) || typeof message !== 'string' || typeof deterministic !== 'boolean') {
    return undefined;
  }
  return { code: code as ExecutionFailureCode, message: message.slice(0, maxFailureTextChars), deterministic };
}

/** Reads a child's report; undefined when it is malformed. */
export function readReport(bytes: Uint8Array): UnitReport | undefined {
  const value = parse(bytes);
  if (value === undefined || !isCount(value['inputBytes']) || !isCount(value['peakMemoryBytes'])) return undefined;
  const { unmovable, unfit, fuel, ms } = value;
  if (fuel !== undefined && !isCount(fuel)) return undefined;
  const usage = {
    inputBytes: value['inputBytes'],
    peakMemoryBytes: value['peakMemoryBytes'],
    ...(fuel === undefined ? {} : { fuel }),
    ...(typeof unmovable === 'string' && Object.hasOwn(reasonTexts, unmovable) ? { unmovable: unmovable as Unmovable } : {}),
    ...(typeof ms === 'number' && ms >= 0 ? { ms } : {}),
    ...(typeof unfit === 'string' ? { unfit: unfit.slice(0, maxFailureTextChars) } : {}),
  };
  if (value['failure'] === undefined) return usage;
  const failure = readFailure(value['failure']);
  return failure === undefined ? undefined : { ...usage, failure };
}

/** Reads a progress note; undefined when it is malformed. */
export function readProgress(bytes: Uint8Array): ProgressNote | undefined {
  const value = parse(bytes);
  if (value === undefined || typeof value['text'] !== 'string' || typeof value['fraction'] !== 'number') return undefined;
  if (!(value['fraction'] >= 0 && value['fraction'] <= 1)) return undefined;
  return { fraction: value['fraction'], text: value['text'].slice(0, maxFailureTextChars) };
}
