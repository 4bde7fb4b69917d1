import { join } from 'node:path';
import { describeEngine, engineCatalogue, findPackages, type EngineDescription } from '@shoal/sandbox';

/** Where a peer's own optional engines lie: an npm project in its data directory. */
export const enginesFolderOf = (dataDir: string): string => join(dataDir, 'engines');

export interface EngineView {
  engine: string;
  title: string;
  /** Endings of program files that it takes by itself. */
  languages: readonly string[];
  deterministic: boolean;
  metered: boolean;
  checkpoint: boolean;
  /** What npm installs for it; absent where it needs nothing. */
  package?: string;
  installed: boolean;
  /** Why it is not. */
  why?: string;
}

async function viewOf(description: EngineDescription, dataDir: string): Promise<EngineView> {
  const { engine, title, languages, deterministic, metered, checkpoint, allowedBy } = description;
  const found = allowedBy === undefined ? await findPackages(description, enginesFolderOf(dataDir)) : { missing: `it runs only what a peer's owner allows: shoal up ${allowedBy}` };
  return {
    engine,
    title,
    languages,
    deterministic,
    metered,
    checkpoint,
    ...(description.package === undefined ? {} : { package: `${description.package.name}@${description.package.version}` }),
    installed: !('missing' in found),
    ...('missing' in found ? { why: found.missing } : {}),
  };
}

/** All engines, and which of them are installed for the peer of a data directory. */
export function listEngines(dataDir: string): Promise<EngineView[]> {
  return Promise.all(engineCatalogue.map((each) => viewOf(each, dataDir)));
}

/** An engine by its name, with or without the number behind it. */
export function engineNamed(name: string): EngineDescription | undefined {
  return describeEngine(name) ?? engineCatalogue.find(({ engine }) => engine.replace(/-\d+$/, '') === name);
}
