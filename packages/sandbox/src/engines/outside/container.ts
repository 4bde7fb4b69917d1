import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, type Logger } from '@shoal/runtime';
import { containerPids, containerToolMs, nativeProcesses } from '../../limits.ts';
import { nobody } from '../../launch/command.ts';
import { isImage } from './allowed.ts';
import { isAlive, ownerOf } from '../../pool/input-folder.ts';
import type { OutsideKind } from './engine.ts';

const maxReferenceBytes = 400;
/** With that code podman and docker end when they could not run the container. */
const engineFailed = 125;

/** A program for this engine is one line of text: the image, by its digest. */
function imageOf(program: Uint8Array): string | undefined {
  if (program.length > maxReferenceBytes) return undefined;
  const text = new TextDecoder().decode(program).trim();
  return isImage(text) ? text : undefined;
}

/** The engine itself finds its own settings and images by these. */
const surroundings = (): Record<string, string> =>
  Object.fromEntries(['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'DOCKER_HOST'].flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])));

async function remove(tool: string, name: string, logger: Logger): Promise<void> {
  try {
    await promisify(execFile)(tool, ['rm', '--force', name], { env: surroundings(), timeout: containerToolMs });
  } catch (error) {
    // It may have ended by itself, which the engine says as it likes.
    logger.info('A container could not be removed', { name, reason: messageOf(error) });
  }
}

/** Ends containers of peers that were killed: unlike other children, they do not die with them. */
export async function removeStaleContainers(tool: string, logger: Logger): Promise<void> {
  let names: string;
  try {
    ({ stdout: names } = await promisify(execFile)(tool, ['ps', '--all', '--filter', 'name=shoal-sandbox-', '--format', '{{.Names}}'], { env: surroundings(), timeout: containerToolMs }));
  } catch (error) {
    logger.warn('Containers that an earlier peer may have left cannot be listed', { reason: messageOf(error) });
    return;
  }
  const stale = names.split('\n').filter((name) => {
    const pid = ownerOf(name);
    return pid !== undefined && !isAlive(pid);
  });
  await Promise.all(stale.map((name) => remove(tool, name, logger)));
}

/** Images of the owner's choice, by digest, in podman or docker. None is fetched: the owner has put it there. */
export function containerKind(allowed: readonly string[], tool: string, logger: Logger): OutsideKind {
  return {
    // What runs in there is nobody, whom the store's files are closed to.
    mayLink: false,
    refusal(program) {
      const image = imageOf(program);
      if (image === undefined) return 'the program is no container image: expected one line, IMAGE@sha256: and 64 hexadecimal digits';
      return allowed.includes(image) ? undefined : `the owner of this peer does not allow the image ${image}; allowed: ${allowed.join(', ')}`;
    },
    command({ args, env, limits }, program, folder) {
      // As unique as the folder.
      const name = basename(folder.path);
      const words = [
        'run', '--rm', '--name', name,
        '--pull=never',
        // Removing it kills it: nothing is asked to end by itself.
        '--stop-timeout', '0',
        '--network', 'none',
        '--read-only',
        '--cap-drop', 'ALL',
        '--security-opt', 'no-new-privileges',
        '--memory', String(limits.memoryBytes),
        '--memory-swap', String(limits.memoryBytes),
        '--cpus', '1',
        '--pids-limit', String(containerPids),
        '--ulimit', `fsize=${limits.outputBytes}`,
        '--ulimit', 'core=0',
        // Without these podman asks for as many as its settings say, which a machine that allows fewer refuses.
        '--ulimit', 'nofile=1024:1024',
        '--ulimit', `nproc=${nativeProcesses}:${nativeProcesses}`,
        '--user', nobody,
        '--hostname', 'shoal',
        '--volume', `${folder.in}:/in:ro`,
        '--volume', `${folder.out}:/out:rw`,
        '--tmpfs', `/tmp:rw,nosuid,nodev,mode=1777,size=${limits.outputBytes}`,
        '--workdir', '/',
        ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
        imageOf(program) as string,
        ...args,
      ];
      // The container is no child of this process: it is named to the engine.
      const kill = (): Promise<void> => remove(tool, name, logger);
      return Promise.resolve({ file: tool, args: words, env: surroundings(), kill, failsWith: engineFailed });
    },
  };
}

