/** Public functions without a derivative, by the reason. */
export const notDifferentiable: { readonly [reason: string]: readonly string[] } = {
  'is about dtypes, shapes and names': [
    'allocate', 'bytesPerElement', 'dtypeKind', 'isBigInt', 'isDtype', 'isFloating', 'isHalf', 'isInteger', 'promoteTypes', 'resultDtype', 'finfo', 'iinfo', 'addDim', 'divideDim', 'evaluateDim', 'isStatic', 'mulDim', 'subDim', 'symbol', 'symbolsOf',
    'broadcastShapes', 'dimSizeOf', 'equalShapes', 'formatShape', 'formatSpec', 'isStaticShape', 'normalizeAxis', 'sizeOf', 'spec', 'listNames', 'nearestName', 'suggestion', 'windowedAxes', 'resolvePadding', 'listOf', 'einsumPath',
  ],
  'is about programs': [
    'trace', 'bind', 'runProgram', 'evaluateProgram', 'currentScope', 'nameScope', 'withScopeKinds', 'eliminateDeadCode', 'eliminateCommonSubexpressions', 'simplify', 'printProgram', 'checkProgram', 'addCosts', 'programCost', 'constantKey', 'paramsKey',
    'programHash', 'programKey', 'shapeRule', 'composite',
  ],
  'is a transformation, with tests of its own': [
    'grad', 'jvp', 'linearize', 'valueAndGrad', 'vjp', 'vjpWithAux', 'hessian', 'jacfwd', 'jacrev', 'vmap', 'customJvp', 'customJvps', 'customVjp', 'customGradient', 'customRoot', 'customLinearSolve', 'evalShape', 'linearTranspose', 'closureConvert', 'hvp', 'whileLoop',
  ],
  'works across the examples of a vmap (collectives.test.ts)': ['psum', 'pmean', 'pmax', 'pmin', 'axisIndex', 'axisSize', 'allGather'],
  'makes tensors of numbers': [
    'concrete', 'scalar', 'tensor', 'zeros', 'ones', 'zerosLike', 'onesLike', 'fullLike', 'iota', 'dimensionSize', 'arange', 'linspace', 'eye', 'oneHot', 'diagIndices', 'diagIndicesFrom', 'maskIndices', 'trilIndicesFrom', 'triuIndicesFrom', 'geomspace', 'identity', 'indices', 'logspace', 'tri', 'trilIndices',
    'triuIndices', 'fftfreq', 'rfftfreq', 'bartlett', 'blackman', 'hamming', 'hanning', 'kaiser', 'bernoulli', 'dft', 'hadamard', 'helmert', 'hilbert', 'invhilbert', 'invpascal', 'pascal',
  ],
  'gives bools': [
    'equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual', 'logicalNot', 'logicalAnd', 'logicalOr', 'logicalXor', 'isnan', 'isinf', 'isfinite', 'isneginf', 'isposinf', 'signbit', 'all', 'any', 'allclose', 'arrayEqual', 'arrayEquiv', 'isclose', 'isin',
  ],
  'gives integers': [
    'bitwiseNot', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'leftShift', 'rightShift', 'rightShiftLogical', 'argmax', 'argmin', 'nanargmax', 'nanargmin', 'argsort', 'lexsort', 'argpartition', 'searchsorted', 'digitize', 'argwhere', 'flatnonzero',
    'nonzero', 'countNonzero', 'bitwiseCount', 'populationCount', 'clz', 'gcd', 'lcm', 'mulhi', 'reduceXor', 'matrixRank', 'luPivotsToPermutation', 'unravelIndex', 'ravelMultiIndex',
  ],
  'is a derivative itself, which JAX does not derive again': ['igammaGradA', 'randomGammaGrad'],
  'works on the bits of floats': ['nextafter', 'spacing'],
  'is about sets of values, which jump': ['unique', 'uniqueAll', 'uniqueCounts', 'uniqueInverse', 'uniqueValues', 'trimZeros', 'union1d', 'intersect1d', 'setdiff1d', 'setxor1d', 'histogramBinEdges'],
};
