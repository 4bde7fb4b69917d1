import type { GossipVerdict, PeerId, Random } from '@shoal/runtime';
import { ShoalError } from '@shoal/runtime';
import { topics, type Entry } from '@shoal/protocol';
import type { Effect } from './effects.ts';
import type { Engine, Turn } from './engine.ts';
import type { EngineEvent } from './events.ts';
import type { Role } from './ledger/outbox.ts';
import { receive } from './messages.ts';
import { recoverJob } from './recover.ts';
import { receiveRevoked } from './requester/revoked.ts';
import { holdCheckpoint } from './requester/checkpoints.ts';
import { awardAhead } from './requester/ahead.ts';
import { flushLeases, serveWants } from './requester/assign.ts';
import { cancelJob, endIfOver } from './requester/finish.ts';
import { requestedJobOfTimer } from './requester/job.ts';
import { cutOff, meetWorker } from './requester/leases.ts';
import { postJob } from './requester/post.ts';
import { receiveProof, seekWorkers } from './requester/offers.ts';
import { tick } from './requester/tick.ts';
import { acceptRipe, receiveFetched } from './requester/units.ts';
import { greet } from './roster/advertise.ts';
import { advertiseSoon, receiveGossipedAdvert, wakeRoster } from './roster/adverts.ts';
import { receiveGossipedOffer } from './worker/bid.ts';
import { workedJobOfTimer } from './worker/job.ts';
import { actingJobOfTimer, beatActing, meetTrustees, shareNews } from './steward/acting.ts';
import { stewardedJobOfTimer } from './steward/job.ts';
import { receiveKept } from './steward/keep.ts';
import { meetEntruster, watch } from './steward/watch.ts';
import { hoursKey, keepHours, watchHours } from './worker/hours.ts';
import { beat, meetRequester, sendReports } from './worker/report.ts';
import { finishRun, reportCheckpoint, reportPartial, reportProgress, startRuns } from './worker/run.ts';

/**
 * The engine's one function: what follows from an event, at this moment, with these dice. Synchronous; changes the
 * engine, touches nothing else. `flush` ends a burst of events: only then are facts signed and messages made of them.
 */
export function step(engine: Engine, event: EngineEvent, now: number, random: Random): Effect[] {
  const turn: Turn = { engine, now, random, effects: [] };
  keepHours(turn);
  handle(turn, event);
  startRuns(turn);
  if (turn.mayWait === true) turn.effects.push({ type: 'patience' });
  return turn.effects;
}

/** When the engine wants to be woken next. */
export function nextDeadline(engine: Engine): number | undefined {
  return engine.timers.next();
}

function handle(turn: Turn, event: EngineEvent): void {
  const { engine } = turn;
  switch (event.type) {
    case 'start':
      watchHours(turn);
      return advertiseSoon(turn);
    case 'wake':
      for (const key of engine.timers.take(turn.now)) wake(turn, key);
      return;
    case 'flush':
      return flush(turn);
    case 'message':
      return receive(turn, event.from, event.bytes);
    case 'gossip':
      turn.effects.push({ type: 'verdict', verdict: gossip(turn, event.topic, event.from, event.bytes) });
      return;
    case 'peer-connected':
      engine.connected.add(event.peer);
      if (event.address !== undefined) engine.seenAt.set(event.peer, event.address);
      greet(turn, event.peer);
      meetWorker(turn, event.peer);
      meetTrustees(turn, event.peer);
      meetEntruster(turn, event.peer);
      return meetRequester(turn, event.peer);
    case 'peer-disconnected':
      engine.connected.delete(event.peer);
      engine.seenAt.delete(event.peer);
      return cutOff(turn, event.peer);
    case 'addresses':
      engine.addresses = event.addresses;
      return advertiseSoon(turn);
    case 'holdings':
      engine.holdings.clear();
      for (const holding of event.holdings) engine.holdings.set(holding.cid, holding);
      return advertiseSoon(turn);
    case 'revoked':
      return receiveRevoked(turn, event);
    case 'submit': {
      const job = postJob(turn, event.spec, event.nonce);
      if (job !== undefined) {
        awardAhead(turn, job);
        seekWorkers(turn, job);
      }
      return;
    }
    case 'cancel': {
      const job = engine.requested.get(event.job);
      if (job?.authority === 'requester') cancelJob(turn, job, event.why);
      return;
    }
    case 'executed':
      return finishRun(turn, event.job, event.unit, event.outcome);
    case 'progressed':
      return reportProgress(turn, event.job, event.unit, event.fraction, event.text);
    case 'found':
      return reportPartial(turn, event.job, event.unit, event.text);
    case 'checkpointed':
      return reportCheckpoint(turn, event);
    case 'checkpoint-held':
      return holdCheckpoint(turn, event);
    case 'fetched': {
      const job = engine.requested.get(event.job);
      if (job !== undefined) receiveFetched(turn, job, event);
      const stewarded = engine.stewarded.get(event.job);
      if (stewarded !== undefined) receiveKept(turn, stewarded, event.unit, event.ok);
      return;
    }
    case 'challenged': {
      const job = engine.requested.get(event.job);
      return job === undefined ? undefined : receiveProof(turn, job, event);
    }
    case 'remembered':
      return engine.standings.recover(event.records);
    case 'recovered':
      return recoverJob(turn, event.job, event.records);
  }
}

function wake(turn: Turn, key: string): void {
  if (key === hoursKey) return watchHours(turn); // what follows from the hour was done before
  if (wakeRoster(turn, key)) return;
  const acting = actingJobOfTimer(turn.engine, key);
  if (acting !== undefined) return beatActing(turn, acting);
  const stewarded = stewardedJobOfTimer(turn.engine.stewarded, key);
  if (stewarded !== undefined) return watch(turn, stewarded);
  const requested = requestedJobOfTimer(turn.engine.requested, key);
  if (requested !== undefined) return tick(turn, requested);
  const worked = workedJobOfTimer(turn.engine.worked, key);
  if (worked !== undefined) beat(turn, worked);
}

function gossip(turn: Turn, topic: string, from: PeerId, bytes: Uint8Array): GossipVerdict {
  const { mesh } = turn.engine.config;
  if (topic === topics.adverts(mesh)) return receiveGossipedAdvert(turn, from, bytes);
  if (topic !== topics.offers(mesh)) return 'reject';
  try {
    return receiveGossipedOffer(turn, bytes);
  } catch (error) {
    if (error instanceof ShoalError && error.code !== 'invariant') return 'reject';
    throw error;
  }
}

/** The end of a burst: give out units, sign and send what was decided. */
function flush(turn: Turn): void {
  const { engine } = turn;
  // All of them first: who is contradicted in one job is believed in no other, whose units need others then.
  for (const job of engine.requested.values()) acceptRipe(turn, job);
  for (const job of engine.requested.values()) serveWants(turn, job);
  signPending(turn);
  for (const job of engine.requested.values()) endIfOver(turn, job);
  signPending(turn);
  for (const job of engine.requested.values()) {
    flushLeases(turn, job);
    shareNews(turn, job);
  }
  sendReports(turn);
  const notes = engine.standings.takeNotes();
  if (notes.length > 0) turn.effects.push({ type: 'append', records: notes });
}

function signPending(turn: Turn): void {
  const { engine } = turn;
  engine.outbox.flush(engine, turn.now, turn.effects, (entry: Entry, role: Role) => {
    if (role === 'requester') {
      const job = engine.requested.get(entry.job);
      job?.ledger.add(entry);
      return job?.accepting.clear();
    }
    if (role === 'worker') engine.worked.get(entry.job)?.ledger.add(entry);
    engine.stewarded.get(entry.job)?.ledger.add(entry);
  });
}
