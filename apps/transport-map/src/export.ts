import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Collection, Variables } from '@flaxon/core';
import { exportOnnx } from '@flaxon/runtime-onnx';
import type { Device, OnnxModel } from '@flaxon/runtime-onnx';
import { spec, tensor } from '@flaxon/tensor';
import type { Tensor, Tree } from '@flaxon/tensor';
import * as ort from 'onnxruntime-node';

import type { NeuralDual } from './dual.js';
import type { Points } from './image.js';

/** The input and the output of the exported graph. */
const inputName = 'colours';
const outputName = 'mapped';

/** Writes the map as an ONNX file: `colours` (batch, 3) to `mapped` (batch, 3), with f's parameters inside under their names. */
export async function exportMap(dual: NeuralDual, parameters: Collection, path: string, device: Device): Promise<OnnxModel> {
  const { variables, config } = dual.model.bind({ params: parameters }).exportable();
  const apply = (given: Tree<Tensor>, colours: Tensor): Tree<Tensor> => ({ [outputName]: dual.map((given as Variables)['params']!, colours) });
  const model = exportOnnx({ exportable: () => ({ variables, config, apply }) }, [spec('float32', ['batch', 3])], {
    name: 'transport-map',
    device,
    argumentNames: [inputName],
  });
  await mkdir(dirname(path), { recursive: true });
  await model.save(path);
  return model;
}

/** An exported map in a session of its own. */
export interface LoadedMap {
  /** Maps (n, 3) points, any n, in one run. */
  run(points: Points): Promise<Points>;
  release(): Promise<void>;
}

/** Loads an exported map with plain ONNX Runtime, as a program without Flaxon would. */
export async function loadMap(path: string, device: Device): Promise<LoadedMap> {
  const session = await ort.InferenceSession.create(path, { executionProviders: [device], logSeverityLevel: 3 });
  return {
    run: async (points) => {
      const results = await session.run({ [inputName]: new ort.Tensor('float32', points, [points.length / 3, 3]) });
      return results[outputName]!.data as Points;
    },
    release: () => session.release(),
  };
}

/** A graph whose results are not those of the program that it was made from. */
export class MapCheckError extends Error {
  override readonly name = 'MapCheckError';
  readonly deviation: number;
  readonly tolerance: number;

  constructor(deviation: number, tolerance: number) {
    super(`The exported map and the eager executor differ by up to ${deviation}; at most ${tolerance} is expected of float32 on colours in [-2, 2]. Please report this with the file.`);
    this.deviation = deviation;
    this.tolerance = tolerance;
  }
}

export interface MapCheck {
  /** How many points were compared. */
  readonly points: number;
  /** The largest difference of a coordinate. */
  readonly deviation: number;
}

/** Far above float32's rounding in a map of this depth, far below what can be seen: a step of an 8-bit channel is 0.016. */
const tolerance = 1e-3;
const checkedPoints = 8192;

/**
 * Compares what the graph made of `points` with the eager executor's results, on 8,192 of them from all over the list.
 *
 * @throws MapCheckError where they differ by more than rounding.
 */
export function checkMap(dual: NeuralDual, parameters: Collection, points: Points, mapped: Points): MapCheck {
  const rows = evenlySpaced(points.length / 3, checkedPoints);
  const expected = dual.map(parameters, tensor(takeRows(points, rows), { shape: [rows.length, 3] })).data() as Points;
  const found = takeRows(mapped, rows);
  // `Math.max` keeps a NaN, and the comparison below is false for it.
  const deviation = found.reduce((largest, value, at) => Math.max(largest, Math.abs(value - expected[at]!)), 0);
  if (!(deviation <= tolerance)) throw new MapCheckError(deviation, tolerance);
  return { points: rows.length, deviation };
}

function evenlySpaced(count: number, most: number): readonly number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, at) => Math.floor((at * count) / taken));
}

function takeRows(points: Points, rows: readonly number[]): Points {
  const taken = new Float32Array(rows.length * 3);
  rows.forEach((row, at) => taken.set(points.subarray(row * 3, row * 3 + 3), at * 3));
  return taken;
}
