/** Control flow: graphs of attributes, run in the scope of their node. */
import { concatenate, expandDims, flip, scalar, sliceAxis, squeeze, stack, type Tensor, zeros } from '@flaxon/tensor';
import { dtypeOfDataType } from '../../format/data-type.js';
import type { OnnxGraph } from '../../format/types.js';
import type { NodeCall, OperatorRule } from '../node-call.js';

const conditional = (call: NodeCall): Tensor[] => call.runGraph(call.graph(call.input(0).item() === true ? 'then_branch' : 'else_branch'), []);

/** What an output without any rows is: its dtype and the dimensions of a row are those of the body's output. */
function noRows(call: NodeCall, body: OnnxGraph, output: number): Tensor {
  const { elemType, shape } = body.output?.[output]?.type?.tensorType ?? {};
  const dtype = dtypeOfDataType(elemType);
  const dims = (shape?.dim ?? []).map(({ dimValue }) => Number(dimValue ?? 0));
  if (!dtype) throw call.fault(`does not go through its body, and the body does not say the dtype of its output ${output}`);
  return zeros([0, ...dims], dtype);
}

/** (trip count, condition, carried...) to (carried..., rows of each step...). */
function loop(call: NodeCall): Tensor[] {
  const body = call.graph('body');
  const most = call.inputs[0] ? Number(call.input(0).item()) : Infinity;
  let goesOn = call.inputs[1] ? call.input(1).item() === true : true;
  let carried = call.inputs.slice(2).map((_, i) => call.input(i + 2));
  const count = carried.length;
  const rows: Tensor[][] = Array.from({ length: (body.output ?? []).length - 1 - count }, () => []);
  for (let step = 0; goesOn && step < most; step++) {
    const [condition, ...results] = call.runGraph(body, [scalar(BigInt(step), 'int64'), scalar(goesOn, 'bool'), ...carried]);
    goesOn = condition!.item() === true;
    carried = results.slice(0, count);
    results.slice(count).forEach((row, i) => rows[i]!.push(row));
  }
  return [...carried, ...rows.map((made, i) => (made.length === 0 ? noRows(call, body, i + 1 + count) : stack(made)))];
}

/** (carried..., scanned...) to (carried..., rows of each step...); each scanned operand and output has its axis and direction. */
function scan(call: NodeCall): Tensor[] {
  const body = call.graph('body');
  const scannedCount = call.int('num_scan_inputs');
  const count = call.inputs.length - scannedCount;
  const outputCount = (body.output ?? []).length - count;
  const zerosOf = (length: number): number[] => Array.from({ length }, () => 0);
  const inputAxes = call.ints('scan_input_axes', zerosOf(scannedCount));
  const outputAxes = call.ints('scan_output_axes', zerosOf(outputCount));
  const inputDirections = call.ints('scan_input_directions', zerosOf(scannedCount));
  const outputDirections = call.ints('scan_output_directions', zerosOf(outputCount));
  const scanned = call.all().slice(count).map((x, i) => {
    const axis = call.axisOf(inputAxes[i]!, x.rank);
    return { axis, x: inputDirections[i] === 0 ? x : flip(x, axis) };
  });
  const [first] = scanned;
  if (!first) throw call.fault('expected an operand to scan, found none');
  const length = first.x.staticShape()[first.axis]!;
  if (scanned.some(({ x, axis }) => x.shape[axis] !== length)) throw call.fault(`expected scanned operands of one length, found ${scanned.map(({ x, axis }) => x.shape[axis]).join(', ')}`);
  let carried = call.all().slice(0, count);
  const rows: Tensor[][] = Array.from({ length: outputCount }, () => []);
  for (let step = 0; step < length; step++) {
    const slices = scanned.map(({ x, axis }) => squeeze(sliceAxis(x, axis, step, step + 1), axis));
    const results = call.runGraph(body, [...carried, ...slices]);
    carried = results.slice(0, count);
    results.slice(count).forEach((row, i) => rows[i]!.push(row));
  }
  const outputs = rows.map((made, i) => {
    if (made.length === 0) return noRows(call, body, i + count);
    const axis = call.axisOf(outputAxes[i]!, made[0]!.rank + 1);
    return concatenate((outputDirections[i] === 0 ? made : made.toReversed()).map((row) => expandDims(row, axis)), axis);
  });
  return [...carried, ...outputs];
}

export const controlOperators = { If: conditional, Loop: loop, Scan: scan } as const satisfies Readonly<Record<string, OperatorRule>>;
