import { createNetwork } from '@shoal/network';
import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom, createLogger } from '@shoal/runtime';
const logger = process.env.LOG ? createLogger({level:'debug',json:false,write:(l)=>console.log(l)}) : silentLogger;
const n = Number(process.argv[2] ?? 5), chain = process.argv[3] !== 'star';
const nets: any[] = [];
const heard = new Map<string, Set<string>>();
for (let i=0;i<n;i++) {
  const boot = i===0?[]:[nets[chain?i-1:0].status().addresses[0]];
  const net = createNetwork({ seed: generateSeed(), mesh:'test', listen:['/ip4/127.0.0.1/tcp/0'], bootstrap: boot, mdns:false, clock: systemClock, random: systemRandom, logger: logger.child('p'+i), metrics: createMetrics() });
  const mine = new Set<string>(); heard.set(net.peerId, mine);
  net.setHandlers({ message(f,b){ }, gossip(t,f,b){ mine.add(new TextDecoder().decode(b)); return 'accept'; }, peerConnected(){}, peerDisconnected(){} });
  net.subscribe('ads');
  await net.start();
  nets.push(net);
}
const t0 = performance.now();
for(;;){ if (nets.every(x=>x.status().ready && x.status().neighbours>=Math.min(8,n-1))) break; await new Promise(r=>setTimeout(r,50)); if (performance.now()-t0>20000) break; }
console.log('joined', Math.round(performance.now()-t0), nets.map(x=>x.status().neighbours).join(','), nets.map(x=>Math.round(x.status().readyAfterMs)).join(','), 'conns', nets.map(x=>x.connections().length).join(','));
await new Promise(r=>setTimeout(r,500));
for (const x of nets) x.publish('ads', new TextEncoder().encode('ad of '+x.peerId+'x'.repeat(500)));
await new Promise(r=>setTimeout(r,1500));
console.log('heard', [...heard.values()].map(s=>s.size).join(','), nets[0].status(), process.memoryUsage().rss/1e6);
const t1=performance.now();
await Promise.all(nets.map(x=>x.stop()));
console.log('stopped', Math.round(performance.now()-t1));
