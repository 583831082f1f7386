/** What tables of kernels hold, and how ONNX Runtime looks for a kernel. */
import type { Dtype } from '@flaxon/tensor';

/**
 * One registration of kernels of an operator: for the versions of the operator (not of the opset) from the first to the last number, or for that
 * first version and no later one, and for these dtypes; undefined is all of them.
 */
export interface KernelRow {
  readonly versions: readonly [number] | readonly [number, number];
  readonly dtypes: readonly Dtype[] | undefined;
}

export type KernelTable = Readonly<Record<string, readonly KernelRow[]>>;

/** `kernel_registry.cc`, VerifyVersion: a registration without an end fits the version that it was written for alone. */
export const fitsVersion = ({ versions: [from, to] }: KernelRow, version: number): boolean => (to === undefined ? version === from : from <= version && version <= to);
