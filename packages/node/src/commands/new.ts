import { type Command, Option } from 'commander';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { createProgram, templateLanguages, type TemplateLanguage } from '../new/create.ts';
import { needsOf } from '../new/needs.ts';

export function registerNew(program: Command, context: Context): void {
  const command = withPeerOptions(
    program
      .command('new')
      .description('begin a program: a folder with one that works, and how to try it')
      .argument('<name>', 'of the folder, which must not be there yet')
      .addOption(new Option('--language <language>', 'in which it is written').choices(templateLanguages).default('javascript')),
  );
  withExamples(command, [
    ['shoal new count', 'in TypeScript: nothing to install, nothing to compile'],
    ['shoal new count --language rust', `one of ${templateLanguages.join(', ')}`],
  ]);
  command.action(async (name: string, { language, json, dataDir }: PeerCommandOptions & { language: TemplateLanguage }) => {
    const { folder, files } = await createProgram(name, language);
    const needs = await needsOf(language, dataDir);
    if (json === true) context.out.line(JSON.stringify({ folder, language, files, needs }));
    else context.out.lines([`${folder} has ${files.join(', ')}.`, 'Its README.md has the commands that try it and run it.', ...needs]);
  });
}
