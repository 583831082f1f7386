import { astype, DtypeError, isFloating, promoteTypes, type Dtype, type Tensor } from '@flaxon/tensor';

/**
 * What a layer computes in (Flax: `canonicalize_dtype`): `dtype` where it is given, else the common dtype of `operands`, or
 * float32 next to it where that is no floating one.
 * @throws DtypeError where `dtype` is not floating
 */
export function computeDtype(layer: string, operands: readonly (Tensor | undefined)[], dtype?: Dtype): Dtype {
  if (dtype !== undefined) {
    if (!isFloating(dtype)) throw new DtypeError(layer, [dtype], '`dtype` must be floating: it is what the layer computes in');
    return dtype;
  }
  let common: Dtype | undefined;
  for (const operand of operands) {
    if (operand !== undefined) common = common === undefined ? operand.dtype : promoteTypes(common, operand.dtype);
  }
  if (common === undefined) throw new DtypeError(layer, [], 'there is nothing to compute with');
  return isFloating(common) ? common : promoteTypes(common, 'float32');
}

/** The operands in the dtype that the layer computes in; undefined stays so (Flax: `promote_dtype`). @throws DtypeError */
export function promoteDtype<Operands extends readonly (Tensor | undefined)[]>(layer: string, operands: readonly [...Operands], dtype?: Dtype): Operands {
  const common = computeDtype(layer, operands, dtype);
  return operands.map((operand) => operand && astype(operand, common)) as readonly (Tensor | undefined)[] as Operands;
}
