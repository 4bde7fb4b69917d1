import { labelForm, limits, ProtocolError } from '@shoal/protocol';

type Order = '<' | '<=' | '>' | '>=';

/** One condition on one label; `text` is what was written. */
export type Requirement = { key: string; text: string } & (
  | { kind: 'exists' }
  | { kind: 'absent' }
  | { kind: 'in' | 'notin'; values: string[] }
  | { kind: 'order'; order: Order; bound: number }
);

/** Conditions that must all hold; none means anywhere. */
export type Selector = readonly Requirement[];

export type SelectorMatch =
  | { verdict: 'yes' }
  /** The conditions that do not hold, as they were written. */
  | { verdict: 'no'; failed: string[] }
  /** The labels without which nobody can say. */
  | { verdict: 'unknown'; missing: string[] };

const tokenForm = /\s*(?:(?<sign>==|!=|<=|>=|[=<>!,()])|"(?<quoted>[^"]*)"|(?<word>[^\s=<>!,()"]+))/y;
const signs = new Set(['=', '==', '!=', '<', '<=', '>', '>=']);
const numberForm = /^-?\d+(?:\.\d+)?$/;

interface Token {
  kind: 'sign' | 'word' | 'quoted' | 'end';
  text: string;
  at: number;
  end: number;
}

/**
 * Reads conditions like `region=eu, tier in (gold,silver), zone notin (x), !spot, gpu, cores>=8, arch!=arm64`.
 * Values with spaces or signs go in double quotes. Fails with `selector-invalid`, naming the place and what was expected.
 */
export function parseSelector(text: string): Selector {
  const reader = new Reader(text);
  const selector: Requirement[] = [];
  if (reader.peek().kind === 'end') return selector;
  do selector.push(requirement(reader));
  while (reader.skip(','));
  if (reader.peek().kind !== 'end') reader.fail('a comma or the end');
  return selector;
}

/** Whether a peer with these labels is meant. Comparing what is not there is unknown; asking whether it is there is not. */
export function matchSelector(selector: Selector, labels: Readonly<Record<string, string>>): SelectorMatch {
  const failed: string[] = [];
  const missing = new Set<string>();
  for (const condition of selector) {
    const holds = isMet(condition, Object.hasOwn(labels, condition.key) ? labels[condition.key] : undefined);
    if (holds === undefined) missing.add(condition.key);
    else if (!holds) failed.push(condition.text);
  }
  if (failed.length > 0) return { verdict: 'no', failed };
  return missing.size > 0 ? { verdict: 'unknown', missing: [...missing] } : { verdict: 'yes' };
}

function isMet(condition: Requirement, value: string | undefined): boolean | undefined {
  if (condition.kind === 'exists') return value !== undefined;
  if (condition.kind === 'absent') return value === undefined;
  if (value === undefined) return undefined;
  if (condition.kind === 'order') return numberForm.test(value) && inOrder(Number(value), condition.order, condition.bound);
  return condition.values.includes(value) === (condition.kind === 'in');
}

function inOrder(value: number, order: Order, bound: number): boolean {
  if (order === '<') return value < bound;
  if (order === '<=') return value <= bound;
  return order === '>' ? value > bound : value >= bound;
}

function requirement(reader: Reader): Requirement {
  const from = reader.peek().at;
  if (reader.skip('!')) {
    const key = reader.key();
    return { kind: 'absent', key, text: reader.since(from) };
  }
  const key = reader.key();
  const next = reader.peek();
  if (next.kind === 'end' || next.text === ',') return { kind: 'exists', key, text: reader.since(from) };
  if (next.kind === 'word' && (next.text === 'in' || next.text === 'notin')) {
    reader.next();
    const values = list(reader);
    return { kind: next.text, key, values, text: reader.since(from) };
  }
  if (next.kind !== 'sign' || !signs.has(next.text)) reader.fail('one of = != < <= > >= in notin, a comma or the end');
  reader.next();
  if (next.text === '=' || next.text === '==' || next.text === '!=') {
    const values = [reader.value()];
    return { kind: next.text === '!=' ? 'notin' : 'in', key, values, text: reader.since(from) };
  }
  const bound = reader.number();
  return { kind: 'order', key, order: next.text as Order, bound, text: reader.since(from) };
}

function list(reader: Reader): string[] {
  if (!reader.skip('(')) reader.fail('a list like (a,b)');
  const values: string[] = [];
  do values.push(reader.value());
  while (reader.skip(','));
  if (!reader.skip(')')) reader.fail('a comma or )');
  return values;
}

class Reader {
  readonly #text: string;
  #token: Token;
  #lastEnd = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.length > limits.maxTextLength) {
      throw new ProtocolError('selector-invalid', `Cannot read a selector of ${text.length} characters: expected at most ${limits.maxTextLength}`);
    }
    this.#token = this.#scan(0);
  }

  peek(): Token {
    return this.#token;
  }

  next(): Token {
    const token = this.#token;
    this.#lastEnd = token.end;
    this.#token = this.#scan(token.end);
    return token;
  }

  skip(sign: string): boolean {
    if (this.#token.kind !== 'sign' || this.#token.text !== sign) return false;
    this.next();
    return true;
  }

  key(): string {
    const { kind, text } = this.#token;
    if (kind !== 'word') this.fail('the name of a label');
    if (!labelForm.test(text)) this.fail('the name of a label, of letters, digits and . _ / - between them');
    return this.next().text;
  }

  value(): string {
    if (this.#token.kind !== 'word' && this.#token.kind !== 'quoted') this.fail('a value');
    return this.next().text;
  }

  number(): number {
    if (this.#token.kind !== 'word' || !numberForm.test(this.#token.text)) this.fail('a number');
    return Number(this.next().text);
  }

  /** What was read from a place on. */
  since(from: number): string {
    return this.#text.slice(from, this.#lastEnd);
  }

  fail(expected: string): never {
    const { kind, text, at } = this.#token;
    const found = kind === 'end' ? 'the end' : `"${text}"`;
    throw new ProtocolError('selector-invalid', `Cannot read the selector "${this.#text}" at character ${at + 1}: expected ${expected}, found ${found}`, {
      hint: 'A selector looks like: region=eu, tier in (gold,silver), !spot, cores>=8',
    });
  }

  #scan(from: number): Token {
    tokenForm.lastIndex = from;
    const match = tokenForm.exec(this.#text);
    if (match === null) {
      const rest = this.#text.slice(from);
      const at = from + rest.length - rest.trimStart().length;
      if (at === this.#text.length) return { kind: 'end', text: '', at, end: at };
      this.#token = { kind: 'sign', text: this.#text.slice(at), at, end: this.#text.length };
      return this.fail('the other double quote');
    }
    const { sign, quoted, word } = match.groups as { sign?: string; quoted?: string; word?: string };
    const end = tokenForm.lastIndex;
    const text = sign ?? quoted ?? word ?? '';
    const at = end - text.length - (quoted === undefined ? 0 : 2);
    return { kind: sign === undefined ? (quoted === undefined ? 'word' : 'quoted') : 'sign', text, at, end };
  }
}
