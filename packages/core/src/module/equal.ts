import { equalShapes, Tensor, tree } from '@flaxon/tensor';
import { attributesOf } from './clone.js';
import type { Module } from './module.js';
import { isModule, stateOf } from './state.js';

/** Whether two modules are of one class and have equal attributes. Names and variables do not count. */
export function equalModules(a: Module, b: Module): boolean {
  if (a === b) return true;
  return a.constructor === b.constructor && equalValues(attributesOf(stateOf(a)), attributesOf(stateOf(b)));
}

function equalValues(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (isModule(a) && isModule(b)) return equalModules(a, b);
  if (a instanceof Tensor && b instanceof Tensor) return equalTensors(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => equalValues(value, b[i]));
  if (a instanceof Map && b instanceof Map) return equalValues(Object.fromEntries(a), Object.fromEntries(b)) && a.size === b.size;
  if (isModule(a) || isModule(b) || !tree.isRecord(a) || !tree.isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalValues(a[key], b[key]));
}

function equalTensors(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || !equalShapes(a.shape, b.shape) || a.isTraced || b.isTraced) return false;
  const [x, y] = [a.data(), b.data()];
  return x.every((value: number | bigint, i: number) => Object.is(value, y[i]));
}
