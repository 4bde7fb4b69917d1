import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type CommonOptions, withCommonOptions, withExamples } from '../cli/options.ts';

export function registerDemo(program: Command, context: Context): void {
  const command = withCommonOptions(
    program
      .command('demo')
      .description('five peers, three million flights, a worker killed in the middle: see a job through, in under a minute'),
  );
  withExamples(command, [
    ['shoal demo', 'watch it'],
    ['shoal demo --json', 'one JSON object at the end'],
  ]);
  command.action(async (options: CommonOptions) => {
    const { demo } = await import('../demo/demo.ts');
    await demo(context, { json: options.json === true });
  });
}
