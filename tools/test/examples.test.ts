import { expect, it } from 'vitest';
import { exampleOf } from '../docs/examples.mjs';

const fence = '```';

it('a page without TypeScript has no example', () => {
  expect(exampleOf(`text\n${fence}sh\nls\n${fence}\n`)).toBeUndefined();
});

it('the blocks of a page make one program', () => {
  expect(exampleOf(`${fence}ts\nconst a = 1;\n${fence}\ntext\n${fence}ts\nuse(a);\n${fence}\n`)?.code).toBe('const a = 1;\n\nuse(a);\n');
});

it('comment lines right after a console.log are what it prints, other comments are not', () => {
  const page = [`${fence}ts`, '// not printed', 'console.log(x);', '// one', '//  two', '//', 'const y = 1;', '// not printed', fence, ''].join('\n');
  expect(exampleOf(page)?.prints).toEqual(['one', ' two', '']);
});
