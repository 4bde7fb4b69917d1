import type { Command } from 'commander';
import type { EngineView } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';

export function registerEngine(program: Command, context: Context): void {
  const engine = program.command('engine').description('what runs programs here: engines of languages');
  const list = withPeerOptions(engine.command('ls').description('the engines that there are, and which of them are installed'));
  list.action(async (options: PeerCommandOptions) => {
    // Loaded here only: no other command waits for the library.
    const { listEngines } = await import('@shoal/peer');
    const engines = await listEngines(options.dataDir);
    if (options.json === true) context.out.line(JSON.stringify({ engines }));
    else context.out.lines(describeEngines(engines, context.out.style));
  });
  const add = withPeerOptions(
    engine.command('add').description('install an optional engine for a peer, from npm').argument('<name>', 'as `shoal engine ls` has it: duckdb, micropython, pyodide'),
  );
  withExamples(add, [['shoal engine add duckdb', 'from its next start on, the peer runs SQL for others, and says so in its adverts']]);
  add.action(async (name: string, options: PeerCommandOptions) => {
    const { installEngine } = await import('../engines/install.ts');
    await installEngine(context, name, options);
  });
}

function describeEngines(engines: readonly EngineView[], style: Style): string[] {
  return table(
    engines,
    [
      { title: 'ENGINE', value: ({ engine }) => engine },
      { title: 'RUNS', value: ({ title }) => title },
      { title: 'FILES', value: ({ languages }) => languages.map((each) => `.${each}`).join(' ') || '--engine' },
      { title: 'FUEL', value: ({ metered }) => (metered ? 'counted' : 'no') },
      { title: 'INSTALLED', value: ({ installed, package: name, why }) => (installed ? 'yes' : `no: ${name ?? why ?? ''}`) },
    ],
    { style },
  );
}
