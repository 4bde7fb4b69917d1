import { Tokenizer, type Token } from 'cborg';
import { decodeOptions } from '@ipld/dag-cbor';
import { limits } from '../limits.ts';

const major = { bytes: 2, string: 3, array: 4, map: 5, tag: 6 } as const;
const undefinedByte = 0xf7;
/** The decoder's own replaces what is not UTF-8 and swallows a byte order mark, so that two texts would read the same. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A list or map whose content is still to come. */
interface Container {
  isMap: boolean;
  /** Items to come; two for each entry of a map. */
  left: number;
  /** Where the last key of a map begins, and its encoded length. */
  keyAt: number;
  keyLength: number;
}

/**
 * The tokens of DAG-CBOR, refused unless they are exactly what our encoder writes: one value has one encoding.
 * Hence nobody can give a signed document a second id by writing the same in other bytes,
 * and whether a document is taken depends on its bytes alone, never on the stack or memory of who reads it.
 */
export class StrictTokenizer extends Tokenizer {
  readonly #bytes: Uint8Array;
  readonly #open: Container[] = [];
  #items = 0;
  #afterTag = false;

  constructor(bytes: Uint8Array) {
    super(bytes, decodeOptions);
    this.#bytes = bytes;
  }

  override next(): Token {
    this.#items += 1;
    if (this.#items > limits.maxItemsPerDocument) throw new Error(`more than ${limits.maxItemsPerDocument} items`);
    const at = this.pos();
    const token = super.next();
    const kind = token.type.major;
    if (this.#afterTag && kind !== major.bytes) throw new Error('a tag that is not on a byte string');
    this.#afterTag = kind === major.tag;
    if (this.#afterTag) return token; // what it is on counts

    this.#checkForm(token, at);
    const container = this.#open.at(-1);
    if (container !== undefined) {
      if (container.isMap && container.left % 2 === 0) this.#checkKey(container, token, at);
      container.left -= 1;
    }
    if (kind === major.array || kind === major.map) this.#enter(kind === major.map, Number(token.value));
    while (this.#open.at(-1)?.left === 0) this.#open.pop();
    return token;
  }

  #enter(isMap: boolean, size: number): void {
    if (size > limits.maxListLength) throw new Error(`a list or map of ${size}: at most ${limits.maxListLength} are allowed`);
    if (size === 0) return;
    if (this.#open.length >= limits.maxNesting) throw new Error(`nested deeper than ${limits.maxNesting}`);
    this.#open.push({ isMap, left: isMap ? 2 * size : size, keyAt: 0, keyLength: 0 });
  }

  #checkForm(token: Token, at: number): void {
    if (this.#bytes[at] === undefinedByte) throw new Error('undefined is not a value');
    if (token.type.name === 'float' && (token.encodedLength !== 9 || Number.isSafeInteger(token.value))) {
      throw new Error(`the number ${token.value} in another form than its own`);
    }
    if (token.type.major === major.string) {
      const end = at + (token.encodedLength ?? 0);
      let start = at + 1;
      const info = (this.#bytes[at] as number) & 31;
      if (info >= 24) start += 1 << (info - 24);
      for (let i = start; i < end; i += 1) {
        if ((this.#bytes[i] as number) < 0x80) continue;
        token.value = utf8.decode(this.#bytes.subarray(start, end));
        break;
      }
    }
  }

  /** Keys are strings in ascending order, shorter ones first: so none comes twice. */
  #checkKey(map: Container, token: Token, at: number): void {
    if (token.type.major !== major.string) throw new Error('a map key that is not a string');
    const length = token.encodedLength ?? 0;
    if (length < map.keyLength || (length === map.keyLength && this.#compare(map.keyAt, at, length) >= 0)) {
      throw new Error(`the map key "${String(token.value).slice(0, limits.maxLabelLength)}" out of order`);
    }
    map.keyAt = at;
    map.keyLength = length;
  }

  #compare(a: number, b: number, length: number): number {
    for (let i = 0; i < length; i += 1) {
      const difference = (this.#bytes[a + i] as number) - (this.#bytes[b + i] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}
