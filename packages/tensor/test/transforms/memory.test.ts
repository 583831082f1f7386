import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { evaluate } from '../../src/program/evaluate.js';
import { interpret } from '../../src/program/interpret.js';
import { liveBytes, probe } from './live-bytes.js';

const size = 131072;
const arrayBytes = 4 * size;
const depth = 12;
/** A look takes two collections, so not every layer has one. */
const looks = 4;
const layers = Array.from({ length: depth }, (_, i) => i).filter((i) => i % looks === looks - 1);
/** Arrays that are at work at a moment, whatever the depth. */
const inUse = 4;

/** Live arrays of the size of a layer beyond those at the start, when a layer computes its value or its cotangent. */
function profile(wrap: (layer: (x: Tensor, w: Tensor) => Tensor) => (x: Tensor, w: Tensor) => Tensor): { forward: number[]; backward: number[]; after: number } {
  const found = { forward: [] as number[], backward: [] as number[], after: 0 };
  const layer = wrap((x, w) => fx.tanh(fx.mul(x, w)));
  const weights = Array.from({ length: depth }, (_, i) => fx.full([size], 0.9 + i / 100));
  const x = fx.full([size], 0.5);
  const start = liveBytes();
  const arrays = (bytes: number): number => Math.round((bytes - start) / arrayBytes);
  const look = probe((pass, bytes) => found[pass].push(arrays(bytes)));
  const gradients = fx.grad((ws: readonly Tensor[]) => fx.sum(ws.reduce((h, w, i) => layer(layers.includes(i) ? look(h) : h, w), x)))(weights);
  found.after = arrays(liveBytes());
  if (gradients.length !== depth) throw new Error('a gradient is missing');
  return found;
}

describe('memory of an eager gradient', () => {
  it('is that of the residuals: dead values go in the forward pass, residuals in the backward pass', () => {
    const { forward, backward, after } = profile((layer) => layer);
    // A layer keeps its argument, for the gradient of its weights, and the derivative of tanh. The first argument is there anyway.
    forward.forEach((found, k) => expect(found).toBeLessThanOrEqual(2 * layers[k]! + inUse));
    // Back at layer i its residuals and those before it are left, with the gradients of the layers from i and the cotangent.
    backward.forEach((found, k) => {
      const i = layers.at(-1 - k)!;
      expect(found).toBeLessThanOrEqual(2 * i + (depth - i) + inUse);
    });
    expect([forward.length, backward.length]).toEqual([layers.length, layers.length]);
    expect(Math.max(...forward, ...backward)).toBeLessThanOrEqual(2 * depth + inUse);
    expect(after).toBe(depth);
  });
  it('with checkpoint is that of the arguments', () => {
    const { forward, backward } = profile((layer) => fx.checkpoint(layer));
    forward.forEach((found, k) => expect(found).toBeLessThanOrEqual(layers[k]! + inUse));
    expect(Math.max(...forward, ...backward)).toBeLessThanOrEqual(depth + inUse + 2);
  });
});

describe('memory of a program', () => {
  it('is that of the values that are still read', () => {
    const { program } = fx.trace((x) => [Array.from({ length: depth }).reduce<Tensor>((h) => fx.add(fx.tanh(h), 1), x!)], [fx.spec('float32', [size])]);
    const x = fx.full([size], 0.5);
    const start = liveBytes();
    let peak = 0;
    let equations = 0;
    const [result] = interpret(program, [x], (primitive, operands, params) => {
      if (equations++ % looks === looks - 1) peak = Math.max(peak, liveBytes() - start);
      return evaluate(primitive, operands, params, fx.shapeRule(primitive, operands, params));
    });
    expect(result!.size).toBe(size);
    expect(Math.round(peak / arrayBytes)).toBeLessThanOrEqual(2);
  });
});

describe('memory of a pull back that may be used again', () => {
  it('keeps its residuals', () => {
    const [, back] = fx.vjp((x: Tensor) => fx.sin(fx.sin(x)), fx.tensor([0.5]));
    expect(back(fx.tensor([1]))[0]!.toArray()).toEqual(back(fx.tensor([1]))[0]!.toArray());
  });
});
