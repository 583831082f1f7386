import { expect, it } from 'vitest';
import { findImports } from '../dependencies/imports.mjs';

const specifiers = (source: string): string[] => findImports(source).map(({ specifier }) => specifier);

it('every form of import is found, with its line', () => {
  const source = [
    "import 'side-effect';",
    "import { a } from 'named';",
    "import type { B } from 'type-only';",
    'import {',
    '  c,',
    '} from "several-lines";',
    "export * from './all.js';",
    "export { d } from './some.js';",
    "const e = await import('dynamic');",
    'const f = await import(`template`);',
    "type G = typeof import('type-query');",
    "const h = require('common');",
  ].join('\n');
  expect(findImports(source)).toEqual([
    { specifier: 'side-effect', line: 1 },
    { specifier: 'named', line: 2 },
    { specifier: 'type-only', line: 3 },
    { specifier: 'several-lines', line: 6 },
    { specifier: './all.js', line: 7 },
    { specifier: './some.js', line: 8 },
    { specifier: 'dynamic', line: 9 },
    { specifier: 'template', line: 10 },
    { specifier: 'type-query', line: 11 },
    { specifier: 'common', line: 12 },
  ]);
});

it('imports written in comments and strings are not imports', () => {
  expect(specifiers("// import 'a'\n/* import 'b' */\nconst text = \"import 'c'\";\nconst more = `import 'd' from ${x} 'e'`;")).toEqual([]);
});

it('code inside a template is code', () => {
  expect(specifiers("const text = `a ${await import('inside')} b ${{ c: { d: '}' } }} e`; import 'after';")).toEqual(['inside', 'after']);
});

it('quotes inside a regular expression open no string', () => {
  expect(specifiers("const quote = /['\"]/g; const cut = text.split(/[/'`]/);\nimport 'after';")).toEqual(['after']);
});

it('a division opens no regular expression', () => {
  expect(specifiers("const half = total / 2; const name = 'x'; import 'after'; const third = (total) / 3;")).toEqual(['after']);
});
