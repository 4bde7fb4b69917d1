import fs from 'fs';
const p=JSON.parse(fs.readFileSync(process.argv[2]));const self=new Map();
const dt=p.timeDeltas; const idx=new Map(p.nodes.map(n=>[n.id,n]));
p.samples.forEach((s,i)=>{const n=idx.get(s);const k=n.callFrame.functionName+' '+n.callFrame.url.split('/').slice(-4).join('/')+':'+n.callFrame.lineNumber;self.set(k,(self.get(k)??0)+dt[i]);});
[...self].sort((a,b)=>b[1]-a[1]).slice(0,35).forEach(([k,v])=>console.log((v/1000).toFixed(0).padStart(6),k));
