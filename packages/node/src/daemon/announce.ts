import type { PeerStatus } from '@shoal/peer';
import { upCommand } from '../client/not-running.ts';
import { humanDuration } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { pairs } from '../output/table.ts';
import { plural } from '../output/text.ts';
import type { MeshNews } from './watch-mesh.ts';

/** What `up` prints: text for people, or a line of JSON an event. */
export interface Announcer {
  started(status: PeerStatus, socketPath: string, metricsPort?: number): void;
  mesh(news: MeshNews): void;
  leaving(): void;
  left(afterMs: number): void;
}

export interface AnnouncerOptions {
  out: Screen;
  json: boolean;
  dataDir: string;
  bootstrap: readonly string[];
  mesh: string | undefined;
}

export function createAnnouncer(options: AnnouncerOptions): Announcer {
  return options.json ? forPrograms(options.out) : forPeople(options);
}

function forPrograms(out: Screen): Announcer {
  const event = (name: string, fields: Record<string, unknown> = {}): void => out.line(JSON.stringify({ event: name, ...fields }));
  return {
    started: ({ peer, mesh, addresses, dataDir, slots, isolation }, socketPath, metricsPort) =>
      event('started', { peer, mesh, addresses, dataDir, slots, isolation, socketPath, pid: process.pid, metricsPort }),
    mesh: ({ kind, ...fields }) => event(kind, fields),
    leaving: () => event('leaving'),
    left: (afterMs) => event('left', { afterMs: Math.round(afterMs) }),
  };
}

function forPeople({ out, dataDir, bootstrap, mesh }: AnnouncerOptions): Announcer {
  const { style } = out;
  let addresses: readonly string[] = [];
  return {
    started(status, _socketPath, metricsPort) {
      ({ addresses } = status);
      const slots = status.slots === 0 ? 'none: it only posts jobs' : `${plural(status.slots, 'unit')} at once, sandbox: ${status.isolation}`;
      out.line(`${style.bold('peer')} ${style.bold(status.peer)}`);
      out.lines(
        pairs(
          [
            ['data', dataDir],
            ['mesh', status.mesh],
            ['slots', slots],
            ...(metricsPort === undefined ? [] : [['figures', `http://127.0.0.1:${metricsPort}/metrics`] as [string, string]]),
            ...addresses.map((each, index): [string, string] => [index === 0 ? 'address' : '', each]),
          ],
          style,
        ),
      );
    },
    mesh(news) {
      if (news.kind === 'ready') {
        out.line(style.green(`Ready after ${humanDuration(news.afterMs)}: ${plural(news.neighbours, 'neighbour')}. Ctrl-C leaves.`));
        return;
      }
      const silent = `${bootstrap.length === 1 ? 'that address does' : 'those addresses do'} not answer. Going on trying.`;
      const why = bootstrap.length === 0 ? 'Alone so far. Others join by this:' : `Alone so far: ${silent} Others join this peer by:`;
      out.line(style.yellow(why));
      out.line(`  ${upCommand('DIR', `${mesh === undefined ? '' : ` --mesh ${mesh}`} --bootstrap ${addresses[0] ?? 'ADDRESS'}`)}`);
    },
    // The terminal has written ^C just before.
    leaving: () => out.line(`${out.isTTY ? '\n' : ''}Leaving. Ctrl-C once more leaves at once.`),
    left: (afterMs) => out.line(`Left after ${humanDuration(afterMs)}.`),
  };
}
