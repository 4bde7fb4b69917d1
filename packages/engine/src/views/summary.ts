import type { Reason } from '@shoal/protocol';
import type { RequestedJob } from '../requester/job.ts';

/** A job in a list, as the journal keeps it. */
export interface SummaryDocument {
  role: 'requester';
  name: string;
  state: 'open' | 'done' | 'failed' | 'cancelled';
  units: number;
  accepted: number;
  abandoned: number;
  createdAt: number;
  finishedAt?: number;
  reason?: Reason;
}

export function summaryOf(job: RequestedJob): SummaryDocument {
  let accepted = 0;
  for (const settlement of job.settled.values()) if (settlement === 'accepted') accepted += 1;
  return {
    role: 'requester',
    name: job.spec.name,
    state: job.outcome,
    units: job.units,
    accepted,
    abandoned: job.settled.size - accepted,
    createdAt: job.postedAt,
    ...(job.finishedAt === undefined ? {} : { finishedAt: job.finishedAt }),
    ...(job.reason === undefined ? {} : { reason: job.reason }),
  };
}
