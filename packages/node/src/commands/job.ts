import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { registerJobCancel } from './job-cancel.ts';
import { registerJobLogs } from './job-logs.ts';
import { registerJobLs } from './job-ls.ts';
import { registerJobResults } from './job-results.ts';
import { registerJobShow } from './job-show.ts';

export function registerJob(program: Command, context: Context): void {
  const job = program.command('job').description('jobs of this peer: list, show, logs, results, cancel').usage('COMMAND [options]');
  registerJobLs(job, context);
  registerJobShow(job, context);
  registerJobLogs(job, context);
  registerJobResults(job, context);
  registerJobCancel(job, context);
}
