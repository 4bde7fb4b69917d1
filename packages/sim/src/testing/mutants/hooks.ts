import { registerHooks } from 'node:module';
import type * as Simulator from '../../index.ts';
import { mutants } from './list.ts';

const mark = '?mutant=';

/**
 * From now on modules of the engine and the simulator may be loaded in versions: whatever a module with the mark of a
 * mutant imports carries the mark too, and the one file that the mutant is about is changed on its way in. The code in
 * production knows nothing of this.
 */
export function allowMutants(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const at = context.parentURL?.indexOf(mark) ?? -1;
      const isOurs = /\/packages\/(?:engine|sim)\/src\//.test(resolved.url);
      return at < 0 || !isOurs ? resolved : { ...resolved, url: resolved.url + (context.parentURL as string).slice(at) };
    },
    load(url, context, next) {
      const at = url.indexOf(mark);
      if (at < 0) return next(url, context);
      const loaded = next(url.slice(0, at), context);
      const mutant = mutants[Number(url.slice(at + mark.length))];
      const edit = [mutant, mutant?.also].find((change) => change !== undefined && url.slice(0, at).endsWith(`/packages/engine/src/${change.file}`));
      if (edit === undefined) return loaded;
      const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source as Uint8Array);
      if (source.split(edit.find).length !== 2) throw new Error(`Cannot apply the mutant "${mutant?.name}": ${edit.file} must hold \`${edit.find}\` once; mend the list of mutants`);
      return { ...loaded, source: source.replace(edit.find, () => edit.replace) };
    },
  });
}

/** The simulator with a mutant inside. */
export async function simulatorWith(mutant: number): Promise<typeof Simulator> {
  return (await import(`${new URL('../../index.ts', import.meta.url).href}${mark}${mutant}`)) as typeof Simulator;
}
