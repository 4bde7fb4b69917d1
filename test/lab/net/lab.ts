import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, prefix, resolvers } from './cleanup.ts';
import { ip, within } from './commands.ts';
import type { LinkShape } from './link/shape.ts';
import { openSlowLink, type SlowLink } from './link/slow-link.ts';

/** A machine of the lab: a network namespace. */
export interface Host {
  readonly namespace: string;
}

/** A switch, to which hosts are wired. */
export interface Switch {
  readonly bridge: string;
}

/** One end of a wire, at the host. */
export interface Wire {
  readonly host: Host;
  readonly device: string;
  /** Present on a shaped wire. */
  readonly link?: SlowLink;
}

/** The laboratory: everything in it is gone after `close()`. */
export class Lab {
  readonly folder: string;
  readonly #core = `${prefix}-core`;
  readonly #links: SlowLink[] = [];
  readonly #closers: (() => Promise<void> | void)[] = [];
  #made = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Lab> {
    await cleanUp();
    const lab = new Lab(await mkdtemp(join(tmpdir(), `${prefix}-`)));
    await ip(`netns add ${lab.#core}`);
    return lab;
  }

  /** Runs before the namespaces go, last one first. */
  onClose(closer: () => Promise<void> | void): void {
    this.#closers.push(closer);
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.reverse()) await closer();
    for (const link of this.#links) link.end();
    await cleanUp();
  }

  async host(): Promise<Host> {
    const namespace = `${prefix}-${(this.#made += 1)}`;
    await ip(`netns add ${namespace}`);
    await within(namespace, 'ip link set lo up');
    return { namespace };
  }

  async switch(): Promise<Switch> {
    const bridge = `br${(this.#made += 1)}`;
    // Spanning tree and its listening time are for loops, and there are none.
    await within(this.#core, `ip link add ${bridge} type bridge forward_delay 0`);
    await within(this.#core, `ip link set ${bridge} up`);
    return { bridge };
  }

  /** Two switches become one network; `cut` parts them without anybody being told. */
  async trunk(one: Switch, other: Switch): Promise<{ cut(): Promise<void>; heal(): Promise<void> }> {
    const name = `tr${(this.#made += 1)}`;
    await within(this.#core, `ip link add ${name}a type veth peer name ${name}b`);
    for (const [end, at] of [[`${name}a`, one], [`${name}b`, other]] as const) {
      await within(this.#core, `ip link set ${end} master ${at.bridge}`);
      await within(this.#core, `ip link set ${end} up`);
    }
    return {
      cut: async () => void (await within(this.#core, `ip link set ${name}a down`)),
      heal: async () => void (await within(this.#core, `ip link set ${name}a up`)),
    };
  }

  /** Wires a host to a switch under an address such as 10.1.0.7/16; a shaped wire carries as badly as told. */
  async wire(host: Host, to: Switch, address: string, shape?: LinkShape): Promise<Wire> {
    const number = (this.#made += 1);
    const [near, far] = [`${prefix}a${number}`, `${prefix}b${number}`];
    const device = `eth${number}`;
    let link: SlowLink | undefined;
    if (shape === undefined) await ip(`link add ${near} type veth peer name ${far}`);
    else this.#links.push((link = await openSlowLink([near, far], shape, number)));
    await ip(`link set ${far} netns ${this.#core}`);
    await within(this.#core, `ip link set ${far} master ${to.bridge}`);
    await within(this.#core, `ip link set ${far} up`);
    await ip(`link set ${near} netns ${host.namespace}`);
    await within(host.namespace, `ip link set ${near} name ${device}`);
    await this.#address(host, device, address);
    await within(host.namespace, `ip link set ${device} up`);
    // mDNS asks a group; without a default route the kernel would not know where.
    await within(host.namespace, `ip route append 224.0.0.0/4 dev ${device}`);
    return { host, device, ...(link === undefined ? {} : { link }) };
  }

  async #address(host: Host, device: string, address: string): Promise<void> {
    // Without duplicate address detection an IPv6 address is usable at once.
    await within(host.namespace, address.includes(':') ? `ip -6 addr add ${address} dev ${device} nodad` : `ip addr add ${address} dev ${device}`);
  }

  async addAddress({ host, device }: Wire, address: string): Promise<void> {
    await this.#address(host, device, address);
  }

  /** As when a laptop wakes up elsewhere. */
  async changeAddress(wire: Wire, from: string, to: string): Promise<void> {
    await within(wire.host.namespace, `ip addr del ${from} dev ${wire.device}`);
    await this.#address(wire.host, wire.device, to);
    await within(wire.host.namespace, `ip route replace 224.0.0.0/4 dev ${wire.device}`);
  }

  /** Which name server the host asks: `ip netns exec` shows its processes a `resolv.conf` of their own. */
  async resolveBy({ namespace }: Host, server: string): Promise<void> {
    const folder = join(resolvers, namespace);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'resolv.conf'), `nameserver ${server}\n`);
  }

  async route(host: Host, gateway: string): Promise<void> {
    await within(host.namespace, `ip ${gateway.includes(':') ? '-6 ' : ''}route add default via ${gateway}`);
  }
}
