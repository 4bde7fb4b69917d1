import type { Command } from 'commander';
import type { TraceAnswer } from '../api/wire.ts';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { elapsedOf, paintState } from '../jobs/describe.ts';
import { bareId, jobArgument } from '../jobs/id.ts';
import { describeEvents } from '../jobs/trace.ts';
import { limits } from '../limits.ts';
import { humanAge } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { plural, printableLine, shortId } from '../output/text.ts';

export function registerTrace(program: Command, context: Context): void {
  const command = withPeerOptions(
    program
      .command('trace')
      .description('how a job went: who was asked, bid or declined, what was given, committed, accepted and moved, and when')
      .argument(...jobArgument)
      .option('--all', `show every event, not only the first and last ${limits.traceLines / 2}`),
  );
  withExamples(command, [
    ['shoal trace …1a2b3c', 'a line an event, times since the job was posted'],
    ['shoal trace 1a2b3c --json', 'the same for programs, times since 1970'],
  ]);
  command.action(async (id: string, options: PeerCommandOptions & { all?: boolean }) => {
    const answer = await (await context.peer(options)).trace(bareId(id));
    if (options.json === true) context.out.line(JSON.stringify(answer));
    else context.out.lines(describeTrace(answer, context.out, context.clock.now(), options.all === true));
  });
}

function describeTrace({ job, events, omitted }: TraceAnswer, screen: Pick<Screen, 'style'>, now: number, everything: boolean): string[] {
  const { style } = screen;
  const half = everything ? events.length : limits.traceLines / 2;
  const isCut = events.length > 2 * half;
  const lines = describeEvents(events, job, style);
  // What the peer itself left out lies in the middle as well.
  const middle = Math.ceil(events.length / 2);
  const hidden = omitted + (isCut ? events.length - 2 * half : 0);
  const first = isCut ? lines.slice(0, half) : lines.slice(0, middle);
  const last = isCut ? lines.slice(-half) : lines.slice(middle);
  const gap = hidden === 0 ? [] : [style.dim(`  ${plural(hidden, 'event')} left out${isCut ? ': --all shows all that the peer tells' : ''}`)];
  return [
    `${style.bold(`job ${shortId(job.id)}`)} ${printableLine(job.name)}: ${paintState(job.state, style)}, ${elapsedOf(job, now)}; posted ${humanAge(now - job.createdAt)}`,
    ...first,
    ...gap,
    ...last,
    style.dim('  Times are by the clock of the peer that each line begins with; who was asked, what was given and what was fetched is known since this peer started.'),
  ];
}
