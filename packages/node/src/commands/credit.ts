import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { registerCreditExport } from './credit-export.ts';
import { registerCreditLs } from './credit-ls.ts';
import { registerCreditVerify } from './credit-verify.ts';

export function registerCredit(program: Command, context: Context): void {
  const credit = program.command('credit').description('receipts for work: list, export, verify').usage('COMMAND [options]');
  registerCreditLs(credit, context);
  registerCreditExport(credit, context);
  registerCreditVerify(credit, context);
}
