/** What each operator of ONNX computes: a row an operator, by family. */
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

export const operators: Readonly<Record<string, OperatorRule>> = {
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
};
