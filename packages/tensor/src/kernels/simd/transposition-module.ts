/** The transposition of a matrix of 32-bit elements, in squares of four by four that stay in registers. */
import { FunctionBuilder, i32, type Local, v128 } from './assembler.js';

const side = 4;
const vectorBytes = 16;

/**
 * A function of (source, bytes of a line of it, target, bytes of a line of it, squares along a line of the source, squares down) that writes the lines of the source
 * as columns of the target. Addresses and counts from 1 on; lines of the target have whole squares.
 */
export function makeTransposition(): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [source, sourceLine, target, targetLine, across, down] = [0, 1, 2, 3, 4, 5].map((index) => f.parameter(index)) as [Local, Local, Local, Local, Local, Local];
  const moveOn = (local: Local, by: Local | number): void => f.emit(local.set(i32.add(local.get, typeof by === 'number' ? i32.const(by) : by.get)));
  f.repeat(() => {
    const [from, to, left] = [f.variable('i32', source.get), f.variable('i32', target.get), f.variable('i32', across.get)];
    f.repeat(() => {
      const line = f.variable('i32', from.get);
      const [a, b, c, d] = Array.from({ length: side }, () => {
        const vector = f.vector(v128.load(line.get));
        moveOn(line, sourceLine);
        return vector;
      }) as [readonly number[], readonly number[], readonly number[], readonly number[]];
      const [low, high] = [v128.interleaveLower, v128.interleaveUpper].map((interleave) => [f.vector(interleave(a, b)), f.vector(interleave(c, d))] as const) as [
        readonly [readonly number[], readonly number[]],
        readonly [readonly number[], readonly number[]],
      ];
      for (const column of [v128.lower(...low), v128.upper(...low), v128.lower(...high), v128.upper(...high)]) {
        f.emit(v128.store(to.get, column));
        moveOn(to, targetLine);
      }
      moveOn(from, vectorBytes);
      moveOn(left, -1);
      return left.get;
    });
    for (let line = 0; line < side; line++) moveOn(source, sourceLine);
    moveOn(target, vectorBytes);
    moveOn(down, -1);
    return down.get;
  });
  return f;
}
