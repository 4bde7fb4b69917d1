import { joiningMs } from '../world/world.ts';

/** All that was sent up to a moment. */
interface Sent {
  atMs: number;
  messages: number;
  bytes: number;
}

/** What a mesh costs in which nothing happens. */
export interface RestTraffic {
  /** From when on it was counted. */
  fromMinute: number;
  messagesPerPeerMinute: number;
  bytesPerPeerMinute: number;
}

/** Once the last peer has joined, adverts take this long to get round and to be sent at the pace of rest. */
const settlingMs = 180_000;

/** Traffic without that of joining; undefined where the study is over too soon to tell. */
export function trafficAtRest(samples: readonly Sent[], peers: number): RestTraffic | undefined {
  const from = samples.find(({ atMs }) => atMs >= joiningMs(peers) + settlingMs);
  const last = samples.at(-1);
  if (from === undefined || last === undefined || last.atMs <= from.atMs) return undefined;
  const peerMinutes = (peers * (last.atMs - from.atMs)) / 60_000;
  return {
    fromMinute: round(from.atMs / 60_000),
    messagesPerPeerMinute: round((last.messages - from.messages) / peerMinutes),
    bytesPerPeerMinute: Math.round((last.bytes - from.bytes) / peerMinutes),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
