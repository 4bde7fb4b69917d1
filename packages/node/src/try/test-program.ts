import { enginesFolderOf, type TriedUnit, type TryReport, tryProgram } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { existing } from '../cli/files.ts';
import { interruptible } from '../cli/interrupt.ts';
import { NodeError } from '../errors.ts';
import { createLive } from '../output/live.ts';
import { printable, printableLine } from '../output/text.ts';
import { describeTrial, describeUnit, movableText } from './describe.ts';
import type { TestOptions } from './options.ts';
import { saveUnit, toJson } from './save.ts';

/** `shoal test`: the program's output on standard output, what it took on the error stream. */
export async function testProgram(context: Context, file: string, args: string[], options: TestOptions): Promise<void> {
  const { out, err } = context;
  const program = await existing(file, 'a program');
  if (options.input !== undefined && options.count !== undefined) {
    throw new NodeError('usage', 'shoal test: cannot take both --input and --count: each input is one unit', { hint: 'Leave one of them out.' });
  }
  const inputs = await Promise.all((options.input ?? []).map((path) => existing(path, 'input')));
  const isJson = options.json === true;
  const live = createLive(err, context.clock);
  let report: TryReport | undefined;
  const units: TriedUnit[] = [];
  const request = {
    program,
    args,
    inputs,
    enginesFolder: enginesFolderOf(options.dataDir),
    ...pick(options),
  };
  const onReady = (ready: TryReport): void => {
    report = ready;
    if (!isJson) err.lines(describeTrial(ready, err.style));
  };
  const onProgress = (unit: number, fraction: number, text: string): void => {
    if (!isJson) live.draw([printableLine(`unit ${unit}: ${Math.floor(fraction * 100)} % ${text}`)]);
  };
  const onPartial = (unit: number, text: string): void => {
    live.end();
    if (!isJson) err.line(err.style.dim(printableLine(`unit ${unit} so far: ${text}`)));
  };
  try {
    await interruptible(async (signal) => {
      for await (const tried of tryProgram(request, { signal, onReady, onProgress, onPartial })) {
        live.end();
        units.push(options.out === undefined && isJson ? tried : await show(context, tried, options));
      }
    });
  } finally {
    live.end();
  }
  if (isJson) out.line(JSON.stringify({ ...report, movable: report?.checkpoint === true && units.every(({ unmovable }) => unmovable === undefined), units: units.map((unit) => toJson(unit, options.out === undefined)) }));
  const movable = report === undefined || isJson ? undefined : movableText(report, units);
  if (movable !== undefined) err.line(err.style.dim(movable));
  judge(units);
}

/** Prints or writes a unit's output, and says what it took. */
async function show({ out, err }: Context, tried: TriedUnit, { out: folder, json }: TestOptions): Promise<TriedUnit> {
  const { outcome } = tried;
  if (folder !== undefined) await saveUnit(tried, folder);
  else if (outcome.ok && out.isTTY) out.write(printable(new TextDecoder().decode(outcome.stdout)));
  else if (outcome.ok) out.write(outcome.stdout);
  if (json !== true) {
    const log = new TextDecoder().decode(outcome.log);
    if (log !== '') err.write(err.isTTY ? printable(log) : log);
    if (log !== '' && !log.endsWith('\n')) err.write('\n');
    err.lines(describeUnit(tried, err.style));
  }
  return tried;
}

/** A unit that failed, or came out differently, is a failure of the test. */
function judge(units: readonly TriedUnit[]): void {
  const failed = units.find(({ outcome }) => !outcome.ok);
  if (failed !== undefined && !failed.outcome.ok) {
    const { code, message } = failed.outcome.failure;
    throw new NodeError('test-failed', `Unit ${failed.unit} failed: ${message} (${code})`, { hint: 'docs/PROGRAMS.md says what each code means.' });
  }
  const differs = units.find(({ deterministic }) => deterministic === false);
  if (differs === undefined) return;
  throw new NodeError('test-failed', `Unit ${differs.unit} is not deterministic: ${differs.difference}`, {
    hint: 'Peers that run it would not agree: docs/PROGRAMS.md says what can differ.',
  });
}

function pick({ count, engine, env, memory, timeout, outputLimit, once }: TestOptions): Omit<Parameters<typeof tryProgram>[0], 'program'> {
  const wanted = { count, engine, env, memoryBytes: memory, wallMs: timeout, outputBytes: outputLimit, once };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}
