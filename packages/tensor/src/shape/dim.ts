/**
 * Symbolic dimensions: integer polynomials in named symbols, in a normal form.
 *
 * A dimension is a number where its size is known, else a `SymbolicDim`. Equal polynomials are one object (interned), so
 * `===` compares dimensions.
 */
export type Dim = number | SymbolicDim;

/** A monomial is its symbols, sorted and joined by `*` (a power repeats the symbol); the constant term is `''`. */
type Terms = ReadonlyMap<string, number>;

export class SymbolicDim {
  readonly terms: Terms;
  readonly text: string;

  /** Use `symbol` and the arithmetic below: they intern. */
  constructor(terms: Terms, text: string) {
    this.terms = terms;
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

const interned = new Map<string, SymbolicDim>();

function termText(monomial: string, coefficient: number): string {
  if (monomial === '') return String(coefficient);
  if (coefficient === 1) return monomial;
  return `${coefficient}*${monomial}`;
}

function normal(terms: Map<string, number>): Dim {
  for (const [monomial, coefficient] of terms) if (coefficient === 0) terms.delete(monomial);
  if (terms.size === 0) return 0;
  const constant = terms.get('');
  if (terms.size === 1 && constant !== undefined) return constant;
  const sorted = new Map([...terms].sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1)));
  const text = [...sorted].map(([monomial, coefficient]) => termText(monomial, coefficient)).join('+').replaceAll('+-', '-');
  const known = interned.get(text);
  if (known) return known;
  const dim = new SymbolicDim(sorted, text);
  interned.set(text, dim);
  return dim;
}

/**
 * The dimension named `name`, such as `'batch'`.
 * @throws RangeError if `name` is not an identifier.
 */
export function symbol(name: string): SymbolicDim {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new RangeError(`a symbolic dimension is named by an identifier such as 'batch', found ${JSON.stringify(name)}`);
  }
  return normal(new Map([[name, 1]])) as SymbolicDim;
}

const termsOf = (dim: Dim): Terms => (typeof dim === 'number' ? new Map([['', dim]]) : dim.terms);

export const isStatic = (dim: Dim): dim is number => typeof dim === 'number';

export function addDim(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const sum = new Map(termsOf(a));
  for (const [monomial, coefficient] of termsOf(b)) sum.set(monomial, (sum.get(monomial) ?? 0) + coefficient);
  return normal(sum);
}

function mulMonomial(a: string, b: string): string {
  if (a === '') return b;
  if (b === '') return a;
  return [...a.split('*'), ...b.split('*')].sort().join('*');
}

export function mulDim(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const product = new Map<string, number>();
  for (const [m, c] of termsOf(a)) {
    for (const [n, d] of termsOf(b)) {
      const key = mulMonomial(m, n);
      product.set(key, (product.get(key) ?? 0) + c * d);
    }
  }
  return normal(product);
}

export const subDim = (a: Dim, b: Dim): Dim => addDim(a, mulDim(b, -1));

function divideMonomial(a: string, b: string): string | undefined {
  if (b === '') return a;
  const rest = a === '' ? [] : a.split('*');
  for (const factor of b.split('*')) {
    const at = rest.indexOf(factor);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest.join('*');
}

/** The exact quotient `a / b`, or undefined where `b` does not divide `a` for every value of the symbols. */
export function divideDim(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === 'number' && typeof b === 'number') return b !== 0 && a % b === 0 ? a / b : undefined;
  if (a === b) return 1;
  const divisor = [...termsOf(b)];
  if (divisor.length !== 1) return undefined;
  const [monomial, coefficient] = divisor[0]!;
  const quotient = new Map<string, number>();
  for (const [m, c] of termsOf(a)) {
    const key = divideMonomial(m, monomial);
    if (key === undefined || c % coefficient !== 0) return undefined;
    quotient.set(key, c / coefficient);
  }
  return normal(quotient);
}

/** The value of `dim` where `values` gives one for each symbol; undefined where one is missing. */
export function evaluateDim(dim: Dim, values: ReadonlyMap<string, number>): number | undefined {
  if (typeof dim === 'number') return dim;
  let sum = 0;
  for (const [monomial, coefficient] of dim.terms) {
    let product = coefficient;
    for (const factor of monomial === '' ? [] : monomial.split('*')) {
      const value = values.get(factor);
      if (value === undefined) return undefined;
      product *= value;
    }
    sum += product;
  }
  return sum;
}

/** The names of the symbols in `dim`. */
export function symbolsOf(dim: Dim): string[] {
  if (typeof dim === 'number') return [];
  return [...new Set([...dim.terms.keys()].flatMap((monomial) => (monomial === '' ? [] : monomial.split('*'))))];
}
