import { afterEach, expect, test } from 'vitest';
import type { PeerStatus } from '@shoal/peer';
import { limits } from '../limits.ts';
import { fakeScreen } from '../testing/fake-screen.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { peerId, scriptedPeer } from '../testing/scripted-peer.ts';
import { createAnnouncer } from './announce.ts';
import { type Leaving, onLeave } from './signals.ts';
import { type MeshNews, watchMesh } from './watch-mesh.ts';

const status = await scriptedPeer().status();
let leaving: Leaving | undefined;

afterEach(() => leaving?.dispose());

test('the first Ctrl-C asks to leave, a second one leaves at once, an echo of the first does not', () => {
  const clock = manualClock();
  let atOnce = 0;
  leaving = onLeave({ clock, onHangUp: false, atOnce: () => void (atOnce += 1) });
  process.emit('SIGHUP');
  expect(leaving.signal.aborted).toBe(false);
  process.emit('SIGINT');
  expect(leaving.signal.aborted).toBe(true);
  clock.advance(20);
  process.emit('SIGINT');
  expect(atOnce).toBe(0);
  clock.advance(500);
  process.emit('SIGINT');
  expect(atOnce).toBe(1);
});

test('the end of the terminal is a reason to leave where there was one', () => {
  leaving = onLeave({ clock: manualClock(), onHangUp: true, atOnce: () => {} });
  process.emit('SIGHUP');
  expect(leaving.signal.aborted).toBe(true);
});

/** What is told of the mesh while the peer's state goes through these, a second each. */
async function newsOf(states: Partial<PeerStatus>[]): Promise<MeshNews[]> {
  const clock = manualClock();
  const stop = new AbortController();
  const news: MeshNews[] = [];
  let now: Partial<PeerStatus> = states[0] ?? {};
  const peer = { ...scriptedPeer(), status: async () => ({ ...status, ...now }) };
  const watching = watchMesh(peer, clock, stop.signal, (each) => news.push(each));
  for (now of states) {
    for (let passed = 0; passed < limits.neighbourPollMs; passed += limits.readyPollMs) {
      clock.advance(limits.readyPollMs);
      await Promise.resolve().then(() => undefined);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  stop.abort();
  await watching;
  return news;
}

test('ready is said once, with how long it took', async () => {
  const joining = { neighbours: 1, ready: false };
  const ready = { neighbours: 3, ready: true, readyAfterMs: 320 };
  expect(await newsOf([joining, ready, ready])).toEqual([{ kind: 'ready', neighbours: 3, afterMs: 320 }]);
});

test('alone is said after a while, and taken back when somebody comes', async () => {
  const alone = { neighbours: 0, ready: true };
  const news = await newsOf([alone, alone, { neighbours: 1, ready: true, readyAfterMs: 5 }, alone]);
  expect(news.map((each) => each.kind)).toEqual(['alone', 'ready', 'alone']);
});

test('people read how others join; programs read a line an event', () => {
  const people = fakeScreen();
  const text = createAnnouncer({ out: people, json: false, dataDir: '/data', bootstrap: [], mesh: 'lab' });
  text.started(status, '/data/run/api.sock');
  text.mesh({ kind: 'alone' });
  text.mesh({ kind: 'ready', neighbours: 1, afterMs: 320 });
  expect(people.text()).toContain(`shoal up --data-dir DIR --mesh lab --bootstrap /ip4/127.0.0.1/tcp/4001/p2p/${peerId}\n`);
  expect(people.text()).toContain('Ready after 320 ms: 1 neighbour. Ctrl-C leaves.\n');

  const programs = fakeScreen();
  const events = createAnnouncer({ out: programs, json: true, dataDir: '/data', bootstrap: [], mesh: undefined });
  events.started(status, '/data/run/api.sock');
  events.mesh({ kind: 'ready', neighbours: 1, afterMs: 320 });
  events.left(12.3);
  const lines = programs.text().trim().split('\n').map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual([
    expect.objectContaining({ event: 'started', peer: peerId, socketPath: '/data/run/api.sock', pid: process.pid }),
    { event: 'ready', neighbours: 1, afterMs: 320 },
    { event: 'left', afterMs: 12 },
  ]);
});

test('an address that does not answer is told apart from having none', () => {
  const out = fakeScreen();
  const announcer = createAnnouncer({ out, json: false, dataDir: '/data', bootstrap: ['/ip4/127.0.0.1/tcp/1/p2p/x'], mesh: undefined });
  announcer.mesh({ kind: 'alone' });
  expect(out.text()).toContain('that address does not answer. Going on trying.');
});
