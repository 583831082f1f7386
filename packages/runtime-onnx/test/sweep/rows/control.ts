import { add, argmax, bind, checkpoint, cond, type Dtype, dtypeKind, flip, isFloating, less, scan, softmax, switchCase, tanh, tensor, type Tensor, where, whileLoop } from '@flaxon/tensor';
import { allShapes, type Case, close, of, type Row } from '../row.js';

const number = (value: number, dtype: Dtype): Tensor => tensor(dtypeKind(dtype) === 'float' ? value : Math.round(value), { dtype });
/** Something of each dtype that is not the operand. */
const step = (x: Tensor): Tensor => (x.dtype === 'bool' ? bind('not', [x], {})[0]! : isFloating(x.dtype) ? tanh(x) : add(x, number(3, x.dtype)));
const int32 = (value: number): Tensor => tensor(value, { dtype: 'int32' });

const scans: Case[] = allShapes.flatMap((shape): Case[] => [false, true].map((reverse): Case => ({
  operands: [of(shape), of([4, ...shape].slice(0, 6))],
  f: (carry, rows) => {
    const [last, out] = scan((c: { x: Tensor; n: Tensor }, row: Tensor) => [{ x: step(c.x), n: add(c.n, 1) }, [c.x, step(row)] as const] as const, { x: carry!, n: int32(0) }, rows!, { reverse });
    return [last.x, last.n, ...out];
  },
})));

const loops: Case[] = allShapes.map((shape): Case => ({
  operands: [of(shape), { shape: [], dtype: 'int32', draw: () => int32(3) }],
  f: (x, count) => {
    const last = whileLoop(({ i }: { i: Tensor; x: Tensor }) => less(i, count!), ({ i, x: y }) => ({ i: add(i, 1), x: step(y) }), { i: int32(0), x: x! });
    return [last.i, last.x];
  },
}));

const branches: Case[] = allShapes.flatMap((shape) => [-1, 0, 1, 2, 3, 9].map((index): Case => ({
  operands: [{ shape: [], dtype: 'int32', draw: () => int32(index) }, of(shape)],
  f: (at, x) => [switchCase(at!, [(y: Tensor) => y, (y: Tensor) => step(y), (y: Tensor) => step(step(y)), (y: Tensor) => (y.rank > 0 ? flip(y, 0) : y)], x!)],
})));

const nested: Case[] = allShapes.slice(0, 4).map((shape): Case => ({
  operands: [of(shape), of([3], 'bool')],
  f: (x, choices) => [scan((c: Tensor, choice: Tensor) => [cond(choice, (y: Tensor) => step(y), (y: Tensor) => y, c), c] as const, x!, choices!)].flat(),
}));

const composite: Case[] = allShapes.filter(({ length }) => length > 0).map((shape): Case => ({ operands: [of(shape)], f: (x) => (isFloating(x!.dtype) ? [softmax(x!)] : [argmax(x!.dtype === 'bool' ? where(x!, 1, 0) : x!, { axis: 0 })]) }));

export const controlRows = {
  scan: close([...scans, ...nested], { scale: 2 }),
  whileLoop: close(loops, { scale: 2 }),
  switchCase: close([...branches, ...nested], { scale: 2 }),
  checkpoint: close(allShapes.map((shape): Case => ({ operands: [of(shape)], f: (x) => [checkpoint((y: Tensor) => step(step(y)))(x!)] })), { scale: 2 }),
  call: close(composite.filter(({ operands: [operand] }) => !operand!.shape.includes(0)), { scale: 2 }),
} as const satisfies { readonly [name: string]: Row };
