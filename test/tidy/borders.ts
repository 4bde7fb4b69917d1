import type { House } from './house.ts';
import { isForDevelopment, packageOf, sourcesOf } from './house.ts';
import { importsOf } from './scan.ts';
import { cycles, importGraph, resolveImport } from './graph.ts';

/** Who may import whom. A package that is not here does not exist: add it together with its place in the house. */
export const mayImport: Record<string, readonly string[]> = {
  runtime: [],
  protocol: ['runtime'],
  engine: ['runtime', 'protocol'],
  network: ['runtime', 'protocol'],
  store: ['runtime', 'protocol'],
  sandbox: ['runtime', 'protocol'],
  peer: ['runtime', 'protocol', 'engine', 'network', 'store', 'sandbox'],
  workloads: ['runtime', 'protocol'],
  node: ['runtime', 'protocol', 'peer', 'workloads', 'sim'],
  volunteer: ['runtime', 'protocol', 'peer', 'node'],
  sim: ['runtime', 'protocol', 'engine', 'store'],
};

/** What only some packages may import, and why. */
const keepers: { what: RegExp; who: readonly string[]; why: string; everywhere: boolean }[] = [
  { what: /^(libp2p|@libp2p\/.+|@chainsafe\/.+)$/, who: ['network'], why: 'only network knows libp2p', everywhere: true },
  { what: /^node:sqlite$/, who: ['store'], why: 'only store keeps a database', everywhere: true },
  { what: /^node:child_process$/, who: ['sandbox', 'node'], why: 'only sandbox and node start processes', everywhere: false },
  { what: /^node:(net|tls|dgram|http|https|http2)$/, who: ['network', 'node'], why: 'only network and node open sockets', everywhere: false },
  { what: /^node:(worker_threads|wasi|vm)$/, who: ['sandbox'], why: 'only sandbox runs code of others', everywhere: false },
];

export function borderProblems(house: House): string[] {
  const problems: string[] = [];
  for (const { name } of house.packages) {
    if (mayImport[name] === undefined) problems.push(`packages/${name}: has no place in the table of test/tidy/borders.ts; give it one`);
  }
  for (const [path, text] of sourcesOf(house)) {
    const own = packageOf(path);
    if (own === undefined) continue;
    for (const { specifier, line } of importsOf(text)) {
      const other = /^@shoal\/([^/]+)/.exec(specifier)?.[1];
      const target = specifier.startsWith('.') ? resolveImport(house, path, specifier) : undefined;
      if (other === own && !isForDevelopment(path)) {
        problems.push(`${path}:${line}: imports its own package by name; use the path of the file`);
      } else if (other !== undefined && other !== own && !mayImport[own]?.includes(other)) {
        problems.push(`${path}:${line}: ${own} may not import ${other}; it may import ${mayImport[own]?.join(', ') || 'no other package'}. Move the code, or inject what is needed by a port`);
      } else if (target !== undefined && packageOf(target) !== own) {
        problems.push(`${path}:${line}: leaves its package by a path; import @shoal/${packageOf(target) ?? '...'} by name`);
      }
      for (const { what, who, why, everywhere } of keepers) {
        const exempt = !everywhere && isForDevelopment(path);
        if (what.test(specifier) && !who.includes(own) && !exempt) problems.push(`${path}:${line}: imports ${specifier}, but ${why}; go through its port`);
      }
    }
  }
  return problems;
}

export function cycleProblems(house: House): string[] {
  return cycles(importGraph(house)).map(
    (circle) => `${circle[0]}: imports itself by way of ${circle.slice(1).join(' -> ')}. Move what both ends need into a file of its own`,
  );
}
