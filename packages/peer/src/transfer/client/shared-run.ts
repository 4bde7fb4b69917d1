import type { BlobStore, Cid } from '@shoal/runtime';
import type { Progress } from './transfer.ts';

/** What one of those who wait for a run brings. */
export interface Participant {
  signal: AbortSignal;
  maxBytes?: number;
  onProgress?: (progress: Progress) => void;
}

interface Run {
  done: Promise<Progress>;
  participants: Set<Participant>;
  maxBytes: number;
  abandon: AbortController;
}

const runs = new WeakMap<BlobStore, Map<Cid, Run>>();

/**
 * Fetches a root once, however many ask for it at the same time into the same store; it goes on
 * as long as one of them waits. Who allows other sizes than the run that is there starts after it.
 */
export async function joinRun(
  store: BlobStore,
  root: Cid,
  participant: Participant,
  start: (shared: { signal: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<void>,
): Promise<Progress> {
  const ofStore = runs.get(store) ?? new Map<Cid, Run>();
  runs.set(store, ofStore);
  const maxBytes = participant.maxBytes ?? Number.POSITIVE_INFINITY;
  for (let other = ofStore.get(root); other !== undefined; other = ofStore.get(root)) {
    if (other.maxBytes === maxBytes && !other.abandon.signal.aborted) return takePart(other, participant);
    await other.done.catch(() => {}); // its own participants hear of its failure
    participant.signal.throwIfAborted();
  }
  const run = begin(maxBytes, start);
  ofStore.set(root, run);
  const over = (): void => void ofStore.delete(root);
  run.done.then(over).catch(over); // its participants hear of its failure
  return takePart(run, participant);
}

function begin(maxBytes: number, start: Parameters<typeof joinRun>[3]): Run {
  const abandon = new AbortController();
  const participants = new Set<Participant>();
  let last: Progress = { bytesFetched: 0, blocksFetched: 0, bytesFrom: new Map(), bytesTotal: undefined };
  const onProgress = (progress: Progress): void => {
    last = { ...progress };
    for (const one of participants) one.onProgress?.(last);
  };
  const done = start({ signal: abandon.signal, onProgress }).then(() => last);
  return { done, participants, maxBytes, abandon };
}

/** Waits for the run, or until the participant's own signal; the last to leave ends it. */
function takePart(run: Run, participant: Participant): Promise<Progress> {
  const { signal } = participant;
  const place = { ...participant };
  run.participants.add(place);
  return new Promise<Progress>((resolve, reject) => {
    const leave = (): void => {
      signal.removeEventListener('abort', abort);
      run.participants.delete(place);
    };
    const abort = (): void => {
      leave();
      if (run.participants.size === 0) run.abandon.abort(signal.reason);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    run.done.then(resolve).catch(reject).finally(leave);
  });
}
