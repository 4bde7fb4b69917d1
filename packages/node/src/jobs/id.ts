/** The argument of every command about one job. */
export const jobArgument = ['<job>', 'its id, or as much of its end or beginning as no other job shares'] as const;

/** Lists shorten ids to `…end`; what is copied from there is understood. */
export function bareId(text: string): string {
  return text.replace(/^…/u, '');
}
