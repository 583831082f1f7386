/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The symbol of `await using`. Where a runtime lacks it (browsers of before 2025) the symbol of the same name in the registry stands in its place, which is
 * what esbuild's translation of `using` looks for; no global is changed.
 */
export const asyncDispose: typeof Symbol.asyncDispose = (Symbol as { readonly asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);
