import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const packages = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, packages), 'utf8');

interface Rule {
  readonly name: string;
  /** `core module/naming`, `case scripts`, or nothing. */
  readonly place: string;
  /** The title of a test, the id of a case, or why there is none. */
  readonly test: string;
}

const rules = read('core/test/rules/README.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| rule |'))
  .map((line): Rule => {
    const [name = '', place = '', test = ''] = line.split('|').slice(1, -1).map((cell) => cell.trim());
    return { name, place, test };
  });

/** Text of a file, read once. */
const texts = new Map<string, string>();
function text(path: string): string {
  const known = texts.get(path) ?? read(path);
  texts.set(path, known);
  return known;
}

function exists({ place, test }: Rule): boolean {
  if (place === '') return test !== '';
  const [where = '', file = ''] = place.split(' ');
  if (where === 'case') return ['"id":', '"id": '].some((key) => text(`conformance/cases/${file}.jsonl`).includes(`{${key}${JSON.stringify(test)},`));
  const source = text(`${where}/test/${file}.test.ts`);
  return ["it('", "['", ", '"].some((before) => source.includes(`${before}${test}'`));
}

describe('the table of rules', () => {
  it('names tests and cases that exist', () => {
    expect(rules.filter((rule) => !exists(rule))).toEqual([]);
  });

  it('has the rules of all of Flax\'s lists', () => {
    expect(rules.length).toBeGreaterThan(270);
  });
});
