import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, type Clock, type Logger } from '@shoal/runtime';
import { findTools, findProgram } from '../../launch/tools.ts';
import { containerToolMs } from '../../limits.ts';
import { checkAllowed, type AllowedOutside } from './allowed.ts';
import { containerKind, removeStaleContainers } from './container.ts';
import { OutsideEngine } from './engine.ts';
import { nativeKind } from './native.ts';

export interface OutsideEngines {
  engines: Map<string, OutsideEngine>;
  /** Why an engine is not there, by its name. */
  absent: Map<string, string>;
}

export interface OutsideOptions {
  allowed: AllowedOutside;
  nodePath: string;
  clock: Clock;
  logger: Logger;
  /** Where the folders of units are made. */
  base: string | undefined;
}

/** A container engine that answers; a client without its service is none. Else why there is none. */
async function findContainerTool(): Promise<{ tool: string } | { why: string }> {
  const why: string[] = [];
  for (const name of ['podman', 'docker']) {
    const tool = findProgram(name);
    if (tool === undefined) continue;
    try {
      await promisify(execFile)(tool, ['version'], { timeout: containerToolMs });
      return { tool };
    } catch (error) {
      why.push(`${name} does not work: ${messageOf(error).split('\n').slice(0, 2).join(' ')}`);
    }
  }
  return { why: why.length > 0 ? why.join('; ') : 'this machine has neither podman nor docker' };
}

/** The engines outside WebAssembly: only what the owner allows, and what this machine has the tools for. */
export async function findOutsideEngines({ allowed, nodePath, clock, logger, base }: OutsideOptions): Promise<OutsideEngines> {
  checkAllowed(allowed);
  const { native = {}, containers = [] } = allowed;
  const engines = new Map<string, OutsideEngine>();
  const absent = new Map<string, string>();
  if (Object.keys(native).length === 0) absent.set('native', 'its owner allows no native program (shoal up --allow-native)');
  else {
    const tools = await findTools(nodePath);
    if (tools.bwrap === undefined) absent.set('native', 'native programs run behind bubblewrap only, which this machine lacks');
    else engines.set('native', new OutsideEngine('native', nativeKind(native, { ...tools, bwrap: tools.bwrap }), clock, base));
  }
  if (containers.length === 0) absent.set('container', 'its owner allows no container image (shoal up --allow-container)');
  else {
    const found = await findContainerTool();
    if ('why' in found) absent.set('container', found.why);
    else {
      await removeStaleContainers(found.tool, logger);
      engines.set('container', new OutsideEngine('container', containerKind(containers, found.tool, logger), clock, base));
    }
  }
  return { engines, absent };
}
