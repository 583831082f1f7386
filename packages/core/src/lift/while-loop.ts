import { add, neg, random, scalar, whileLoop as whileTensors, type Tensor } from '@flaxon/tensor';
import type { Filter } from '../filter.js';
import type { Module } from '../module/module.js';
import { pairsOf, type ByFilter } from './axes.js';
import { loopCarry } from './loop-carry.js';
import { pack, type ScopeFunction, type StreamGroup, type VariableGroup } from './pack.js';
import { callLifted } from './targets.js';
import { mapTensors } from './tensor-tree.js';

export interface WhileLoopOptions {
  /** The collections that the body may change; their variables must be there before. */
  readonly carryVariables?: Filter;
  /** The collections that are read alone. */
  readonly broadcastVariables?: Filter;
  /** Whether each step gets a key of its own of a stream. A stream that is not listed is not there inside. */
  readonly splitRngs?: ByFilter<boolean>;
}

/**
 * `carry = body(module, carry)` while `condition(module, carry)` (Flax: `nn.while_loop`): one loop in a graph.
 * @throws LiftedStructureError, CarryError where a step changes the carry's tree, shapes or dtypes
 */
export function whileLoop<M extends Module, Carry>(
  condition: (module: M, carry: Carry) => Tensor,
  body: (module: M, carry: Carry) => Carry,
  module: M,
  init: Carry,
  options: WhileLoopOptions = {},
): Carry {
  return callLifted({ name: 'whileLoop', prefix: '' }, module, [init], [condition, body], ([test, step]) => loopScopes(test!, step!, options)) as Carry;
}

function loopScopes(condition: ScopeFunction, body: ScopeFunction, { carryVariables = false, broadcastVariables = true, splitRngs = {} }: WhileLoopOptions): ScopeFunction {
  const streams = pairsOf(splitRngs);
  const split = streams.map(([, isSplit]) => isSplit);
  const filters = { in: [carryVariables, broadcastVariables], out: [carryVariables], rngs: streams.map(([filter]) => filter) };
  return (scopes, init) => {
    const packed = pack(scopes, filters);
    const [carried, shared] = packed.variables as [VariableGroup, VariableGroup];
    const carry = loopCarry('whileLoop', [carried, init]);
    const keysAt = (i: Tensor): StreamGroup[] => mapTensors(packed.streams, split, (key, isSplit) => (isSplit ? random.foldIn(key, i) : key)) as StreamGroup[];
    const test = ([i, ...given]: Tensor[]): Tensor => {
      const [variables, value] = carry.restore(given) as readonly [VariableGroup, unknown];
      const opened = packed.open([variables, shared], keysAt(neg(i!)), false);
      // What is no bool scalar is for the loop to refuse.
      const holds = condition(opened.scopes, value) as Tensor;
      opened.close();
      return holds;
    };
    const step = ([i, ...given]: Tensor[]): Tensor[] => {
      const [variables, value] = carry.restore(given) as readonly [VariableGroup, unknown];
      const opened = packed.open([variables, shared], keysAt(i!));
      const next = body(opened.scopes, value);
      return [add(i!, 1), ...carry.next([opened.close()[0], next])];
    };
    const [, ...last] = whileTensors(test, step, [scalar(0, 'int32'), ...carry.tensors]);
    const [variables, value] = carry.restore(last) as readonly [VariableGroup, unknown];
    packed.publish([variables]);
    return value;
  };
}
