import type { Logger, Network, PeerId } from '@shoal/runtime';

/**
 * How much an offence speaks against whoever it is of, by its code; at 100 points (`maxOffencePoints`) a peer is cut
 * off, and a point is forgiven each second. Peers open whatever they pass on, so what fails to open is its sender's.
 */
const pointsOf: Readonly<Record<string, number>> = {
  /** No honest peer of any version does this twice. */
  'signature-invalid': 50,
  'entry-misfiled': 50,
  'advert-invalid': 50,
  'ledger-oversize': 50,
  'transfer-lied': 50,
  /** Defects do it, and versions that are far apart. */
  'document-malformed': 25,
  'document-oversize': 25,
  'offer-malformed': 25,
  'transfer-malformed': 25,
  /** Told every ten seconds: one kind of message beyond its rate for a minute and a half, several for half a minute. */
  'rate-exceeded': 20,
  /** A later version knows more kinds of messages than this one. */
  'message-unknown': 0,
  /** It ends and is revoked by clocks and lists that differ: the door decides about it. */
  'membership-invalid': 0,
  /** Of this peer's own journal. */
  'journal-incomplete': 0,
};

/** A CID or selector that cannot be read, and what later versions refuse. */
const otherPoints = 10;

/** A peer broke the protocol: it is said, and counts against it. */
export type ReportOffence = (peer: PeerId, code: string, text: string) => void;

export function offenceReporter({ network, logger }: { network: Pick<Network, 'report'>; logger: Logger }): ReportOffence {
  return (peer, code, text) => {
    const points = pointsOf[code] ?? otherPoints;
    logger.warn('offence', { peer, code, text, points });
    network.report(peer, points, `${code}: ${text}`);
  };
}
