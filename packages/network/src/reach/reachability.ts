import type { Clock, PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

/** Whether others can dial this peer. */
export type Verdict = 'unknown' | 'reachable' | 'unreachable';

/** far: from beyond our own network, by its address or by how it sees us. Only what they say counts where there are any. */
export interface Witness {
  peer: PeerId;
  far: boolean;
}

export interface Reachability {
  readonly verdict: Verdict;
  /** Whom to ask now. */
  due(witnesses: readonly Witness[]): PeerId[];
  note(peer: PeerId, outcome: 'reached' | 'not reached' | 'refused'): void;
  /** Our own addresses are others than before. */
  moved(): void;
}

interface Answer {
  outcome: 'reached' | 'not reached' | 'refused';
  at: number;
  far: boolean;
}

/** The rules of asking, without a network: one that came through is proof, three that did not are as good as one. */
export function createReachability(clock: Clock, limits: Pick<NetworkLimits, 'reachWitnesses' | 'reachAgainMs' | 'unreachableAgainMs' | 'refusedAgainMs'>): Reachability {
  const answers = new Map<PeerId, Answer>();
  let verdict: Verdict = 'unknown';

  const judge = (): void => {
    const heard = [...answers.values()].filter(({ outcome }) => outcome !== 'refused');
    const counted = heard.some(({ far }) => far) ? heard.filter(({ far }) => far) : heard;
    if (counted.some(({ outcome }) => outcome === 'reached')) verdict = 'reachable';
    else if (counted.length > 0) verdict = 'unreachable';
  };

  const pending = new Map<PeerId, boolean>();

  return {
    get verdict() {
      return verdict;
    },
    due(witnesses) {
      const now = clock.monotonic();
      const againMs = verdict === 'reachable' ? limits.reachAgainMs : limits.unreachableAgainMs;
      for (const [peer, { at, outcome }] of answers) if (now - at > (outcome === 'refused' ? limits.refusedAgainMs : againMs)) answers.delete(peer);
      const anyFar = witnesses.some(({ far }) => far);
      const fit = witnesses.filter(({ peer, far }) => far === anyFar && !answers.has(peer) && !pending.has(peer));
      const heard = [...answers.values()].filter(({ far }) => far === anyFar);
      if (heard.some(({ outcome }) => outcome === 'reached')) return [];
      const answered = heard.filter(({ outcome }) => outcome !== 'refused').length;
      const chosen = fit.slice(0, Math.max(0, limits.reachWitnesses - answered - pending.size));
      for (const { peer, far } of chosen) pending.set(peer, far);
      return chosen.map(({ peer }) => peer);
    },
    note(peer, outcome) {
      const far = pending.get(peer) ?? false;
      pending.delete(peer);
      if (answers.size >= 64) answers.delete(answers.keys().next().value as PeerId);
      answers.set(peer, { outcome, at: clock.monotonic(), far });
      judge();
    },
    moved() {
      answers.clear();
      verdict = 'unknown';
    },
  };
}
