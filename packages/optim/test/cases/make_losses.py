"""Writes losses.json: what the losses of Optax 0.2.8 (JAX 0.10.2, CPU, float64) give, and the gradient of their sum by the first argument.

Run `python make_losses.py > losses.json` with those two packages. The tests read the JSON and do not need Python.
"""
import json
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update('jax_enable_x64', True)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(3, 4)) * 2, rng.normal(size=(3, 4))
probabilities = rng.dirichlet(np.ones(4), size=3)
probabilities[0] = [0, 1, 0, 0]
labels = np.array([1, 3, 0], np.int32)
binary = (rng.random((3, 4)) < 0.5).astype(np.float64)
signs = 2 * binary - 1
logits = rng.normal(size=(2, 6, 5))
logit_paddings = np.array([[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1]], np.float64)
spelled = np.array([[1, 2, 2], [3, 1, 0]], np.int32)
spelled_paddings = np.array([[0, 0, 0], [0, 0, 1]], np.float64)
one_hot = np.eye(4)[rng.integers(0, 4, size=(2, 5))]
segments = rng.normal(size=(2, 5, 4)) * 2
presence = (rng.random((2, 5)) < 0.4).astype(np.float64)
classes = np.array([0, 1, 0, 2, 1, 2], np.int32)
embeddings = rng.normal(size=(6, 3))
mask = np.array([[1, 1, 0, 1], [0, 0, 0, 0], [1, 0, 1, 1]], bool)
log_x = np.asarray(jax.nn.log_softmax(x))

LOSSES = {
    'squaredError': (optax.squared_error, [x, y]),
    'l2Loss': (optax.l2_loss, [x, y]),
    'huberLoss': (lambda a, b: optax.huber_loss(a, b, delta=0.7), [x, y]),
    'logCoshLoss': (optax.losses.log_cosh, [x * 20, y]),
    'cosineSimilarity': (optax.losses.cosine_similarity, [x, y]),
    'cosineDistance': (lambda a, b: optax.losses.cosine_distance(a, b, epsilon=1.5, axis=0), [x, y]),
    'softmaxCrossEntropy': (optax.softmax_cross_entropy, [x, probabilities]),
    'safeSoftmaxCrossEntropy': (optax.losses.safe_softmax_cross_entropy, [x, probabilities]),
    'softmaxCrossEntropyWithIntegerLabels': (optax.softmax_cross_entropy_with_integer_labels, [x, labels]),
    'softmaxCrossEntropyWithIntegerLabels along 0': (lambda a, b: optax.softmax_cross_entropy_with_integer_labels(a, b, axis=0), [x, np.array([0, 2, 1, 1], np.int32)]),
    'sigmoidBinaryCrossEntropy': (optax.sigmoid_binary_cross_entropy, [x * 30, binary]),
    'sigmoidFocalLoss': (lambda a, b: optax.losses.sigmoid_focal_loss(a, b, alpha=0.3, gamma=1.5), [x, binary]),
    'polyLossCrossEntropy': (lambda a, b: optax.losses.poly_loss_cross_entropy(a, b, epsilon=1.5), [x, probabilities]),
    'smoothLabels': (lambda a: optax.losses.smooth_labels(a, 0.1), [probabilities]),
    'hingeLoss': (optax.losses.hinge_loss, [x, signs]),
    'perceptronLoss': (optax.losses.perceptron_loss, [x, signs]),
    'multiclassHingeLoss': (optax.losses.multiclass_hinge_loss, [x, labels]),
    'multiclassPerceptronLoss': (optax.losses.multiclass_perceptron_loss, [x, labels]),
    'tripletMarginLoss': (optax.losses.triplet_margin_loss, [x, y, y[::-1].copy()]),
    'klDivergence': (optax.losses.kl_divergence, [log_x, probabilities]),
    'klDivergenceWithLogTargets': (optax.losses.kl_divergence_with_log_targets, [log_x, np.asarray(jax.nn.log_softmax(y))]),
    'generalizedKlDivergence': (optax.losses.generalized_kl_divergence, [x, probabilities]),
    'diceLoss': (optax.losses.dice_loss, [segments, one_hot]),
    'diceLoss with other numbers': (lambda a, b: optax.losses.dice_loss(a, b, class_weights=jnp.asarray([0.1, 0.2, 0.3, 0.4]), smooth=0.5, alpha=0.3, beta=0.7, ignore_background=True, reduction='sum'), [segments, one_hot]),
    'diceLoss of each class': (lambda a, b: optax.losses.dice_loss(a, b, apply_softmax=False, reduction='none', axis=(0, 1)), [np.asarray(jax.nn.softmax(segments)), one_hot]),
    'multiclassGeneralizedDiceLoss': (optax.losses.multiclass_generalized_dice_loss, [segments, one_hot]),
    'binaryDiceLoss': (optax.losses.binary_dice_loss, [segments[..., 0], presence]),
    'ntxent': (lambda a, b: optax.losses.ntxent(a, b, temperature=0.5), [embeddings, classes]),
    'rankingSoftmaxLoss': (optax.losses.ranking_softmax_loss, [x, y]),
    'rankingSoftmaxLoss with a mask': (lambda a, b, c, d: optax.losses.ranking_softmax_loss(a, b, where=c.astype(bool), weights=d), [x, y, mask.astype(np.float64), probabilities]),
    'rankingSoftmaxLoss of each list': (lambda a, b, c: optax.losses.ranking_softmax_loss(a, b, where=c.astype(bool), reduce_fn=None), [x, y, mask.astype(np.float64)]),
    'sparsemaxLoss': (optax.losses.sparsemax_loss, [x, binary]),
    'multiclassSparsemaxLoss': (optax.losses.multiclass_sparsemax_loss, [x, labels]),
    'projectionSimplex squared': (lambda a: jax.vmap(optax.projections.projection_simplex)(a) ** 2, [x]),
    'makeFenchelYoungLoss': (optax.losses.make_fenchel_young_loss(jax.nn.logsumexp), [x, probabilities]),
    'ctcLoss': (optax.losses.ctc_loss, [logits, logit_paddings, spelled, spelled_paddings]),
}


def main():
    result = {}
    for name, (loss, args) in LOSSES.items():
        given = [jnp.asarray(arg) for arg in args]
        value = loss(*given)
        gradient = jax.grad(lambda first: loss(first, *given[1:]).sum())(given[0])
        result[name] = {'args': [{'dtype': str(arg.dtype), 'data': np.asarray(arg).tolist()} for arg in given], 'value': np.asarray(value).tolist(), 'gradient': np.asarray(gradient).tolist()}
    json.dump(result, sys.stdout, separators=(',', ':'))


main()
