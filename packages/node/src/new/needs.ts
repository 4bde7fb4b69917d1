import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { TemplateLanguage } from './create.ts';

/** Names of Rust's target for WASI preview 1, the present one first. */
export const rustTargets = ['wasm32-wasip1', 'wasm32-wasi'] as const;

/** Whether a Rust compiler has the library of a target. */
export function hasRustTarget(rustc: string, target: string): boolean {
  const { status, stdout } = spawnSync(rustc, ['--print', 'target-libdir', '--target', target], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 && existsSync(stdout.trim());
}

function rustNeeds(rustc: string): string[] {
  if (spawnSync(rustc, ['--version'], { stdio: 'ignore' }).status !== 0) return ['Rust is not here: https://rustup.rs installs it. Then: rustup target add wasm32-wasip1'];
  const has = hasRustTarget(rustc, rustTargets[0]);
  return has ? [] : ['Rust is here, without its library for WASI: rustup target add wasm32-wasip1'];
}

const engineOf: Partial<Record<TemplateLanguage, string>> = { python: 'micropython-1', sql: 'duckdb-1' };

/** What is missing on this machine to compile a program of a language, or to try it, and how to get it. */
export async function needsOf(language: TemplateLanguage, dataDir: string, rustc = 'rustc'): Promise<string[]> {
  if (language === 'rust') return rustNeeds(rustc);
  const engine = engineOf[language];
  if (engine === undefined) return [];
  const { listEngines } = await import('@shoal/peer');
  const isHere = (await listEngines(dataDir)).some((each) => each.engine === engine && each.installed);
  return isHere ? [] : [`To try it here, and on peers of yours, its engine is to be installed: shoal engine add ${engine}`];
}
