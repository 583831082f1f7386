/** What calls of methods cost, from the program of a whole model: nothing is run. */
import { addCosts, noCost, programCost, simplify, vjp, type Cost, type ProgramCost, type Tensor } from '@flaxon/tensor';
import { replaceTensors, tensorsIn, traceOn } from '../abstract.js';
import { Recorder, running, withPushed, type CallRecord } from '../module/running.js';

/** The costs of one program, in total and by call. */
export interface CallCosts {
  readonly total: ProgramCost;
  /** Of the `occurrence`-th call of a method on a path, submodules included; nothing where there was no such call. */
  of(path: readonly string[], method: string, occurrence: number): Cost;
}

/** Calls methods of modules on trees of tensors and other things. */
type Run = (...args: unknown[]) => unknown;

export interface Sizes {
  readonly [symbol: string]: number;
}

/** The cost of `run` on `args`, in which `spec(...)` may stand for tensors. */
export const forwardCosts = (run: Run, args: readonly unknown[], sizes: Sizes): CallCosts => costsOf((given) => run(...given), args, sizes);

/** The cost of `run` together with pulling its results back to all tensors in `args`. */
export const gradientCosts = (run: Run, args: readonly unknown[], sizes: Sizes): CallCosts =>
  costsOf(
    (given) => {
      const flat = (...tensors: Tensor[]): Tensor[] => {
        let next = 0;
        return tensorsIn(run(...(replaceTensors(given, () => tensors[next++]) as unknown[])));
      };
      const [results, pullBack] = vjp(flat, ...tensorsIn(given));
      return pullBack(results);
    },
    args,
    sizes,
  );

function costsOf(run: (args: unknown[]) => unknown, args: readonly unknown[], sizes: Sizes): CallCosts {
  const recorder = new Recorder();
  const { program } = withPushed(running.recorders, recorder, () => traceOn(args, run));
  const total = programCost(simplify(program), { sizes });
  const byCall = attribute(total.scopes, recorder.records);
  const occurrences = new Map<string, Cost[]>();
  for (const record of recorder.records) {
    const key = keyOf(record.path, record.method);
    occurrences.set(key, [...(occurrences.get(key) ?? []), byCall.get(record)!]);
  }
  return { total, of: (path, method, occurrence) => occurrences.get(keyOf(path, method))?.[occurrence] ?? noCost };
}

const keyOf = (path: readonly string[], method: string): string => [...path, method].join('\0');

/** The cost of each call: what it and the calls inside it made. */
function attribute(scopes: ReadonlyMap<string, Cost>, records: readonly CallRecord[]): Map<CallRecord, Cost> {
  const costs = new Map(records.map((record) => [record, noCost]));
  const callOf = new Map(records.map((record) => [record.nameScope, record]));
  for (const [scope, cost] of scopes) {
    for (let at = callOf.get(scope) ?? nearestCall(scope, records); at !== undefined; at = at.caller) costs.set(at, addCosts(costs.get(at)!, cost));
  }
  return costs;
}

/** Equations made outside calls, as in `setup`, or in name scopes of the author's: the first call of the module that they lie in. */
function nearestCall(scope: string, records: readonly CallRecord[]): CallRecord | undefined {
  const pathOf = (name: string): string => name.replaceAll(/#\d+/g, '');
  const path = pathOf(scope);
  const around = records.filter((record) => isWithin(path, pathOf(record.nameScope)));
  return around.reduce<CallRecord | undefined>((best, record) => (best === undefined || record.path.length > best.path.length ? record : best), undefined);
}

const isWithin = (path: string, outer: string): boolean => outer === '' || path === outer || path.startsWith(`${outer}/`);
