/**
 * Finds the module specifiers of a JavaScript or TypeScript source: `import`, `export ... from`, `import()`, `require()`
 * and `typeof import()`. A small scanner rather than a parser: it only has to tell code from comments, strings, templates
 * and regular expressions, and then looks at what stands before each string.
 */

/** @typedef {{ specifier: string, line: number }} ImportSite */

/** What may stand before a `/` that starts a regular expression rather than divides. */
const beforeRegularExpression = /(^|[(,=:[!&|?{};+\-*%~^<>]|\b(return|typeof|case|in|of|do|else|void|throw|new|delete|await|yield))$/;

const beforeSpecifier = /(\bfrom|\bimport|\b(?:import|require)\s*\()$/;

/**
 * @param {string} source
 * @returns {ImportSite[]}
 */
export function findImports(source) {
  /** @type {ImportSite[]} */
  const found = [];
  let code = ''; // the code before the scanner, without comments and the contents of strings
  let at = 0;
  const braces = []; // for each open `${`, the number of open braces inside it

  const line = (index) => source.slice(0, index).split('\n').length;

  while (at < source.length) {
    const two = source.slice(at, at + 2);
    const one = source[at];
    if (two === '//') at = endOr(source.indexOf('\n', at), source);
    else if (two === '/*') at = endOr(source.indexOf('*/', at), source) + 2;
    else if (one === "'" || one === '"') {
      const end = endOfString(source, at, one);
      if (beforeSpecifier.test(code.trimEnd())) found.push({ specifier: source.slice(at + 1, end - 1), line: line(at) });
      code += "''";
      at = end;
    } else if (one === '`') {
      const part = endOfTemplatePart(source, at + 1);
      if (part.opensExpression) braces.push(0);
      else if (beforeSpecifier.test(code.trimEnd())) found.push({ specifier: source.slice(at + 1, part.end - 1), line: line(at) });
      code += '``';
      at = part.end;
    } else if (one === '}' && braces.at(-1) === 0) {
      const part = endOfTemplatePart(source, at + 1);
      if (!part.opensExpression) braces.pop();
      at = part.end;
    } else if (one === '/' && beforeRegularExpression.test(code.trimEnd().slice(-12))) {
      at = endOfRegularExpression(source, at);
      code += '/./';
    } else {
      if (braces.length > 0 && one === '{') braces[braces.length - 1] += 1;
      if (braces.length > 0 && one === '}') braces[braces.length - 1] -= 1;
      code += one;
      at += 1;
    }
  }
  return found;
}

const endOr = (index, source) => (index === -1 ? source.length : index);

function endOfString(source, start, quote) {
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** From inside a template to its closing quote or its next `${`. */
function endOfTemplatePart(source, start) {
  let at = start;
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) return { end: at + 2, opensExpression: true };
    at += source[at] === '\\' ? 2 : 1;
  }
  return { end: at + 1, opensExpression: false };
}

function endOfRegularExpression(source, start) {
  let at = start + 1;
  let inClass = false;
  while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
    if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    at += source[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}
