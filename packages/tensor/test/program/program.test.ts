import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Equation, Program, Tensor } from '../../src/index.js';

const f32 = (...shape: readonly (number | string)[]): fx.Spec => fx.spec('float32', shape);
const primitives = (program: Program): string[] => program.equations.map((equation) => equation.primitive);
const traceOne = (f: (...inputs: Tensor[]) => Tensor, ...specs: fx.Spec[]): Program => fx.trace((...inputs) => [f(...inputs)], specs).program;

describe('tracing', () => {
  it('runs the function once on tensors without data and records its equations', () => {
    let calls = 0;
    const program = traceOne((x) => {
      calls++;
      expect(x.isTraced).toBe(true);
      return fx.add(fx.exp(x), 1);
    }, f32(2));
    expect(calls).toBe(1);
    expect(primitives(program)).toEqual(['exp', 'add']);
  });

  it('computes what depends on concrete tensors alone at once, so it enters as a constant', () => {
    const program = traceOne((x) => fx.mul(x, fx.exp(fx.zeros([2]))), f32(2));
    expect(primitives(program)).toEqual(['mul']);
    expect(program.equations[0]!.inputs[1]).toMatchObject({ kind: 'constant' });
  });

  it('turns tensors of an enclosing trace into extra inputs, one for each tensor', () => {
    fx.trace((outer) => {
      const inner = fx.trace((x) => [fx.add(fx.mul(x, outer!), outer!)], [f32(2)]);
      expect(inner.captures.map((capture) => capture === outer)).toEqual([true]);
      expect(inner.program.inputs.length).toBe(2);
      return [outer!];
    }, [f32(2)]);
  });

  it('moves what depends on the enclosing trace alone out of the inner one', () => {
    const outer = fx.trace((x) => {
      const inner = fx.trace((y) => [fx.mul(y, fx.sin(x!))], [f32(2)]);
      expect(primitives(inner.program)).toEqual(['mul']);
      return [x!];
    }, [f32(2)]);
    expect(primitives(outer.program)).toEqual(['sin']);
  });

  it('carries the path of the running module on every equation', () => {
    const program = traceOne((x) => fx.nameScope('encoder/Dense_0', () => fx.exp(x)), f32(2));
    expect(program.equations[0]!.scope).toBe('encoder/Dense_0');
  });

  it('tells the classes of the scopes that were entered, to whoever asks and to whoever asked around it', () => {
    const outer = fx.withScopeKinds(() => {
      fx.nameScope('Dense_0', () => undefined, 'Dense');
      return fx.withScopeKinds(() => fx.nameScope('Dense_0/named', () => fx.nameScope('act', () => fx.currentScope(), 'Act')));
    });
    expect(outer.result.result).toBe('act');
    expect([...outer.result.kinds]).toEqual([['act', 'Act']]);
    expect([...outer.kinds]).toEqual([['Dense_0', 'Dense'], ['act', 'Act']]);
  });

  it('refuses a tensor that outlived its function', () => {
    let leaked: Tensor | undefined;
    fx.trace((x) => [(leaked = x!)], [f32(2)]);
    expect(() => fx.exp(leaked!)).toThrow(fx.LeakedTensorError);
  });
});

describe('symbolic dimensions', () => {
  it('go through shape rules', () => {
    const program = traceOne((x) => fx.concatenate([fx.reshape(x, [-1, 2, 3]), fx.reshape(x, [-1, 2, 3])], 0), f32('batch', 6));
    expect(fx.formatSpec(program.outputs[0]!)).toBe('float32[2*batch,2,3]');
  });

  it('become values only where they are needed', () => {
    expect(primitives(traceOne((x) => fx.sum(x), f32('batch', 2)))).toEqual(['reduceSum']);
    const mean = traceOne((x) => fx.mean(x), f32('batch', 2)).equations[0] as Extract<Equation, { primitive: 'call' }>;
    expect(primitives(mean.params.body)).toEqual(['reduceSum', 'dimension', 'div']);
  });

  it('do not broadcast against another symbol', () => {
    expect(() => traceOne((x, y) => fx.add(x!, y!), f32('a'), f32('b'))).toThrow(fx.ShapeError);
  });
});

describe('printing', () => {
  it('gives one equation a line, with its module', () => {
    const program = traceOne((x) => fx.nameScope('Dense_0', () => fx.add(fx.matmul(x, fx.ones([2, 3])), 1)), f32('batch', 2));
    expect(fx.printProgram(program)).toBe(
      [
        '{ a:float32[batch,2] .',
        '  b:float32[batch,3] = dot[lhsContract=[1] rhsContract=[0] lhsBatch=[] rhsBatch=[]] a const:float32[2,3]  # Dense_0',
        '  c:float32[batch,3] = add b 1:float32  # Dense_0',
        '  in (c) }',
      ].join('\n'),
    );
  });
});

describe('checking', () => {
  const program = traceOne((x) => fx.exp(fx.neg(x)), f32(2));

  it('accepts what tracing makes', () => expect(() => fx.checkProgram(program)).not.toThrow());

  it('finds an output with a wrong shape', () => {
    const [first, second] = program.equations as [Equation, Equation];
    const wrong = { ...first, outputs: [{ ...first.outputs[0]!, shape: [3] }] } as Equation;
    expect(() => fx.checkProgram({ ...program, equations: [wrong, second] })).toThrow(/equation 0 \(neg\) gives float32\[2\], but its outputs are declared as float32\[3\]/);
  });

  it('finds an output with a wrong dtype', () => {
    const first = program.equations[0]!;
    const wrong = { ...first, outputs: [{ ...first.outputs[0]!, dtype: 'float64' }] } as Equation;
    expect(() => fx.checkProgram({ ...program, equations: [wrong] })).toThrow(/gives float32\[2\], but its outputs are declared as float64\[2\]/);
  });

  it('finds a use before the definition', () => {
    expect(() => fx.checkProgram({ ...program, equations: program.equations.toReversed() })).toThrow(fx.ProgramError);
  });

  it('finds a second definition', () => {
    const first = program.equations[0]!;
    expect(() => fx.checkProgram({ ...program, equations: [first, first] })).toThrow(/a second time/);
  });
});

describe('simplification', () => {
  const simplified = (f: (...inputs: Tensor[]) => Tensor, ...specs: fx.Spec[]): Program => {
    const result = fx.simplify(traceOne(f, ...specs));
    fx.checkProgram(result);
    return result;
  };

  it('drops equations that no output needs', () => {
    expect(primitives(simplified((x) => (fx.sin(x), fx.exp(x)), f32(2)))).toEqual(['exp']);
  });

  it('joins equal equations', () => {
    expect(primitives(simplified((x) => fx.mul(fx.exp(x), fx.exp(x)), f32(2)))).toEqual(['exp', 'mul']);
  });

  it('joins equal composites', () => {
    expect(primitives(simplified((x) => fx.mul(fx.softplus(x), fx.softplus(x)), f32(2)))).toEqual(['call', 'mul']);
  });

  it('keeps apart what differs in its parameters', () => {
    expect(primitives(simplified((x) => fx.add(fx.sum(x, { axis: 0 }), fx.sum(x, { axis: 1 })), f32(2, 2)))).toEqual(['reduceSum', 'reduceSum', 'add']);
  });

  it('cancels what undoes itself', () => {
    expect(primitives(simplified((x) => fx.transpose(fx.transpose(fx.neg(fx.neg(fx.mul(x, 1))))), f32(2, 3)))).toEqual([]);
  });

  it('keeps a product by one that broadcasts', () => {
    expect(primitives(simplified((x) => fx.mul(x, fx.ones([3, 1])), f32(2)))).toEqual(['mul']);
  });

  it('works inside bodies', () => {
    const program = simplified((x) => fx.scan((c: Tensor, t: Tensor) => [fx.add(fx.sin(c), fx.sin(c)), (fx.exp(t), null)] as const, fx.sum(x), x)[0], f32(3));
    const scan = program.equations.find((equation) => equation.primitive === 'scan')!;
    expect(primitives(scan.params.body)).toEqual(['sin', 'add']);
  });
});

describe('the structural hash', () => {
  const f = (x: Tensor): Tensor => fx.mul(fx.exp(x), fx.tensor([1, 2], { dtype: 'float32' }));

  it('is equal for programs that were traced apart', () => {
    expect(fx.programHash(traceOne(f, f32(2)))).toBe(fx.programHash(traceOne(f, f32(2))));
  });

  it('differs with a constant, a shape, a parameter or the wiring', () => {
    const variants = [
      traceOne(f, f32(2)),
      traceOne((x) => fx.mul(fx.exp(x), fx.tensor([1, 3], { dtype: 'float32' })), f32(2)),
      traceOne(f, f32(3, 2)),
      traceOne((x) => fx.mul(x, fx.exp(x)), f32(2)),
      traceOne((x) => fx.mul(fx.exp(x), x), f32(2)),
      traceOne((x) => fx.integerPow(x, 3), f32(2)),
      traceOne((x) => fx.integerPow(x, 4), f32(2)),
    ];
    expect(new Set(variants.map(fx.programHash)).size).toBe(variants.length);
  });
});

describe('running', () => {
  it('gives a program the values of the function', () => {
    const f = (x: Tensor): Tensor => fx.sum(fx.square(fx.sub(x, 1)));
    const x = fx.tensor([0.5, 2.5]);
    expect(fx.runProgram(traceOne(f, f32(2)), [x])[0]!.item()).toBe(f(x).item());
  });
});
