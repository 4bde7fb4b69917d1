import { createLibp2p } from 'libp2p'; import { tcp } from '@libp2p/tcp'; import { noise } from '@libp2p/noise'; import { yamux } from '@libp2p/yamux'; import { identify } from '@libp2p/identify';
for (const withId of [false, true]) {
const mk = () => createLibp2p({ addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] }, transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()], connectionManager: { inboundConnectionThreshold: 1000 }, services: withId ? { identify: identify() } : {} });
const a = await mk(), b = await mk();
for (let r=0;r<4;r++){ const l=process.cpuUsage(); for (let i=0;i<40;i++) { const c = await b.dial(a.getMultiaddrs()); if (withId) await new Promise(r=>setTimeout(r,30)); await c.close(); } const c=process.cpuUsage(l); console.log(withId, 'per connection cpu ms', ((c.user+c.system)/1000/40).toFixed(1)); }
await a.stop(); await b.stop();
}
