import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const needed: readonly { program: string; of: string }[] = [
  { program: 'ip', of: 'iproute2' },
  { program: 'iptables', of: 'iptables' },
  { program: 'perl', of: 'perl' },
];

/** Why the lab cannot run here, in a sentence, with what to do; undefined when it can. */
export async function whyNot(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `The lab needs network namespaces, which are Linux's; this is ${process.platform}.`;
  if (process.getuid?.() !== 0) return 'The lab makes network namespaces, for which it must be root: sudo npm run lab';
  const missing = [];
  for (const { program, of } of needed) if (!(await isThere(program))) missing.push(of);
  if (missing.length > 0) return `The lab needs ${missing.join(' and ')}. On Debian: apt-get install ${missing.join(' ')}`;
  try {
    await access('/dev/net/tun');
  } catch {
    return 'The lab needs TAP devices, and there is no /dev/net/tun: is this a container? It has to be given that device.';
  }
  return undefined;
}

async function isThere(program: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    try {
      await access(join(folder, program));
      return true;
    } catch {
      // Not in this folder.
    }
  }
  return false;
}
