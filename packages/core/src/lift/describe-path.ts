/** What stands at a path of `[result, variable groups]`, for errors: the groups' own places say nothing to the reader. */
export function describePath(path: string): { readonly what: string; readonly path: string } {
  const [part, ...keys] = path.split('/');
  return part === '1' ? { what: 'the variable', path: keys.slice(2).join('/') } : { what: 'the result', path: keys.join('/') };
}
