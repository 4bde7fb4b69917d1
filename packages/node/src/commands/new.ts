import { type Command, Option } from 'commander';
import type { Context } from '../cli/context.ts';
import { type CommonOptions, withCommonOptions, withExamples } from '../cli/options.ts';
import { createProgram, templateLanguages, type TemplateLanguage } from '../new/create.ts';

export function registerNew(program: Command, context: Context): void {
  const command = withCommonOptions(
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
  command.action(async (name: string, { language, json }: CommonOptions & { language: TemplateLanguage }) => {
    const { folder, files } = await createProgram(name, language);
    if (json === true) context.out.line(JSON.stringify({ folder, language, files }));
    else context.out.lines([`${folder} has ${files.join(', ')}.`, 'Its README.md has the two commands that try it and run it.']);
  });
}
