import type { PeerOptions } from '@shoal/peer';

/** All that a suite may choose of a peer: bounds, walls and verification are everybody's defaults. */
export type BenchPeerOptions = Pick<PeerOptions, 'slots' | 'bootstrap' | 'labels' | 'cpuShare'>;
