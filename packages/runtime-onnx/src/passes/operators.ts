/** What passes know about operators. */

/** Operators that broadcast all their operands to each other. */
export const broadcastingOperators: ReadonlySet<string> = new Set([
  'Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Mod', 'And', 'Or', 'Xor', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitShift',
  'Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Where',
]);

/** Operators of one operand, element by element. `Clip` has bounds too, which are scalars. */
export const unaryOperators: ReadonlySet<string> = new Set([
  'Abs', 'Neg', 'Sign', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Floor', 'Ceil', 'Round', 'Relu', 'Sigmoid', 'Tanh', 'Sin', 'Cos', 'Tan', 'Asin', 'Acos',
  'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh', 'Erf', 'Elu', 'LeakyRelu', 'Gelu', 'IsNaN', 'IsInf', 'Not', 'BitwiseNot', 'Cast', 'Clip',
]);
