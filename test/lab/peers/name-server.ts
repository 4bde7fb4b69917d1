// A DNS server that knows one name: it answers questions for its TXT record, and says of all others that there are none.
// Arguments: the address to listen on, the name, the text.
import { createSocket } from 'node:dgram';

const [address = '', name = '', text = ''] = process.argv.slice(2);
const headerBytes = 12;
const txt = 16;
const answered = 0x8180;
const noSuchName = 0x8183;

const socket = createSocket('udp4');
socket.on('message', (query, from) => {
  let at = headerBytes;
  const labels: string[] = [];
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(headerBytes, at + 5);
  const isKnown = labels.join('.').toLowerCase() === name && question.readUInt16BE(question.length - 4) === txt;
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(isKnown ? answered : noSuchName, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(Number(isKnown), 6);
  const data = Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  // The name of the question again, TXT, IN, a minute, so many bytes.
  const record = Buffer.from([0xc0, headerBytes, 0, txt, 0, 1, 0, 0, 0, 60, 0, data.length]);
  socket.send(Buffer.concat([header, question, ...(isKnown ? [record, data] : [])]), from.port, from.address);
});
socket.bind(53, address, () => process.stdout.write('ready\n'));
