/**
 * Every differentiable function of @flaxon/tensor by its public name, and its gradient, on ONNX Runtime: whatever composites and primitives it is made of. The
 * table is that of the derivatives, whose own test says when a function has no row.
 */
import { astype, grad, isFloating, sum, type Tensor } from '../../packages/tensor/src/index.js';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../packages/tensor/test/sweep/row.js';
import { rows } from '../../packages/tensor/test/sweep/rows.js';
import { exportOnnx } from '../../packages/runtime-onnx/src/index.js';
import { differences, generator } from '../../packages/runtime-onnx/test/agreement.js';

interface Place {
  readonly name: string;
  readonly row: Row;
  readonly dtype: keyof typeof tolerances;
  readonly isGradient: boolean;
  readonly opset: number;
}

const isLong = process.env.FLAXON_LONG === '1';
const opsets = [18, 20, 21, 22, 23, 24, 26] as const;
/** What the rounding of a chain of operations may come to. */
const tolerances = { float64: 1e-9, float32: 2e-4, float16: 2e-2 } as const;

const list = (entry: Row | readonly Row[]): readonly Row[] => (Array.isArray(entry) ? entry : [entry as Row]);

const places: readonly Place[] = Object.entries(rows).flatMap(([name, entry]) =>
  list(entry).flatMap((row) => (Object.keys(tolerances) as (keyof typeof tolerances)[]).flatMap((dtype) => [false, true].flatMap((isGradient) => opsets.map((opset): Place => ({ name, row, dtype, isGradient, opset }))))),
);

/** A few places of the table, spread over it, and other ones for other tables; `FLAXON_LONG=1` (`npm run test:long`) takes about one opset of each. */
function chosen(): readonly Place[] {
  const random = generator(57);
  if (isLong) return places.filter((_, i) => i % opsets.length === Math.floor(random() * opsets.length));
  return Array.from({ length: 48 }, (_, i) => places[Math.floor(((i + random()) / 48) * places.length)]!);
}

const describePlace = ({ name, dtype, isGradient, opset }: Place): string => `${isGradient ? 'gradient of ' : ''}${name} ${dtype} opset ${opset}`;

function functionOf({ row, isGradient }: Place): (...args: Tensor[]) => Tensor {
  if (!isGradient) return row.f;
  return (first, ...rest) => grad((x: Tensor) => sum(row.f(x, ...rest)))(first!);
}

/** What is wrong, in words. */
async function faultOf(place: Place): Promise<string | undefined> {
  const args = place.row.args.map((x) => (x.dtype === 'float64' ? astype(x, place.dtype) : x));
  const f = functionOf(place);
  const expected = f(...args);
  const model = exportOnnx(f, args, { opset: place.opset });
  await using session = await model.createSession();
  const found = (await session.run(Object.fromEntries(model.inputs.map(({ name }, i) => [name, args[i]!]))))[model.outputs[0]!.name]!;
  if (found.dtype !== expected.dtype || found.shape.join() !== expected.shape.join()) return `is ${found.dtype}[${found.shape.join()}], eager ${expected.dtype}[${expected.shape.join()}]`;
  // By the dtype of the arguments: constants of a wider one make the result wider, not more exact.
  return differences(found, expected, isFloating(expected.dtype) ? tolerances[place.dtype] : 0);
}

describe('every public function runs on ONNX Runtime as on the eager executor', () => {
  it.each(chosen().map((place) => [describePlace(place), place] as const))('%s', { timeout: 60_000 }, async (_name, place) => {
    expect(await faultOf(place)).toBe(undefined);
  });
});
