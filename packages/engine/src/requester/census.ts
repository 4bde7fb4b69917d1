import type { Reason } from '@shoal/protocol';

/** What a look at all adverts found when workers for a job were last sought. */
export interface Census {
  /** Adverts of peers that work, and those of them with the engine. */
  peers: number;
  withEngine: number;
  /** Of those with the engine, peers of another determinism class than the job's, by class. */
  otherClasses: Map<string, number>;
  /** Peers that would do at another hour, and the first moment at which one of them is lent again. */
  closed: number;
  opensAt: number;
  /** Why no peer has the labels that the job asks for; empty where one has. */
  misfits: Reason[];
}

export function newCensus(): Census {
  return { peers: 0, withEngine: 0, otherClasses: new Map(), closed: 0, opensAt: Number.POSITIVE_INFINITY, misfits: [] };
}
