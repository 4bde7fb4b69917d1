import { setFlagsFromString } from 'node:v8';

/**
 * The heap while a peer is loaded. The young generation stays at 1 MB a half, for good: loading makes much that lives on, and V8
 * would answer with one of 48 MB that an idle peer never gives back, 30 MB more at rest. Where data moves, a large one is never
 * full: the network's buffers lie outside of it, V8 sees their bytes and collects the old generation instead, every few
 * megabytes, which costs more processor time for each byte moved. Units cost the same either way.
 *
 * What loading leaves behind is collected meanwhile, since a peer at rest never collects: 8 MB less, for less than a tenth of a second.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
}

/**
 * The heap of a peer that is ready. The old generation may double before it is collected: V8 counts the network's buffers
 * there, and would collect 40 times for 256 MiB moved. That is a quarter of a holder's and a fetcher's processor time, for 20 MB
 * of memory at its peak, and none at rest.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--no-optimize-for-size');
  setFlagsFromString('--heap-growing-percent=100');
}
