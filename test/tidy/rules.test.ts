import { describe, expect, it } from 'vitest';
import { borderProblems, cycleProblems } from './borders.ts';
import { dependencyProblems, linkProblems } from './docs.ts';
import { errorCodeProblems } from './error-codes.ts';
import { deadFileProblems, sizeProblems } from './files.ts';
import { houseOf, type House } from './house.ts';
import { manifestProblems, referenceProblems } from './manifests.ts';
import { addressProblems, lostErrorProblems, skippedTestProblems } from './words.ts';

function house(files: Record<string, string>): House {
  return houseOf(new Map(Object.entries(files)));
}

function manifest(name: string, dependencies: string[] = []): string {
  return JSON.stringify({
    name: `@shoal/${name}`,
    exports: { '.': { '@shoal/source': './src/index.ts' } },
    dependencies: Object.fromEntries(dependencies.map((each) => [each, '1.0.0'])),
  });
}

describe('borders', () => {
  const packages = { 'packages/engine/package.json': manifest('engine'), 'packages/network/package.json': manifest('network') };
  const problemsIn = (text: string, path = 'packages/engine/src/a.ts'): string[] => borderProblems(house({ ...packages, [path]: text, 'packages/network/src/index.ts': '' }));

  it.each([
    ["import { x } from '@shoal/network';", 'engine may not import network'],
    ["import type { x } from '@shoal/network';", 'engine may not import network'],
    ["import {\n  x,\n} from '@shoal/network';", 'engine may not import network'],
    ["export * from '@shoal/network';", 'engine may not import network'],
    ["const x = await import('@shoal/network');", 'engine may not import network'],
    ["import { x } from '../../network/src/index.ts';", 'leaves its package'],
    ["import { x } from '@shoal/engine';", 'its own package by name'],
    ["import { createLibp2p } from 'libp2p';", 'only network knows libp2p'],
    ["import { noise } from '@chainsafe/libp2p-noise';", 'only network knows libp2p'],
    ["import { DatabaseSync } from 'node:sqlite';", 'only store keeps a database'],
    ["import { spawn } from 'node:child_process';", 'only sandbox and node start processes'],
  ])('%j is a problem', (text, problem) => expect(problemsIn(text)).toEqual([expect.stringContaining(problem)]));

  it.each([["import { x } from '@shoal/protocol';"], ["// import { x } from '@shoal/network';"], ["/*\nimport { x } from 'libp2p';\n*/"], ["import { readFile } from 'node:fs';"]])(
    '%j is none',
    (text) => expect(problemsIn(text)).toEqual([]),
  );

  it('tests may start processes, and not use libp2p', () => {
    expect(problemsIn("import { spawn } from 'node:child_process';", 'packages/engine/src/a.test.ts')).toEqual([]);
    expect(problemsIn("import { tcp } from '@libp2p/tcp';", 'packages/engine/src/a.test.ts')).toHaveLength(1);
  });

  it('says file and line', () => expect(problemsIn("\n\nimport { tcp } from '@libp2p/tcp';")[0]).toMatch(/^packages\/engine\/src\/a\.ts:3: /));

  it('a package without a place is a problem', () =>
    expect(borderProblems(house({ 'packages/extra/package.json': manifest('extra') }))).toEqual([expect.stringContaining('no place')]));
});

describe('cycles', () => {
  it('finds one by way of others, types included', () => {
    const problems = cycleProblems(
      house({
        'packages/engine/src/a.ts': "import { b } from './b.ts';",
        'packages/engine/src/b.ts': "import type { C } from './c.ts';",
        'packages/engine/src/c.ts': "export * from './a.ts';",
        'packages/engine/src/d.ts': "import { a } from './a.ts';",
      }),
    );
    expect(problems).toEqual([expect.stringContaining('a.ts: imports itself by way of packages/engine/src/b.ts -> packages/engine/src/c.ts -> packages/engine/src/a.ts')]);
  });

  it('finds one between packages', () => {
    const files = {
      'packages/engine/package.json': manifest('engine'),
      'packages/protocol/package.json': manifest('protocol'),
      'packages/engine/src/index.ts': "import '@shoal/protocol';",
      'packages/protocol/src/index.ts': "import '@shoal/engine';",
    };
    expect(cycleProblems(house(files))).toHaveLength(1);
  });
});

describe('manifests', () => {
  it('what is imported is listed, what is listed is imported', () => {
    const problems = manifestProblems(
      house({
        'package.json': JSON.stringify({ devDependencies: { vitest: '1' } }),
        'packages/store/package.json': manifest('store', ['used', '@scope/by-path', 'unused', 'in-tests']),
        'packages/store/src/index.ts': "import 'used/part';\nimport 'missing';\nconst at = import.meta.resolve('@scope/by-path/file');",
        'packages/store/src/index.test.ts': "import 'vitest';\nimport 'in-tests';\nimport 'missing-in-tests';",
      }),
    );
    expect(problems).toEqual([
      expect.stringContaining('packages/store/src/index.ts:2: imports missing, which is not in the dependencies'),
      expect.stringContaining('packages/store/src/index.test.ts:3: imports missing-in-tests, which is not in the devDependencies'),
      expect.stringContaining('lists unused, which nothing imports'),
      expect.stringContaining('lists in-tests, which only tests'),
    ]);
  });

  it('references follow the dependencies', () => {
    const problems = referenceProblems(
      house({
        'tsconfig.json': JSON.stringify({ references: [{ path: 'packages/gone' }] }),
        'packages/store/package.json': manifest('store', ['@shoal/runtime', 'zod']),
        'packages/store/tsconfig.json': JSON.stringify({ references: [{ path: '../protocol' }] }),
      }),
    );
    expect(problems.map((each) => each.replace(/; .*/, ''))).toEqual([
      'packages/store/tsconfig.json: does not refer to runtime',
      'packages/store/tsconfig.json: refers to protocol, which is no dependency',
      'tsconfig.json: does not refer to store',
      'tsconfig.json: refers to gone, which is no dependency',
    ]);
  });
});

describe('files', () => {
  it('are at most 400 lines long', () => {
    const problems = sizeProblems(house({ 'packages/a/src/long.ts': '\n'.repeat(401), 'packages/a/src/fits.ts': '\n'.repeat(400) }));
    expect(problems).toEqual([expect.stringContaining('long.ts:400: has 401 lines')]);
  });

  it('are used, and not by tests alone', () => {
    const problems = deadFileProblems(
      house({
        'packages/node/package.json': manifest('node'),
        'packages/node/bin/shoal.js': "await import('../dist/main.js');",
        'packages/node/src/index.ts': '',
        'packages/node/src/main.ts': "import './used.ts';\nconst entry = 'child/other';\nfork(new URL(`./child/entry${ending}`, import.meta.url));",
        'packages/node/src/used.ts': '',
        'packages/node/src/child/entry.ts': '',
        'packages/node/src/child/other.ts': '',
        'packages/node/src/dead.ts': '',
        'packages/node/src/only-tested.ts': '',
        'packages/node/src/only-tested.test.ts': "import './only-tested.ts';\nimport './testing/fake.ts';\nspawn(join(here, 'fixture.ts'));",
        'packages/node/src/testing/fake.ts': '',
        'packages/node/src/testing/fixture.ts': '',
      }),
    );
    expect(problems).toEqual([expect.stringContaining('src/dead.ts:1: nothing imports it'), expect.stringContaining('src/only-tested.ts:1: only tests import it')]);
  });
});

describe('documents', () => {
  it('links lead to files, folders and headings', () => {
    const problems = linkProblems(
      house({
        'README.md': '[a](docs/A.md) [b](docs/A.md#two-words) [c](docs) [d](https://example.com/x)\n[e](docs/B.md)\n```\n[f](gone)\n```\n[g](docs/A.md#none) `packages/gone/x.ts`',
        'docs/A.md': '# A\n## Two words',
      }),
    );
    expect(problems).toEqual([
      'README.md:2: links to docs/B.md, and docs/B.md does not exist',
      'README.md:6: links to docs/A.md#none, and docs/A.md has no such heading',
      'README.md:6: names packages/gone/x.ts, which does not exist',
    ]);
  });

  it('dependencies have a reason', () => {
    const problems = dependencyProblems(
      house({
        'packages/store/package.json': manifest('store', ['@shoal/runtime', 'zod', 'left-out']),
        'docs/DEPENDENCIES.md': '| `zod` | store | why |\n| `gone` | store | why |',
      }),
    );
    expect(problems).toEqual([expect.stringContaining('depends on left-out'), expect.stringContaining('docs/DEPENDENCIES.md:2: gives a reason for gone')]);
  });

  it('error codes are explained', () => {
    const problems = errorCodeProblems(
      house({
        'packages/store/src/errors.ts': "export type StoreErrorCode =\n  | 'disk-full'\n  | 'known';\nexport class StoreError extends ShoalError<StoreErrorCode> {}",
        'packages/store/src/a.ts': 'throw new StoreError(\n  \'disk-full\',\n  `Cannot write ${path}: no room`,\n);\nthrow new TypeError("other");\nthrow new ShoalError(late ? \'one\' : \'two\', text);',
        'docs/ERRORS.md': '| `known` | store | x | y |\n| `gone` | store | x | y |',
      }),
    );
    expect(problems).toEqual([
      'packages/store/src/a.ts:1: the code disk-full is not in docs/ERRORS.md',
      'packages/store/src/a.ts:6: the code one is not in docs/ERRORS.md',
      'packages/store/src/a.ts:6: the code two is not in docs/ERRORS.md',
      'Rows to complete and to put into docs/ERRORS.md:',
      '| `disk-full` | store | Cannot write …: no room | ... |',
      '| `one` | store | ... | ... |',
      '| `two` | store | ... | ... |',
      'docs/ERRORS.md:2: explains gone, which nothing throws; remove the row',
    ]);
  });
});

describe('words', () => {
  // `_` keeps this file itself clean of them.
  it.each(['"resolved": "_https://npm.example/x.tgz"', 'see https://_registry.example/', 'cd /_work/main', "open('/_root/x')", '"/_farm/a"'])('%j is an address of ours', (text) =>
    expect(addressProblems(house({ 'a.md': text.replace('_', '') }))).toHaveLength(1),
  );

  it.each(['"resolved": "packages/engine"', 'https://example.com/work/x', './work/x', '${dir}/root/x', '@scope/root/x'])('%j is none', (text) =>
    expect(addressProblems(house({ 'a.md': text }))).toEqual([]),
  );

  const inTest = (text: string): string[] => skippedTestProblems(house({ 'packages/a/src/a.test.ts': text }));
  it.each(["it.only('x')", "describe.skip('x')", 'test.todo("x")', "it.concurrent.only('x')", "it.skipIf(!bwrap)('x')"])('%j leaves tests out', (text) => expect(inTest(text)).toHaveLength(1));
  it.each(["it('x')", "it.each([1])('x')", "// bubblewrap is not everywhere\nit.skipIf(!bwrap)('x')", "it.skipIf(!bwrap)(`x${why}`)"])('%j leaves none out', (text) => expect(inTest(text)).toEqual([]));

  const lost = (text: string): string[] => lostErrorProblems(house({ 'packages/a/src/a.ts': text }));
  it.each(['x.catch(() => {});', 'x.catch((error) => undefined);', 'x.catch(_ => null)'])('%j loses an error', (text) => expect(lost(text)).toHaveLength(1));
  it.each(['x.catch(() => {}); // told by the event already', 'x.catch(report);', 'x.catch(() => true)'])('%j loses none', (text) => expect(lost(text)).toEqual([]));
});
