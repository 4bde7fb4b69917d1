import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Parts of suites' names; none for all of them. */
  names: string[];
  json: boolean;
  quick: boolean;
  help: boolean;
  profileDir: string | undefined;
}

export const usage = `npm run bench [-- NAMES] [--json] [--quick] [--profile DIR]

  NAMES          parts of suites' names; without them, every suite runs
  --json         one line of JSON a figure: {name, value, unit, baseline, ratio, goal, ok}
  --quick        tiny sizes: does it work at all?
  --profile DIR  every peer writes a processor profile there when it stops

Examples:
  npm run bench
  npm run bench -- sandbox replication
  npm run bench -- units --profile profiles
`;

/** Throws a TypeError that says which option is unknown. */
export function readOptions(args: string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, profile: { type: 'string' } },
  });
  return {
    names: positionals,
    json: values.json ?? false,
    quick: values.quick ?? false,
    help: values.help ?? false,
    profileDir: values.profile,
  };
}
