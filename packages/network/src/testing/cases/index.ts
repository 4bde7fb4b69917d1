import type { ConformanceCase } from './case.ts';
import { gossipCases } from './gossip.ts';
import { lifecycleCases } from './lifecycle.ts';
import { messageCases } from './messages.ts';
import { offenderCases } from './offenders.ts';
import { recordCases } from './records.ts';
import { streamCases } from './streams.ts';

export const networkCases: ConformanceCase[] = [...lifecycleCases, ...messageCases, ...gossipCases, ...streamCases, ...recordCases, ...offenderCases];
