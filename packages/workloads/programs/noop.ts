// Prints the unit's index and ends: what a unit costs when its program does nothing.
import { print, unitIndex } from './lib/wasi.ts';

print(`${unitIndex()}\n`);
