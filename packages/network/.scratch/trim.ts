import { createNetwork } from '@shoal/network';
import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom, createLogger } from '@shoal/runtime';
const limits = { neighbourFloor: 3, neighbourCap: 6, neighbourTarget: 5, trimGraceMs: 300, upkeepIntervalMs: 100, gossipDegree: 3, gossipDegreeMin: 2, gossipDegreeMax: 4 };
const nets: any[] = []; const heard: Map<string,Set<string>> = new Map(); const ms:any[]=[];
for (let i=0;i<10;i++) {
  const metrics = createMetrics(); ms.push(metrics);
  const net = createNetwork({ seed: generateSeed(), mesh:'test', listen:['/ip4/127.0.0.1/tcp/0'], bootstrap: i===0?[]:[nets[0].status().addresses[0]], mdns:false, clock: systemClock, random: systemRandom, logger: process.env.LOG?createLogger({level:'debug',json:false,write:(l)=>console.log(l.slice(0,200))}).child('p'+i):silentLogger, metrics, limits });
  const mine = new Set<string>(); heard.set(net.peerId, mine);
  net.setHandlers({ message(){ }, gossip(t,f,b){ mine.add(new TextDecoder().decode(b)); return 'accept'; }, peerConnected(){}, peerDisconnected(){} });
  net.subscribe('ads'); await net.start(); nets.push(net);
}
await new Promise(r=>setTimeout(r,Number(process.env.W ?? 3000)));
for (let round=0; round<1; round++) {
 for (const x of nets) x.publish('ads', new TextEncoder().encode(round+' '+nets.indexOf(x)));
 await new Promise(r=>setTimeout(r,Number(process.env.W2??1500)));
 const missing: string[] = [];
 nets.forEach((x,i)=>{ for(let j=0;j<10;j++) if (j!==i && !heard.get(x.peerId)!.has(round+' '+j)) missing.push(i+'<-'+j); });
 console.log(round, 'missing', missing.join(' '), 'n', nets.map(x=>x.status().neighbours).join(','), 'conns', nets.map(x=>x.connections().length).join(','), 'trimmed', ms.map(m=>m.snapshot().network_neighbours_trimmed_total).join(','), 'rep', ms.map(m=>m.snapshot().network_gossip_repairs_total).join(','));
}

if ((globalThis as any).__nodes) { const nodes = (globalThis as any).__nodes; const name=(id:any)=>nets.findIndex(n=>n.peerId===id.toString());
 for (const nd of nodes) { const g = nd.services.gossip as any; console.log('P'+name(nd.peerId), 'peers', [...g.peers.keys()].map(name).join(), 'out', [...g.streamsOutbound.keys()].map(name).join(), 'in', [...g.streamsInbound.keys()].map(name).join(), 'topics', [...g.topics.values()].map((v:any)=>[...v].map(name).join()).join('|'), 'mesh', [...g.mesh.values()].map((v:any)=>[...v].map(name).join()).join('|'), 'conns', nd.getConnections().map((c:any)=>name(c.remotePeer)+(c.direction==='inbound'?'i':'o')+c.status[0]+c.streams.filter((s:any)=>s.protocol.startsWith('/meshsub')).map((s:any)=>s.direction[0]).join('')).join(' ')); } }
await Promise.all(nets.map(x=>x.stop()));
