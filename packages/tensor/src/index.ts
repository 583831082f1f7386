export type { Dtype, DtypeKind, TypedArray, TypedArrayOf } from './dtype/dtype.js';
export { allocate, bytesPerElement, dtypeKind, dtypes, isBigInt, isDtype, isFloating, isHalf, isInteger } from './dtype/dtype.js';
export { promoteTypes, resultDtype } from './dtype/promotion.js';
export type { Dim } from './shape/dim.js';
export { addDim, divideDim, evaluateDim, isStatic, mulDim, subDim, symbol, SymbolicDim, symbolsOf } from './shape/dim.js';
export type { Shape, Spec, StaticShape } from './shape/shape.js';
export { broadcastShapes, dimSizeOf, equalShapes, formatShape, formatSpec, isStaticShape, normalizeAxis, sizeOf, spec } from './shape/shape.js';

export type { NestedArray, Scalar, TensorSource } from './tensor/tensor.js';
export { concrete, Tensor } from './tensor/tensor.js';
export type { TensorLike, TensorOptions } from './tensor/create.js';
export { scalar, tensor } from './tensor/create.js';

export * from './errors/errors.js';

export type { Atom, Constant, Equation, EquationOf, Program, Variable } from './program/program.js';
export { trace, type NamedAxis, type Traced } from './program/trace.js';
export { bind, runProgram } from './program/bind.js';
export { evaluateProgram } from './program/evaluate.js';
export { currentScope, nameScope } from './program/scope.js';
export { eliminateDeadCode } from './program/dead-code.js';
export { eliminateCommonSubexpressions } from './program/common-subexpressions.js';
export { simplify } from './program/simplify.js';
export { printProgram } from './program/print.js';
export { checkProgram } from './program/check.js';
export { addCosts, noCost, programCost, type Cost, type CostOptions, type ProgramCost } from './program/cost/cost.js';
export type { Operations } from './program/cost/operations.js';
export { constantKey, paramsKey, programHash, programKey } from './program/hash.js';
export type * from './primitives/params.js';
export type { CallRule, LinearCallRule } from './primitives/call-rules.js';
export { shapeRule } from './primitives/shape-rules/index.js';

export * from './ops/create.js';
export * from './ops/elementwise.js';
export * from './ops/division.js';
export * from './ops/rsqrt.js';
export * from './ops/reduce.js';
export * from './ops/shape.js';
export * from './ops/rearrange.js';
export * from './ops/pad.js';
export * from './ops/indexing.js';
export * from './ops/index-expression.js';
export * from './ops/triangle.js';
export * from './ops/norm.js';
export * from './ops/contract.js';
export * from './ops/einsum.js';
export * from './ops/activation.js';
export * from './ops/nonlinearity.js';
export * from './ops/special/index.js';
export * from './ops/sort/index.js';
export * from './ops/linalg/index.js';
export { composite, type CompositeOptions } from './ops/composite.js';

export { CarryError } from './control/carry.js';
export { scan, type ScanOptions } from './control/scan.js';
export { foriLoop, whileLoop } from './control/while-loop.js';
export { cond, switchCase } from './control/switch-case.js';
export { grad, jvp, linearize, valueAndGrad, vjp, type GradientOptions } from './transforms/gradient.js';
export { hessian, jacfwd, jacrev, type JacobianOptions } from './transforms/jacobian.js';
export { vmap, type Axes, type VmapOptions } from './transforms/vmap.js';
export * from './transforms/collectives.js';
export { customJvp, customVjp, stopGradient, type CustomJvp, type CustomVjp } from './transforms/custom.js';

export * as tree from './tree/index.js';
export type { Tree, TreeStructure } from './tree/index.js';
export * as specialFunctionCoefficients from './kernels/exact-math/coefficients.js';
export * as random from './random/index.js';
export * as initializers from './initializers/index.js';
export type { Initializer } from './initializers/index.js';
