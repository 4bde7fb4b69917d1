// What a router with UPnP does: found by multicast, asked over HTTP, it forwards ports with iptables. Runs in the
// router's namespace. Arguments: its inner address, its outer address, its inner device, its outer device.
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const [inner = '', outer = '', lan = '', wan = ''] = process.argv.slice(2);
const group = '239.255.255.250';
const ssdpPort = 1_900;
const httpPort = 5_000;
const device = 'urn:schemas-upnp-org:device:InternetGatewayDevice:2';
const connection = 'urn:schemas-upnp-org:service:WANIPConnection:2';

const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (message, { address, port }) => {
  if (!message.toString().startsWith('M-SEARCH')) return;
  const lines = ['HTTP/1.1 200 OK', 'CACHE-CONTROL: max-age=1800', 'EXT:', `LOCATION: http://${inner}:${httpPort}/device.xml`, `ST: ${device}`, `USN: uuid:lab::${device}`, '', ''];
  socket.send(lines.join('\r\n'), port, address);
});
socket.bind(ssdpPort, () => socket.addMembership(group, inner));

const description = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>${device}</deviceType><UDN>uuid:lab</UDN>
<deviceList><device><deviceType>wan</deviceType><serviceList><service><serviceType>${connection}</serviceType><SCPDURL>/scpd.xml</SCPDURL><controlURL>/control</controlURL></service></serviceList></device></deviceList></device></root>`;

const field = (body: string, name: string): string => new RegExp(`<${name}>([\\d.]+)</${name}>`, 'u').exec(body)?.[1] ?? '';
const iptables = (line: string): void => void execFileSync('iptables', line.split(' '));

/** The answer to one call, carried out. */
function answer(action: string, body: string): string {
  if (action === 'GetExternalIPAddress') return `<NewExternalIPAddress>${outer}</NewExternalIPAddress>`;
  if (action !== 'AddAnyPortMapping') return '';
  const [port, client, clientPort] = [field(body, 'NewExternalPort'), field(body, 'NewInternalClient'), field(body, 'NewInternalPort')];
  iptables(`-t nat -A PREROUTING -i ${wan} -p tcp --dport ${port} -j DNAT --to-destination ${client}:${clientPort}`);
  iptables(`-I FORWARD -i ${wan} -o ${lan} -p tcp -d ${client} --dport ${clientPort} -j ACCEPT`);
  return `<NewReservedPort>${port}</NewReservedPort>`;
}

createServer((request, response) => {
  let body = '';
  request.on('data', (piece: Buffer) => (body += piece.toString()));
  request.on('end', () => {
    response.setHeader('content-type', 'text/xml');
    if (request.method !== 'POST') return response.end(description);
    const action = /#(\w+)"/u.exec(String(request.headers['soapaction']))?.[1] ?? '';
    return response.end(`<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:${action}Response xmlns:u="${connection}">${answer(action, body)}</u:${action}Response></s:Body></s:Envelope>`);
  });
}).listen(httpPort, inner, () => process.stdout.write('ready\n'));
