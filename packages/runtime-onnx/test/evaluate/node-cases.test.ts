import { describe, expect, it } from 'vitest';
import * as oracle from 'onnx-buf';
import { evaluatedOperators } from '../../src/evaluate/evaluate.js';
import { dtypeOfDataType } from '../../src/format/data-type.js';
import { decodeModel } from '../../src/format/reader.js';
import { decodeTensor } from '../../src/format/tensors.js';
import type { OnnxTensor } from '../../src/format/types.js';
import { encodeModel } from '../../src/format/writer.js';
import { loadOnnx } from '../../src/read/load.js';
import { formatModel } from '../../src/read/print.js';
import { fromBinary } from '../format/oracle.js';
import { casesOf, type NodeCase, type Outcome, packedCases, runCase, tensorMessage } from './node-cases.js';

const committed = packedCases(new URL('node-cases.json', import.meta.url));

/**
 * The elements of a message by another reading of onnx.proto: one element after the other from a `DataView`, or from the field of its
 * type, as numbers or bigints; floats of 16 bits as their bits.
 */
function elementsOf({ rawData, dims = [], dataType, floatData, doubleData, int32Data, int64Data, uint64Data }: OnnxTensor): (number | bigint)[] {
  const count = dims.reduce<number>((product, dim) => product * Number(dim), 1);
  if (rawData === undefined) {
    const found: readonly (number | bigint)[] = [floatData, doubleData, int32Data, int64Data, uint64Data].find((list) => list !== undefined && list.length > 0) ?? [];
    return found.map((element) => (dataType === 7 || dataType === 13 ? BigInt(element) : Number(element)));
  }
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const readers: Readonly<Record<number, (at: number) => number | bigint>> = {
    1: (i) => view.getFloat32(4 * i, true), 2: (i) => view.getUint8(i), 3: (i) => view.getInt8(i), 4: (i) => view.getUint16(2 * i, true), 5: (i) => view.getInt16(2 * i, true), 6: (i) => view.getInt32(4 * i, true),
    7: (i) => view.getBigInt64(8 * i, true), 9: (i) => view.getUint8(i), 10: (i) => view.getUint16(2 * i, true), 11: (i) => view.getFloat64(8 * i, true), 12: (i) => view.getUint32(4 * i, true),
    13: (i) => view.getBigUint64(8 * i, true), 16: (i) => view.getUint16(2 * i, true),
  };
  return Array.from({ length: count }, (_, i) => readers[dataType!]!(i));
}

/** Every tensor of a case: those of its files that hold one, and the initialisers. */
function tensorsOf({ model, dataSets }: NodeCase): OnnxTensor[] {
  const files = dataSets.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  // Files of sequences and optional values hold other messages: their types say so.
  const { graph } = decodeModel(model);
  const isTensors = [...(graph!.input ?? []), ...(graph!.output ?? [])].every(({ type }) => type?.tensorType !== undefined);
  return [...(isTensors ? files.map(tensorMessage) : []), ...(graph!.initializer ?? [])].filter(({ dataType }) => dtypeOfDataType(dataType) !== undefined);
}

/** @throws an assertion error unless reading and writing keeps the messages, as another codec sees them, and tensors have the elements that they should. */
function expectRead(one: NodeCase): number {
  const written = encodeModel(decodeModel(one.model));
  const [before, after] = [one.model, written].map((bytes) => fromBinary(oracle.ModelProtoSchema, bytes));
  // Training graphs are the one part of a model that the reader passes over.
  expect({ ...after, trainingInfo: [], name: one.name }).toEqual({ ...before, trainingInfo: [], name: one.name });
  expect(formatModel(loadOnnx(one.model))).toContain('graph');
  const tensors = tensorsOf(one);
  for (const message of tensors) expect({ name: one.name, elements: Array.from<number | bigint>(decodeTensor(message).data) }).toEqual({ name: one.name, elements: elementsOf(message) });
  return tensors.length;
}

function countsOf(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

describe('node cases of the ONNX standard', () => {
  it.each(committed.map((one) => [one.name, one] as const))('%s gives the expected outputs', (_, one) => {
    expect(runCase(one)).toEqual({ kind: 'agrees' });
  });

  it('are read as another codec reads them, and written back', () => {
    expect(committed.reduce((sum, one) => sum + expectRead(one), 0)).toBeGreaterThan(500);
  });

  it('are there for every operator of the evaluator, but two of which the standard has large ones alone', () => {
    const covered = new Set(committed.flatMap(({ model }) => decodeModel(model).graph!.node!.map(({ opType }) => opType)));
    expect(evaluatedOperators.filter((name) => !covered.has(name))).toEqual(['Erf', 'Mish']);
  });
});

const folder = process.env.FLAXON_ONNX_NODE_CASES;

if (folder !== undefined) {
  describe('the node cases in FLAXON_ONNX_NODE_CASES', () => {
    it('are read, and give the expected outputs where the evaluator knows their operators', () => {
      const outcomes: { readonly name: string; readonly outcome: Outcome }[] = [];
      let tensors = 0;
      for (const one of casesOf(folder)) {
        tensors += expectRead(one);
        outcomes.push({ name: one.name, outcome: runCase(one) });
      }
      const unknown = new Set(outcomes.flatMap(({ outcome }) => (outcome.kind === 'unknown operator' ? [outcome.detail] : [])));
      console.log(`${folder}: ${outcomes.length} cases and ${tensors} tensors read and written back;`, countsOf(outcomes.map(({ outcome }) => outcome)), `operators without a rule: ${[...unknown].sort().join(', ')}`);
      expect(outcomes.filter(({ outcome }) => outcome.kind === 'differs')).toEqual([]);
      expect(outcomes.length).toBeGreaterThan(0);
    }, 300_000);
  });
}
