import { join } from 'node:path';
import type { ExecutorInfo } from '@shoal/runtime';
import { childHeapMegabytes, childMemoryBackstopBytes, childStackKilobytes, outputWindowBytes } from '../limits.ts';
import { codeFolder, entryFile, packageFile } from './paths.ts';
import { seccompFilter } from './seccomp.ts';
import type { Tools } from './tools.ts';

export type Isolation = ExecutorInfo['isolation'];

/** How a child is started. */
export interface Command {
  file: string;
  args: string[];
  /** Given to descriptor 4 and closed. */
  seccomp: Uint8Array | undefined;
  /** It may write into a file that it is handed, and the system keeps that file small. */
  window: boolean;
}

export interface CommandOptions {
  nodePath: string;
  tools: Tools;
  /** Below the code folder, without extension. */
  entry: string;
}

/** Somebody without rights and files. */
export const nobody = '65534';

/** Where the child finds its things inside bubblewrap's root. */
export const inside = { node: '/node', code: '/shoal/code', package: '/shoal/package.json', inputs: '/shoal/inputs' };

/** In a command: the folder in which one child finds the inputs that lie in files. Each child has its own. */
const inputsHere = '{inputs}';

/** The command of one child. */
export function withInputs({ args, ...command }: Command, folder: string): Command {
  return { ...command, args: args.map((word) => word.replace(inputsHere, folder)) };
}

function nodeArguments(code: string, packageJson: string, inputs: string, entry: string): string[] {
  return [
    '--permission',
    `--allow-fs-read=${code}/*`,
    `--allow-fs-read=${packageJson}`,
    `--allow-fs-read=${inputs}/*`,
    '--no-addons',
    '--no-warnings',
    '--disable-sigusr1',
    '--disable-proto=delete',
    '--disallow-code-generation-from-strings',
    '--expose-gc',
    `--max-old-space-size=${childHeapMegabytes}`,
    `--stack-size=${childStackKilobytes}`,
    join(code, entryFile(entry)),
    inputs,
  ];
}

/** Lowest priority, no core dumps, no file larger than that, dying with the parent. */
export function limited({ nice, prlimit, setpriv }: Tools, diesByItself: boolean, maxFileBytes: number): string[] {
  const words: string[] = [];
  if (nice !== undefined) words.push(nice, '-n', '19');
  if (prlimit !== undefined) words.push(prlimit, '--core=0', `--fsize=${maxFileBytes}`, '--nofile=256', `--data=${childMemoryBackstopBytes}`);
  if (setpriv !== undefined && !diesByItself) words.push(setpriv, '--no-new-privs', '--pdeathsig', 'KILL');
  return words;
}

export function command(words: string[], { seccomp, window = false }: Partial<Pick<Command, 'seccomp' | 'window'>> = {}): Command {
  const [file, ...args] = words;
  return { file: file as string, args, seccomp, window };
}

function full({ nodePath, tools, entry }: CommandOptions): Command | undefined {
  const filter = seccompFilter(process.arch);
  if (tools.bwrap === undefined || filter === undefined) return undefined;
  const libraries = tools.nodeLibraries.flatMap((file) => ['--ro-bind', file, file]);
  return command(
    [
      ...limited(tools, true, outputWindowBytes),
      tools.bwrap,
      '--unshare-all',
      '--die-with-parent',
      '--clearenv',
      '--cap-drop', 'ALL',
      '--uid', nobody, '--gid', nobody,
      '--hostname', 'shoal',
      ...libraries,
      '--ro-bind', nodePath, inside.node,
      '--ro-bind', codeFolder, inside.code,
      '--ro-bind', packageFile, inside.package,
      '--ro-bind', inputsHere, inside.inputs,
      '--remount-ro', '/',
      '--chdir', '/',
      '--seccomp', '4',
      inside.node,
      ...nodeArguments(inside.code, inside.package, inside.inputs, entry),
    ],
    { seccomp: filter, window: tools.prlimit !== undefined },
  );
}

function partial({ nodePath, tools, entry }: CommandOptions): Command | undefined {
  if (tools.unshare === undefined || tools.setpriv === undefined) return undefined;
  const walls = ['--user', '--net', '--ipc', '--uts', '--pid', '--mount', '--fork', '--kill-child=KILL'];
  return command([
    ...limited(tools, false, outputWindowBytes),
    tools.unshare,
    ...walls,
    tools.setpriv, '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all',
    nodePath,
    ...nodeArguments(codeFolder, packageFile, inputsHere, entry),
  ], { window: tools.prlimit !== undefined });
}

function process_({ nodePath, tools, entry }: CommandOptions): Command {
  const words = [...limited(tools, false, outputWindowBytes), nodePath, ...nodeArguments(codeFolder, packageFile, inputsHere, entry)];
  return command(words, { window: tools.prlimit !== undefined });
}

/** The command line for a level; undefined where this machine lacks what it needs. */
export function commandFor(level: Isolation, options: CommandOptions): Command | undefined {
  return { full, partial, process: process_ }[level](options);
}
