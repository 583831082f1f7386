import { add, broadcastTo, cholesky, eigh, eye, fftn, ifftn, lu, matmul, matrixTranspose, mul, ones, qr, random, slice, sort, sum, svd, svdvals, type Tensor } from '@flaxon/tensor';
import { describe } from 'vitest';
import { beyond } from './limits.js';

const normal = (seed: number, ...shape: number[]): Tensor => random.normal(random.key(seed), shape, { dtype: 'float64' });
const symmetric = (seed: number, ...shape: number[]): Tensor => { const x = normal(seed, ...shape); return add(x, matrixTranspose(x)); };
const definite = (seed: number, ...shape: number[]): Tensor => { const x = normal(seed, ...shape); return add(matmul(x, matrixTranspose(x)), eye(shape.at(-1)!, shape.at(-1)!, 0, 'float64')); };
/** a diag(d) b^T, in batches. */
const weighted = (a: Tensor, d: Tensor, b: Tensor): Tensor => matmul(mul(a, d.reshape([...d.staticShape().slice(0, -1), 1, d.staticShape().at(-1)!])), matrixTranspose(b));
const unit = (count: number, ...batch: number[]): Tensor => broadcastTo(eye(count, count, 0, 'float64'), [...batch, count, count]);
const gram = (x: Tensor): Tensor => matmul(matrixTranspose(x), x);

describe('matrices of any size, in batches of any size (jax2onnx: small and static ones)', () => {
  beyond([
    {
      limit: 'eigh of up to 2 x 2',
      f: (x) => eigh(x),
      inputs: [symmetric(1, 3, 6, 6)],
      shapes: [['batch', 6, 6]],
      laws: ([w, v], [x]) => [[weighted(v!, w!, v!), x!], [gram(v!), unit(6, 3)], [sort(w!), w!]],
    },
    {
      limit: 'svd: values alone, of matrices with a side of 2',
      f: (x) => svd(x),
      inputs: [normal(2, 2, 4, 4)],
      shapes: [['batch', 4, 4]],
      laws: ([u, s, vt], [x]) => [[matmul(mul(u!, s!.reshape([2, 1, 4])), vt!), x!], [gram(u!), unit(4, 2)], [gram(matrixTranspose(vt!)), unit(4, 2)]],
    },
    {
      limit: 'svd with all left vectors of a tall matrix',
      f: (x) => svd(x, { fullMatrices: true }),
      inputs: [normal(3, 5, 3)],
      laws: ([u, s, vt], [x]) => [[matmul(mul(slice(u!, [0, 0], [5, 3]), s!), vt!), x!], [gram(u!), unit(5)]],
    },
    { limit: 'singular values of matrices with no side of 2', f: (x) => svdvals(x), inputs: [normal(4, 3, 5)], laws: ([s], [x]) => [[sum(mul(s!, s!)), sum(mul(x!, x!))]] },
    { limit: 'cholesky of up to 3 x 3, of rank 2', f: (x) => cholesky(x), inputs: [definite(5, 2, 3, 5, 5)], shapes: [['a', 3, 5, 5]], laws: ([l], [x]) => [[matmul(l!, matrixTranspose(l!)), x!]] },
    { limit: 'qr of rank 2', f: (x) => qr(x), inputs: [normal(6, 3, 6, 4)], shapes: [['batch', 6, 4]], laws: ([q, r], [x]) => [[matmul(q!, r!), x!], [gram(q!), unit(4, 3)]] },
    {
      limit: 'lu of rank 2',
      f: (x) => lu(x),
      inputs: [normal(7, 2, 5, 5)],
      laws: ([p, l, u], [x]) => [[matmul(matmul(p!, l!), u!), x!], [sum(mul(l!, unit(5, 2)), { axis: -1 }), ones([2, 5])]],
    },
    {
      limit: 'FFT of one dimension',
      f: (x, y) => { const there = fftn({ real: x!, imag: y! }, { axes: [1, 2] }); const back = ifftn(there, { axes: [1, 2] }); return [there.real, back.real, back.imag]; },
      inputs: [normal(8, 2, 6, 5), normal(9, 2, 6, 5)],
      laws: ([re, backRe, backIm], [x, y]) => [[backRe!, x!], [backIm!, y!], [slice(re!, [0, 0, 0], [2, 1, 1]), sum(x!, { axis: [1, 2] })]],
    },
  ]);
});
