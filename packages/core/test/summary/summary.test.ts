import { initializers, mul, ones, random, spec, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Module, UnknownOptionError } from '../../src/index.js';
import { Dense } from '../layers.js';

const key = random.key(0);
const x = ones([2, 3]);

class Block extends Module.define({}) {
  call(input: Tensor): Tensor {
    const layer = new Dense({ features: 3 });
    return layer.call(layer.call(input));
  }
}
class Net extends Module.define({}) {
  static compact = ['tail'];
  call(input: Tensor): Tensor {
    const w = this.param('w', initializers.ones, [3]);
    this.variable('state', 'n', () => zeros([]));
    return this.tail(mul(new Block().call(input), w), { train: true });
  }
  tail(input: Tensor, _options: { train: boolean }): Tensor {
    this.sow('intermediates', 'h', input);
    return new Dense({ features: 2, useBias: false }).call(input);
  }
}
const net = new Net();

describe('tabulate', () => {
  const summary = net.tabulate(key, [x]);

  it('has a row for each module, in the order of their first calls', () => {
    expect(summary.rows.map(({ path, module, inputs, outputs }) => [path, module, inputs, outputs])).toEqual([
      ['', 'Net', 'float32[2,3]', 'float32[2,2]'],
      ['Block_0', 'Block', 'float32[2,3]', 'float32[2,3]'],
      ['Block_0/Dense_0', 'Dense', 'float32[2,3]', 'float32[2,3]'],
      ['Dense_0', 'Dense', 'float32[2,3]', 'float32[2,2]'],
    ]);
    expect([summary.title, summary.columns]).toEqual(['Net Summary', ['path', 'module', 'inputs', 'outputs', 'params', 'state']]);
  });
  it('shows and counts the variables that belong to the module itself', () => {
    expect(summary.rows[0]!.collections).toEqual({ params: 'w: float32[3]\n\n3 (12 B)', state: 'n: float32[]\n\n1 (4 B)' });
    expect(summary.rows[1]!.collections).toEqual({ params: '', state: '' });
    expect(summary.rows[2]!.collections['params']).toBe('bias: float32[3]\nkernel: float32[3,3]\n\n12 (48 B)');
    expect(summary.rows[2]!.counts).toEqual({ params: { size: 12, bytes: 48 }, state: { size: 0, bytes: 0 } });
  });
  it('sums them up', () => {
    expect(summary.totals).toEqual({ params: { size: 21, bytes: 84, text: '21 (84 B)' }, state: { size: 1, bytes: 4, text: '1 (4 B)' } });
    expect(summary.caption).toBe('Total Parameters: 22 (88 B)');
  });
  it('up to a depth counts what is further in with the last module shown', () => {
    const shallow = net.tabulate(key, [x], { depth: 1 });
    expect(shallow.rows.map(({ path, collections }) => [path, collections['params']])).toEqual([
      ['', 'w: float32[3]\n\n3 (12 B)'],
      ['Block_0', '12 (48 B)'],
      ['Dense_0', 'kernel: float32[3,2]\n\n6 (24 B)'],
    ]);
    expect(shallow.caption).toBe(summary.caption);
    expect(net.tabulate(key, [x], { depth: 0 }).rows).toHaveLength(1);
  });
  it('with `showRepeated` has a row for each call, counted once', () => {
    const repeated = net.tabulate(key, [x], { showRepeated: true });
    expect(repeated.rows.map(({ path, module }) => `${path}:${module}`)).toEqual([
      ':Net', 'Block_0:Block', 'Block_0/Dense_0:Dense', 'Block_0/Dense_0:Dense', ':Net (tail)', 'Dense_0:Dense',
    ]);
    expect(repeated.rows[4]!.inputs).toBe('- float32[2,3]\n- train: True');
    expect(repeated.totals).toEqual(summary.totals);
  });
  it('runs any method, on shapes, and computes nothing', () => {
    const wide = net.tabulate(key, [spec('float32', ['batch', 1_000_000]), { train: false }], { method: 'tail' });
    expect(wide.rows.map(({ path, inputs }) => `${path}:${inputs}`)).toEqual([':- float32[batch,1000000]\n- train: False', 'Dense_0:float32[batch,1000000]']);
    expect(wide.caption).toBe('Total Parameters: 2,000,000 (8.0 MB)');
  });
  it('shows what is sown where `mutable` lets it be', () => {
    const sown = net.tabulate(key, [x], { mutable: true });
    expect(sown.rows[0]!.collections['intermediates']).toBe('h:\n- float32[2,3]\n\n6 (24 B)');
  });
  it('has no options but those it has', () => {
    expect(() => net.tabulate(key, [x], { dept: 1 } as never)).toThrow(/Did you mean "depth"/);
    expect(() => net.tabulate(key, [x], { rngs: key } as never)).toThrow(UnknownOptionError);
  });
});

describe('the text of a summary', () => {
  class Small extends Module.define({}) {
    call(input: Tensor): Tensor {
      return new Dense({ features: 2 }, { name: 'a|b' }).call(input);
    }
  }
  const summary = new Small().tabulate(key, [x]);

  it('is a table for a terminal', () => {
    const [title, ...rest] = String(summary).split('\n');
    const caption = rest.pop();
    expect(rest).toEqual([
      '┌──────┬────────┬──────────────┬──────────────┬──────────────────────┐',
      '│ path │ module │ inputs       │ outputs      │ params               │',
      '├──────┼────────┼──────────────┼──────────────┼──────────────────────┤',
      '│      │ Small  │ float32[2,3] │ float32[2,2] │                      │',
      '├──────┼────────┼──────────────┼──────────────┼──────────────────────┤',
      '│ a|b  │ Dense  │ float32[2,3] │ float32[2,2] │ bias: float32[2]     │',
      '│      │        │              │              │ kernel: float32[3,2] │',
      '│      │        │              │              │                      │',
      '│      │        │              │              │ 8 (32 B)             │',
      '├──────┼────────┼──────────────┼──────────────┼──────────────────────┤',
      '│      │        │              │ Total        │ 8 (32 B)             │',
      '└──────┴────────┴──────────────┴──────────────┴──────────────────────┘',
    ]);
    expect([title, caption]).toEqual([`${' '.repeat(28)}Small Summary`, `${' '.repeat(22)}Total Parameters: 8 (32 B)`]);
  });
  it('or Markdown', () => {
    expect(summary.toMarkdown().split('\n')).toEqual([
      '### Small Summary',
      '',
      '| path | module | inputs | outputs | params |',
      '|---|---|---|---|---|',
      '|  | Small | float32[2,3] | float32[2,2] |  |',
      '| a\\|b | Dense | float32[2,3] | float32[2,2] | bias: float32[2]<br>kernel: float32[3,2]<br><br>8 (32 B) |',
      '|  |  |  | Total | 8 (32 B) |',
      '',
      'Total Parameters: 8 (32 B)',
    ]);
  });
});
