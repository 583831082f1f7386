/** The Threefry-2x32 cipher (Salmon et al., 2011), as a local function of the model. */
import { add, elementwise, scalar, shift } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { broadcastShapes } from '@flaxon/tensor';
import type { Lowering, LoweringTable } from './context.js';

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];
const parity = 0x1bd11bda;

const xor = (b: GraphBuilder, x: Value, y: Value): Value => elementwise(b, 'BitwiseXor', [x, y]);

function rotateLeft(b: GraphBuilder, x: Value, count: number): Value {
  const left = shift(b, 'LEFT', x, scalar(b, 'uint32', count));
  return elementwise(b, 'BitwiseOr', [left, shift(b, 'RIGHT', x, scalar(b, 'uint32', 32 - count))]);
}

function threefry(b: GraphBuilder, [key0, key1, counter0, counter1]: readonly Value[]): readonly Value[] {
  const keys = [key0!, key1!, xor(b, xor(b, key0!, key1!), scalar(b, 'uint32', parity))];
  let x0 = add(b, counter0!, keys[0]!);
  let x1 = add(b, counter1!, keys[1]!);
  for (let group = 0; group < 5; group++) {
    for (const count of rotations[group % 2]!) {
      x0 = add(b, x0, x1);
      x1 = xor(b, rotateLeft(b, x1, count), x0);
    }
    x0 = add(b, x0, keys[(group + 1) % 3]!);
    x1 = add(b, x1, add(b, keys[(group + 2) % 3]!, scalar(b, 'uint32', group + 1)));
  }
  return [x0, x1];
}

const threefry2x32: Lowering<'threefry2x32'> = ({ builder: b }, { outputs }, inputs) => {
  const values = inputs.map(({ value }) => value);
  const shape = broadcastShapes(values.map((value) => value.shape))!;
  const made = b.callFunction('Threefry2x32', values, outputs.map(({ dtype }) => ({ dtype, shape })), threefry);
  return made.map((value, i) => ({ value, shape: outputs[i]!.shape }));
};

export const randomLowerings: LoweringTable<'threefry2x32'> = { threefry2x32 };
