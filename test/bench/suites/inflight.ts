import { programPath } from '@shoal/workloads';
import { startMesh } from '../peers/mesh.ts';
import type { Suite } from '../suite.ts';

const goalMB = 400;

/** What a big job costs whoever asks for it. */
export const inflight: Suite = {
  name: 'inflight',
  title: 'a job of 100,000 units in flight: the most memory that its requester ever had, within 20 s; two workers',
  async run(context) {
    const { quick, report } = context;
    const mesh = await startMesh(context, 'inflight', { workers: 2, slots: 1 });
    const request = { program: programPath('noop'), count: quick ? 2_000 : 100_000, quorum: 1 };
    const { units, accepted, peakMB } = await mesh.requester.ask('hold', request, quick ? 1_000 : 20_000);
    await mesh.stop();
    report({ name: 'inflight.accepted', unit: '%', value: (accepted / units) * 100 });
    report({ name: 'inflight.requester-peak', unit: 'MB', value: peakMB, goal: goalMB });
  },
};
