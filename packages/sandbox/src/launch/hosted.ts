import { join } from 'node:path';
import { childStackKilobytes, hostedDiskBytes, hostedHeapMegabytes } from '../limits.ts';
import { command, inside, limited, nobody, type Command } from './command.ts';
import { codeFolder, entryFile, packageFile } from './paths.ts';
import { seccompFilter } from './seccomp.ts';
import type { Tools } from './tools.ts';

export interface HostedOptions {
  nodePath: string;
  tools: Tools;
  engine: string;
  /** Folders of the npm packages that the engine consists of, by name. */
  packages: ReadonlyMap<string, string>;
}

const entry = 'child/hosted';
const packagesInside = '/engine/node_modules';

/**
 * The walls of an engine that is no WASI command: those of the level "full", with its packages, read only, and three
 * disks in memory. Undefined where they cannot be built: such an engine has no other door that would hold.
 */
export function hostedCommand({ nodePath, tools, engine, packages }: HostedOptions): Command | undefined {
  const filter = seccompFilter(process.arch, 'files');
  if (tools.bwrap === undefined || filter === undefined) return undefined;
  const readOnly = (from: string, to: string): string[] => ['--ro-bind', from, to];
  const disk = (path: string): string[] => ['--size', String(hostedDiskBytes), '--tmpfs', path];
  return command(
    [
      ...limited(tools, true, hostedDiskBytes),
      tools.bwrap,
      '--unshare-all',
      '--die-with-parent',
      '--clearenv',
      '--cap-drop', 'ALL',
      '--uid', nobody, '--gid', nobody,
      '--hostname', 'shoal',
      ...tools.nodeLibraries.flatMap((file) => readOnly(file, file)),
      ...readOnly(nodePath, inside.node),
      ...readOnly(codeFolder, inside.code),
      ...readOnly(packageFile, inside.package),
      ...[...packages].flatMap(([name, folder]) => readOnly(folder, `${packagesInside}/${name}`)),
      ...['/in', '/out', '/tmp'].flatMap(disk),
      '--remount-ro', '/',
      '--chdir', '/',
      '--seccomp', '4',
      inside.node,
      '--no-warnings',
      '--disable-sigusr1',
      `--max-old-space-size=${hostedHeapMegabytes}`,
      `--stack-size=${childStackKilobytes}`,
      join(inside.code, entryFile(entry)),
      engine,
      packagesInside,
    ],
    { seccomp: filter },
  );
}
