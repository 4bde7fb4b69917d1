import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { withCommonOptions, withExamples } from '../cli/options.ts';
import { withSimulateOptions, type SimulateOptions } from '../simulate/options.ts';

export function registerSimulate(program: Command, context: Context): void {
  const command = withCommonOptions(
    withSimulateOptions(program.command('simulate').description('how would a mesh behave? the real engine on simulated peers, network and clocks')),
  );
  withExamples(command, [
    ['shoal simulate --peers 50 --nightly 33% --hours 10 --jobs 20', 'fifty laptops, a third of them shut at night: do jobs still end, and when?'],
    ['shoal simulate --peers 200 --churn 20% --liars 10% --html mesh.html', 'one peer in five drops out every hour, one in ten lies; with plots'],
    ['shoal simulate --peers 100 --colluders 10% --quorum 3', 'does a quorum of three withstand those who agree on lies?'],
    ['shoal simulate --peers 100 --stewards 3 --requesters-leave --churn 20%', 'do jobs end when whoever posted them never comes back?'],
    ['shoal simulate --sweep 1000', 'a thousand random worlds with every fault: is any invariant violated?'],
  ]);
  command.action(async (options: SimulateOptions) => {
    const { sweep, scenario } = options;
    if (scenario !== undefined) {
      const { runOneWorld } = await import('../simulate/one-world.ts');
      return runOneWorld(context, { ...options, scenario });
    }
    if (sweep !== undefined) {
      const { runSweep } = await import('../simulate/sweep.ts');
      return runSweep(context, { ...options, sweep });
    }
    const { runStudy } = await import('../simulate/study.ts');
    return runStudy(context, options);
  });
}
