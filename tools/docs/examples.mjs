/**
 * The TypeScript of Markdown pages. All blocks fenced as `ts` of one page make one program, in order; the lines of comment
 * right after a line that starts with `console.log(` are what it prints.
 */

/** @typedef {{ code: string, prints: string[] }} Example `prints`: the expected lines of output */

/**
 * @param {string} markdown
 * @returns {Example | undefined} undefined where the page has no TypeScript
 */
export function exampleOf(markdown) {
  const blocks = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block);
  if (blocks.length === 0) return undefined;
  const code = blocks.join('\n');
  return { code, prints: expectedLines(code) };
}

function expectedLines(code) {
  const expected = [];
  let afterLog = false;
  for (const line of code.split('\n')) {
    if (afterLog && /^\/\/( |$)/.test(line)) expected.push(line.slice(3).trimEnd());
    else afterLog = line.startsWith('console.log(');
  }
  return expected;
}
