import type { Command } from 'commander';
import type { UnitView } from '@shoal/peer';
import type { JobAnswer } from '../api/wire.ts';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { describeJob, describePartials, describeUnits, describeWorkers } from '../jobs/describe.ts';
import { bareId, jobArgument } from '../jobs/id.ts';
import type { Screen } from '../output/screen.ts';
import { plural } from '../output/text.ts';

/** More lines than a screen has help nobody. */
const maxUnitsShown = 40;

export function registerJobShow(job: Command, context: Context): void {
  const command = withPeerOptions(
    job
      .command('show')
      .description('how a job is: its units, who runs them, and what it waits for')
      .argument(...jobArgument)
      .option('--units', 'show every unit, not only the first that are not accepted'),
  );
  withExamples(command, [
    ['shoal job show …1a2b3c', 'state, workers, and units that are not done'],
    ['shoal job show 1a2b3c --units', 'every unit'],
  ]);
  command.action(async (id: string, options: PeerCommandOptions & { units?: boolean }) => {
    const answer = await (await context.peer(options)).job(bareId(id));
    if (options.json === true) context.out.line(JSON.stringify(answer));
    else context.out.lines(describeAll(answer, context.out, context.clock.now(), options.units === true));
  });
}

function describeAll({ job, units }: JobAnswer, screen: Pick<Screen, 'style'>, now: number, everything: boolean): string[] {
  const chosen = everything ? units : pick(units);
  const hidden = units.length - chosen.length;
  return [
    ...describeJob(job, screen, now),
    `  ${screen.style.dim('id       ')} ${job.id}`,
    ...(job.workers.length === 0 ? [] : ['', ...describeWorkers(job.workers, screen)]),
    '',
    ...describeUnits(chosen, screen),
    ...describePartials(units, screen),
    ...(hidden > 0 ? [screen.style.dim(`  and ${plural(hidden, 'unit')} more: --units shows all`)] : []),
  ];
}

function pick(units: readonly UnitView[]): UnitView[] {
  if (units.length <= maxUnitsShown) return [...units];
  return units.filter((unit) => unit.state !== 'accepted').slice(0, maxUnitsShown);
}
