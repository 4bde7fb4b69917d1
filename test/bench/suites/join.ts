import { benchJoin, hundredPeers, joinBenchDefaults } from '../../../packages/network/bench/join.ts';
import type { Suite } from '../suite.ts';

const allReadyGoalMs = 10_000;
const oneAdvertGoalMs = 1_500;

/** Peers that each know one other: how soon a mesh stands, and who hears whom. */
export const join: Suite = {
  name: 'join',
  title: '104 peers in eight processes as a chain, 40 in five as a star; one advert, one of each in the same second, and again after the first peers were killed',
  async run({ quick, report }) {
    const tiny = { processes: 2, peersPerProcess: 3, messageBytes: 700 };
    for (const [shape, sizes] of [['chain', hundredPeers], ['star', joinBenchDefaults]] as const) {
      const result = await benchJoin({ shape, ...(quick ? tiny : sizes) });
      report({ name: `join.${shape}-ready-p50`, unit: 'ms', value: result.readyMs.median });
      report({ name: `join.${shape}-all-ready`, unit: 'ms', value: result.allReadyMs, goal: shape === 'chain' ? allReadyGoalMs : undefined });
      report({ name: `join.${shape}-one-advert-heard`, unit: '%', value: result.one.delivered * 100, goal: 100 });
      report({ name: `join.${shape}-one-advert-p95`, unit: 'ms', value: result.one.ms.p95, goal: oneAdvertGoalMs });
      for (const [when, delivery] of [['advert', result.delivery], ['advert-after-kill', result.afterKill]] as const) {
        report({ name: `join.${shape}-${when}-heard`, unit: '%', value: delivery.delivered * 100, goal: 100 });
        report({ name: `join.${shape}-${when}-median`, unit: 'ms', value: delivery.ms.median });
        report({ name: `join.${shape}-${when}-worst`, unit: 'ms', value: delivery.ms.worst });
      }
    }
  },
};
