import type { ModuleCase } from '../cases.js';
import { type CaseFunction, runOnce } from '../executors/executor.js';
import { makeFilter } from '../registry/filters.js';
import { callFunction } from '../registry/functions.js';
import { isKey, makeKey, makeKeys } from '../registry/keys.js';
import { asModule, type ModuleInstance } from '../registry/module-api.js';
import { gradientsOf } from '../registry/transforms.js';
import { ModuleBuilder } from '../script/builder.js';
import { asArray, asObject, decodeTree, mapEntries, tensorsOf, type Value, type ValueObject } from '../values.js';
import type { CaseContext } from './context.js';
import { floatingInPlace, floatingOf, replaceFloating } from './floating.js';

/** What a call is given in place of what the case says. */
interface ApplyOverrides {
  readonly variables?: ValueObject;
  readonly args?: readonly Value[];
}

/** The calls of `init` and `apply` that a case describes, each run as one function on the executor. */
export class CaseModel {
  readonly #case: ModuleCase;
  readonly #context: CaseContext;

  constructor(the: ModuleCase, context: CaseContext) {
    this.#case = the;
    this.#context = context;
  }

  /** What `init` returns. */
  init(): Promise<Value> {
    const { rngs, args, kwargs, method, initMutable } = this.#case;
    const options = {
      ...(method !== undefined && { method }),
      ...(initMutable !== undefined && { mutable: makeFilter(initMutable) }),
    };
    const inputs = this.#withKwargs(this.#decodeAll(args), kwargs);
    const init: CaseFunction = (keys, given) => this.#build().init(keys, this.#callArguments(given), options);
    return this.#run(init, makeKeys(rngs, this.#context), inputs);
  }

  /** The variables that `apply` gets. */
  get variables(): ValueObject {
    const { applyVariables, variables = {} } = this.#case;
    return asObject(decodeTree(applyVariables ?? variables, this.#context.arrays), 'variables');
  }

  /** What `apply` returns. */
  apply({ variables = this.variables, args = this.#applyArgs() }: ApplyOverrides = {}): Promise<Value> {
    const apply: CaseFunction = (given, inputs, keys) => this.#apply(asObject(given, 'variables'), inputs, keys);
    return this.#run(apply, variables, this.#withKwargs(args, this.#applyKwargs()), this.#applyKeys());
  }

  /**
   * Gradients of the sum over the output's leaves of sum(sin(leaf)), as far as asked for: `params`, a tree like the parameters,
   * and `args`, one for each argument with null in the place of what is not floating. The other collections are held fixed.
   */
  gradients(wanted: readonly string[]): Promise<Value> {
    const derive: CaseFunction = (variables, inputs, keys) => {
      const { params = {}, ...others } = asObject(variables, 'variables');
      const args = asArray(inputs, 'arguments').slice(0, this.#case.args.length);
      const kwargs = asArray(inputs, 'arguments').slice(this.#case.args.length);
      const loss: CaseFunction = (parameters, floats) => {
        const replaced = replaceFloating(args, tensorsOf(floats));
        const result = this.#apply({ ...others, params: parameters }, [...asArray(replaced, 'arguments'), ...kwargs], keys);
        return this.#sineSum(this.#case.updates === undefined ? result : asArray(result, 'the result of apply')[0]);
      };
      const [byParams, byFloats] = gradientsOf(loss, [params, floatingOf(args)]);
      const all: ValueObject = { params: byParams, args: floatingInPlace(args, tensorsOf(byFloats)) };
      return Object.fromEntries(wanted.map((name) => [name, all[name]]));
    };
    return this.#run(derive, this.variables, this.#withKwargs(this.#applyArgs(), this.#applyKwargs()), this.#applyKeys());
  }

  /** The sum of exp(machinePow * log psi). */
  totalProbability(logPsi: Value, machinePow: number): Promise<Value> {
    const call = (name: string, ...args: Value[]): Value => callFunction(this.#context.library, name, args);
    return this.#run((x) => call('sum', call('exp', call('mul', x, machinePow))), logPsi);
  }

  #run(f: CaseFunction, ...args: readonly Value[]): Promise<Value> {
    return runOnce(this.#context.executor, f, args);
  }

  /** The module, made anew for every call: constructing it is part of what is run. */
  #build(): ModuleInstance {
    return asModule(new ModuleBuilder(this.#context).construct(this.#case.module));
  }

  #apply(variables: ValueObject, inputs: Value, keys: Value): Value {
    const { applyMethod, method, mutable, captureIntermediates } = this.#case;
    const called = applyMethod ?? method;
    return this.#build().apply(variables, this.#callArguments(inputs), {
      ...(keys !== null && { rngs: keys }),
      ...(called !== undefined && { method: called }),
      ...(mutable !== undefined && { mutable: makeFilter(mutable) }),
      ...(captureIntermediates !== undefined && { captureIntermediates }),
    });
  }

  #decodeAll(args: readonly unknown[]): readonly Value[] {
    return args.map((arg) => decodeTree(arg, this.#context.arrays));
  }

  #applyArgs(): readonly Value[] {
    return this.#decodeAll(this.#case.applyArgs ?? this.#case.args);
  }

  #applyKwargs(): ModuleCase['kwargs'] {
    return this.#case.applyKwargs ?? this.#case.kwargs;
  }

  #applyKeys(): Value {
    const { applyRngs } = this.#case;
    return applyRngs === undefined ? null : makeKeys(applyRngs, this.#context);
  }

  /** Keyword arguments are an object after the others; a key may stand among them. */
  #withKwargs(args: readonly Value[], kwargs: ModuleCase['kwargs']): readonly Value[] {
    if (kwargs === undefined) return args;
    const { arrays } = this.#context;
    return [...args, mapEntries(kwargs, (value) => (isKey(value) ? makeKey(value, this.#context) : decodeTree(value, arrays)))];
  }

  /**
   * The arguments of the method. Where the case has another potential (`potentialValue`), the last one is that potential's
   * value as a function.
   */
  #callArguments(inputs: Value): readonly unknown[] {
    const args = asArray(inputs, 'arguments');
    const { other } = this.#case;
    if (other === undefined) return args;
    const variables = asObject(decodeTree(other.variables, this.#context.arrays), 'variables');
    const model = asModule(new ModuleBuilder(this.#context).construct(other.module));
    return [...args, (x: Value) => model.apply(variables, [x])];
  }

  #sineSum(output: Value): Value {
    const call = (name: string, ...args: Value[]): Value => callFunction(this.#context.library, name, args);
    return tensorsOf(output)
      .map((leaf) => call('sum', call('sin', leaf)))
      .reduce((total, term) => call('add', total, term));
  }
}
