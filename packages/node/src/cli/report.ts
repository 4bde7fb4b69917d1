import { inspect } from 'node:util';
import { ShoalError, messageOf } from '@shoal/runtime';
import { RemoteError, toErrorBody } from '../api/errors.ts';
import type { Screen } from '../output/screen.ts';
import { printable } from '../output/text.ts';

export interface ReportOptions {
  json: boolean;
  verbose: boolean;
}

/** Tells a person, or a program, what went wrong: what was tried, why it failed, what to do. */
export function report(error: unknown, screens: { out: Screen; err: Screen }, { json, verbose }: ReportOptions): void {
  if (json) {
    const { detail, ...body } = error instanceof RemoteError ? { ...toErrorBody(error), detail: error.detail } : toErrorBody(error);
    screens.out.line(JSON.stringify({ error: verbose ? { ...body, detail } : body }));
    return;
  }
  const { err } = screens;
  err.line(`${err.style.bold(err.style.red('shoal:'))} ${printable(withoutStack(messageOf(error)))}`);
  const hint = hintOf(error, verbose);
  if (hint !== undefined) err.line(printable(hint).split('\n').map((line) => `  ${line}`).join('\n'));
  if (verbose) err.line(err.style.dim(error instanceof RemoteError ? printable(error.detail ?? '') : inspect(error, { depth: 4 })));
}

/** Some libraries put stack traces into their messages. */
function withoutStack(text: string): string {
  return text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at \S/u.test(line)).join('\n');
}

function hintOf(error: unknown, verbose: boolean): string | undefined {
  if (error instanceof ShoalError) return error.hint;
  return verbose ? undefined : 'This was not foreseen. Again with --verbose it shows where it happened.';
}
