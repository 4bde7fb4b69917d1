import type { Command, CommanderError } from 'commander';
import { NodeError } from '../errors.ts';

/** Ends that are none: help or the version was asked for, and printed. */
const printed = new Set(['commander.helpDisplayed', 'commander.version', 'commander.help']);

/** Turns the option parser's errors into ours; undefined when nothing is wrong. */
export function toUsageError(error: CommanderError, program: Command, argv: readonly string[]): NodeError | undefined {
  if (printed.has(error.code)) return undefined;
  const command = commandOf(program, argv);
  const path = pathOf(command);
  const [first = '', ...rest] = error.message.replace(/^error: /u, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\(|\)$/gu, '');
  const hints = [suggestion, misplaced(error, command, argv), `See \`${path} --help\` for what there is.`].filter((text) => text !== '');
  const text = first.replace(/\.$/u, '');
  // What is printed begins with the program's name anyway.
  return new NodeError('usage', command.parent === null ? text : `${path}: ${text}`, { hint: hints.join('\n'), cause: error });
}

/** The command that the arguments lead to, as far as they do. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    if (word === '--') break;
    if (word.startsWith('-')) continue;
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) break;
    command = next;
  }
  return command;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** An option that stands before the command, where the command cannot see it. */
function misplaced(error: CommanderError, command: Command, argv: readonly string[]): string {
  const first = argv[0] ?? '';
  const isBefore = error.code === 'commander.unknownOption' && first.startsWith('-') && command.parent !== null;
  return isBefore ? `Options come after the command: ${pathOf(command)} ${first} …` : '';
}
