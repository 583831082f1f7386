/** What each operator of ONNX computes: a row an operator, by family. */
import type { KernelName } from '../../lower/kernel-support.js';
import type { OperatorRule } from '../node-call.js';
import { attentionOperators } from './attention.js';
import { controlOperators } from './control.js';
import { convolutionOperators } from './convolution.js';
import { elementwiseOperators } from './elementwise.js';
import { indexingOperators } from './indexing.js';
import { layoutOperators } from './layout.js';
import { normalizationOperators } from './normalization.js';
import { poolingOperators } from './pooling.js';
import { productOperators } from './products.js';
import { recurrentOperators } from './recurrent.js';
import { reduceOperators } from './reduce.js';

/** Names of kernels that are forms of an operator. */
type Form = 'Fmod' | 'GeluExact' | 'GeluTanh' | `Scatter${'Elements' | 'ND'}${'Add' | 'Mul' | 'Min' | 'Max'}`;

/** What the lowering may use where there are kernels: an operator of these without a row does not compile. */
type LoweredOperator = Exclude<KernelName, Form> | 'Cast' | 'Constant' | 'Gelu' | 'If' | 'Loop' | 'Scan' | 'Shape';

const rows = {
  ...attentionOperators,
  ...controlOperators,
  ...convolutionOperators,
  ...elementwiseOperators,
  ...indexingOperators,
  ...layoutOperators,
  ...normalizationOperators,
  ...poolingOperators,
  ...productOperators,
  ...recurrentOperators,
  ...reduceOperators,
} as const satisfies { readonly [Name in LoweredOperator]: OperatorRule };

export const operators: Readonly<Record<string, OperatorRule>> = rows;
