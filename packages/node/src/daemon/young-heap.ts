import { setFlagsFromString } from 'node:v8';

/**
 * The young generation stays at 1 MB a half. Loading a peer makes much that lives on, and V8 would answer with one of 48 MB
 * that an idle peer never gives back: 30 MB more at rest. Where data moves, a large one is never full: the network's buffers
 * lie outside of it, V8 sees their bytes and collects the old generation instead, every few megabytes, which costs
 * more processor time for each byte moved. Units cost the same either way.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
