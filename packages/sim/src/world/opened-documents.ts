import type { Opened } from '@shoal/runtime';

/**
 * What one peer of the simulated world has written or read, the others need not read again: nobody copies bytes on
 * their way, so that the same array says the same. Kept as long as anybody holds the bytes: with ten thousand peers that
 * is a hundred thousand adverts, and each read anew by each peer would be a document of its own.
 */
export class OpenedDocuments implements Opened {
  private readonly documents = new WeakMap<Uint8Array, object>();

  get(bytes: Uint8Array): object | undefined {
    return this.documents.get(bytes);
  }

  set(bytes: Uint8Array, document: object): void {
    this.documents.set(bytes, document);
  }
}
