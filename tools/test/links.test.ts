import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const { stdout } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: repository, encoding: 'utf8' });
const pages = stdout.trim().split('\n');

/** Links and images to files: not to other hosts, not to headings of the same page. */
function linkedFiles(page: string): string[] {
  const text = readFileSync(join(repository, page), 'utf8').replaceAll(/^```.*?^```$/gms, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.split('#')[0]!).filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

it.each(pages)('the links of %s lead to files that exist', (page) => {
  const broken = linkedFiles(page).filter((target) => !existsSync(join(repository, dirname(page), target)));
  expect(broken).toEqual([]);
});

it('the index of decisions names every page, by its title', () => {
  const folder = join(repository, 'docs/decisions');
  const titles = readdirSync(folder)
    .filter((name) => name !== 'README.md')
    .map((name) => `- [${readFileSync(join(folder, name), 'utf8').split('\n')[0]!.replace(/^# /, '')}](${name})`);
  const listed = readFileSync(join(folder, 'README.md'), 'utf8').split('\n').filter((line) => line.startsWith('- '));
  expect(listed).toEqual(titles.sort());
});
