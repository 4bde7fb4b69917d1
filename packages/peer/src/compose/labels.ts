import { machineFacts, machineLabels, type MachineFacts } from '@shoal/runtime';
import { PeerError } from '../errors.ts';

/** An owner's labels, and what the machine says of itself. Fails with `options-invalid` where the owner says something else of the machine. */
export function labelsOf(own: Readonly<Record<string, string>> = {}, machine: MachineFacts = machineFacts()): Record<string, string> {
  const facts = machineLabels(machine);
  for (const [key, value] of Object.entries(facts)) {
    if (own[key] === undefined || own[key] === value) continue;
    throw new PeerError('options-invalid', `Cannot label this peer ${key}=${own[key]}: the machine says ${key}=${value}, and jobs rely on that`, {
      hint: 'Give it another name. To lend less, see --slots and --max-unit-memory.',
    });
  }
  return { ...own, ...facts };
}
