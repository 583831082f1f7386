/**
 * The innermost loops of a convolution with channels last. What the taps of a kernel's row see at a place lies in one run of the operand, and moves on
 * by a place's channels from place to place: the operand itself is the left matrix of products, no patches are made of it.
 */
import { FunctionBuilder, i32, v128 } from './assembler.js';
import { addProducts, elementTypes, type MatmulElement, tileBytes, tileOf, tileRows } from './matmul-module.js';

const vectorBytes = 16;
/** Bytes of an entry of the table of runs. */
export const entryBytes = 4;

/**
 * A function of (operand, table of runs, kernel's strip, result, runs, steps of a run, tiles of a row, rows, bytes from row to row of the operand, bytes from place to place
 * of the result): adds the products of all runs to the result, row by row, four places at a time. The table gives where each run begins, from the
 * place's first byte. All are addresses or counts from 1 on. `placeBytes`: from place to place in the operand.
 */
export function makeConvolution(element: MatmulElement, placeBytes: number): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [operand, table, kernel, result, runs, steps, tiles, rows, rowBytes, resultBytes] = f.parameters.map((_, i) => f.parameter(i));
  const { bytes } = elementTypes[element];
  f.repeat(() => {
    const at = f.variable('i32', operand!.get);
    const tilesLeft = f.variable('i32', tiles!.get);
    f.repeat(() => {
      const next = f.variable('i32', result!.get);
      const lines = Array.from({ length: tileRows }, () => {
        const line = f.variable('i32', next.get);
        f.emit(next.set(i32.add(next.get, resultBytes!.get)));
        return line.get;
      });
      const sums = tileOf((row, vector) => f.variable('v128', v128.load(lines[row]!, vector * vectorBytes)));
      const [entry, to, runsLeft] = [f.variable('i32', table!.get), f.variable('i32', kernel!.get), f.variable('i32', runs!.get)];
      f.repeat(() => {
        const from = f.variable('i32', i32.add(at.get, i32.load(entry.get)));
        addProducts(f, elementTypes[element], sums, { from, step: bytes, row: placeBytes }, { from: to, step: tileBytes }, steps!.get);
        f.emit(entry.set(i32.add(entry.get, i32.const(entryBytes))));
        f.emit(runsLeft.set(i32.sub(runsLeft.get, i32.const(1))));
        return runsLeft.get;
      });
      sums.forEach((row, i) => row.forEach((sum, j) => f.emit(v128.store(lines[i]!, sum.get, j * vectorBytes))));
      f.emit(result!.set(next.get));
      f.emit(at.set(i32.add(at.get, i32.const(tileRows * placeBytes))));
      f.emit(tilesLeft.set(i32.sub(tilesLeft.get, i32.const(1))));
      return tilesLeft.get;
    });
    f.emit(operand!.set(i32.add(operand!.get, rowBytes!.get)));
    f.emit(rows!.set(i32.sub(rows!.get, i32.const(1))));
    return rows!.get;
  });
  return f;
}
