import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { withExamples, withPeerOptions } from '../cli/options.ts';
import { collect, collectPairs, parseBytes, parseDuration, parseInteger } from '../cli/parse.ts';
import type { TestOptions } from '../try/options.ts';

export function registerTest(program: Command, context: Context): void {
  const command = withPeerOptions(
    program
      .command('test')
      .description('run a program here, alone, in exactly the sandbox in which peers would run it')
      .argument('<program>', 'a program file (.wasm, .js, .ts; docs/PROGRAMS.md)')
      .argument('[args...]', "arguments of the program, after --; {input} stands for the path of the unit's input")
      .option('--input <path>', 'a file, or a folder of files: one unit a file (repeatable)', collect)
      .option('--count <n>', 'this many units, when there is no input (default: 1)', parseInteger(1, 1_000_000))
      .option('--engine <name>', "which engine runs it (default: by the file's ending)")
      .option('--env <key=value>', 'one variable of its environment (repeatable)', collectPairs)
      .option('--memory <size>', 'most memory of one unit, such as 256MiB', parseBytes)
      .option('--timeout <duration>', 'longest run of one unit, such as 60s', parseDuration)
      .option('--output-limit <size>', 'most output of one unit, such as 16MiB', parseBytes)
      .option('--once', 'run each unit once: do not find out whether it is deterministic')
      .option('-o, --out <dir>', 'write what it put out into a folder, one folder a unit, instead of printing it'),
  );
  withExamples(command, [
    ['shoal test count.js --input logs/', 'one unit for each file of the folder, each run twice and compared'],
    ['shoal test search.wasm --count 4 -- --depth 3', 'four units with arguments'],
    ['shoal test big.wasm --input a.csv --once --json', 'fuel, memory and output as JSON'],
  ]);
  command.action(async (file: string, args: string[], options: TestOptions) => {
    const { testProgram } = await import('../try/test-program.ts');
    return testProgram(context, file, args, options);
  });
}
