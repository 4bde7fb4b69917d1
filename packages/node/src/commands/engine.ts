import type { Command } from 'commander';
import { listEngines, type EngineView } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { installEngine } from '../engines/install.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';

export function registerEngine(program: Command, context: Context): void {
  const engine = program.command('engine').description('what runs programs here: engines of languages');
  const list = withPeerOptions(engine.command('ls').description('the engines that there are, and which of them are installed'));
  list.action(async (options: PeerCommandOptions) => {
    const engines = await listEngines(options.dataDir);
    if (options.json === true) context.out.line(JSON.stringify({ engines }));
    else context.out.lines(describeEngines(engines, context.out.style));
  });
  const add = withPeerOptions(
    engine.command('add').description('install an optional engine for a peer, from npm').argument('<name>', 'as `shoal engine ls` has it: duckdb, micropython, pyodide'),
  );
  withExamples(add, [['shoal engine add duckdb', 'from its next start on, the peer runs SQL for others, and says so in its adverts']]);
  add.action((name: string, options: PeerCommandOptions) => installEngine(context, name, options));
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
