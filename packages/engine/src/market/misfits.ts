import type { Reason } from '@shoal/protocol';
import { matchSelector, type Requirement, type Selector } from './selector.ts';
import { looksLike } from './similar.ts';

type Labels = Readonly<Record<string, string>>;

/** Why nobody known has the labels that are asked for. */
export interface Misfit extends Reason {
  code: 'label-unknown' | 'label-fits-none' | 'labels-fit-none';
  /** It looks like a slip of the pen for what somebody has. */
  isTypo: boolean;
}

/** Values that a text names. */
const maxValues = 5;
const maxValueLength = 40;

/** One for each condition that none of these peers meets; or that none meets all of them. Empty where one does, and where there is no peer. */
export function misfitsOf(selector: Selector, peers: readonly Labels[]): Misfit[] {
  if (peers.length === 0 || peers.some((labels) => matchSelector(selector, labels).verdict === 'yes')) return [];
  const failing = selector.filter((condition) => peers.every((labels) => matchSelector([condition], labels).verdict !== 'yes'));
  if (failing.length > 0) return failing.map((condition) => misfitOf(condition, peers));
  const text = `none of ${peers.length} known peers fits all of ${selector.map((condition) => condition.text).join(', ')} at once`;
  return [{ code: 'labels-fit-none', text: cut(text, 400), isTypo: false }];
}

function misfitOf(condition: Requirement, peers: readonly Labels[]): Misfit {
  const { key, text } = condition;
  const values = valuesOf(key, peers);
  if (values.length === 0) {
    const keys = [...new Set(peers.flatMap((labels) => Object.keys(labels)))].sort();
    const meant = keys.find((known) => looksLike(key, known));
    const instead = meant === undefined ? '' : `; did you mean ${meant}?`;
    return { code: 'label-unknown', text: `no known peer has the label ${cut(key, maxValueLength)}${instead}`, isTypo: meant !== undefined };
  }
  const asked = condition.kind === 'in' ? condition.values : [];
  const meant = values.find((value) => asked.some((each) => looksLike(each, value)));
  const named = values.slice(0, maxValues).map((value) => `${key}=${cut(value, maxValueLength)}`);
  const have = `${peers.length === 1 ? 'it has' : 'they have'} ${named.join(', ')}${values.length > maxValues ? ` and ${values.length - maxValues} other values` : ''}`;
  const whom = peers.length === 1 ? 'does not fit the one known peer' : `fits none of ${peers.length} known peers`;
  const instead = meant === undefined ? '' : `; did you mean ${key}=${cut(meant, maxValueLength)}?`;
  return { code: 'label-fits-none', text: `${cut(text, 120)} ${whom}; ${have}${instead}`, isTypo: meant !== undefined };
}

/** The most frequent first. */
function valuesOf(key: string, peers: readonly Labels[]): string[] {
  const times = new Map<string, number>();
  for (const labels of peers) {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (value !== undefined) times.set(value, (times.get(value) ?? 0) + 1);
  }
  return [...times].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
