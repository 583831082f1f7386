/**
 * From which version of ONNX's operators on the rules hold. Only operators whose older form means something else, or keeps operands in
 * attributes that the rules do not read, are listed (ONNX, Changelog.md); the others are evaluated in every version.
 */
const first: Readonly<Record<string, number>> = {
  // Before, operands did not broadcast as NumPy has it.
  ...Object.fromEntries(['Add', 'And', 'Div', 'Equal', 'Gemm', 'Greater', 'Less', 'Mul', 'Or', 'PRelu', 'Pow', 'Sub', 'Xor'].map((name) => [name, 7])),
  ...Object.fromEntries(['Max', 'Mean', 'Min', 'Sum'].map((name) => [name, 8])),
  // Before, everything from the axis on counted as one.
  Hardmax: 13,
  LogSoftmax: 13,
  Softmax: 13,
  // Before, what are operands now were attributes.
  Clip: 11,
  Pad: 11,
  Reshape: 5,
  Slice: 10,
  Tile: 6,
  TopK: 10,
  BatchNormalization: 9,
  Cast: 6,
  Concat: 4,
  GRU: 7,
  LSTM: 7,
  RNN: 7,
  Scan: 9,
};

/** The first version in which `operator` means what its rule computes. */
export const firstVersion = (operator: string): number => (Object.hasOwn(first, operator) ? first[operator]! : 1);
