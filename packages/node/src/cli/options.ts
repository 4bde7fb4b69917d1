import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { defaultDataDir } from './context.ts';

/** Options that every command has. */
export interface CommonOptions {
  json?: boolean;
  verbose?: boolean;
}

/** Options of every command that has to do with one peer. */
export interface PeerCommandOptions extends CommonOptions {
  dataDir: string;
}

const width = 20;

/** `--json` and `--verbose`. */
export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print JSON for programs instead of text for people'))
    .addOption(new Option('-v, --verbose', 'show causes and stack traces of errors'));
}

/** The common options and `--data-dir`. */
export function withPeerOptions(command: Command): Command {
  const option = new Option('-d, --data-dir <dir>', "the peer's data directory")
    .argParser((text: string) => resolve(text))
    .default(defaultDataDir(process.env), '~/.shoal, or $SHOAL_DATA_DIR');
  return withCommonOptions(command.addOption(option));
}

/** Adds examples to a command's help. */
export function withExamples(command: Command, examples: readonly (readonly [line: string, meaning: string])[]): Command {
  const lines = examples.map(([line, meaning]) => `  ${line}\n${' '.repeat(width / 5 + 2)}${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
