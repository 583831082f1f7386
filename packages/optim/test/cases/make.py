"""Writes optax.json: what Optax 0.2.8 (JAX 0.10.2, CPU) computes on fixed parameters and gradients.

Run `python make.py > optax.json` with those two packages. The tests read the JSON and do not need Python.
"""
import json
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax

OPTIMIZERS = {
    'sgd': lambda: optax.sgd(0.1),
    'sgd with momentum': lambda: optax.sgd(0.1, momentum=0.9),
    'sgd with Nesterov momentum': lambda: optax.sgd(0.1, momentum=0.8, nesterov=True),
    'adam': lambda: optax.adam(0.01),
    'adam with other numbers': lambda: optax.adam(0.02, b1=0.5, b2=0.9, eps=1e-3, eps_root=1e-2),
    'adam with Nesterov momentum': lambda: optax.adam(0.01, nesterov=True),
    'adam with a schedule': lambda: optax.adam(optax.cosine_decay_schedule(0.05, 4, 0.1)),
    'adamw': lambda: optax.adamw(0.01, weight_decay=0.1),
    'adamw with a schedule': lambda: optax.adamw(optax.linear_schedule(0.1, 0.01, 3)),
    'rmsprop': lambda: optax.rmsprop(0.01),
    'rmsprop with momentum': lambda: optax.rmsprop(0.01, decay=0.8, momentum=0.9, nesterov=True),
    'rmsprop centered': lambda: optax.rmsprop(0.01, centered=True, initial_scale=1.0, eps_in_sqrt=False),
    'rmsprop with bias correction': lambda: optax.rmsprop(0.01, bias_correction=True),
    'rmsprop centered with bias correction': lambda: optax.rmsprop(0.01, centered=True, bias_correction=True, eps=1e-3),
    'adagrad': lambda: optax.adagrad(0.1),
    'adagrad from zero without eps': lambda: optax.adagrad(0.1, initial_accumulator_value=0.0, eps=0.0),
    'adamax': lambda: optax.adamax(0.02),
    'adamaxw': lambda: optax.adamaxw(0.02, b2=0.9, weight_decay=0.1),
    'nadam': lambda: optax.nadam(0.01),
    'nadamw': lambda: optax.nadamw(0.01, weight_decay=0.1),
    'amsgrad': lambda: optax.amsgrad(0.01, b2=0.9),
    'adadelta': lambda: optax.adadelta(1.0, rho=0.8),
    'adadelta with weight decay': lambda: optax.adadelta(0.5, weight_decay=0.1),
    'lamb': lambda: optax.lamb(0.01, weight_decay=0.1),
    'lars': lambda: optax.lars(0.1, weight_decay=0.01, trust_coefficient=0.1),
    'lars with masks': lambda: optax.lars(0.1, weight_decay=0.01, weight_decay_mask={'a': True, 'b': False}, trust_ratio_mask={'a': True, 'b': {'c': True, 's': False}}),
    'lion': lambda: optax.lion(0.01),
    'yogi': lambda: optax.yogi(0.01, b2=0.9),
    'radam': lambda: optax.radam(0.01, b2=0.5, threshold=2.0),
    'radam with Nesterov momentum': lambda: optax.radam(0.01, nesterov=True),
    'adafactor': lambda: optax.adafactor(0.01, min_dim_size_to_factor=2),
    'adafactor not factored': lambda: optax.adafactor(0.01, factored=False, multiply_by_parameter_scale=False, momentum=0.9, weight_decay_rate=1e-3, dtype_momentum=None),
    'ema': lambda: optax.ema(0.7),
    'ema without correction': lambda: optax.ema(0.7, debias=False),
    'adamw with a mask': lambda: optax.adamw(0.01, weight_decay=0.1, mask={'a': True, 'b': False}),
    'masked': lambda: optax.masked(optax.adam(0.01), {'a': False, 'b': True}),
    'partition': lambda: optax.partition({'fast': optax.sgd(0.5), 'slow': optax.adam(0.01)}, {'a': 'slow', 'b': {'c': 'fast', 's': 'slow'}}),
    'accumulateGradients': lambda: optax.MultiSteps(optax.adam(0.01), 2, accumulator_dtype=None),
    'accumulateGradients summed': lambda: optax.MultiSteps(optax.sgd(0.1, momentum=0.9), 3, use_grad_mean=False, accumulator_dtype=None),
    'applyIfFinite': lambda: optax.apply_if_finite(optax.adam(0.01), 2),
    'injectHyperparams': lambda: optax.inject_hyperparams(lambda learning_rate, weight_decay: optax.adamw(learning_rate, weight_decay=weight_decay))(
        learning_rate=optax.linear_schedule(0.1, 0.01, 3), weight_decay=0.1),
    'clip then sgd': lambda: optax.chain(optax.clip(0.5), optax.sgd(0.1)),
    'clipByGlobalNorm then adam': lambda: optax.chain(optax.clip_by_global_norm(1.5), optax.adam(0.01)),
    'addDecayedWeights then sgd': lambda: optax.chain(optax.add_decayed_weights(0.01), optax.sgd(0.1, momentum=0.9)),
    'scaleByAdam': lambda: optax.scale_by_adam(b2=0.99),
    'scale': lambda: optax.scale(-0.3),
    'adabelief': lambda: optax.adabelief(0.01, b2=0.9),
    'adabelief with Nesterov momentum': lambda: optax.adabelief(0.01, nesterov=True, eps=1e-4),
    'adan': lambda: optax.adan(0.01, weight_decay=0.1),
    'adan with a mask': lambda: optax.adan(0.02, b1=0.9, b2=0.8, b3=0.95, weight_decay=0.1, mask={'a': True, 'b': False}),
    'adaptiveGradClip then sgd': lambda: optax.chain(optax.adaptive_grad_clip(0.1), optax.sgd(0.1)),
    'adaptiveGradClip along an axis': lambda: optax.masked(optax.adaptive_grad_clip(0.05, eps=0.1, axis=1), {'a': True, 'b': False}),
    'centralize': lambda: optax.centralize(),
    'normalizeByUpdateNorm': lambda: optax.normalize_by_update_norm(scale_factor=-0.1),
    'conditionallyTransform': lambda: optax.conditionally_transform(optax.adam(0.01), lambda step: step % 2 == 1),
    'conditionallyMask': lambda: optax.conditionally_mask(optax.adam(0.01), lambda step, value: value > 2.5, forward_extra_args=True),
    'fromage': lambda: optax.fromage(0.1),
    'fromage with a schedule': lambda: optax.fromage(optax.cosine_decay_schedule(0.1, 4), min_norm=1e-3),
    'keepParamsNonnegative': lambda: optax.chain(optax.sgd(1.0), optax.keep_params_nonnegative()),
    'noisySgd': lambda: optax.noisy_sgd(0.1, key=3),
    'novograd': lambda: optax.novograd(0.01, weight_decay=0.1),
    'novograd with other numbers': lambda: optax.novograd(0.01, b1=0.8, b2=0.9, eps=1e-3, eps_root=1e-2),
    'optimisticGradientDescent': lambda: optax.optimistic_gradient_descent(0.1, alpha=0.8, beta=0.5),
    'polyakSgd': lambda: optax.polyak_sgd(max_learning_rate=0.4, f_min=0.5, eps=0.1),
    'polyakSgd that never steps back': lambda: optax.polyak_sgd(f_min=2.55, variant='sps+', scaling=0.5),
    'reduceOnPlateau': lambda: optax.chain(optax.sgd(0.1), optax.contrib.reduce_on_plateau(factor=0.5, patience=1, cooldown=1, rtol=1e-2)),
    'reduceOnPlateau of means': lambda: optax.contrib.reduce_on_plateau(factor=0.3, patience=1, accumulation_size=2, rtol=0.0, atol=0.5, min_scale=0.2),
    'rprop': lambda: optax.rprop(0.1, eta_plus=1.5, max_step_size=0.12),
    'scheduleFree': lambda: optax.contrib.schedule_free(optax.adam(0.1, b1=0.0), 0.1, b1=0.8),
    'scheduleFreeSgd': lambda: optax.contrib.schedule_free_sgd(0.5, warmup_steps=3, weight_decay=0.1),
    'scheduleFreeAdamw': lambda: optax.contrib.schedule_free_adamw(0.1, warmup_steps=2, weight_decay=0.1, b2=0.9),
    'setToZero': lambda: optax.partition({'frozen': optax.set_to_zero(), 'free': optax.sgd(0.1)}, {'a': 'free', 'b': 'frozen'}),
    'signSgd': lambda: optax.sign_sgd(0.1),
    'signum': lambda: optax.signum(0.1, beta=0.6),
    'sm3': lambda: optax.masked(optax.sm3(0.1), {'a': True, 'b': {'c': True, 's': False}}),
    'scaleBySm3': lambda: optax.masked(optax.scale_by_sm3(b1=0.5, b2=0.9), {'a': True, 'b': {'c': True, 's': False}}),
    'stateless': lambda: optax.stateless(lambda updates, params: jax.tree.map(lambda u, p: -0.1 * u * jnp.sign(p), updates, params)),
    'zeroNans': lambda: optax.zero_nans(),
    'scaleBySchedule': lambda: optax.scale_by_schedule(optax.piecewise_constant_schedule(1.0, {1: 0.5, 3: 0.1})),
}

SCHEDULES = {
    'constant': lambda: optax.constant_schedule(0.3),
    'cosine': lambda: optax.cosine_decay_schedule(0.2, 20),
    'cosine to alpha': lambda: optax.cosine_decay_schedule(1e-3, 30, alpha=0.01),
    'cosine with exponent': lambda: optax.cosine_decay_schedule(0.2, 20, alpha=0.1, exponent=1.5),
    'linear': lambda: optax.linear_schedule(0.1, 0.01, 10, 3),
    'linear upwards': lambda: optax.linear_schedule(0.0, 0.5, 8),
    'polynomial': lambda: optax.polynomial_schedule(1.0, 0.1, 2, 12, 2),
    'polynomial with a fractional power': lambda: optax.polynomial_schedule(1.0, 0.0, 0.5, 12),
    'exponential': lambda: optax.exponential_decay(0.2, 6, 0.5),
    'exponential staircase': lambda: optax.exponential_decay(0.2, 6, 0.5, transition_begin=3, staircase=True, end_value=0.06),
    'exponential growth': lambda: optax.exponential_decay(0.01, 4, 2.0, end_value=0.2),
    'piecewise': lambda: optax.piecewise_constant_schedule(1.0, {5: 0.5, 13: 0.1}),
    'warmup constant': lambda: optax.warmup_constant_schedule(1e-3, 3e-2, 6),
    'warmup cosine': lambda: optax.warmup_cosine_decay_schedule(1e-3, 3e-2, 4, 18, 5e-4),
    'linear one cycle': lambda: optax.linear_onecycle_schedule(20, 0.3),
    'cosine one cycle': lambda: optax.cosine_onecycle_schedule(20, 0.3, 0.25, 10.0, 100.0),
    'warmup exponential': lambda: optax.warmup_exponential_decay_schedule(0.0, 0.2, 4, 6, 0.5, staircase=False, end_value=0.03),
    'sgdr': lambda: optax.sgdr_schedule([dict(init_value=0.0, peak_value=0.2, warmup_steps=2, decay_steps=8, end_value=0.01), dict(init_value=0.01, peak_value=0.1, warmup_steps=3, decay_steps=10)]),
    'joined': lambda: optax.join_schedules(
        [optax.constant_schedule(0.5), optax.linear_schedule(0.5, 0.1, 4), optax.exponential_decay(0.1, 3, 0.5)], [3, 8]),
}
# The objective at each update, for those that need it.
VALUES = [3.0, 2.6, 2.5, 2.6, 2.59]
COUNTS = [0, 1, 2, 3, 4, 5, 8, 9, 13, 17, 18, 20, 21, 34, 1000]
STEPS = 5


def tree(rng, dtype):
    return {'a': rng.normal(size=(2, 3)).astype(dtype), 'b': {'c': rng.normal(size=3).astype(dtype), 's': dtype(rng.normal())}}


def plain(value):
    """Optax's named tuples by field, other tuples as lists; null for what a mask left out."""
    if isinstance(value, optax.MaskedNode):
        return None
    if hasattr(value, '_asdict'):
        return {name: plain(field) for name, field in value._asdict().items()}
    if isinstance(value, dict):
        return {name: plain(field) for name, field in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    return np.asarray(value).tolist()


def optimizer_case(make, dtype):
    rng = np.random.default_rng(0)
    params = jax.tree.map(jnp.asarray, tree(rng, dtype))
    gradients = [jax.tree.map(jnp.asarray, tree(rng, dtype)) for _ in range(STEPS)]
    optimizer = make()
    optimizer = optimizer.gradient_transformation() if isinstance(optimizer, optax.MultiSteps) else optax.with_extra_args_support(optimizer)
    state = optimizer.init(params)
    for gradient, value in zip(gradients, VALUES):
        update, state = optimizer.update(gradient, state, params, value=jnp.asarray(value, dtype))
        params = optax.apply_updates(params, update)
    return {'params': plain(params), 'state': plain(state)}


def main():
    inputs = np.random.default_rng(0)
    first = tree(inputs, np.float64)
    gradients = [tree(inputs, np.float64) for _ in range(STEPS)]
    result = {'params': plain(first), 'gradients': [plain(g) for g in gradients], 'values': VALUES, 'counts': COUNTS}
    for name, dtype in [('float32', np.float32), ('float64', np.float64)]:
        jax.config.update('jax_enable_x64', name == 'float64')
        result[name] = {
            'optimizers': {key: optimizer_case(make, dtype) for key, make in OPTIMIZERS.items()},
            'schedules': {key: [float(make()(jnp.int32(count))) for count in COUNTS] for key, make in SCHEDULES.items()},
        }
    json.dump(result, sys.stdout, separators=(',', ':'))


main()
