import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LinkShape } from './shape.ts';

/** A link that carries badly, between two TAP devices of the given names; it ends with its process. */
export interface SlowLink {
  /** Nothing passes, nothing is refused, and no end is seen: a mobile phone in a tunnel. */
  stall(stalled: boolean): Promise<void>;
  end(): void;
}

/** TUNSETIFF with IFF_TAP and IFF_NO_PI, for which Node has no call; Perl is part of every Debian. */
const openTaps = `
$^F = 255;
for my $name (splice @ARGV, 0, 2) {
  open(my $tap, "+<", "/dev/net/tun") or die "/dev/net/tun: $!";
  ioctl($tap, 0x400454ca, pack("a16sx22", $name, 0x1002)) or die "$name: $!";
  push @keep, $tap;
}
exec(@ARGV) or die "$ARGV[0]: $!";
`;
const carrier = fileURLToPath(new URL('./carry.ts', import.meta.url));

export async function openSlowLink(names: readonly [string, string], shape: LinkShape, seed: number): Promise<SlowLink> {
  const child = spawn('perl', ['-e', openTaps, ...names, process.execPath, carrier, JSON.stringify({ ...shape, seed }), names[0]], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const heard = async (): Promise<void> => {
    const [text] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => ['ended'])])) as [unknown];
    if (text === 'ended') throw new Error(`The link ${names[0]} could not be made: its process ended`);
  };
  await heard();
  return {
    async stall(stalled) {
      child.stdin.write(`${JSON.stringify({ stalled })}\n`);
      await heard();
    },
    end: () => void child.kill('SIGKILL'),
  };
}
