import type { Cid } from '@shoal/runtime';
import { viewOfJob, type Engine } from '@shoal/engine';
import type { PostedJob, World } from '../world/world.ts';
import { nameOf, type Report } from './report.ts';

/** Nothing may stand still for longer without saying why. */
const patienceMs = 20_000;

type Open = NonNullable<ReturnType<Engine['requested']['get']>>;

/** Every wait has a reason that reaches the person who asked. */
export class Waits {
  private readonly seen = new Map<Cid, { entries: number; sinceMs: number }>();

  look(world: World, job: PostedJob, open: Open, report: Report): void {
    const entries = open.ledger.entries.size;
    const seen = this.seen.get(job.id);
    if (seen === undefined || seen.entries !== entries || open.active.size > 0 || open.outcome !== 'open' || job.requester.frozen) {
      this.seen.set(job.id, { entries, sinceMs: world.elapsedMs });
      return;
    }
    if (world.elapsedMs - seen.sinceMs < patienceMs) return;
    this.seen.set(job.id, { entries, sinceMs: world.elapsedMs });
    const waiting = viewOfJob(open)?.waiting ?? [];
    if (waiting.length === 0) report('reasons', `${nameOf(job)} stands still and does not say why`);
  }
}
