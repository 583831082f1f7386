import { netket } from '@flaxon/layers';
import { squeeze, type Tensor } from '@flaxon/tensor';

/**
 * A function of a set with one output, the same for every order (NetKet: `nk.models.DeepSetMLP`). Its attributes are those of the block that it
 * holds; `featuresRho` are the features of the layers after the pooling but for the last, which has one.
 *
 * Submodule: `DeepSetMLP_0`, a `netket.blocks.DeepSetMLP` whose last layer has one feature.
 */
export class DeepSetMLP extends netket.blocks.DeepSetMLP {
  static override readonly moduleName: string = 'DeepSetMLP';
  /** x: (..., N, in) to (...). @throws ShapeError, ScopeParamShapeError */
  override call(x: Tensor): Tensor {
    const { featuresPhi, featuresRho, paramDtype, hiddenActivation, outputActivation, pooling, useBias, kernelInit, biasInit } = this;
    const rho = [...(typeof featuresRho === 'number' ? [featuresRho] : (featuresRho ?? [])), 1];
    const attributes = { featuresPhi, featuresRho: rho, paramDtype, hiddenActivation, outputActivation, pooling, useBias, kernelInit, biasInit };
    return squeeze(new netket.blocks.DeepSetMLP(attributes).call(x), -1);
  }
}
