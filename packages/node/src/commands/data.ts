import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { registerDataAdd } from './data-add.ts';
import { registerDataGet } from './data-get.ts';
import { registerDataLs } from './data-ls.ts';
import { registerDataRm } from './data-rm.ts';

export function registerData(program: Command, context: Context): void {
  const data = program.command('data').description('datasets: add, list, fetch, remove').usage('COMMAND [options]');
  registerDataAdd(data, context);
  registerDataLs(data, context);
  registerDataGet(data, context);
  registerDataRm(data, context);
}
