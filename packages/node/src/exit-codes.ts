import { codeOf } from '@shoal/runtime';

/** How `shoal` ends; shown by `shoal --help`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  alreadyRunning: 4,
  jobIncomplete: 5,
  interrupted: 130,
} as const;

const byErrorCode: Record<string, number> = {
  usage: exitCodes.usage,
  'peer-not-running': exitCodes.notRunning,
  'peer-already-running': exitCodes.alreadyRunning,
  'job-incomplete': exitCodes.jobIncomplete,
  'job-failed': exitCodes.jobIncomplete,
  'job-cancelled': exitCodes.jobIncomplete,
  interrupted: exitCodes.interrupted,
};

/** The exit code that belongs to an error. */
export function exitCodeOf(error: unknown): number {
  return byErrorCode[codeOf(error) ?? ''] ?? exitCodes.failed;
}

export const exitCodesHelp = `Exit codes:
  0    done
  1    failed: the text says why
  2    wrong usage: an unknown command, option or value
  3    no peer is running in that data directory
  4    a peer is already running in that data directory
  5    the job ended without all its results (failed or cancelled)
  130  interrupted`;
