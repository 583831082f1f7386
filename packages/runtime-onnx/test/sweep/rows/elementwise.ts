import { type BinaryPrimitive, bind, type ComparisonPrimitive, type Dtype, dtypes, isFloating, type Tensor, type UnaryPrimitive } from '@flaxon/tensor';
import { hostile, arbitrary } from '../../values.js';
import { allPairs, allShapes, below, type Case, close, exact, inside, of, type Operand, plain, positive, type Row, type RowOptions } from '../row.js';

/** Hostile numbers where the dtype has them. */
const hard = (_shape: readonly number[], dtype: Dtype): Tensor => (isFloating(dtype) ? hostile(dtype) : arbitrary([30], dtype));

const unaryCases = (primitive: UnaryPrimitive, draw?: Operand['draw']): Case[] => allShapes.map((shape) => plain(primitive, {}, [shape], draw));
const unary = (primitive: UnaryPrimitive, draw?: Operand['draw'], options: RowOptions = {}): Row => close(unaryCases(primitive, draw), options);
const exactUnary = (primitive: UnaryPrimitive): Row => exact([...unaryCases(primitive), { ...plain(primitive, {}, [[1]], hard), isStatic: true }]);

const binaryCases = (primitive: BinaryPrimitive | ComparisonPrimitive, draw?: Operand['draw']): Case[] => allPairs.map((shapes) => plain(primitive, {}, shapes, draw));
const binary = (primitive: BinaryPrimitive, draw?: Operand['draw'], options: RowOptions = {}): Row => close(binaryCases(primitive, draw), options);
const exactBinary = (primitive: BinaryPrimitive | ComparisonPrimitive, draw?: Operand['draw']): Row => exact(binaryCases(primitive, draw));

/** A scalar beside an array, and one operand twice. */
const mixed = (primitive: BinaryPrimitive): Case[] => [{ operands: [of([2, 3])], f: (x) => bind(primitive, [x, x], {}) }];

export const elementwiseRows = {
  neg: exactUnary('neg'),
  abs: exactUnary('abs'),
  sign: exactUnary('sign'),
  exp: unary('exp'),
  expm1: unary('expm1'),
  log: unary('log', positive),
  log1p: unary('log1p', positive),
  sqrt: unary('sqrt', positive),
  sin: unary('sin'),
  cos: unary('cos'),
  tan: unary('tan', inside),
  asin: unary('asin', inside),
  acos: unary('acos', inside),
  atan: unary('atan'),
  sinh: unary('sinh'),
  cosh: unary('cosh'),
  tanh: unary('tanh'),
  asinh: unary('asinh'),
  acosh: unary('acosh', positive),
  atanh: unary('atanh', inside),
  sigmoid: unary('sigmoid'),
  erf: unary('erf'),
  erfInv: unary('erfInv', inside, { scale: 4 }),
  lgamma: unary('lgamma', positive, { scale: 4 }),
  digamma: unary('digamma', positive, { scale: 4 }),
  floor: exactUnary('floor'),
  ceil: exactUnary('ceil'),
  round: exactUnary('round'),
  not: exact(unaryCases('not')),
  isNan: exactUnary('isNan'),
  add: exact([...binaryCases('add'), ...mixed('add')]),
  sub: exact([...binaryCases('sub'), ...mixed('sub')]),
  mul: exact([...binaryCases('mul'), ...mixed('mul')]),
  div: exactBinary('div', positive),
  rem: exactBinary('rem', positive),
  pow: binary('pow', positive, { scale: 2 }),
  max: exactBinary('max'),
  min: exactBinary('min'),
  atan2: binary('atan2'),
  and: exactBinary('and'),
  or: exactBinary('or'),
  xor: exactBinary('xor'),
  shiftLeft: exactBinary('shiftLeft', below(7)),
  shiftRightLogical: exactBinary('shiftRightLogical', below(7)),
  shiftRightArithmetic: exactBinary('shiftRightArithmetic', below(7)),
  equal: exactBinary('equal'),
  notEqual: exactBinary('notEqual'),
  less: exactBinary('less'),
  lessEqual: exactBinary('lessEqual'),
  greater: exactBinary('greater'),
  greaterEqual: exactBinary('greaterEqual'),
  integerPow: close([0, 1, 2, 3, 5, -2].flatMap((exponent) => [[], [2, 3], [0], [1, 2, 1, 3, 2, 1]].map((shape): Case => plain('integerPow', { exponent }, [shape], positive)))),
  where: exact(allPairs.flatMap(([a, b]): Case[] => [
    { operands: [of(a, 'bool'), of(b), of([])], f: (c, x, y) => bind('where', [c, x, y], {}) },
    { operands: [of(b, 'bool'), of(a), of(b)], f: (c, x, y) => bind('where', [c, x, y], {}) },
  ])),
  convert: exact(dtypes.flatMap((dtype) => [[], [2, 3], [0], [1, 2, 1, 3, 2, 1]].map((shape): Case => plain('convert', { dtype }, [shape], positive)))),
  stopGradient: exact(allShapes.map((shape) => plain('stopGradient', {}, [shape]))),
  checkpointName: exact(allShapes.map((shape) => plain('checkpointName', { name: 'kept' }, [shape]))),
  optimizationBarrier: exact(allPairs.map((shapes) => plain('optimizationBarrier', {}, shapes))),
  threefry2x32: exact(allPairs.map(([a, b]): Case => ({ operands: [of([], 'uint32'), of([], 'uint32'), of(a, 'uint32'), of(b, 'uint32')], f: (...words) => bind('threefry2x32', words, {}) }))),
} as const satisfies { readonly [name: string]: Row };
