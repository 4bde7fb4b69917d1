import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('..', import.meta.url));

/** The browser of this machine, if it has one. */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** Opens a page that runs `script`, a module that may import the package's sources from /; gives what it posts. */
export async function runInChromium(browser: string, script: string, files: Record<string, Uint8Array> = {}): Promise<string> {
  const { promise: posted, resolve, reject } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const reply = (type: string, body: string | Uint8Array): void => void response.writeHead(200, { 'content-type': type }).end(body);
    if (request.method === 'POST') {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => void pieces.push(piece)).on('end', () => (reply('text/plain', ''), resolve(Buffer.concat(pieces).toString())));
    } else if (path === '/') reply('text/html', '<!doctype html><meta charset="utf-8"><script type="module" src="/main.js"></script>');
    else if (path === '/main.js') reply('text/javascript', script);
    else if (files[path] !== undefined) reply('application/wasm', files[path]);
    else if (path.endsWith('.ts')) {
      void readFile(join(sources, path), 'utf8').then((text) => reply('text/javascript', stripTypeScriptTypes(text))).catch(reject);
    } else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const profile = await mkdtemp(join(tmpdir(), 'shoal-chromium-'));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', `--user-data-dir=${profile}`, '--remote-debugging-port=0'];
  const child = spawn(browser, [...flags, address], { stdio: 'ignore', detached: true });
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`the browser ended with ${code}`)));
  try {
    return await posted;
  } finally {
    const gone = once(child, 'exit');
    process.kill(-(child.pid as number), 'SIGKILL');
    await gone;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
