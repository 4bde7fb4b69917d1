import { benchJoin, joinBenchDefaults } from '../../../packages/network/bench/join.ts';
import type { Suite } from '../suite.ts';

/** Peers that each know one other: how soon a mesh stands, and who hears whom. */
export const join: Suite = {
  name: 'join',
  title: '40 peers in five processes, as a chain and as a star; adverts before and after the first peer is killed',
  async run({ quick, report }) {
    const sizes = quick ? { processes: 2, peersPerProcess: 3, messageBytes: 700 } : joinBenchDefaults;
    for (const shape of ['chain', 'star'] as const) {
      const result = await benchJoin({ shape, ...sizes });
      report({ name: `join.${shape}-ready-p50`, unit: 'ms', value: result.readyMs.median });
      report({ name: `join.${shape}-all-ready`, unit: 'ms', value: result.allReadyMs });
      for (const [when, delivery] of [['advert', result.delivery], ['advert-after-kill', result.afterKill]] as const) {
        report({ name: `join.${shape}-${when}-heard`, unit: '%', value: delivery.delivered * 100, goal: 100 });
        report({ name: `join.${shape}-${when}-median`, unit: 'ms', value: delivery.ms.median });
        report({ name: `join.${shape}-${when}-worst`, unit: 'ms', value: delivery.ms.worst });
      }
    }
  },
};
