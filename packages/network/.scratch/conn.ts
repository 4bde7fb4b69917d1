import { createNetwork } from '@shoal/network';
import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom } from '@shoal/runtime';
const mk = async (boot: string[], limits = {}) => { const net = createNetwork({ seed: generateSeed(), mesh:'test', listen:['/ip4/127.0.0.1/tcp/0'], bootstrap: boot, mdns:false, clock: systemClock, random: systemRandom, logger: silentLogger, metrics: createMetrics(), limits: { neighbourFloor: 1, ...limits } });
  net.setHandlers({ message(){ }, gossip(){ return 'accept'; }, peerConnected(){}, peerDisconnected(){} }); net.subscribe('ads'); await net.start(); return net; };
const c0 = process.cpuUsage(); 
const hub = await mk([]);
let last = process.cpuUsage();
const all=[hub];
for (let i=0;i<100;i++) { const t=performance.now(); const n = await mk([hub.status().addresses[0]]); all.push(n); while(n.status().neighbours<1) await new Promise(r=>setTimeout(r,2)); const dt=performance.now()-t; await new Promise(r=>setTimeout(r,150)); const c=process.cpuUsage(); if(i%4===0) console.log(i, 'connect ms', dt.toFixed(0), 'cpu ms', ((c.user+c.system-last.user-last.system)/1000).toFixed(0)); last=c; }
await Promise.all(all.map(n=>n.stop()));
