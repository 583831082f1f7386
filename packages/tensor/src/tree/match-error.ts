import { FlaxonError } from '../errors/errors.js';
import { formatSpec, type Spec } from '../shape/shape.js';
import type { Pair, TreeMatch, Unpaired } from './match.js';

const shownAtMost = 8;

const list = <E>(title: string, entries: readonly E[], text: (entry: E) => string): string[] => {
  if (entries.length === 0) return [];
  const rest = entries.length > shownAtMost ? [`and ${entries.length - shownAtMost} more`] : [];
  return [`${title} (${entries.length}): ${[...entries.slice(0, shownAtMost).map(text), ...rest].join('; ')}`];
};

const unpairedText = ({ path, leaf, nearest }: Unpaired<Spec>): string => `"${path}" ${formatSpec(leaf)}${nearest === undefined ? '' : `, nearest "${nearest}"`}`;
const pairText = ({ path, expected, found }: Pair<Spec>): string => `"${path}" should be ${formatSpec(expected)}, found ${formatSpec(found)}`;

/** Two trees that should have leaves of the same paths and shapes do not: all differences at once. */
export class TreeMatchError extends FlaxonError {
  readonly operation: string;
  readonly missing: TreeMatch<Spec>['missing'];
  readonly unexpected: TreeMatch<Spec>['unexpected'];
  readonly mismatched: TreeMatch<Spec>['mismatched'];

  constructor(operation: string, { missing, unexpected, mismatched }: TreeMatch<Spec>, fix: string) {
    const lines = [...list('missing', missing, unpairedText), ...list('not expected', unexpected, unpairedText), ...list('other shapes', mismatched, pairText)];
    super(`${operation}: what was given does not fit. ${lines.join('. ')}. ${fix}`);
    this.operation = operation;
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}
