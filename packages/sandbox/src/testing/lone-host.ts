/** A process that starts an executor, runs an endless loop in each slot and waits to be killed. Says `running` then. */
import { silentLogger, systemClock, type ExecutorInfo } from '@shoal/runtime';
import { createWasmExecutor } from '../executor.ts';
import { probeProgram } from './probe.ts';
import { execute } from './request.ts';

const isolation = process.argv[2] as ExecutorInfo['isolation'];
const executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger, isolation });
await executor.start();
await execute(executor, await probeProgram(), { args: ['loop'], limits: { wallMs: 60_000 }, onLog: () => process.stdout.write('running\n') });
