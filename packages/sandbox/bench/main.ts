import { benchFuel } from './fuel.ts';
import { benchUnit } from './unit.ts';

// npm run bench -- sandbox [--json]
const json = process.argv.includes('--json');

function show(name: string, figures: object): void {
  if (json) console.log(JSON.stringify({ bench: name, ...figures }));
  else for (const [figure, value] of Object.entries(figures)) console.log(`${name.padEnd(14)} ${figure.padEnd(26)} ${value}`);
}

show('sandbox', await benchUnit());
for (const figures of await benchFuel()) show(`fuel ${figures.kernel}`, figures);
