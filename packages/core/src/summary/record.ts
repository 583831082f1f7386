/** Running a module on shapes and writing down what it calls, and what that costs. */
import { withTracedTensors } from '../abstract.js';
import { apply, defaultInitMutable, initWithOutput, type InitFunctionOptions } from '../functional.js';
import type { Module } from '../module/module.js';
import { Recorder, running, withPushed, type CallRecord } from '../module/running.js';
import type { ModuleFunction } from '../module/method.js';
import type { Rngs } from '../rng/lazy-rng.js';
import type { Variables } from '../variables.js';
import { forwardCosts, gradientCosts, type Sizes } from './call-costs.js';
import type { CostColumn, Costs, Pass } from './summary.js';

/** A method of a module with what it is called with. */
export interface Inspected {
  readonly run: ModuleFunction;
  readonly module: Module;
  readonly rngs: Rngs;
  readonly args: readonly unknown[];
  readonly options: InitFunctionOptions;
}

/** The calls that initializing makes, and the variables, with shapes alone: parameters are not computed either. */
export function recordCalls({ run, module, rngs, args, options }: Inspected): { readonly records: readonly CallRecord[]; readonly variables: Variables } {
  const recorder = new Recorder();
  const initialize = initWithOutput(run, module, options);
  const [, variables] = withPushed(running.recorders, recorder, () => withTracedTensors([rngs, ...args], ([keys, ...traced]) => initialize(keys as Rngs, traced)));
  return { records: recorder.records, variables };
}

/** What the passes that the columns show cost. */
export function passCosts({ run, module, rngs, args, options }: Inspected, variables: Variables, columns: readonly CostColumn[], sizes: Sizes = {}): Costs {
  const applied = apply(run, module, { mutable: defaultInitMutable, ...options });
  const pass = (given: unknown, keys: unknown, ...values: readonly unknown[]): unknown => applied(given as Variables, values, { rngs: keys as Rngs });
  const inputs = [variables, rngs, ...args];
  const isShown = (name: Pass): boolean => columns.some((column) => column.pass === name);
  return {
    columns,
    passes: {
      ...(isShown('forward') && { forward: forwardCosts(pass, inputs, sizes) }),
      ...(isShown('gradient') && { gradient: gradientCosts(pass, inputs, sizes) }),
    },
  };
}
