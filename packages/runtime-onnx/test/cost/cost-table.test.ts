import { acosh, add, asinh, atanh, cosh, mul, pow, sinh, softplus, spec, sum, tan, type Tensor, tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { assumedElements, cheaper, costOf, type Candidate } from '../../src/cost/cost-table.js';
import { cpuCosts } from '../../src/cost/cpu-costs.generated.js';
import { exportOnnx, type ExportOptions } from '../../src/export/export.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

const one: Candidate<'one'> = { name: 'one', operators: ['Softplus'] };
const many: Candidate<'many'> = { name: 'many', operators: ['Abs', 'Sigmoid', 'Relu', 'Log', 'Sub'] };
const work = (elements: number) => ({ dtype: 'float32', elements }) as const;

describe('costs', () => {
  it('are those of the calls and of the elements, summed over the operators', () => {
    const [call, element] = cpuCosts['Exp']!.float32!;
    expect(costOf({ name: 'two', operators: ['Exp', 'Exp'] }, work(1000), 'cpu')).toBeCloseTo(2 * (call + 1000 * element), 6);
  });
  it('of an operator that was not measured are those of plain arithmetic', () => {
    expect(costOf({ name: 'x', operators: ['Unheard'] }, work(10), 'cpu')).toBe(costOf({ name: 'x', operators: ['Add'] }, work(10), 'cpu'));
  });
  it('are not known of devices on which nothing was measured', () => expect(costOf(one, work(10), 'cuda')).toBeUndefined());
  it('of WebAssembly are those of the CPU', () => expect(costOf(one, work(10), 'wasm')).toBe(costOf(one, work(10), 'cpu')));
  it('were measured where the reference says that a fused operator is the dearer one', () => {
    const of = (op: string): number => cpuCosts[op]!.float32![1];
    expect([of('Softplus') > 3 * of('Log'), of('Pow') > 10 * of('Mul'), of('Tan') > of('Sin') + of('Div'), of('Sinh') > 10 * of('Exp')]).toEqual([true, true, true, true]);
  });
});

describe('the cheaper candidate', () => {
  it('on a CPU is one node for few elements and many cheap ones for many', () => {
    expect([16, 100_000].map((elements) => cheaper('cpu', work(elements), [one, many]).name)).toEqual(['one', 'many']);
  });
  it('elsewhere is the one with the fewest nodes', () => {
    for (const device of ['cuda', 'webgpu']) expect(cheaper(device, work(100_000), [many, one]).name).toBe('one');
  });
  it('is the first of two that take the same', () => expect(cheaper('cpu', work(5), [one, { ...one, name: 'many' }]).name).toBe('one'));
  it('takes a symbolic dimension for a batch', () => {
    expect(assumedElements(spec('float32', ['n', 3]).shape)).toBe(192);
    expect(assumedElements([])).toBe(1);
  });
});

describe('lowerings', () => {
  const operators = (f: (x: Tensor) => Tensor, shape: readonly (number | string)[], options: ExportOptions = {}): string[] =>
    exportOnnx(f, [spec('float32', shape)], options).graph.node!.map(({ opType }) => opType!);

  it('of tan and the hyperbolic functions are operators on small arrays, and on devices without measurements', () => {
    expect([operators(tan, [4]), operators(tan, [1000, 64], { device: 'cuda' }), operators(sinh, [4])]).toEqual([['Tan'], ['Tan'], ['Sinh']]);
  });
  it('are decompositions on large arrays, as one node that is inlined', () => {
    expect([operators(tan, [1000, 64]), operators(asinh, [1000, 64])]).toEqual([['Tan_float32'], ['Asinh_float32']]);
  });
  it('of a softplus that is only added up are the operator where arrays are small', () => {
    const f = (x: Tensor): Tensor => add(softplus(x), 1);
    expect(operators(f, [4])).toEqual(['Softplus', 'Add']);
    expect(operators(f, [512, 64])).not.toContain('Softplus');
    expect(operators(f, [512, 64], { device: 'cuda' })).toEqual(['Softplus', 'Add']);
  });
  it('of whole powers are products on large arrays, and one node where that is cheaper', () => {
    const seventh = (x: Tensor): Tensor => pow(x, 7);
    expect(operators((x) => pow(x, 2), [4])).toEqual(['Mul']);
    expect(operators(seventh, [4])).toEqual(['Pow']);
    expect(operators(seventh, [1000, 64])).toEqual(['Mul', 'Mul', 'Mul', 'Mul']);
    expect(operators(seventh, [1000, 64], { device: 'webgpu' })).toEqual(['Pow']);
  });
  it('give the numbers of the eager executor on both sides of the choice', async () => {
    const small = tensor([-3, -0.5, -1e-4, 0, 1e-4, 0.25, 1.5, 9], { dtype: 'float32' });
    const large = mul(arbitrary([1000, 64]), 4);
    for (const f of [tan, sinh, cosh, asinh]) for (const x of [small, large]) await expectAgreement(f, [x], { tolerance: f === tan ? 2e-5 : 2e-6, label: f.name });
    for (const exponent of [-3, 2, 3, 7]) await expectAgreement((x: Tensor) => pow(x, exponent), [tensor([-3, -0.5, 0.25, 1.5], { dtype: 'float32' })]);
    const inside = mul(arbitrary([1000, 64]), 0.2);
    await expectAgreement(atanh, [inside]);
    await expectAgreement((x: Tensor) => acosh(add(mul(x, x), 1)), [large]);
    await expectAgreement((x: Tensor) => sum(softplus(x), { axis: 1 }), [large], { tolerance: 1e-5 });
  });
});
