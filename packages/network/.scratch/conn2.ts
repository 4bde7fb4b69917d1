import { createNetwork } from '@shoal/network';
import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom } from '@shoal/runtime';
const mk = async (boot: string[], limits = {}) => { const net = createNetwork({ seed: generateSeed(), mesh:'test', listen:['/ip4/127.0.0.1/tcp/0'], bootstrap: boot, mdns:false, clock: systemClock, random: systemRandom, logger: silentLogger, metrics: createMetrics(), limits: { neighbourFloor: 1, ...limits } });
  net.setHandlers({ message(){ }, gossip(){ return 'accept'; }, peerConnected(){}, peerDisconnected(){} }); net.subscribe('ads'); await net.start(); return net; };
const hub = await mk([]);
for (let i=0;i<40;i++) { const last = process.cpuUsage(); const t=performance.now(); const n = await mk([hub.status().addresses[0]]);  while(n.status().neighbours<1) await new Promise(r=>setTimeout(r,2)); const dt=performance.now()-t; await new Promise(r=>setTimeout(r,150)); const c=process.cpuUsage(last); await n.stop(); const c2=process.cpuUsage(last); if(i%4===0) console.log(i, 'connect ms', dt.toFixed(0), 'cpu ms', ((c.user+c.system)/1000).toFixed(0), ((c2.user+c2.system)/1000).toFixed(0));  }
await hub.stop();
