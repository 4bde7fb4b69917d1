import { multiaddr } from '@multiformats/multiaddr';
import { hostileNode, realNetworks } from '../src/testing/real-networks.ts';
import { namesOf } from '../src/names.ts';
const hostile = await hostileNode('suite');
const h = realNetworks({ upkeepIntervalMs: 100, gossipSettleMs: 200 });
const n = h.create({mesh:'suite', bootstrap: []}); n.setHandlers({message(){},gossip(){return 'accept'},peerConnected(){},peerDisconnected(){}}); n.subscribe('x'); await n.start();
hostile.services.gossip.subscribe(namesOf('suite').topic('x'));
const c = await hostile.dial(multiaddr(n.status().addresses[0]!));
const show = (w: string) => console.log(w, c.status, c.streams.map(s=>`${s.direction} ${s.protocol} ${s.status}`), h.metricsOf(n).snapshot());
await new Promise(r=>setTimeout(r,1000)); show('1');
for (const s of c.streams.filter(s=>s.direction==='inbound')) s.abort(new Error('x'));
for (let i=0;i<5;i++) { await new Promise(r=>setTimeout(r,500)); show('2'); }
await n.stop(); await hostile.stop();
