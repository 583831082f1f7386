"""Writes the graphs that jax2onnx and PyTorch's exporter make of the rows of `src/exports/rows`, where this Python has them.

    python exports.py FOLDER [ROW ...]

For each row, `FOLDER/<row>.<peer>.<dynamic|static>.onnx`; what could not be exported is a line on standard error.
"""

import sys

import numpy as np

folder, wanted = sys.argv[1], sys.argv[2:]
rows = {}


def row(name, batch):
    """Registers a maker, which gives `{peer: (function, shapes with 'B' for the batch, dtypes)}`."""

    def register(make):
        rows[name] = (batch, make)
        return make

    return register


def weights(*shape, dtype=np.float32, seed=[0]):
    seed[0] += 1
    return (np.random.default_rng(seed[0]).normal(size=shape) / max(1, shape[0]) ** 0.5).astype(dtype)


# ------------------------------------------------------------------------------------------------ jax2onnx


def perturb(variables):
    import jax

    leaves, structure = jax.tree_util.tree_flatten(variables)
    moved = [leaf + np.random.default_rng(i).uniform(0.05, 0.25, leaf.shape).astype(leaf.dtype) for i, leaf in enumerate(leaves)]
    return jax.tree_util.tree_unflatten(structure, moved)


def bound(module, *example, method=None):
    import jax

    variables = perturb(module.init(jax.random.key(0), *example))
    return lambda *args: module.apply(variables, *args, **({} if method is None else {"method": method}))


def zeros(*shape, dtype=np.float32):
    return np.zeros(shape, dtype)


def jax_mlp():
    import flax.linen as nn

    return nn.Sequential([nn.Dense(512), nn.relu, nn.Dense(512), nn.relu, nn.Dense(10)])


def torch_mlp():
    import torch.nn as nn

    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


@row("1_mlp", 64)
def _mlp():
    return {"jax2onnx": lambda: (bound(jax_mlp(), zeros(1, 784)), [["B", 784]]), "torch": lambda: (torch_mlp(), [["B", 784]])}


def potential_layers(dimension, dtype=np.float32, last=1):
    sizes = [dimension, 64, 64, 64, 64, last]
    return [(weights(a, b, dtype=dtype), weights(b, dtype=dtype)) for a, b in zip(sizes, sizes[1:])]


def jax_potential(dimension, dtype=np.float32, activation=None):
    import jax
    import jax.numpy as jnp

    layers, act = potential_layers(dimension, dtype), activation or jax.nn.leaky_relu

    def value(x):
        y = x
        for kernel, bias in layers[:-1]:
            y = act(y @ kernel + bias)
        kernel, bias = layers[-1]
        return (y @ kernel + bias).squeeze(-1) + 0.5 * jnp.sum(x * x, -1)

    return value


def torch_potential(dimension):
    import torch
    import torch.nn as nn

    class Potential(nn.Module):
        def __init__(self):
            super().__init__()
            sizes = [dimension, 64, 64, 64, 64]
            self.hidden = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
            self.last = nn.Linear(64, 1)

        def forward(self, x):
            y = x
            for layer in self.hidden:
                y = torch.nn.functional.leaky_relu(layer(y))
            return self.last(y).squeeze(-1) + 0.5 * torch.sum(x * x, -1)

    return Potential()


for _d in (2, 50):

    @row(f"2_potential_value_d{_d}", 64)
    def _value(d=_d):
        return {"jax2onnx": lambda: (jax_potential(d), [["B", d]]), "torch": lambda: (torch_potential(d), [["B", d]])}

    @row(f"3_potential_grad_d{_d}", 64)
    def _gradient(d=_d):
        def by_jax():
            import jax

            return jax.vmap(jax.grad(jax_potential(d))), [["B", d]]

        def by_torch():
            import torch

            value = torch_potential(d)
            return torch.func.grad(lambda x: value(x).sum()), [["B", d]]

        return {"jax2onnx": by_jax, "torch": ("make_fx", by_torch)}


@row("4_potential_map_d2", 64)
def _map():
    def make():
        import flax.linen as nn

        class Map(nn.Module):
            @nn.compact
            def __call__(self, x):
                y = x
                for _ in range(4):
                    y = nn.leaky_relu(nn.Dense(64)(y))
                return x + nn.Dense(2)(y)

        return bound(Map(), zeros(1, 2)), [["B", 2]]

    return {"jax2onnx": make}


@row("6_potential_f64_d2", 64)
def _value64():
    return {"jax2onnx": lambda: (jax_potential(2, np.float64), [["B", 2]], np.float64)}


@row("7_maskedconv1d_excl_f32", 64)
def _masked_exclusive():
    import netket as nk

    return {"jax2onnx": lambda: (bound(nk.nn.MaskedConv1D(features=8, kernel_size=3, kernel_dilation=1, exclusive=True, param_dtype=np.float32), zeros(1, 10, 4)), [["B", 10, 4]])}


@row("7_maskedconv1d_incl_f32", 64)
def _masked_inclusive():
    import netket as nk

    return {"jax2onnx": lambda: (bound(nk.nn.MaskedConv1D(features=8, kernel_size=3, kernel_dilation=1, exclusive=False, param_dtype=np.float32), zeros(1, 10, 4)), [["B", 10, 4]])}


def arnn(kind, dtype):
    import netket as nk

    hilbert = nk.hilbert.Spin(0.5, 10)
    if kind == "conv":
        return nk.models.ARNNConv1D(hilbert=hilbert, layers=3, features=8, kernel_size=3, param_dtype=dtype)
    return nk.models.ARNNDense(hilbert=hilbert, layers=3, features=12, param_dtype=dtype)


for _kind, _number in (("conv", 8), ("dense", 9)):
    for _short, _dtype in (("f32", np.float32), ("f64", np.float64)):
        if _kind == "conv" and _short == "f64":
            continue

        @row(f"{_number}_arnn{_kind}_logpsi_{_short}", 64)
        def _logpsi(kind=_kind, dtype=_dtype):
            return {"jax2onnx": lambda: (bound(arnn(kind, dtype), np.ones((1, 10), dtype)), [["B", 10]], dtype)}

        @row(f"10_arnn{_kind}_conditionals_{_short}", 64)
        def _conditionals(kind=_kind, dtype=_dtype):
            def make():
                model = arnn(kind, dtype)
                return bound(model, np.ones((1, 10), dtype), method=model.conditionals), [["B", 10]], dtype

            return {"jax2onnx": make}


@row("12_cnn_eval", 8)
def _cnn():
    import flax.linen as nn

    class Network(nn.Module):
        @nn.compact
        def __call__(self, x):
            for features in (16, 32):
                x = nn.Conv(features, (3, 3))(x)
                x = nn.BatchNorm(use_running_average=True)(x)
                x = nn.max_pool(nn.relu(x), window_shape=(2, 2), strides=(2, 2))
            return nn.Dense(10)(x.reshape((x.shape[0], -1)))

    return {"jax2onnx": lambda: (bound(Network(), zeros(1, 28, 28, 1)), [["B", 28, 28, 1]])}


@row("12_cnn_eval_nchw", 8)
def _cnn_torch():
    def make():
        import torch.nn as nn

        block = lambda a, b: [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]
        return nn.Sequential(*block(1, 16), *block(16, 32), nn.Flatten(), nn.Linear(1568, 10)).eval(), [["B", 1, 28, 28]]

    return {"torch": make}


@row("13_transformer", 8)
def _transformer():
    def by_jax():
        import flax.linen as nn

        class Block(nn.Module):
            @nn.compact
            def __call__(self, x):
                x = x + nn.MultiHeadDotProductAttention(num_heads=4)(nn.LayerNorm()(x))
                return x + nn.Dense(64)(nn.gelu(nn.Dense(256)(nn.LayerNorm()(x)), approximate=False))

        return bound(Block(), zeros(1, 16, 64)), [["B", 16, 64]]

    def by_torch():
        import torch.nn as nn

        class Block(nn.Module):
            def __init__(self):
                super().__init__()
                self.first, self.second = nn.LayerNorm(64, eps=1e-6), nn.LayerNorm(64, eps=1e-6)
                self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
                self.up, self.down, self.act = nn.Linear(64, 256), nn.Linear(256, 64), nn.GELU()

            def forward(self, x):
                y = self.first(x)
                x = x + self.attention(y, y, y, need_weights=False)[0]
                return x + self.down(self.act(self.up(self.second(x))))

        return Block().eval(), [["B", 16, 64]]

    return {"jax2onnx": by_jax, "torch": by_torch}


@row("14_lstm_rnn", 16)
def _lstm():
    return {"torch": lambda: (torch_lstm(False), [["B", 20, 16]])}


@row("14_bilstm", 16)
def _bilstm():
    return {"torch": lambda: (torch_lstm(True), [["B", 20, 16]])}


def torch_lstm(bidirectional):
    import torch.nn as nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(16, 32, batch_first=True, bidirectional=bidirectional)

        def forward(self, x):
            return self.lstm(x)[0]

    return Network()


def dense_sizes():
    return [(16, 32), (32, 32), (32, 10)]


@row("15_train_sgd_onehot", 32)
def _train_sgd():
    def by_torch():
        import torch

        def step(x, labels, *params):
            def loss(params):
                y = x
                for i in range(3):
                    y = y @ params[2 * i] + params[2 * i + 1]
                    y = torch.relu(y) if i < 2 else y
                onehot = (labels[:, None] == torch.arange(10)).to(torch.float32)
                return -(torch.log_softmax(y, -1) * onehot).sum(-1).mean()

            gradient, value = torch.func.grad_and_value(loss)(params)
            return tuple(p - 0.1 * g for p, g in zip(params, gradient)) + (value,)

        shapes = [["B", 16], ["B"]] + [list(shape) for a, b in dense_sizes() for shape in ((a, b), (b,))]
        return step, shapes, [np.float32, np.int64] + [np.float32] * 6

    return {"torch": ("make_fx", by_torch), "jax2onnx": lambda: jax_manual_step(False)}


@row("16_train_adam", 32)
def _train_adam():
    return {"jax2onnx": lambda: jax_manual_step(True)}


def jax_manual_step(adam):
    import jax
    import jax.numpy as jnp

    def gradients(x, onehot, params):
        (w1, b1), (w2, b2), (w3, b3) = params
        h1 = x @ w1 + b1
        a1 = jnp.maximum(h1, 0)
        h2 = a1 @ w2 + b2
        a2 = jnp.maximum(h2, 0)
        logits = a2 @ w3 + b3
        log_p = jax.nn.log_softmax(logits)
        count = x.shape[0]
        value = -jnp.sum(log_p * onehot) / count
        d3 = (jnp.exp(log_p) - onehot) / count
        d2 = jnp.where(h2 > 0, d3 @ w3.T, 0.0)
        d1 = jnp.where(h1 > 0, d2 @ w2.T, 0.0)
        return value, [x.T @ d1, d1.sum(0), a1.T @ d2, d2.sum(0), a2.T @ d3, d3.sum(0)]

    def step(x, labels, *state):
        onehot = jax.nn.one_hot(labels, 10, dtype=jnp.float32)
        flat = state[:6]
        value, g = gradients(x, onehot, [flat[0:2], flat[2:4], flat[4:6]])
        if not adam:
            return tuple(p - 0.1 * d for p, d in zip(flat, g)) + (value,)
        mu, nu, count = state[6:12], state[12:18], state[18]
        count = count + 1
        t = count.astype(jnp.float32)
        mu = [0.9 * m + 0.1 * d for m, d in zip(mu, g)]
        nu = [0.999 * n + 0.001 * d * d for n, d in zip(nu, g)]
        first, second = 1 - 0.9**t, 1 - 0.999**t
        new = [p - 1e-3 * (m / first) / (jnp.sqrt(n / second) + 1e-8) for p, m, n in zip(flat, mu, nu)]
        return tuple(new) + tuple(mu) + tuple(nu) + (count, value)

    shapes = [list(shape) for a, b in dense_sizes() for shape in ((a, b), (b,))]
    if not adam:
        return step, [["B", 16], ["B"]] + shapes, [np.float32, np.int32] + [np.float32] * 6
    return step, [["B", 16], ["B"]] + shapes * 3 + [[]], [np.float32, np.int32] + [np.float32] * 18 + [np.int32]


@row("18b_cond2", 64)
def _cond():
    def make():
        import jax
        import jax.numpy as jnp

        return lambda x: jax.lax.cond(jnp.sum(x) > 0, jnp.tanh, lambda y: y * 0.5, x), [["B", 8]]

    return {"jax2onnx": make}


@row("18c_while", 64)
def _while():
    def make():
        import jax
        import jax.numpy as jnp

        return lambda x: jax.lax.while_loop(lambda y: jnp.sum(y * y) < 1e4, lambda y: y * 1.5 + 0.1, x), [["B", 8]]

    return {"jax2onnx": make}


@row("18d_scan_fwd", 16)
def _scan():
    def make():
        import jax
        import jax.numpy as jnp

        def step(carry, x):
            new = jnp.tanh(carry * 0.5 + x)
            return new, new

        return lambda xs: jax.lax.scan(step, jnp.zeros_like(xs[0]), xs), [[12, "B", 8]]

    return {"jax2onnx": make}


@row("18g_fori", 64)
def _fori():
    def make():
        import jax
        import jax.numpy as jnp

        return lambda x: jax.lax.fori_loop(0, 5, lambda i, y: jnp.sin(y), x), [["B", 8]]

    return {"jax2onnx": make}


def icnn():
    from ott.neural.networks.icnn import ICNN

    return ICNN(dim_data=2, dim_hidden=[64, 64, 64, 64], pos_weights=True)


@row("19c_icnn_grad_vmap", 64)
def _icnn_gradient():
    def make():
        import jax

        value = bound(icnn(), zeros(2))
        return jax.vmap(jax.grad(value)), [["B", 2]]

    return {"jax2onnx": make}


@row("20_potential_hvp_leaky_d2", 64)
def _hvp():
    return {"jax2onnx": lambda: jax_hvp(None)}


@row("20_potential_hvp_tanh_d2", 64)
def _hvp_tanh():
    import jax.numpy as jnp

    return {"jax2onnx": lambda: jax_hvp(jnp.tanh)}


def jax_hvp(activation):
    import jax

    value = jax_potential(2, activation=activation)
    return jax.vmap(lambda x, v: jax.jvp(jax.grad(value), (x,), (v,))[1]), [["B", 2], ["B", 2]]


@row("22_gru_cell", 16)
def _gru():
    def make():
        import flax.linen as nn

        return bound(nn.GRUCell(features=32), zeros(1, 32), zeros(1, 16)), [["B", 32], ["B", 16]]

    return {"jax2onnx": make}


@row("23a_gelu_exact_f32", 64)
def _gelu():
    def make():
        import jax

        return lambda x: jax.nn.gelu(x, approximate=False), [["B", 32]]

    return {"jax2onnx": make}


@row("23b_erf_f32", 64)
def _erf():
    def make():
        import jax

        return jax.scipy.special.erf, [["B", 32]]

    return {"jax2onnx": make}


# ------------------------------------------------------------------------------------------------ writing


def types_of(shapes, dtypes):
    return dtypes if isinstance(dtypes, list) else [dtypes] * len(shapes)


def write_jax(path, dynamic, batch, function, shapes, dtypes=np.float32):
    import jax
    from jax2onnx import to_onnx

    kinds = types_of(shapes, dtypes)
    doubles = np.float64 in kinds
    jax.config.update("jax_enable_x64", True)
    size = "B" if dynamic else batch
    specs = [jax.ShapeDtypeStruct(tuple(size if dim == "B" else dim for dim in shape), kind) for shape, kind in zip(shapes, kinds)] if not dynamic else [tuple("B" if dim == "B" else dim for dim in shape) for shape in shapes]
    if dynamic and any(kind != np.float32 for kind in kinds) and not doubles:
        raise NotImplementedError("symbolic shapes with several dtypes")
    import onnx

    model = to_onnx(function, specs, enable_double_precision=doubles)
    onnx.save(model, path)


def write_torch(path, dynamic, batch, function, shapes, dtypes=np.float32, traced=False):
    import torch

    kinds = types_of(shapes, dtypes)
    make = lambda shape, kind: torch.randint(0, 10, shape) if kind == np.int64 else torch.randn(shape)
    args = tuple(make([batch if dim == "B" else dim for dim in shape], kind) for shape, kind in zip(shapes, kinds))
    module = function
    if traced:
        from torch.fx.experimental.proxy_tensor import make_fx

        module = make_fx(function, tracing_mode="symbolic" if dynamic else "real")(*args)
    named = [{axis: torch.export.Dim("B", min=2) for axis, dim in enumerate(shape) if dim == "B"} for shape in shapes]
    options = {"dynamic_shapes": (tuple(named),) if traced else tuple(named)} if dynamic else {}
    try:
        torch.onnx.export(module, args, dynamo=True, verbose=False, **options).save(path)
    except Exception:
        if not (dynamic and traced):
            raise
        torch.onnx.export(module, args, dynamo=True, verbose=False, dynamic_shapes=tuple(named)).save(path)


def main():
    for name, (batch, make) in rows.items():
        if wanted and name not in wanted:
            continue
        try:
            peers = make()
        except Exception as error:  # a package that is not there
            print(f"{name}: {type(error).__name__}: {str(error)[:120]}", file=sys.stderr)
            continue
        for peer, build in peers.items():
            traced = isinstance(build, tuple)
            for kind in ("dynamic", "static"):
                try:
                    parts = (build[1] if traced else build)()
                    path = f"{folder}/{name}.{peer}.{kind}.onnx"
                    if peer == "torch":
                        write_torch(path, kind == "dynamic", batch, *parts, traced=traced)
                    else:
                        write_jax(path, kind == "dynamic", batch, *parts)
                except Exception as error:
                    reason = " ".join(str(error).split())[:120]
                    print(f"{name} {peer} {kind}: {type(error).__name__}: {reason}", file=sys.stderr)


main()
