import { describe, expect, it } from 'vitest';
import type { RequestedJob } from '../requester/job.ts';
import { TestMesh } from '../testing/mesh.ts';
import { countedSpec } from '../testing/specs.ts';
import { waitingOf } from './waiting.ts';

/** What a job among three peers of the EU says a moment after it was posted, and later. */
function waits(where: string): { atOnce: string[]; later: string[] } {
  const mesh = new TestMesh(1);
  const requester = mesh.add({ slots: 0 });
  for (let i = 0; i < 3; i += 1) mesh.add({ labels: { region: 'eu' } });
  expect(mesh.runUntil(() => requester.engine.roster.size === 4, 10_000)).toBe(true);
  const job = mesh.submit(requester, countedSpec(1, 1, { where }));
  const said = (): string[] => waitingOf(requester.engine.requested.get(job) as RequestedJob).map(({ code, text }) => `${code}: ${text}`);
  const atOnce = said();
  mesh.runUntil(() => false, 20_000);
  return { atOnce, later: said() };
}

describe('a job that nobody can take says why, at once', () => {
  it('a value that no known peer has', () => {
    const text = 'label-fits-none: region=ue fits none of 3 known peers; they have region=eu; did you mean region=eu?';
    expect(waits('region=ue')).toEqual({ atOnce: [text], later: [text] });
  });

  it('a label that no known peer has; not once for each peer that was asked', () => {
    const text = 'label-unknown: no known peer has the label regoin; did you mean region?';
    expect(waits('regoin=eu')).toEqual({ atOnce: [text], later: [text] });
  });
});
