import { expect, it } from 'vitest';
import { silentLogger } from '@shoal/runtime';
import { serveMetrics } from './metrics-server.ts';

it('gives figures on a local port, nothing else, and a refused port is said plainly', async () => {
  const server = await serveMetrics({ port: 0, text: () => Promise.resolve('shoal_figure 1\n'), logger: silentLogger });
  const base = `http://127.0.0.1:${server.port}`;
  try {
    expect(await (await fetch(`${base}/metrics`)).text()).toBe('shoal_figure 1\n');
    expect((await fetch(`${base}/v1/status`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(404);
    const again = serveMetrics({ port: server.port, text: () => Promise.resolve(''), logger: silentLogger });
    await expect(again).rejects.toMatchObject({ code: 'metrics-port-taken' });
  } finally {
    await server.close();
  }
  await expect(fetch(base)).rejects.toThrow('fetch failed');
});

it('fails one request, not the server, when figures cannot be gathered', async () => {
  const server = await serveMetrics({ port: 0, text: () => Promise.reject(new Error('stopping')), logger: silentLogger });
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(500);
  await server.close();
});
