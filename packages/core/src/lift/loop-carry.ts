import { tree, type Tensor } from '@flaxon/tensor';
import { LiftedStructureError } from '../errors/lift-errors.js';
import { numbersToTensors, takeTensors, type TakenTensors } from './tensor-tree.js';

/** What a loop carries from step to step: its tensors, and the value around them. */
export interface LoopCarry {
  readonly tensors: Tensor[];
  readonly restore: TakenTensors<null>['restore'];
  /** The tensors of what a step gives, which must be the same tree. @throws LiftedStructureError */
  next(value: unknown): Tensor[];
}

/** The tree of a value as text: names and places, without shapes. */
export function outline(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `[${value.map(outline).join(', ')}]`;
  return tree.isRecord(value) ? `{${Object.keys(value).sort().map((key) => `${key}: ${outline(value[key])}`).join(', ')}}` : '*';
}

/** @param what `[variables, carry]`, whose parts errors tell apart */
export function loopCarry(operation: string, value: readonly [variables: unknown, carry: unknown]): LoopCarry {
  const initial = numbersToTensors(value) as readonly [unknown, unknown];
  const { tensors, restore } = takeTensors(initial, null);
  const outlines = initial.map(outline);
  return {
    tensors: [...tensors],
    restore,
    next(given) {
      const next = numbersToTensors(given) as readonly [unknown, unknown];
      requireSame(operation, 'the carried variables', outlines[0]!, outline(next[0]), 'Make them before the loop: what a loop carries must be there when it begins.');
      requireSame(operation, 'the carry', outlines[1]!, outline(next[1]), 'Each step must return a carry of the same tree as it got.');
      return [...takeTensors(next, null).tensors];
    },
  };
}

function requireSame(operation: string, what: string, expected: string, found: string, fix: string): void {
  if (expected !== found) throw new LiftedStructureError(operation, what, expected, found, fix);
}
