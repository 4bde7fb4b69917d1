/** Where virtual time begins, as clockEpochNs. */
const day = '2020-01-01';
const time = '00:00:00';

/** What stands in place of each function that tells the time: SQL's is that of its transaction, so it stands still. */
const clockFunctions: readonly [name: string, value: string][] = [
  ...['now', 'get_current_timestamp', 'transaction_timestamp'].map((name): [string, string] => [name, `TIMESTAMPTZ '${day} ${time}+00'`]),
  ...['today', 'current_date'].map((name): [string, string] => [name, `DATE '${day}'`]),
  ['get_current_time', `TIMETZ '${time}+00'`],
  ['current_localtime', `TIME '${time}'`],
  ['current_localtimestamp', `TIMESTAMP '${day} ${time}'`],
  ['uuidv7', "error('uuidv7() tells the time of the machine, on which peers do not agree: use uuid(), which follows from the unit''s seed')"],
];

/** Statements after which the unit's virtual clock is what SQL sees, under each of the names that it has for it. */
export const virtualClock: readonly string[] = [
  ...clockFunctions.map(([name, value]) => `CREATE MACRO ${name}() AS ${value}`),
  `CREATE MACRO age(moment) AS system.main.age(TIMESTAMP '${day} ${time}', moment), (later, earlier) AS system.main.age(later, earlier)`,
];

/** Text and comments hold no names. */
const wordless = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g;
/** What leads past the macros, to functions that have the machine's clock. */
const waysRound: readonly [pattern: RegExp, what: string][] = [
  [/\bsystem\b"?\s*\./i, 'the schema system'],
  [/\bsearch_path\b/i, 'search_path'],
  [/\bdrop\s+macro\b/i, 'DROP MACRO'],
];

/** What in a program would get at the machine's clock; undefined for most. */
export function clockRound(source: string): string | undefined {
  const words = source.replaceAll(wordless, ' ');
  return waysRound.find(([pattern]) => pattern.test(words))?.[1];
}
