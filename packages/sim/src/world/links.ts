import type { Random } from '@shoal/runtime';

/** How the links are. Times in milliseconds of the world's clock, rates as shares of messages. */
export interface LinkModel {
  /** One way, between two regions, at best. */
  latencyMs(from: number, to: number): number;
  /** Mean of the exponential tail on top, as a share of the latency. */
  jitterShare: number;
  lossRate: number;
  duplicateRate: number;
  /** Messages that are held back for a while, so that later ones overtake them. */
  reorderRate: number;
}

const localMinMs = 2;
const localSpreadMs = 12;
const farMinMs = 20;
const farSpreadMs = 120;

/** Latencies between regions, drawn once: some are near each other, some are oceans apart. */
export function drawLatencies(regions: number, random: Random): (from: number, to: number) => number {
  const table = Array.from({ length: regions * regions }, () => 0);
  for (let from = 0; from < regions; from += 1) {
    for (let to = from; to < regions; to += 1) {
      const latencyMs = from === to ? localMinMs + random.float() * localSpreadMs : farMinMs + random.float() * farSpreadMs;
      table[from * regions + to] = latencyMs;
      table[to * regions + from] = latencyMs;
    }
  }
  return (from, to) => table[from * regions + to] as number;
}

/** Uplinks of homes and offices: 1 Mbit/s to 1 Gbit/s, most in the middle. In bytes a millisecond. */
export function drawUplink(random: Random): number {
  return 125 * 10 ** (3 * (random.float() + random.float()) / 2);
}
