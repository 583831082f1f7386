import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';

const str = (data: fx.NestedArray, options?: fx.TensorOptions): string => String(fx.tensor(data, options));

describe('creation', () => {
  it('gives whole numbers int32, fractions float32, booleans bool', () => {
    expect(fx.tensor([1, 2]).dtype).toBe('int32');
    expect(fx.tensor([1, 2.5]).dtype).toBe('float32');
    expect(fx.tensor([true]).dtype).toBe('bool');
  });
  it('keeps the dtype of a typed array and takes it over without a copy', () => {
    const data = new Float64Array([1, 2]);
    expect(fx.tensor(data).dtype).toBe('float64');
    expect(fx.tensor(data).data()).toBe(data);
  });
  it('holds every dtype', () => {
    for (const dtype of fx.dtypes) expect(Number(fx.sum(fx.ones([2], dtype)).item())).toBe(2);
  });
  it('refuses irregular nesting and a shape that does not hold the elements', () => {
    expect(() => fx.tensor([[1, 2], [3]])).toThrow(fx.ShapeError);
    expect(() => fx.tensor([1, 2, 3], { shape: [2, 2] })).toThrow(/cannot hold 3 elements/);
  });
  it('refuses an unknown dtype by name', () => {
    expect(() => fx.zeros([2], 'float23' as fx.Dtype)).toThrow(/must be a dtype such as 'float32', found "float23"/);
  });
  it('counts and spaces as NumPy does', () => {
    expect(fx.arange(5).toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(fx.arange(1, 2, 0.25).toArray()).toEqual([1, 1.25, 1.5, 1.75]);
    expect(fx.linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(fx.eye(2, 3, 1).toArray()).toEqual([[0, 1, 0], [0, 0, 1]]);
  });
});

describe("printing is NumPy's", () => {
  it('of scalars', () => {
    expect(str(1.5)).toBe('1.5');
    expect(str(3)).toBe('3');
    expect(str(true)).toBe('True');
  });
  it('of vectors and matrices, aligned', () => {
    expect(str([1, 20, 300])).toBe('[  1  20 300]');
    expect(str([[1.5, 2], [-3.25, 0]])).toBe('[[ 1.50  2.00]\n [-3.25  0.00]]'.replaceAll('1.50', '1.5 ').replaceAll('2.00', '2.  ').replaceAll('0.00', '0.  '));
    expect(str([1, 2.5, NaN], { dtype: 'float64' })).toBe('[1.  2.5 nan]');
    expect(str([true, false])).toBe('[ True False]');
  });
  it('of large arrays, shortened', () => {
    expect(String(fx.arange(2000))).toBe('[   0    1    2 ... 1997 1998 1999]');
  });
  it('of empty ones', () => expect(String(fx.zeros([0]))).toBe('[]'));
});

describe('a traced tensor used as a value', () => {
  const inside = (use: (x: fx.Tensor) => unknown): (() => unknown) => () => fx.trace((x) => (use(x!), [x!]), [fx.spec('float32', [2])]);

  it('names the operation and the fix', () => {
    expect(inside((x) => x.item())).toThrow(fx.ConcretizationError);
    expect(inside((x) => x.item())).toThrow(/item\(\) needs the value of a traced tensor \(float32\[2\]\).*where\(condition, a, b\)/);
  });
  it('fails for data, nested arrays, iteration and arithmetic of JavaScript alike', () => {
    expect(inside((x) => x.data())).toThrow(fx.ConcretizationError);
    expect(inside((x) => x.toArray())).toThrow(fx.ConcretizationError);
    expect(inside((x) => [...x])).toThrow(/iterating over a tensor/);
    expect(inside((x) => Number(x) + 1)).toThrow(/using a tensor as a number/);
  });
  it('has a printable shape', () => {
    expect(inside((x) => expect(String(x)).toBe('Traced<float32[2]>'))).not.toThrow();
  });
});

describe('promotion', () => {
  const t = (dtype: fx.Dtype): fx.Tensor => fx.ones([1], dtype);
  it('of a JavaScript number yields to the tensor', () => {
    expect(fx.add(t('float16'), 1.5).dtype).toBe('float16');
    expect(fx.add(t('int8'), 2).dtype).toBe('int8');
    expect(fx.add(t('int8'), 2.5).dtype).toBe('float32');
    expect(fx.add(t('bool'), 2).dtype).toBe('int32');
    expect(fx.add(1, 2).dtype).toBe('int32');
  });
  it("between tensors follows JAX's lattice", () => {
    expect(fx.add(t('uint8'), t('int8')).dtype).toBe('int16');
    expect(fx.add(t('uint32'), t('int32')).dtype).toBe('int64');
    expect(fx.add(t('float16'), t('bfloat16')).dtype).toBe('float32');
    expect(fx.add(t('int64'), t('float16')).dtype).toBe('float16');
    expect(fx.add(t('float32'), t('float64')).dtype).toBe('float64');
  });
  it('of true division and functions of integers gives float32', () => {
    expect(fx.div(t('int32'), t('int32')).dtype).toBe('float32');
    expect(fx.exp(t('int64')).dtype).toBe('float32');
    expect(fx.mean(t('int32')).dtype).toBe('float32');
  });
  it('of sums of small integers gives 32 bits', () => {
    expect(fx.sum(t('int8')).dtype).toBe('int32');
    expect(fx.sum(t('bool')).dtype).toBe('int32');
    expect(fx.sum(t('uint16')).dtype).toBe('uint32');
  });
});

describe('errors of operations name the operation, the shapes and the fix', () => {
  it.each([
    [() => fx.add(fx.zeros([2, 3]), fx.zeros([2])), /add: shapes do not broadcast.*\(2, 3\), \(2,\)/],
    [() => fx.matmul(fx.zeros([2, 3]), fx.zeros([4, 5])), /dot: axis 1 of the left operand \(3\) must equal axis 0 of the right one \(4\).*\(2, 3\), \(4, 5\)/],
    [() => fx.reshape(fx.zeros([6]), [4, -1]), /reshape: cannot become \(4, -1\).*4 does not divide/],
    [() => fx.sum(fx.zeros([2]), { axis: 1 }), /sum: `axis` must be a whole number from -1 to 0/],
    [() => fx.concatenate([fx.zeros([2, 3]), fx.zeros([3, 3])], 1), /concatenate: shapes must be equal but for axis 1/],
    [() => fx.leftShift(fx.zeros([1]), fx.zeros([1])), /shiftLeft: needs an integer dtype.*astype/],
    [() => fx.squeeze(fx.zeros([2]), 0), /squeeze: `axis` names axis 0, which has size 2/],
    [() => fx.exp('x' as never), /exp: `operand` must be a tensor or a number, found string/],
  ])('case %#', (run, message) => expect(run).toThrow(message));
});
