import { limits, ProtocolError, type MessageBody } from '@shoal/protocol';
import { compareBytes, SortedIds } from './sorted-ids.ts';

export { SortedIds };

/** A `reconcile` message but for the job's id. */
export type ReconcileBody = Omit<MessageBody<'reconcile'>, 'job'>;
type Range = ReconcileBody['ranges'][number];

export interface ReconcileAnswer {
  /** Absent when there is nothing left to say. Goes out after the entries of `send`, or they would be asked for again. */
  reply?: ReconcileBody;
  /** Ids that the other side lacks. */
  send: Uint8Array[];
  /** Ids that we lack; the reply asks for them. */
  want: Uint8Array[];
}

/** A range with at most so many of our ids is answered by listing them. */
const maxListedIds = 32;
/** A larger one is split into at most so many, of at least `minPartIds` each. */
const maxParts = 16;
const minPartIds = 16;
/** Ids in all lists of one message: with as many ranges and wishes as may be, and the longest bounds, it stays below 256 KiB. */
const maxListedInAll = 2_048;
const start = new Uint8Array();
const end = new Uint8Array();

/** Opens a comparison of two sets: one fingerprint of everything. */
export function beginReconcile(ids: SortedIds): ReconcileBody {
  return { ranges: [describe(ids, start, end, ids.size === 0)], want: [] };
}

/**
 * One step of a comparison. Ranges with equal fingerprints are done with; others are split, then listed, then settled.
 * What does not fit into one message is put off as one range with one fingerprint, so the work and the bytes of a
 * step are bounded whatever the message says, and an honest exchange comes nearer to its end with each step.
 * Fails with `document-malformed` where ranges overlap, run backwards, or hold ids out of order or out of bounds.
 */
export function answerReconcile(ids: SortedIds, message: ReconcileBody): ReconcileAnswer {
  check(message);
  const send = message.want.filter((id) => ids.has(id));
  const step = new Step(ids);
  const last = message.ranges.at(-1);
  for (const range of message.ranges) {
    if (step.take(range)) continue;
    step.putOff(step.undone ?? range.after, (last as Range).upTo);
    break;
  }
  const { ranges, want } = step;
  send.push(...step.send);
  return ranges.length === 0 && want.length === 0 ? { send, want } : { reply: { ranges, want }, send, want };
}

/** What one answer holds so far, within the limits of a message. */
class Step {
  readonly ranges: Range[] = [];
  readonly want: Uint8Array[] = [];
  readonly send: Uint8Array[] = [];
  /** Within a range that was settled in part: where the rest begins. */
  undone: Uint8Array | undefined;
  #listed = 0;
  readonly #ids: SortedIds;

  constructor(ids: SortedIds) {
    this.#ids = ids;
  }

  /** Deals with a range; false when there is no room to do so. */
  take(range: Range): boolean {
    const [from, to] = bounds(this.#ids, range);
    if (range.ids !== undefined) return this.#settle(range, range.ids, from, to);
    if (compareBytes(this.#ids.fingerprint(from, to), range.print as Uint8Array) === 0) return true;
    const count = to - from;
    if (count <= maxListedIds) {
      if (this.ranges.length + 1 >= limits.maxReconcileRanges || this.#listed + count > maxListedInAll) return false;
      this.#listed += count;
      this.ranges.push(describe(this.#ids, range.after, range.upTo, true));
      return true;
    }
    const parts = Math.min(maxParts, Math.ceil(count / minPartIds));
    if (this.ranges.length + parts >= limits.maxReconcileRanges) return false;
    let { after } = range;
    for (let part = 1; part <= parts; part += 1) {
      const upTo = part === parts ? range.upTo : boundAfter(this.#ids, from + Math.floor((count * part) / parts));
      this.ranges.push(describe(this.#ids, after, upTo, false));
      after = upTo;
    }
    return true;
  }

  /** Asks about a rest again, in the next step. */
  putOff(after: Uint8Array, upTo: Uint8Array): void {
    this.ranges.push(describe(this.#ids, after, upTo, false));
  }

  /** Walks along their ids and ours of one range: each that only one side has goes to the other. */
  #settle(range: Range, theirs: readonly Uint8Array[], from: number, to: number): boolean {
    const ours = this.#ids.slice(from, Math.min(to, from + limits.maxReconcileIds + theirs.length + 1));
    let done = range.after;
    let at = 0;
    let next = 0;
    while (at < ours.length || next < theirs.length) {
      if (this.send.length >= limits.maxReconcileIds || this.want.length >= limits.maxReconcileIds) {
        this.undone = done;
        return false;
      }
      const our = ours[at];
      const their = theirs[next];
      const order = our === undefined ? 1 : their === undefined ? -1 : compareBytes(our, their);
      if (order < 0) this.send.push(our as Uint8Array);
      if (order > 0) this.want.push(their as Uint8Array);
      if (order <= 0) at += 1;
      if (order >= 0) next += 1;
      done = (order <= 0 ? our : their) as Uint8Array;
    }
    return true;
  }
}

function describe(ids: SortedIds, after: Uint8Array, upTo: Uint8Array, isListed: boolean): Range {
  const [from, to] = bounds(ids, { after, upTo });
  return isListed ? { after, upTo, ids: ids.slice(from, to) } : { after, upTo, print: ids.fingerprint(from, to) };
}

/** The places of the ids in (after, upTo]; empty bounds mean the ends. */
function bounds(ids: SortedIds, { after, upTo }: Pick<Range, 'after' | 'upTo'>): [from: number, to: number] {
  return [after.length === 0 ? 0 : ids.rank(after), upTo.length === 0 ? ids.size : ids.rank(upTo)];
}

/** The shortest bound between the ids before a place and those from it on. */
function boundAfter(ids: SortedIds, place: number): Uint8Array {
  const before = ids.at(place - 1);
  const next = ids.at(place);
  const shared = before.findIndex((byte, i) => byte !== next[i]);
  // A bound of full length would be the next id itself, and take it in.
  return shared + 1 < next.length ? next.slice(0, shared + 1) : before;
}

function check({ ranges, want }: ReconcileBody): void {
  const refuse = (i: number, what: string): never => {
    throw new ProtocolError('document-malformed', `Cannot take a reconcile: ranges.${i}: ${what}`);
  };
  // In order, so that nobody asks for one entry a thousand times in one message.
  if (want.some((id, i) => i > 0 && compareBytes(want[i - 1] as Uint8Array, id) >= 0)) {
    throw new ProtocolError('document-malformed', 'Cannot take a reconcile: want: expected ids in order, each once');
  }
  let previous: Uint8Array | undefined = start;
  for (const [i, { after, upTo, print, ids }] of ranges.entries()) {
    if (previous === undefined || compareBytes(after, previous) < 0) refuse(i, 'expected to begin where the one before ends, or later');
    if (upTo.length > 0 && compareBytes(after, upTo) >= 0) refuse(i, 'expected to end after it begins');
    if ((print === undefined) === (ids === undefined)) refuse(i, 'expected either a fingerprint or ids');
    let last = after;
    for (const id of ids ?? []) {
      if (compareBytes(id, last) <= 0 || (upTo.length > 0 && compareBytes(id, upTo) > 0)) refuse(i, 'expected ids in order and within the range');
      last = id;
    }
    previous = upTo.length === 0 ? undefined : upTo;
  }
}
