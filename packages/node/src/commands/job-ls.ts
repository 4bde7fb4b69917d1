import type { Command } from 'commander';
import type { JobSummary } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { parseInteger } from '../cli/parse.ts';
import { elapsedOf, paintState, reasonText } from '../jobs/describe.ts';
import { limits } from '../limits.ts';
import { humanAge } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { table } from '../output/table.ts';
import { plural, printableLine } from '../output/text.ts';

export function registerJobLs(job: Command, context: Context): void {
  const command = withPeerOptions(
    job
      .command('ls')
      .alias('list')
      .description('the jobs that this peer has posted, newest first')
      .option('-n, --limit <n>', 'at most this many', parseInteger(1, limits.maxJobsListed), 50),
  );
  withExamples(command, [
    ['shoal job ls', 'the last 50'],
    ['shoal job ls --limit 5 --json', 'the last five, for programs'],
  ]);
  command.action(async (options: PeerCommandOptions & { limit: number }) => {
    const jobs = await (await context.peer(options)).jobs({ limit: options.limit });
    if (options.json === true) context.out.line(JSON.stringify({ jobs }));
    else context.out.lines(describeJobs(jobs, context.out, context.clock.now()));
  });
}

export function describeJobs(jobs: readonly JobSummary[], screen: Pick<Screen, 'style' | 'width'>, now: number): string[] {
  if (jobs.length === 0) return ['No jobs yet. Post one: shoal run PROGRAM.wasm'];
  const { style } = screen;
  return table(
    jobs,
    [
      { title: 'JOB', value: (job) => job.id },
      { title: 'NAME', value: (job) => printableLine(job.name) },
      { title: 'STATE', value: (job) => paintState(job.state, style) },
      { title: 'UNITS', value: (job) => `${job.accepted}/${job.units}`, align: 'right' },
      { title: 'POSTED', value: (job) => humanAge(now - job.createdAt), align: 'right' },
      { title: 'TOOK', value: (job) => elapsedOf(job, now), align: 'right' },
      ...(jobs.some((job) => whyEnded(job) !== '') ? [{ title: 'WHY', value: whyEnded, shrinkTo: 12 }] : []),
    ],
    screen.width === undefined ? { style } : { style, width: screen.width },
  );
}

/** Why a job is not done and not open: its own reason, or how many of its units have theirs. */
function whyEnded({ reason, abandoned }: JobSummary): string {
  if (reason !== undefined) return reasonText(reason);
  return abandoned > 0 ? `${plural(abandoned, 'unit')} given up` : '';
}
