import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PeerOptions } from '@shoal/peer';
import type { Command, News } from './peer-child.ts';

const script = fileURLToPath(new URL('peer-child.ts', import.meta.url));

/** Many processes load the same code: they share what one has compiled. */
const codeCache = fileURLToPath(new URL('../../../node_modules/.cache/shoal-code', import.meta.url));

type NewsOf<K extends News['is']> = Extract<News, { is: K }>;

/** A peer in a process of its own. */
export interface PeerProcess {
  /** Where others dial it. */
  readonly address: string;
  /** Everything of one kind that it told so far. */
  heard<K extends News['is']>(kind: K): NewsOf<K>[];
  tell(command: Command): void;
  /** Resolves once the condition holds; looks at every piece of news. */
  until(holds: () => boolean): Promise<void>;
  /** Like kill -9; resolves when it is gone and all that it told was read. */
  kill(): Promise<void>;
}

/** Starts a peer and waits until it is up. */
export async function startPeerProcess(options: Omit<PeerOptions, 'logger' | 'onFailure'>): Promise<PeerProcess> {
  const child = spawn(process.execPath, ['--conditions=@shoal/source', script, JSON.stringify(options)], {
    env: { ...process.env, NODE_COMPILE_CACHE: codeCache },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {}); // it was killed while it was told something
  const news: News[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      isGone = true;
      wake();
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    news.push(JSON.parse(line) as News);
    wake();
  });
  const heard = <K extends News['is']>(kind: K): NewsOf<K>[] => news.filter((item) => item.is === kind) as NewsOf<K>[];
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const [error] = heard('error');
        const isOver = holds();
        if (!isOver && !isGone && error === undefined) return;
        waiting.delete(look);
        if (isOver) resolve();
        else reject(new Error(error?.text ?? `the peer's process ended with ${child.exitCode ?? child.signalCode}; its last news: ${JSON.stringify(news.slice(-3))}`));
      };
      waiting.add(look);
      look();
    });
  await until(() => heard('up').length > 0);
  return {
    address: heard('up')[0]?.address ?? '',
    heard,
    until,
    tell: (command) => void child.stdin.write(`${JSON.stringify(command)}\n`),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
