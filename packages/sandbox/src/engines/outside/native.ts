import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { nobody } from '../../launch/command.ts';
import { seccompFilter } from '../../launch/seccomp.ts';
import type { Tools } from '../../launch/tools.ts';
import { nativeProcesses } from '../../limits.ts';
import type { OutsideKind } from './engine.ts';
import { filterDescriptor } from './run.ts';

/** What programs and their shared libraries are made of on a Linux machine; no home, no settings but those of the linker. */
const systemFolders = ['/usr', '/bin', '/lib', '/lib32', '/lib64', '/etc/ld.so.cache', '/etc/alternatives'];

/** Executables of the owner's choice, by digest, behind bubblewrap: no network, no other processes, no files but the system's programs, no system calls but ordinary ones. */
export function nativeKind(allowed: Readonly<Record<string, string>>, { bwrap, nice, prlimit }: Tools & { bwrap: string }): OutsideKind {
  const filter = seccompFilter(process.arch, 'programs');
  const digests = new Set(Object.values(allowed));
  return {
    mayLink: true,
    refusal(program) {
      const digest = createHash('sha256').update(program).digest('hex');
      if (digests.has(digest)) return undefined;
      return `the owner of this peer does not allow the native program with SHA-256 ${digest}; allowed: ${Object.keys(allowed).join(', ')}`;
    },
    async command({ args, env, limits }, program, folder) {
      await folder.putProgram(program);
      const limited = prlimit === undefined ? [] : [prlimit, '--core=0', `--fsize=${limits.outputBytes}`, '--nofile=1024', `--nproc=${nativeProcesses}`, `--as=${limits.memoryBytes}`, '--'];
      const words = [
        ...(nice === undefined ? [] : [nice, '-n', '19']),
        bwrap,
        '--unshare-all', '--unshare-user', '--disable-userns',
        '--die-with-parent',
        '--new-session',
        '--clearenv',
        ...Object.entries({ PATH: '/usr/bin:/bin', HOME: '/tmp', ...env }).flatMap(([name, value]) => ['--setenv', name, value]),
        '--cap-drop', 'ALL',
        '--uid', nobody, '--gid', nobody,
        '--hostname', 'shoal',
        ...systemFolders.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
        '--proc', '/proc',
        '--dev', '/dev',
        '--size', String(Math.max(limits.outputBytes, 4096)), '--tmpfs', '/tmp',
        '--ro-bind', folder.in, '/in',
        '--ro-bind', folder.program, '/program',
        '--bind', folder.out, '/out',
        '--remount-ro', '/',
        '--chdir', '/',
        ...(filter === undefined ? [] : ['--seccomp', String(filterDescriptor)]),
        ...limited,
        '/program',
        ...args,
      ];
      const [file, ...rest] = words;
      return { file: file as string, args: rest, env: {}, ...(filter === undefined ? {} : { filter }) };
    },
  };
}
