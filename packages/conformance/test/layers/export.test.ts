/** Every layer, and every function that the package has of its own, as a graph: its operators, for any size of the batch, in float64. */
import { describe, expect, it } from 'vitest';
import { expectGraphAgrees, exported, operatorsOf } from './agreement.js';
import { functionNames, layerNames } from './classes.js';
import { functionRows, layerRows } from './rows.js';

it('every layer that the package exports has a row', () => {
  expect(Object.keys(layerRows).sort()).toEqual(layerNames);
});

it('every function that the package exports has a row, but for activations', () => {
  expect(Object.keys(functionRows).sort()).toEqual(functionNames);
});

describe.each(Object.entries({ ...layerRows, ...functionRows }))('%s', (_, row) => {
  it('has the operators that a person would write', () => {
    expect(operatorsOf(exported(row, 2, 'float32').model)).toBe(row.operators);
  });

  it('is one graph for every size of the batch', async () => {
    await expectGraphAgrees(row, { batch: 'batch', sizes: [2, 5], dtype: 'float32' });
  });

  it('runs in float64', async () => {
    await expectGraphAgrees(row, { batch: 2, sizes: [2], dtype: 'float64' });
  });
});
