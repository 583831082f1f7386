/**
 * Writes the inner loops of the eager kernels from the tables of expressions below.
 *
 *   node tools/generate-kernels.mjs          writes the files
 *   node tools/generate-kernels.mjs --check  fails where a file is not what the tables give
 *
 * Each loop is written out for one class of numbers, so that the engine sees one kind of array in it, and so that nothing
 * is compiled at run time (browsers may forbid it). What an expression gives is rounded or wrapped by the typed array
 * that it is stored in.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const arrays = { float32: 'Float32Array', float64: 'Float64Array', int: 'IntArray', big: 'BigArray', bool: 'Uint8Array' };
const classes = Object.keys(arrays);
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** The same expression in both widths of floats. */
const float = (expression) => ({ float32: expression, float64: expression });

/** By primitive and class: an expression of x, or [statement, expression]. */
const unary = {
  neg: { ...float('-x'), int: '-x', big: '-x' },
  abs: { ...float('Math.abs(x)'), int: 'Math.abs(x)', big: 'x < 0n ? -x : x' },
  sign: { ...float('x > 0 ? 1 : x < 0 ? -1 : x'), int: 'x > 0 ? 1 : x < 0 ? -1 : 0', big: 'x > 0n ? 1n : x < 0n ? -1n : 0n' },
  exp: float('Math.exp(x)'),
  expm1: float('Math.expm1(x)'),
  log: { float32: 'log32(x)', float64: 'Math.log(x)' },
  log1p: { float32: 'log1p32(x)', float64: 'Math.log1p(x)' },
  sqrt: float('Math.sqrt(x)'),
  sin: float('Math.sin(x)'),
  cos: float('Math.cos(x)'),
  tan: float('Math.tan(x)'),
  asin: float('Math.asin(x)'),
  acos: float('Math.acos(x)'),
  atan: float('Math.atan(x)'),
  sinh: float('Math.sinh(x)'),
  cosh: float('Math.cosh(x)'),
  tanh: float('Math.tanh(x)'),
  asinh: float('Math.asinh(x)'),
  acosh: float('Math.acosh(x)'),
  atanh: float('Math.atanh(x)'),
  // The exponential of a negative number never overflows.
  sigmoid: float(['const e = Math.exp(-Math.abs(x));', '(x >= 0 ? 1 : e) / (1 + e)']),
  erf: { float32: 'erf32(x)', float64: 'erf64(x)' },
  erfInv: { float32: 'erfInv32(x)', float64: 'erfInv64(x)' },
  lgamma: float('lgamma(x)'),
  digamma: float('digamma(x)'),
  floor: float('Math.floor(x)'),
  ceil: float('Math.ceil(x)'),
  // Math.round takes ties upwards; the even neighbour of an odd result at a tie is one below.
  round: float(['const up = Math.round(x);', 'up - x === 0.5 && up % 2 !== 0 ? up - 1 : up']),
  not: { int: '~x', big: '~x', bool: 'x ^ 1' },
};

/** Unary ones with a bool result. */
const predicate = {
  isNan: float('x !== x ? 1 : 0'),
};

/** By primitive and class: an expression of x and y. */
const binary = {
  add: { ...float('x + y'), int: 'x + y', big: 'x + y' },
  sub: { ...float('x - y'), int: 'x - y', big: 'x - y' },
  mul: { ...float('x * y'), int: 'Math.imul(x, y)', big: 'x * y' },
  // Integers as XLA divides them: towards zero, all ones by zero.
  div: { ...float('x / y'), int: 'y === 0 ? -1 : x / y', big: 'y === 0n ? -1n : x / y' },
  rem: { ...float('x % y'), int: 'y === 0 ? x : x % y', big: 'y === 0n ? x : x % y' },
  // One to any power is one in C and XLA, and minus one to an infinite power; Math.pow says NaN.
  pow: {
    ...float('x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : Math.pow(x, y)'),
    int: 'integerPower(x, y)',
    big: 'bigIntegerPower(x, y)',
  },
  max: { ...float('Math.max(x, y)'), int: 'Math.max(x, y)', big: 'x > y ? x : y', bool: 'x | y' },
  min: { ...float('Math.min(x, y)'), int: 'Math.min(x, y)', big: 'x < y ? x : y', bool: 'x & y' },
  atan2: float('Math.atan2(x, y)'),
  and: { int: 'x & y', big: 'x & y', bool: 'x & y' },
  or: { int: 'x | y', big: 'x | y', bool: 'x | y' },
  xor: { int: 'x ^ y', big: 'x ^ y', bool: 'x ^ y' },
  // A shift by the width or more, or by a negative number, moves everything out. The operands of a logical shift to the
  // right come as unsigned numbers and those of an arithmetic one as signed numbers; what a narrow integer holds has its
  // sign (or zeros) above, so that shifts by 8 to 31 are right too.
  shiftLeft: { int: 'y >>> 0 > 31 ? 0 : x << y', big: 'y < 0n || y > 63n ? 0n : x << y' },
  shiftRightLogical: { int: 'y >>> 0 > 31 ? 0 : x >>> y', big: 'y > 63n ? 0n : x >> y' },
  shiftRightArithmetic: { int: 'x >> (y >>> 0 > 31 ? 31 : y)', big: 'x >> (y < 0n || y > 63n ? 63n : y)' },
};

const everywhere = (expression) => Object.fromEntries(classes.map((name) => [name, expression]));

/** Binary ones with a bool result. */
const comparison = {
  equal: everywhere('x === y ? 1 : 0'),
  notEqual: everywhere('x !== y ? 1 : 0'),
  less: everywhere('x < y ? 1 : 0'),
  lessEqual: everywhere('x <= y ? 1 : 0'),
  greater: everywhere('x > y ? 1 : 0'),
  greaterEqual: everywhere('x >= y ? 1 : 0'),
};

/** How x joins the accumulator a. */
const accumulation = {
  sum: { ...float('a + x'), int: '(a + x) | 0', big: 'BigInt.asIntN(64, a + x)' },
  prod: { ...float('a * x'), int: 'Math.imul(a, x)', big: 'BigInt.asIntN(64, a * x)' },
  max: { ...float('Math.max(a, x)'), int: 'Math.max(a, x)', big: 'a > x ? a : x', bool: 'a | x' },
  min: { ...float('Math.min(a, x)'), int: 'Math.min(a, x)', big: 'a < x ? a : x', bool: 'a & x' },
};

/** When x goes before the best element so far. */
const choice = {
  argMax: everywhere('x > best'),
  argMin: everywhere('x < best'),
};

/** What a scattered update y makes of the element x. */
const scatterUpdate = {
  add: binary.add,
  mul: binary.mul,
  min: binary.min,
  max: binary.max,
};

const parameters = (...operands) => operands.flatMap(([name, type]) => [`${name}: ${type}`, `${name}Start: number`, `${name}Row: number`, `${name}Column: number`]).join(', ');
const statements = (expression) => (Array.isArray(expression) ? expression : ['', expression]);

/** Loops over rows and columns of strided operands, into contiguous results. */
function elementwiseLoop(name, operands, outputType, body) {
  const starts = operands.map(([operand]) => `${operand}At = ${operand}Start + row * ${operand}Row`).join(', ');
  const steps = operands.map(([operand]) => `${operand}At += ${operand}Column`).join(', ');
  return `
function ${name}(rows: number, columns: number, ${parameters(...operands)}, out: ${outputType}, outStart: number): void {
  let to = outStart;
  for (let row = 0; row < rows; row++) {
    for (let column = 0, ${starts}; column < columns; column++, ${steps}) {
${body}
    }
  }
}
`;
}

function unaryLoop(name, type, outputType, expression) {
  const [statement, value] = statements(expression);
  const lines = ['const x = a[aAt]!;', statement, `out[to++] = ${value};`].filter(Boolean);
  return elementwiseLoop(name, [['a', type]], outputType, lines.map((line) => `      ${line}`).join('\n'));
}

function binaryLoop(name, type, outputType, expression) {
  const lines = ['const x = a[aAt]!;', 'const y = b[bAt]!;', `out[to++] = ${expression};`];
  return elementwiseLoop(name, [['a', type], ['b', type]], outputType, lines.map((line) => `      ${line}`).join('\n'));
}

function whereLoop(name, type) {
  return elementwiseLoop(name, [['condition', 'Uint8Array'], ['a', type], ['b', type]], type, '      out[to++] = condition[conditionAt] !== 0 ? a[aAt]! : b[bAt]!;');
}

/** The table of loops by primitive and class, after the loops themselves. */
function family(tableName, tableType, rows, loopOf, entryOf = (loop) => loop) {
  const loops = [];
  const entries = [];
  for (const [primitive, expressions] of Object.entries(rows)) {
    const row = [];
    for (const [name, expression] of Object.entries(expressions)) {
      const loopName = `${primitive}${capital(name)}`;
      loops.push(loopOf(loopName, name, expression));
      row.push(`${name}: ${entryOf(loopName)}`);
    }
    entries.push(`  ${primitive}: { ${row.join(', ')} },`);
  }
  return `${loops.join('')}\nexport const ${tableName}: ${tableType} = {\n${entries.join('\n')}\n};\n`;
}

const banner = '// Generated by tools/generate-kernels.mjs; change the tables there.\n';

function elementwiseFile() {
  const output = (name) => arrays[name];
  return [
    banner,
    `import type { BinaryPrimitive, ComparisonPrimitive, UnaryPrimitive } from '../primitives/params.js';\n`,
    `import type { BinaryLoops, ComparisonLoops, PredicateLoops, UnaryLoops, WhereLoops } from './elementwise-loops.js';\n`,
    `import { digamma, erf32, erf64, erfInv32, erfInv64, lgamma, log1p32, log32 } from './exact-math.js';\n`,
    `import { bigIntegerPower, integerPower } from './integer-power.js';\n`,
    `import type { BigArray, IntArray } from './number-class.js';\n`,
    family('unaryLoops', `{ readonly [P in Exclude<UnaryPrimitive, ${Object.keys(predicate).map((name) => `'${name}'`).join(' | ')}>]: UnaryLoops }`, unary, (loop, name, expression) => unaryLoop(loop, arrays[name], output(name), expression)),
    family('predicateLoops', `{ readonly [P in ${Object.keys(predicate).map((name) => `'${name}'`).join(' | ')}]: PredicateLoops }`, predicate, (loop, name, expression) => unaryLoop(loop, arrays[name], 'Uint8Array', expression)),
    family('binaryLoops', '{ readonly [P in BinaryPrimitive]: BinaryLoops }', binary, (loop, name, expression) => binaryLoop(loop, arrays[name], output(name), expression)),
    family('comparisonLoops', '{ readonly [P in ComparisonPrimitive]: ComparisonLoops }', comparison, (loop, name, expression) => binaryLoop(loop, arrays[name], 'Uint8Array', expression)),
    family('selectLoops', '{ readonly where: WhereLoops }', { where: everywhere('') }, (loop, name) => whereLoop(loop, arrays[name])),
  ].join('');
}

const elementOf = (name) => (name === 'big' ? 'bigint' : 'number');

// Floats accumulate in float64, integers in their own arrays.
const accumulators = { ...arrays, float32: 'Float64Array' };

/** data: (outer, count, inner) to out: (outer, inner), each result in a local variable. */
const reduceLanes = (loop, name, expression) => `
function ${loop}Lanes(outer: number, count: number, inner: number, data: ${arrays[name]}, start: ${elementOf(name)}, out: ${accumulators[name]}): void {
  for (let block = 0, to = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      let a = start;
      for (let i = 0, at = block * count * inner + lane; i < count; i++, at += inner) {
        const x = data[at]!;
        a = ${expression};
      }
      out[to++] = a;
    }
  }
}
`;

/** Adds `count` strided rows of `width` elements to a row of results. */
const reduceRows = (loop, name, expression) => `
function ${loop}Rows(count: number, width: number, data: ${arrays[name]}, start: number, rowStride: number, laneStride: number, out: ${accumulators[name]}, outStart: number): void {
  for (let i = 0; i < count; i++) {
    for (let lane = 0, at = start + i * rowStride, to = outStart; lane < width; lane++, at += laneStride, to++) {
      const x = data[at]!;
      const a = out[to]!;
      out[to] = ${expression};
    }
  }
}
`;

/** data: (outer, count, inner) to out of the same shape: at each place what came up to it along the middle axis. */
const accumulateLanes = (loop, name, expression) => `
function ${loop}Running(outer: number, count: number, inner: number, data: ${arrays[name]}, start: ${elementOf(name)}, reverse: boolean, out: ${arrays[name]}): void {
  const step = reverse ? -inner : inner;
  for (let block = 0; block < outer; block++) {
    const first = (reverse ? block * count + count - 1 : block * count) * inner;
    for (let lane = 0; lane < inner; lane++) {
      let a = start;
      for (let i = 0, at = first + lane; i < count; i++, at += step) {
        const x = data[at]!;
        a = ${expression};
        out[at] = a;
      }
    }
  }
}
`;

/** data: (outer, count, inner) to out: (outer, inner), where the first best element is; a NaN is the best. */
const chooseLanes = (loop, name, expression) => {
  const isFloat = name.startsWith('float');
  return `
function ${loop}(outer: number, count: number, inner: number, data: ${arrays[name]}, out: Int32Array): void {
  for (let block = 0, to = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      let at = block * count * inner + lane;
      let best = data[at]!;
      let chosen = 0;
      for (let i = 1; i < count${isFloat ? ' && best === best' : ''}; i++) {
        at += inner;
        const x = data[at]!;
        if (${isFloat ? `${expression} || x !== x` : expression}) {
          best = x;
          chosen = i;
        }
      }
      out[to++] = chosen;
    }
  }
}
`;
};

/** updates: (outer, count, inner) into out: (outer, size, inner) at the indices along the middle axis. */
const scatterLoop = (loop, name, expression) => `
function ${loop}(outer: number, size: number, inner: number, indices: Int32Array, updates: ${arrays[name]}, out: ${arrays[name]}): void {
  const count = indices.length;
  for (let block = 0; block < outer; block++) {
    for (let i = 0; i < count; i++) {
      const index = indices[i]!;
      if (index < 0 || index >= size) continue;
      let from = (block * count + i) * inner;
      let to = (block * size + index) * inner;
      for (let lane = 0; lane < inner; lane++, from++, to++) {
        const x = out[to]!;
        const y = updates[from]!;
        out[to] = ${expression};
      }
    }
  }
}
`;

function reductionFile() {
  const withName = (table, prefix) => Object.fromEntries(Object.entries(table).map(([key, row]) => [`${prefix}${capital(key)}`, row]));
  const running = { sum: accumulation.sum, prod: accumulation.prod };
  const reduceTable = family('reduceLoops', "{ readonly [P in 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin']: ReduceLoops }", withName(accumulation, 'reduce'), (loop, name, expression) =>
    reduceLanes(loop, name, expression) + reduceRows(loop, name, expression), (loop) => `{ lanes: ${loop}Lanes, rows: ${loop}Rows }`);
  return [
    banner,
    `import type { BigArray, IntArray } from './number-class.js';\n`,
    `import type { ChoiceLoops, ReduceLoops, RunningLoops, ScatterLoops } from './reduction-loops.js';\n`,
    reduceTable,
    family('runningLoops', "{ readonly [P in 'cumSum' | 'cumProd']: RunningLoops }", withName(running, 'cum'), accumulateLanes, (loop) => `${loop}Running`),
    family('choiceLoops', "{ readonly [P in 'argMax' | 'argMin']: ChoiceLoops }", choice, chooseLanes),
    family('scatterLoops', "{ readonly [M in 'add' | 'mul' | 'min' | 'max']: ScatterLoops }", scatterUpdate, (loop, name, expression) => scatterLoop(loop.replace(/^./, (c) => `scatter${c.toUpperCase()}`), name, expression), (loop) => loop.replace(/^./, (c) => `scatter${c.toUpperCase()}`)),
  ].join('');
}

const files = { 'elementwise.generated.ts': elementwiseFile(), 'reductions.generated.ts': reductionFile() };
const check = process.argv.includes('--check');
let stale = 0;
for (const [name, text] of Object.entries(files)) {
  const path = fileURLToPath(new URL(`../packages/tensor/src/kernels/${name}`, import.meta.url));
  if (check) {
    if (readFileSync(path, 'utf8') === text) continue;
    console.error(`${path} is not what tools/generate-kernels.mjs gives; run it`);
    stale++;
  } else {
    writeFileSync(path, text);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
