import type { Opened } from '@shoal/runtime';

/** Forgotten all at once beyond this many. */
const maxDocuments = 20_000;

/**
 * What one peer of the simulated world has written or read, the others need not read again: nobody copies bytes on
 * their way, so that the same array says the same.
 */
export class OpenedDocuments implements Opened {
  private readonly documents = new Map<Uint8Array, object>();

  get(bytes: Uint8Array): object | undefined {
    return this.documents.get(bytes);
  }

  set(bytes: Uint8Array, document: object): void {
    if (this.documents.size >= maxDocuments) this.documents.clear();
    this.documents.set(bytes, document);
  }
}
