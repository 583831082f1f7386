/** Activations and their kin under Flax's names (`nn.relu`, ...), which are functions of tensors. */
export {
  celu, elu, gelu, glu, hardSigmoid, hardSilu, hardSilu as hardSwish, hardTanh, leakyRelu, logSigmoid, logSoftmax, logsumexp, oneHot, relu, relu6, selu,
  sigmoid, silu, softmax, softplus, softSign, standardize, standardize as normalize, swish, tanh,
} from '@flaxon/tensor';
