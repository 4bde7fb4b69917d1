import { messageOf, readPeerAddresses } from '@shoal/runtime';
import { InvalidArgumentError } from 'commander';

/** Where to join by, as `readPeerAddresses` has it, told as a mistake of the command line. */
export function collectPeerAddresses(text: string, before: string[] | undefined): string[] {
  try {
    return [...(before ?? []), ...readPeerAddresses(text)];
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
