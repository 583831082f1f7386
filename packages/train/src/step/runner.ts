/** Where a step runs: on ONNX Runtime as one graph, or by the eager kernels. */
import { compile, type CompileOptions } from '@flaxon/runtime-onnx';
import { evaluateProgram, formatSpec, simplify, trace, tree, type Program, type Tensor, type Tree, type TreeStructure } from '@flaxon/tensor';

/** A function that runs somewhere. */
export interface Runnable<Args extends readonly Tree<Tensor>[], Result> {
  (...args: Args): Promise<Result>;
  /** How many signatures were compiled and are kept. */
  compiledCount(): number;
  /** Frees what it holds. It can be called again, and then begins anew. */
  release(): Promise<void>;
}

export type Executor = 'onnx' | 'eager';

/** Makes functions of trees of tensors run on an executor. */
export type Runner = <Args extends readonly Tree<Tensor>[], Result extends Tree<Tensor>>(f: (...args: Args) => Result, options?: Pick<CompileOptions, 'symbolic' | 'argumentNames'>) => Runnable<Args, Result>;

export function runnerOf(executor: Executor, compileOptions: CompileOptions): Runner {
  return executor === 'eager' ? eagerly : (f, options) => onOnnx(f, { ...compileOptions, ...options });
}

function onOnnx<Args extends readonly Tree<Tensor>[], Result>(f: (...args: Args) => Result, options: CompileOptions): Runnable<Args, Result> {
  const compiled = compile(f, options);
  return Object.assign((...args: Args) => compiled(...args), { compiledCount: () => compiled.sessionCount(), release: () => compiled.release() });
}

/** A function as a program for arguments of one signature. */
interface Traced {
  readonly program: Program;
  readonly result: TreeStructure;
}

/** How many signatures are kept. Shapes of batches are few. */
const mostSignatures = 32;

/** Traces `f` once for each signature, and runs the program by the eager kernels. */
function eagerly<Args extends readonly Tree<Tensor>[], Result extends Tree<Tensor>>(f: (...args: Args) => Result): Runnable<Args, Result> {
  const known = new Map<string, Traced>();
  const traced = (leaves: readonly Tensor[], structure: TreeStructure): Traced => {
    const key = `${tree.structureKey(structure)}|${leaves.map(formatSpec).join(';')}`;
    const found = known.get(key);
    if (found) return found;
    const made = traceTree((args) => f(...(args as Args)), leaves, structure);
    if (known.size >= mostSignatures) known.clear();
    known.set(key, made);
    return made;
  };
  const run = async (...args: Args): Promise<Result> => {
    const { leaves, structure } = tree.flatten<Tensor>(args);
    const { program, result } = traced(leaves, structure);
    return tree.unflatten<Tensor>(result, evaluateProgram(program, leaves)) as Result;
  };
  return Object.assign(run, { compiledCount: () => known.size, release: async () => known.clear() });
}

function traceTree(f: (args: Tree<Tensor>) => Tree<Tensor>, leaves: readonly Tensor[], structure: TreeStructure): Traced {
  let result: TreeStructure | undefined;
  const { program } = trace((...inputs) => {
    const flat = tree.flatten<Tensor>(f(tree.unflatten<Tensor>(structure, inputs)));
    result = flat.structure;
    return flat.leaves;
  }, leaves);
  return { program: simplify(program), result: result! };
}
