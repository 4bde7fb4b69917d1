import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';

/** Fails with `pin-invalid` for what cannot be a pin's owner. */
export function checkOwner(owner: string): string {
  if (owner.length > 0 && owner.length <= storeLimits.ownerChars) return owner;
  throw new StoreError('pin-invalid', `Cannot pin for an owner of ${owner.length} characters: expected 1 to ${storeLimits.ownerChars}`);
}
