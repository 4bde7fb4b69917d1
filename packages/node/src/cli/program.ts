import { Command } from 'commander';
import { registerCredit } from '../commands/credit.ts';
import { registerData } from '../commands/data.ts';
import { registerDoctor } from '../commands/doctor.ts';
import { registerDemo } from '../commands/demo.ts';
import { registerEngine } from '../commands/engine.ts';
import { registerJob } from '../commands/job.ts';
import { registerMesh } from '../commands/mesh.ts';
import { registerNew } from '../commands/new.ts';
import { registerPeers } from '../commands/peers.ts';
import { registerRun } from '../commands/run.ts';
import { registerSimulate } from '../commands/simulate.ts';
import { registerStatus } from '../commands/status.ts';
import { registerTest } from '../commands/test.ts';
import { registerTrace } from '../commands/trace.ts';
import { registerUp } from '../commands/up.ts';
import { versionOf } from './version.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import type { Context } from './context.ts';

/** The whole command line. Nothing here loads what only a running peer needs. */
export function createProgram(context: Context): Command {
  const { bold } = context.out.style;
  const program = new Command('shoal')
    .description('A peer-to-peer compute mesh: jobs go to the data, results are verified, nobody coordinates.')
    .usage('COMMAND [options]')
    .configureHelp({ styleTitle: bold, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      // Errors of usage are reported like all others, once, by whoever parses.
      writeErr: (text) => context.out.write(text),
      outputError: () => {},
      getOutHelpWidth: () => Math.min(context.out.width ?? 100, 110),
      getOutHasColors: () => context.out.style.colours,
    })
    .exitOverride()
    .version(versionOf(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', `\n${bold('Three terminals make a mesh:')}
  shoal up --data-dir a
  shoal up --data-dir b --bootstrap ADDRESS_THAT_A_PRINTED
  shoal run program.wasm --on DATASET --data-dir b

\`shoal COMMAND --help\` has examples. \`shoal demo\` shows it all.

${exitCodesHelp}`);
  registerUp(program, context);
  registerStatus(program, context);
  registerPeers(program, context);
  registerDoctor(program, context);
  registerData(program, context);
  registerRun(program, context);
  registerTest(program, context);
  registerNew(program, context);
  registerJob(program, context);
  registerTrace(program, context);
  registerEngine(program, context);
  registerCredit(program, context);
  registerMesh(program, context);
  registerDemo(program, context);
  registerSimulate(program, context);
  return program;
}
