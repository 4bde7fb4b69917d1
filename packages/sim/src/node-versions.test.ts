import { expect, test } from 'vitest';
import { sweepProgram, type RunReport } from './index.ts';
import { otherNodes } from './testing/nodes.ts';
import { linesOf } from './testing/processes.ts';

const seeds = ['1', '12', '1'];
const nodes = [...otherNodes()];

// Skipped where no other version of Node is installed; SHOAL_NODES names some.
test.skipIf(nodes.length === 0)(
  `the same seed does the same in other versions of Node (${nodes.map(([version]) => version).join(', ') || 'skipped: none found; SHOAL_NODES=/path/to/node:/path/to/another names some'})`,
  { timeout: 300_000 },
  async () => {
    const here = (await linesOf(sweepProgram, seeds)) as RunReport[];
    expect(here).toHaveLength(12);
    for (const [version, path] of nodes) expect(await linesOf(sweepProgram, seeds, path), `Node ${version}`).toEqual(here);
  },
);
