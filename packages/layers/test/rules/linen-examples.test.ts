/** The examples of the documentation of flax.linen.Module, with the numbers of Flax 0.12.8. */
import { apply, init, initWithOutput, interceptMethods, Module, tensorAt, type Variables } from '@flaxon/core';
import { add, grad, mean, mul, ones, random, relu, square, sub, tensor, tree, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { BatchNorm, Dense, Sequential } from '../../src/index.js';
import { elementsAt, expectClose, key, specsOf } from '../helpers.js';

class AutoEncoder extends Module.define({}) {
  encoder!: Dense;
  decoder!: Dense;
  setup(): void {
    this.encoder = new Dense({ features: 3 });
    this.decoder = new Dense({ features: 5 });
  }
  encode(x: Tensor): Tensor {
    return this.encoder.call(x);
  }
  decode(z: Tensor): Tensor {
    return this.decoder.call(z);
  }
  call(x: Tensor): Tensor {
    return this.decode(this.encode(x));
  }
}
const encoded = [0.2533003091812134, 0.984416663646698, -1.599959135055542];
const decoded = [1.1928035020828247, -0.31873297691345215, 1.43721342086792, -0.8071205019950867, 1.5874650478363037];

describe('init', () => {
  /** A layer, and a variable drawn from the stream `noise`. */
  class Net extends Module.define({}) {
    call(x: Tensor): Tensor {
      const y = new Dense({ features: 2 }).call(x);
      return add(y, this.variable<Tensor>('cache', 'sample', () => random.normal(this.makeRng('noise'), [2])).value);
    }
  }
  const x = ones([1, 2]);
  const kernel = [-1.1679985523223877, 0.5335484147071838, -0.9742164611816406, -0.6024712324142456];
  const made = (rngs: Parameters<Net['init']>[0]): Variables => new Net().init(rngs, [x]);

  it('with one key makes the parameters, and what else is drawn, of that key', () => {
    expect(elementsAt(made(key), 'params/Dense_0/kernel')).toEqual(kernel);
    expect(elementsAt(made(key), 'cache/sample')).toEqual([0.07614249736070633, -1.6157459020614624]);
  });

  it('with several streams draws from each what names it', () => {
    const variables = made({ params: key, noise: random.key(1) });
    expect([elementsAt(variables, 'params/Dense_0/kernel'), elementsAt(variables, 'cache/sample')]).toEqual([kernel, [1.6249592304229736, 0.30813068151474]]);
  });

  it('draws what names a stream that was not given from `params`: equal parameters, different other variables', () => {
    const [all, alone] = [made({ params: key, noise: random.key(1) }), made({ params: key })];
    expect(elementsAt(alone, 'params/Dense_0/kernel')).toEqual(elementsAt(all, 'params/Dense_0/kernel'));
    expect(elementsAt(alone, 'cache/sample')).toEqual([0.07614249736070633, -1.6157459020614624]);
    expect(elementsAt(all, 'cache/sample')).not.toEqual(elementsAt(alone, 'cache/sample'));
  });
});

describe('apply', () => {
  const model = new AutoEncoder();
  const x = ones([1, 4]);
  const variables = model.init(key, [x]);

  it('runs a method by its name', () => {
    expectClose(model.apply(variables, [x], { method: 'encode' }), encoded, 1e-6);
  });

  it('runs a method of a module', () => {
    expectClose(model.apply(variables, [x], { method: model.encode }), encoded, 1e-6);
  });

  it('runs a function of the module', () => {
    const f = (ae: AutoEncoder, input: Tensor): Tensor => mul(ae.decode(ae.encode(input)), 2);
    expectClose(model.apply(variables, [x], { method: f }), decoded.map((value) => 2 * value), 1e-6);
  });
});

describe('bind and unbind', () => {
  const x = ones([1, 4]);
  const model = new AutoEncoder();
  const variables = model.init(key, [x]);

  it('of an autoencoder give its parts, each to be called alone', () => {
    const bound = model.bind(variables);
    const z = bound.encoder.call(x);
    expectClose(z, encoded, 1e-6);
    expectClose(bound.decoder.call(z), decoded, 1e-6);
  });

  it('give its encoder as a module of its own, with its own variables', () => {
    const [encoder, own] = model.bind(variables).encoder.unbind();
    expect([encoder instanceof Dense, encoder.scope, specsOf(own)]).toEqual([true, undefined, { 'params/bias': 'float32[3]', 'params/kernel': 'float32[4,3]' }]);
    expectClose(encoder.apply(own, [x]), encoded, 1e-6);
  });

  it('a bound BatchNorm keeps its statistics, call after call', () => {
    class Norm extends Module.define({}) {
      norm!: BatchNorm;
      setup(): void {
        this.norm = new BatchNorm({ momentum: 0.9, useRunningAverage: false });
      }
      call(input: Tensor): Tensor {
        return this.norm.call(input);
      }
    }
    const batch = tensor([[1, 2], [3, 6]], { dtype: 'float32' });
    const start = new Norm().init(key, [batch]);
    const bound = new Norm().bind(start, { mutable: ['batch_stats'] });
    bound.call(batch);
    bound.call(batch);
    expectClose(tensorAt(bound.variables, 'batch_stats/norm/mean'), [0.38, 0.76], 1e-6);
    expectClose(tensorAt(bound.variables, 'batch_stats/norm/var'), [1, 1.5699999], 1e-6);
    // What was passed in is as it was.
    expect(elementsAt(start, 'batch_stats/norm/mean')).toEqual([0, 0]);
  });
});

describe('sow', () => {
  class Net extends Module.define({}) {
    call(x: Tensor): Tensor {
      const h = new Dense({ features: 4 }).call(x);
      this.sow('intermediates', 'h', h);
      return new Dense({ features: 2 }).call(h);
    }
  }
  it('keeps a list by default', () => {
    const x = ones([16, 9]);
    const variables = new Net().init(key, [x]);
    const [, { intermediates }] = new Net().apply(variables, [x], { mutable: ['intermediates'] });
    expect((intermediates!['h'] as readonly Tensor[]).map(({ shape }) => shape)).toEqual([[16, 4]]);
  });

  it('combines values with `init` and `reduce`', () => {
    class Sum extends Module.define({}) {
      call(x: Tensor): Tensor {
        const options = { init: () => zeros([1, 1]), reduce: (kept: Tensor, value: Tensor) => add(kept, value) };
        this.sow('intermediates', 'h', x, options);
        this.sow('intermediates', 'h', mul(x, 2), options);
        return x;
      }
    }
    const [, updates] = new Sum().apply({}, [ones([1, 1])], { mutable: ['intermediates'] });
    expect(elementsAt(updates, 'intermediates/h')).toEqual([3]);
  });
});

describe('perturb', () => {
  class Net extends Module.define({}) {
    call(x: Tensor): Tensor {
      const h = this.perturb('dense3', new Dense({ features: 3 }).call(x));
      return new Dense({ features: 2 }).call(h);
    }
  }
  const [x, targets] = [ones([2, 9]), ones([2, 2])];
  const variables = new Net().init(key, [x]);
  const loss = (given: Variables): Tensor => mean(square(sub(new Net().apply(given, [x]), targets)));

  it('gives the gradient of an intermediate value', () => {
    const row = [-0.04684732, 0.06573904, -0.3194327];
    expectClose(tensorAt(grad(loss)(variables), 'perturbations/dense3'), [...row, ...row], 1e-6);
  });

  it('does nothing where its collection is not passed', () => {
    expect(Number(loss({ params: variables['params']! }).item())).toBe(Number(loss(variables).item()));
  });
});

describe('captureIntermediates', () => {
  it('with a filter keeps the outputs of the modules chosen', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const hidden = relu(new Dense({ features: 4 }).call(x));
        return new Dense({ features: 2 }).call(new Sequential({ layers: [relu] }).call(hidden) as Tensor);
      }
    }
    const x = ones([1, 3]);
    const isDense = (module: Module): boolean => module instanceof Dense;
    const [, updates] = new Net().apply(new Net().init(key, [x]), [x], { captureIntermediates: isDense });
    expect(specsOf(updates)).toEqual({ 'intermediates/Dense_0/__call__/0': 'float32[1,4]', 'intermediates/Dense_1/__call__/0': 'float32[1,2]' });
  });
});

describe('tabulate', () => {
  class Net extends Module.define({}) {
    call(x: Tensor): Tensor {
      const h = new Dense({ features: 4 }).call(x);
      return new Dense({ features: 2 }).call(h);
    }
  }
  const summary = new Net().tabulate(key, [ones([16, 9])], { computeFlops: true });

  it('of two layers has their shapes and counts, and the total', () => {
    const rows = summary.rows.map(({ path, module, inputs, outputs, counts }) => [path, module, inputs, outputs, counts['params']?.size ?? 0]);
    expect(rows).toEqual([
      ['', 'Net', 'float32[16,9]', 'float32[16,2]', 0],
      ['Dense_0', 'Dense', 'float32[16,9]', 'float32[16,4]', 40],
      ['Dense_1', 'Dense', 'float32[16,4]', 'float32[16,2]', 10],
    ]);
    expect(String(summary)).toContain('Total Parameters: 50 (200 B)');
  });

  it('counts the operations as XLA does', () => {
    expect(summary.rows.map(({ costs }) => costs?.forward?.flops)).toEqual([1504, 1216, 288]);
  });
});

describe('the free functions', () => {
  const x = ones([1, 4]);
  const reconstruct = (model: AutoEncoder, input: Tensor): Tensor => model.decode(model.encode(input));
  const model = new AutoEncoder();

  it('`init` and `initWithOutput` of a function that calls two methods make the variables of both', () => {
    const variables = init(reconstruct, model)(key, [x]);
    const [y, same] = initWithOutput(reconstruct, model)(key, [x]);
    expect(Object.keys(variables['params']!).sort()).toEqual(['decoder', 'encoder']);
    expect(tree.map((leaf: Tensor) => leaf.toArray(), same['params']!)).toEqual(tree.map((leaf: Tensor) => leaf.toArray(), variables['params']!));
    expectClose(y, decoded, 1e-6);
  });

  it('`apply` runs it', () => {
    expectClose(apply(reconstruct, model)(model.init(key, [x]), [x]), decoded, 1e-6);
  });
});

describe('interceptMethods', () => {
  it('runs around every layer, those of setup too', () => {
    const x = ones([1, 4]);
    const variables = new AutoEncoder().init(key, [x]);
    const seen: string[] = [];
    interceptMethods(
      (next, args, { module, method }) => {
        if (module instanceof Dense && method === 'call') seen.push(module.path.join('/'));
        return next(...args);
      },
      () => new AutoEncoder().apply(variables, [x]),
    );
    expect(seen).toEqual(['encoder', 'decoder']);
  });
});

describe('Sequential inside a module', () => {
  it('of which one layer alone is called makes the variables of that layer', () => {
    class Net extends Module.define({}) {
      layers!: Sequential;
      setup(): void {
        this.layers = new Sequential({ layers: [new Dense({ features: 4 }), new Dense({ features: 2 })] });
      }
      call(x: Tensor): Tensor {
        return (this.layers.layers[0] as Dense).call(x);
      }
    }
    expect(Object.keys(specsOf(new Net().init(key, [ones([1, 3])])))).toEqual(['params/layers/layers_0/bias', 'params/layers/layers_0/kernel']);
  });
});
