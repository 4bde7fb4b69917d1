import { command, within } from './commands.ts';
import type { Host, Lab, Switch } from './lab.ts';

/**
 * open: every port of the outer address leads to the host inside (full cone).
 * steady: one outer port for one inner port, and answers only from whom it was sent to (port restricted cone).
 * changing: another outer port for each destination (symmetric).
 */
export type NatBehaviour = 'open' | 'steady' | 'changing';

export interface Inside {
  host: Host;
  /** The address of the host in its own network. */
  address: string;
  router: { host: Host; inner: string; outer: string; lan: string; wan: string };
}

/** A router with one host behind it, on a network of its own; its outer side is wired to `outside`. */
export async function behindNat(lab: Lab, outside: Switch, outer: string, number: number, behaviour: NatBehaviour): Promise<Inside> {
  const router = await lab.host();
  const host = await lab.host();
  const home = await lab.switch();
  const wan = await lab.wire(router, outside, `${outer}/8`);
  const lan = await lab.wire(router, home, `192.168.${number}.1/24`);
  const address = `192.168.${number}.2`;
  await lab.wire(host, home, `${address}/24`);
  await lab.route(host, `192.168.${number}.1`);

  const rule = (line: string): Promise<string> => within(router.namespace, `iptables ${line}`);
  await command('ip', 'netns', 'exec', router.namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  await rule(`-t nat -A POSTROUTING -o ${wan.device} -j MASQUERADE${behaviour === 'changing' ? ' --random-fully' : ''}`);
  if (behaviour === 'open') await rule(`-t nat -A PREROUTING -i ${wan.device} -p tcp -j DNAT --to-destination ${address}`);
  // As routers do: what nobody inside has asked for is dropped without an answer.
  else await rule(`-A FORWARD -i ${wan.device} -o ${lan.device} -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP`);
  await rule(`-A INPUT -i ${wan.device} -j DROP`);
  // Private addresses have no place on the Internet.
  await rule(`-A FORWARD -o ${wan.device} -d 192.168.0.0/16 -j DROP`);
  return { host, address, router: { host: router, inner: `192.168.${number}.1`, outer, lan: lan.device, wan: wan.device } };
}
