/** Text as a literal of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const mebibyte = 1024 * 1024;
/** What DuckDB may use beside its own count: it keeps to its limit only roughly. */
const memoryShare = 0.8;

export interface SqlUnit {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  memoryBytes: number;
  chance(): number;
}

/**
 * DuckDB without a way out, and the same for everybody: files of the unit alone, no extensions, nothing that a program
 * could turn back on. One thread, so that sums of floating-point numbers add up in one order. The order matters.
 */
export function lockedSettings({ args, env, memoryBytes, chance }: SqlUnit): string[] {
  return [
    `SET memory_limit = '${Math.max(16, Math.floor((memoryBytes * memoryShare) / mebibyte))}MiB'`,
    'SET threads = 1',
    'SET preserve_insertion_order = true',
    "SET TimeZone = 'UTC'",
    "SET allowed_directories = ['/in', '/out', '/tmp']",
    "SET temp_directory = '/tmp/spill'",
    "SET max_temp_directory_size = '128MiB'",
    'SET autoinstall_known_extensions = false',
    'SET autoload_known_extensions = false',
    'SET allow_community_extensions = false',
    'SET enable_external_access = false',
    'SET lock_configuration = true',
    `SET VARIABLE args = [${args.map(quoted).join(', ')}]::VARCHAR[]`,
    `SET VARIABLE unit_index = ${Number(env['SHOAL_UNIT_INDEX'] ?? 0)}`,
    `SET VARIABLE unit_count = ${Number(env['SHOAL_UNIT_COUNT'] ?? 1)}`,
    ...Object.entries(env).map(([name, value]) => `SET VARIABLE "${name.replaceAll('"', '""')}" = ${quoted(value)}`),
    `SELECT setseed(${chance() * 2 - 1})`,
  ];
}

const readers: readonly [ending: RegExp, reader: string][] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'read_csv'],
  [/\.(json|jsonl|ndjson)(\.gz)?$/i, 'read_json'],
  [/\.parquet$/i, 'read_parquet'],
];

/** The views over an input: `input` for the first one, `input_2` and so on; none over what is no table. */
export function viewOf(path: string, index: number): string[] {
  const reader = readers.find(([ending]) => ending.test(path))?.[1];
  return reader === undefined ? [] : [`CREATE VIEW input${index === 0 ? '' : `_${index + 1}`} AS SELECT * FROM ${reader}(${quoted(path)})`];
}
