import type { Clock } from '@shoal/runtime';
import type { Isolation } from '../launch/command.ts';
import { hostedCommand } from '../launch/hosted.ts';
import { findTools } from '../launch/tools.ts';
import { engineCatalogue, type EngineDescription } from './catalogue.ts';
import { HostedEngine } from './hosted.ts';
import { findPackages } from './packages.ts';

export interface OptionalEngines {
  engines: Map<string, HostedEngine>;
  /** Why an engine is not there, by its name. */
  absent: Map<string, string>;
}

export interface OptionalOptions {
  isolation: Isolation;
  nodePath: string;
  clock: Clock;
  enginesFolder: string | undefined;
}

/** The engines that were installed and that the walls of this machine can hold. */
export async function findOptionalEngines({ isolation, nodePath, clock, enginesFolder }: OptionalOptions): Promise<OptionalEngines> {
  const engines = new Map<string, HostedEngine>();
  const absent = new Map<string, string>();
  for (const description of engineCatalogue as readonly EngineDescription[]) {
    if (description.package === undefined) continue;
    const { engine } = description;
    const found = await findPackages(description, enginesFolder);
    if ('missing' in found) {
      absent.set(engine, found.missing);
      continue;
    }
    const command = isolation === 'full' ? hostedCommand({ nodePath, tools: await findTools(nodePath), engine, packages: found.folders }) : undefined;
    if (command === undefined) absent.set(engine, `it runs behind walls of the level full only, and here they are ${isolation} (is bubblewrap installed?)`);
    else engines.set(engine, new HostedEngine(engine, command, clock));
  }
  return { engines, absent };
}
