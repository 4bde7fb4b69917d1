import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionOutcome } from '@shoal/runtime';
import { conformanceCases, type Dialect } from '../testing/conformance.ts';
import { pythonProbe } from '../testing/probe-python.ts';
import { bytesOf, execute, memoryInput, textOf, type RequestOptions } from '../testing/request.ts';
import { createSandbox } from './executor.ts';

// Optional engines: `npx shoal engine add duckdb --data-dir node_modules/.cache/shoal` (and micropython, pyodide) has them tested.
const enginesFolder = fileURLToPath(new URL('../../../../node_modules/.cache/shoal/engines', import.meta.url));
const executor = createSandbox({ slots: 2, clock: systemClock, logger: silentLogger, enginesFolder });
await executor.start();
afterAll(() => executor.stop());
const has = (engine: string): boolean => executor.info().engines.includes(engine);
const roomy = { memoryBytes: 512 * 1024 * 1024, wallMs: 120_000 };
const patientMs = 180_000;

const run = (engine: string, text: string, options: RequestOptions = {}): Promise<ExecutionOutcome> =>
  execute(executor, bytesOf(text), { engine, program: text, ...options, limits: { ...roomy, ...options.limits } });

async function printed(engine: string, text: string, options?: RequestOptions): Promise<string> {
  const outcome = await run(engine, text, options);
  if (!outcome.ok) throw new Error(`${outcome.failure.message}\n${textOf(outcome.log)}`);
  return textOf(outcome.stdout);
}

async function failure(engine: string, text: string, options?: RequestOptions): Promise<string> {
  const outcome = await run(engine, text, options);
  return outcome.ok ? `it ended well: ${textOf(outcome.stdout)}` : `${outcome.failure.code}: ${outcome.failure.message}\n${textOf(outcome.log)}`;
}

/** What the suite asks of links, memory by the byte, quotas of files and fuel is a matter of WASI and of metering. */
const beyond = /larger than its memory|memory|in \/out|too many files|fuel|no path leads|no program|surroundings/;

// Needs the engine's npm package, and bubblewrap.
describe.each([['micropython-1', 5000], ['pyodide-1', 30_000]] as const)('executor conformance of the engine %s (skipped where it is not installed)', (engine, startMs) => {
  const dialect: Dialect = { engine, startFuel: 0, startMs, fates: { trap: 'program-exited', recurse: 'program-exited' }, saysMore: true };
  const cases = conformanceCases.filter(({ name }) => !beyond.test(name));
  // Needs the engine's npm package, and bubblewrap.
  test.skipIf(!has(engine)).each(cases)('$name', (each) => each.run({ executor, probe: bytesOf(pythonProbe), dialect }), patientMs);
});

describe.each(['micropython-1', 'pyodide-1'])('Python by %s', (engine) => {
  // Needs the engine's npm package, and bubblewrap.
  test.skipIf(!has(engine))('reads, writes, tells, and is repeated to the byte', async () => {
    const program = `
import shoal, random, time
for line in shoal.lines():
    print(line.upper())
with shoal.output("n.txt") as file:
    file.write("7")
print(random.random(), int(time.time()), shoal.unit_index, shoal.args)`;
    const options = { args: ['a b'], env: { SHOAL_UNIT_INDEX: '3' }, inputs: [memoryInput('/in/x.txt', bytesOf('one\ntwo\n'))] };
    const first = await run(engine, program, options);
    expect(first).toMatchObject({ ok: true, files: [{ path: 'n.txt' }] });
    const text = first.ok ? textOf(first.stdout) : '';
    expect(text).toMatch(/^ONE\nTWO\n0\.\d+ 15778368\d\d 3 \['a b'\]\n$/);
    expect(await printed(engine, program, options)).toBe(text);
  }, patientMs);

  // Needs the engine's npm package, and bubblewrap.
  test.skipIf(!has(engine))('an error that nobody catches fails the unit, with its text in the log', async () => {
    expect(await failure(engine, 'def f(x):\n    return x["y"]\nf({})')).toMatch(/^program-exited: .*exit code 1\n[\s\S]*KeyError/);
    expect(await failure(engine, 'import shoal\nshoal.exit(4)')).toMatch(/exit code 4/);
    expect(await failure(engine, 'import shoal\nshoal.input()')).toMatch(/this unit has no input/);
  }, patientMs);

  // Needs the engine's npm package, and bubblewrap.
  test.skipIf(!has(engine))('has no network, no files of the machine, no process beside it', async () => {
    const attempts = ['open("/etc/passwd").read()', 'open("/proc/self/environ").read()', 'import subprocess; subprocess.run(["/bin/sh"])', 'import socket; socket.create_connection(("127.0.0.1", 22))'];
    for (const attempt of attempts) expect(`${attempt} ${await failure(engine, attempt)}`).toContain(' program-exited: ');
  }, patientMs);
});

// Needs the engine's npm package, and bubblewrap.
test.skipIf(!has('micropython-1'))('stands still while all units are paused, and no limit of time runs', async () => {
  let ended = false;
  const running = run('micropython-1', 'n = 0\nfor i in range(1500000):\n    n += i\nprint(n)', { limits: { wallMs: 20_000 } }).finally(() => (ended = true));
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  executor.pause?.();
  await pause(4000);
  expect(ended).toBe(false);
  executor.resume?.();
  expect(await running).toMatchObject({ ok: true });
}, patientMs);

// Needs the engine's npm package, and bubblewrap.
describe.skipIf(!has('duckdb-1'))('SQL by duckdb-1 (skipped where it is not installed)', () => {
  const sql = (text: string, options?: RequestOptions): Promise<string> => printed('duckdb-1', text, options);
  const csv = memoryInput('/in/sales.csv', bytesOf('city,amount\nA,0.1\nB,2\nA,0.2\n'));

  test('prints the last statement as CSV, over CSV, JSON and Parquet', async () => {
    expect(await sql('FROM input SELECT city, sum(amount) AS total, count(*) AS n GROUP BY city ORDER BY city', { inputs: [csv] })).toBe('city,total,n\nA,0.3,2\nB,2,1\n');
    const json = memoryInput('/in/a.json', bytesOf('[{"x": 1, "y": "a,\\"b"}, {"x": null, "y": "c"}]'));
    expect(await sql('SELECT y, x FROM input ORDER BY y', { inputs: [json] })).toBe('y,x\n"a,""b",1\nc,\n');
    const parquet = await run('duckdb-1', "COPY (FROM input) TO '/out/sales.parquet'", { inputs: [csv] });
    const [file] = parquet.ok ? parquet.files : [];
    expect(file?.path).toBe('sales.parquet');
    expect(await sql('SELECT count(*) AS n FROM input', { inputs: [memoryInput('/in/s.parquet', file?.bytes as Uint8Array)] })).toBe('n\n3\n');
  }, patientMs);

  test('sums of floating-point numbers, and chance, are the same every time', async () => {
    const text = 'SELECT sum(random()) AS s, sum(1.0 / i) AS h FROM range(1, 300000) t(i)';
    const first = await sql(text);
    expect(first).toMatch(/^s,h\n\d+\.\d+,13\.18\d+\n$/);
    expect(await sql(text)).toBe(first);
    expect(await sql(text, { env: { SHOAL_UNIT_INDEX: '1' } })).not.toBe(first);
  }, patientMs);

  test('knows its arguments and its unit', async () => {
    expect(await sql("SELECT getvariable('args')[1] AS a, getvariable('unit_index') AS i", { args: ["it's"], env: { SHOAL_UNIT_INDEX: '2' } })).toBe("a,i\nit's,2\n");
  }, patientMs);

  test('has the unit\'s clock under every name, and no way to the machine\'s', async () => {
    const names = ['now()', 'current_timestamp', 'transaction_timestamp()', 'get_current_timestamp()', 'localtimestamp', 'current_localtimestamp()', 'current_date', 'today()'];
    expect(await sql(`SELECT ${names.map((name, i) => `year(${name}) AS y${i}`).join(', ')}`)).toBe(`${names.map((_, i) => `y${i}`).join(',')}\n${names.map(() => '2020').join(',')}\n`);
    const times = 'SELECT current_time = TIMETZ \'00:00:00+00\' AS a, localtime = TIME \'00:00:00\' AS b, year(age(TIMESTAMP \'2000-01-01\')) AS c, year(age(TIMESTAMP \'2003-01-01\', TIMESTAMP \'2000-01-01\')) AS d';
    expect(await sql(times)).toBe('a,b,c,d\ntrue,true,20,3\n');
    expect(await failure('duckdb-1', 'SELECT uuidv7()')).toMatch(/^program-exited: .*tells the time/);
    expect(await failure('duckdb-1', 'SELECT system.main.now()')).toMatch(/^program-invalid: .*names the schema system/);
    // Every function of DuckDB that follows from a clock, by what it says of itself, is one of these.
    const telling = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE schema_name = 'main' AND database_name = 'system' AND stability = 'CONSISTENT_WITHIN_QUERY' AND return_type SIMILAR TO '(DATE|TIME).*' ORDER BY 1";
    expect(await sql(telling)).toBe('function_name\ncurrent_date\nget_current_time\nget_current_timestamp\nnow\ntoday\ntransaction_timestamp\n');
  }, patientMs);

  test('is locked: no file of the machine, no extension, no setting, no network', async () => {
    const attempts = [
      "FROM read_text('/etc/passwd')",
      "FROM read_text('/proc/self/environ')",
      "FROM read_csv('/engine/node_modules/detect-libc/package.json')",
      "ATTACH '/shoal/x.db'",
      "COPY (SELECT 1) TO '/shoal/x.csv'",
      'INSTALL httpfs',
      'LOAD httpfs',
      "FROM 'http://127.0.0.1:80/x.csv'",
      'SET enable_external_access = true',
      'SET threads = 4',
      "SET allowed_directories = ['/']",
      'RESET lock_configuration',
    ];
    for (const attempt of attempts) expect(`${attempt} ${await failure('duckdb-1', attempt)}`).toContain(' program-exited: ');
  }, patientMs);

  test('what is wrong is said, and limits hold', async () => {
    expect(await failure('duckdb-1', 'SELEC 1')).toMatch(/^program-exited: .*Parser Error.*SELEC/);
    expect(await failure('duckdb-1', '')).toMatch(/^program-invalid: the program has no statement/);
    expect(await failure('duckdb-1', 'SELECT repeat(\'x\', 1000) FROM range(1000000)', { limits: { outputBytes: 100_000 } })).toMatch(/^output-exceeded/);
    expect(await failure('duckdb-1', 'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = 7', { limits: { wallMs: 1500 } })).toMatch(/^wall-time-exceeded/);
  }, patientMs);
});
