import type { Opened } from '@shoal/runtime';

/** Where what they say is kept with the bytes: a weak map of a hundred thousand entries would be a fifth of the run in collecting garbage. */
const says = Symbol('says');

/**
 * What one peer of the simulated world has written or read, the others need not read again: nobody copies bytes on
 * their way, so that the same array says the same. Kept as long as anybody holds the bytes: with ten thousand peers that
 * is a hundred thousand adverts, and each read anew by each peer would be a document of its own.
 */
export class OpenedDocuments implements Opened {
  get(bytes: Uint8Array & { [says]?: object }): object | undefined {
    return bytes[says];
  }

  set(bytes: Uint8Array & { [says]?: object }, document: object): void {
    bytes[says] = document;
  }
}
