// Writes docs/LIMITS.md from the tables in the sources, so that each bound is written once.
// `node scripts/limits.mjs` writes it; `--check` fails when it is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'docs/LIMITS.md');

/** @type {[title: string, path: string, about: string][]} */
const tables = [
  ['The wire', 'packages/protocol/src/limits.ts', 'Documents and messages; beyond these a peer refuses before it decodes.'],
  ['The engine', 'packages/engine/src/defaults.ts', 'Timings and tables of the market. Times are in milliseconds.'],
  ['The network', 'packages/network/src/defaults.ts', 'Connections, joining, messages, gossip, streams.'],
  ['The store', 'packages/store/src/limits.ts', 'Blobs, journal, data directory.'],
  ['The sandbox', 'packages/sandbox/src/limits.ts', "What no job sets. What a job sets is in its spec's `resources`."],
  ['Joining', 'packages/runtime/src/system/address-limits.ts', 'What its owner writes down for a peer.'],
  ['The peer', 'packages/peer/src/defaults.ts', 'What a job and a peer are given unless told otherwise.'],
  ['Block transfer', 'packages/peer/src/transfer/limits.ts', 'Fetching and serving blobs.'],
  ['The daemon', 'packages/node/src/limits.ts', 'The local API and the supervisor.'],
  ['The programs', 'packages/workloads/src/limits.ts', 'Reading the flights data and what programs put out.'],
];

/**
 * Rows of one source file: a name, its value as written, and the comment above it.
 * @param {string} text
 */
function rowsOf(text) {
  /** @type {[name: string, value: string, why: string][]} */
  const rows = [];
  let comment = '';
  /** @type {string[] | undefined} */
  let block;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (block !== undefined) {
      if (trimmed.endsWith('*/')) {
        comment = [...block, trimmed.replace(/\*\/$/, '').replace(/^\*\s?/, '').trim()].filter(Boolean).join(' ');
        block = undefined;
      } else block.push(trimmed.replace(/^\*\s?/, ''));
      continue;
    }
    const single = /^\/\*\*\s*(.*?)\s*\*\/$/.exec(trimmed);
    if (single !== null) comment = single[1] ?? '';
    else if (trimmed.startsWith('/**')) block = [trimmed.slice(3).trim()];
    else {
      const row = /^(?:export const )?([a-z]\w*)(?:: | = )((?:[^,;{[]|\[[^\]]*\])+)[,;]$/.exec(trimmed);
      const [, name = '', value = ''] = row ?? [];
      if (/\d|\[|'|\./.test(value) && !/^(?:const|import|return)\b/.test(trimmed)) rows.push([name, value, comment]);
      comment = '';
    }
  }
  return rows;
}

function render() {
  const parts = [
    '# Limits',
    '',
    'Everything that grows has a bound. This page is made from the tables in the sources by `node scripts/limits.mjs`;',
    'the reasons are the comments there. What happens at a bound is a typed error or a drop that is safe, never a crash.',
    '',
  ];
  for (const [title, path, about] of tables) {
    const source = join(root, path);
    if (!existsSync(source)) continue;
    const rows = rowsOf(readFileSync(source, 'utf8'));
    if (rows.length === 0) continue;
    parts.push(`## ${title}`, '', `${about} Source: [\`${path}\`](../${path}).`, '', '| limit | value | why |', '|---|---|---|');
    for (const [name, value, why] of rows) parts.push(`| \`${name}\` | ${value.replaceAll('|', '\\|')} | ${why.replaceAll('|', '\\|')} |`);
    parts.push('');
  }
  return parts.join('\n');
}

const wanted = render();
if (!process.argv.includes('--check')) writeFileSync(target, wanted);
else if (readFileSync(target, 'utf8') !== wanted) {
  console.error('docs/LIMITS.md is not what the sources say: run node scripts/limits.mjs');
  process.exit(1);
}
