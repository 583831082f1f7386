import { dtypes, type Primitive, type Program, type Variable } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { UnsupportedOpError } from '../../src/errors/unsupported-op-error.js';
import { buildGraph } from '../../src/lower/build-graph.js';
import { generator } from '../agreement.js';
import { neverLowered, unsupported } from './rows.js';
import { casesOf, describePlace, type Place, primitives, sweep } from './run.js';

/** Those at which ONNX Runtime's kernels, or the operators used, change. */
const opsets = [18, 20, 21, 22, 23, 24, 26] as const;
const isLong = process.env.FLAXON_LONG === '1';

const places: readonly Place[] = primitives.flatMap((primitive) => opsets.flatMap((opset) => dtypes.flatMap((dtype) => [false, true].map((isSymbolic): Place => ({ primitive, dtype, opset, isSymbolic })))));
const isUnsupported = ({ primitive, dtype, opset, isSymbolic }: Place): boolean => unsupported[primitive]?.isThis({ dtype, opset, isSymbolic }) === true;

const random = generator(31);

/** A place of each primitive, another opset, dtype and kind of size for each; `FLAXON_LONG=1` (`npm run test:long`) takes all. */
function chosenOf(primitive: Place['primitive']): readonly Place[] {
  const own = places.filter((place) => place.primitive === primitive && !isUnsupported(place));
  if (isLong) return own;
  const first = Math.floor(random() * own.length);
  // A step that meets every place, since their number is no multiple of it.
  const found = own.map((_, i) => own[(first + 97 * i) % own.length]!).find((place) => casesOf(place).length > 0);
  return found ? [found] : [];
}

describe('every primitive runs on ONNX Runtime as on the eager executor', () => {
  it('has a dtype in which it is checked', () => {
    for (const primitive of primitives) expect({ primitive, count: dtypes.filter((dtype) => casesOf({ primitive, dtype, opset: 23, isSymbolic: false }).length > 0).length }).not.toEqual({ primitive, count: 0 });
  });

  for (const primitive of primitives) {
    it(`${primitive}, in ranks 0 to 6, without elements, with sizes as numbers and symbols`, { timeout: isLong ? 3_600_000 : 60_000 }, async () => {
      const own = chosenOf(primitive);
      expect(own.length).toBeGreaterThan(0);
      for (const place of own) expect(await sweep(place)).toEqual([]);
    });
  }
});

describe('what no graph can have is an UnsupportedOpError', () => {
  const listed = places.filter((place) => isUnsupported(place) && (isLong || place.opset === 23));
  it.each(listed.map((place) => [describePlace(place), place] as const))('%s', { timeout: 60_000 }, async (_name, place) => {
    const faults = await sweep(place);
    expect(faults).not.toEqual([]);
    for (const fault of faults) expect(fault).toContain(`UnsupportedOpError: \`${place.primitive}\``);
  });

  const variable = (): Variable => ({ kind: 'variable', shape: [2], dtype: 'float32' });
  const parameters: { readonly [P in keyof typeof neverLowered]: object } = {
    collective: { axisName: 'i', reduction: 'sum' },
    allGather: { axisName: 'i', axis: 0, length: 2 },
    axisIndex: { axisName: 'i' },
    linearCall: { residuals: 0, outputs: [{ shape: [2], dtype: 'float32' }] },
  };
  it.each(Object.keys(neverLowered) as (keyof typeof neverLowered & Primitive)[])('%s', (primitive) => {
    const [input, output] = [variable(), variable()];
    const equation = { primitive, inputs: primitive === 'axisIndex' ? [] : [input], params: parameters[primitive], outputs: [output], scope: 'outer' } as Program['equations'][number];
    const program: Program = { inputs: [input], equations: [equation], outputs: [output] };
    const build = (): unknown => buildGraph(program, { name: 'g', opset: 23, device: 'cpu', inputNames: ['x'], outputNames: ['y'] });
    expect(build).toThrow(UnsupportedOpError);
    expect(build).toThrow(expect.objectContaining({ op: primitive, modulePath: 'outer' }));
  });
});
