/**
 * How paths of one tree become paths of another: a function, of which null drops the leaf; or new beginnings by old ones,
 * `{ 'params/backbone': 'params/encoder', 'params/head': null }`, of which the longest that fits counts.
 */
export type Rename = ((path: string) => string | null) | { readonly [beginning: string]: string | null };

/** The new path of `path`, or null where it is dropped. */
export function renamePath(path: string, rename: Rename | undefined): string | null {
  if (rename === undefined) return path;
  if (typeof rename === 'function') return rename(path);
  const fitting = Object.keys(rename).filter((beginning) => beginning === '' || path === beginning || path.startsWith(`${beginning}/`));
  if (fitting.length === 0) return path;
  const longest = fitting.reduce((best, one) => (one.length > best.length ? one : best));
  const replacement = rename[longest]!;
  if (replacement === null) return null;
  return [replacement, ...path.slice(longest.length).split('/')].filter((name) => name !== '').join('/');
}
