"""Models that both libraries can build: a function of the library that gives the model, and the shapes of its inputs.

Layers of one class stand at equal depths, are shared, nested and named, so that a weight that lands in a wrong place shows.
"""

import numpy as np
from cases_layers import CASES

RNG = np.random.default_rng(0)


def activate(x):
    """A function of a user's own."""
    return x * x


def layers_on(cases):
    """A model with an output for each of some layers that take inputs of the same shapes."""
    shapes, ids = cases[0][2], cases[0][3].get("ids")

    def make(k):
        inputs = [k.Input(shape[1:], dtype="int32" if ids else "float32") for shape in shapes]
        given = inputs if len(inputs) > 1 else inputs[0]
        return k.Model(inputs, [getattr(k.layers, name)(**arguments)(given) for name, arguments, _, _ in cases])

    return make, [(2, *shape[1:]) for shape in shapes], ids


def residual(k):
    x = k.Input((5,))
    y = x
    for _ in range(3):
        y = y + k.layers.Dense(5, activation="tanh")(k.layers.LayerNormalization()(y))
    return k.Model(x, k.layers.Dense(2)(y[:, 1:] * 2 - 1 / (1 + x[:, :-1] ** 2)))


def with_operations(k):
    x, z = k.Input((4, 6)), k.Input((4, 6))
    a = k.ops.concatenate([k.ops.relu(x), k.ops.maximum(x, z)], axis=-1)
    b = k.ops.mean(a, axis=1, keepdims=True) + k.ops.max(a, axis=(1, 2), keepdims=True)
    c = k.ops.softmax(k.ops.matmul(x, k.ops.transpose(z, (0, 2, 1))), axis=-1)
    d = k.ops.einsum("nts,nsf->ntf", c, z)
    e = k.ops.reshape(d, (-1, 24)) * k.ops.expand_dims(k.ops.sum(x, axis=(1, 2)), 1)
    f = k.ops.where(x > 0, x, -z)[:, ::2, None, 1]
    g = k.ops.split(k.ops.pad(x, ((0, 0), (1, 1), (0, 0))), 2, axis=1)[1]
    h = k.ops.clip(k.ops.cast(k.ops.argmax(x, axis=-1), "float32"), 0, 3)
    parts = [k.layers.Flatten()(part) for part in (a, b, e, f, g)] + [h]
    return k.Model([x, z], k.layers.Dense(3)(k.layers.concatenate(parts)))


def shared(k):
    x, z = k.Input((4,), name="left"), k.Input((4,), name="right")
    twice, once, late = k.layers.Dense(4, name="twice"), k.layers.Dense(4), k.layers.Dense(4)
    y = k.layers.Add()([twice(late(twice(x))), once(z)])
    return k.Model([x, z], [k.layers.Dense(4)(y), late(y)])


def shared_at_depths(k):
    x = k.Input((3,))
    deep, other = k.layers.Dense(3), k.layers.Dense(3)
    a = deep(x)
    b = other(k.layers.Dense(3)(x))
    return k.Model(x, [deep(k.layers.Dense(3)(b)), k.layers.Dense(3)(a), other(a)])


def nested(k):
    inner = k.Input((4,))
    block = k.Model(inner, inner + k.layers.Dense(4)(inner), name="block")
    tower = k.Sequential([k.Input((4,)), k.layers.Dense(4), k.layers.BatchNormalization(), k.layers.Dropout(0.1)])
    x = k.Input((4,))
    return k.Model(x, block(tower(block(x))))


def nested_ends(k):
    inner = k.Input((3, 4))
    pair = k.Model(inner, [k.layers.Dense(2)(inner), k.layers.GRU(3)(inner)])
    x = k.Input((3, 4))
    a, b = pair(x)
    return k.Model(x, {"a": a, "b": b, "c": k.layers.Dense(2)(b)})


def recurrent(k):
    x = k.Input((6, 3))
    y = k.layers.Bidirectional(k.layers.LSTM(4, return_sequences=True), merge_mode="sum")(x)
    y, h, c = k.layers.LSTM(4, return_sequences=True, return_state=True, recurrent_dropout=0.1)(y)
    y = k.layers.LSTM(4)(y, initial_state=[h, c])
    z = k.layers.GRU(3, reset_after=False, go_backwards=True)(x)
    w = k.layers.Bidirectional(k.layers.SimpleRNN(2), backward_layer=k.layers.GRU(2, go_backwards=True))(x)
    return k.Model(x, [y, z, w])


def masked(k):
    x = k.Input((6,), dtype="int32")
    y = k.layers.Embedding(7, 4, mask_zero=True)(x)
    a = k.layers.LSTM(3, return_sequences=True)(y)
    b = k.layers.GRU(3)(k.layers.Masking()(a))
    c = k.layers.Bidirectional(k.layers.GRU(2))(y)
    c = c + k.layers.Bidirectional(k.layers.RNN([k.layers.GRUCell(3), k.layers.GRUCell(2)]))(y)
    c = c + k.layers.Bidirectional(k.layers.RNN(k.layers.LSTMCell(2)))(y)
    d = k.layers.GlobalAveragePooling1D()(k.layers.Dropout(0.2)(a))
    return k.Model(x, k.layers.concatenate([b, c, d]))


def masks_at_depths(k):
    """Keras computes masks by operations of the graph, and so the first layer before one lies deeper than another."""
    x = k.Input((4, 3))
    read = k.layers.LSTM(3)(k.layers.Masking()(k.layers.Dense(3)(x)))
    return k.Model(x, [k.layers.Dense(3)(k.layers.Dense(3)(k.layers.Dense(3)(x))), read])


def attention(k):
    x, z = k.Input((5, 6)), k.Input((4, 6))
    y = k.layers.MultiHeadAttention(2, 3, value_dim=4, dropout=0.1)(x, z)
    y = k.layers.LayerNormalization(epsilon=1e-6)(x + y)
    y = y + k.layers.MultiHeadAttention(2, 3)(y, y, use_causal_mask=True)
    w = k.layers.MultiHeadAttention(1, 3, use_bias=False)(y, z, key=z)
    return k.Model([x, z], [w, k.layers.Attention(use_scale=True)([y, z])])


def grouped_attention(k):
    x = k.Input((5, 6))
    y = k.layers.RMSNormalization()(x)
    y = k.layers.GroupQueryAttention(2, 4, 2, sliding_window=3, use_gate=True)(y, y, use_causal_mask=True)
    z = k.layers.MultiHeadAttention(2, 3, use_gate=True)(x, y)
    return k.Model(x, k.layers.UnitNormalization()(y + z))


def pictures(k):
    x = k.Input((9, 9, 2))
    y = k.layers.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer="l2")(x)
    y = k.layers.BatchNormalization()(k.layers.SeparableConv2D(4, 3, padding="same")(y))
    y = k.layers.MaxPooling2D()(k.layers.DepthwiseConv2D(3, padding="same")(y))
    z = k.layers.Conv2DTranspose(2, 3, strides=2, padding="same")(y)
    return k.Model(x, [k.layers.GlobalAveragePooling2D()(y), z])


def wrapped(k):
    x = k.Input((3, 8, 8, 1))
    inner = k.Sequential([k.Input((8, 8, 1)), k.layers.Conv2D(2, 3), k.layers.Flatten(), k.layers.Dense(3)])
    y = k.layers.TimeDistributed(k.layers.Conv2D(2, 3))(x)
    return k.Model(x, [k.layers.TimeDistributed(inner)(x), k.layers.TimeDistributed(k.layers.Flatten())(y)])


def in_order(k):
    return k.Sequential(
        [k.Input((6, 2)), k.layers.Conv1D(3, 2), k.layers.GRU(3), k.layers.RepeatVector(2), k.layers.Flatten(), k.layers.Dense(2)]
    )


def without_input(k):
    model = k.Sequential([k.layers.Dense(3, kernel_constraint="non_neg"), k.layers.Dense(2)])
    model.build((None, 4))
    return model


def named_function(k):
    x = k.Input((4,))
    return k.Model(x, k.layers.Dense(3, activation=activate)(x))


def structures(k):
    a, b = k.Input((2,), name="a"), k.Input((3,), name="b")
    return k.Model({"b": b, "a": a}, {"z": k.layers.Dense(2)(a), "y": [k.layers.Dense(2)(b)]})


MODELS = {
    "residual": (residual, [(2, 5)], None),
    "operations": (with_operations, [(2, 4, 6)] * 2, None),
    "shared": (shared, [(2, 4)] * 2, None),
    "shared at depths": (shared_at_depths, [(2, 3)], None),
    "nested": (nested, [(2, 4)], None),
    "nested ends": (nested_ends, [(2, 3, 4)], None),
    "recurrent": (recurrent, [(2, 6, 3)], None),
    "masked": (masked, [(4, 6)], 7),
    "masks at depths": (masks_at_depths, [(2, 4, 3)], None),
    "attention": (attention, [(2, 5, 6), (2, 4, 6)], None),
    "grouped_attention": (grouped_attention, [(2, 5, 6)], None),
    "pictures": (pictures, [(2, 9, 9, 2)], None),
    "wrapped": (wrapped, [(2, 3, 8, 8, 1)], None),
    "in order": (in_order, [(2, 6, 2)], None),
    "without an input": (without_input, [(2, 4)], None),
    "a named function": (named_function, [(2, 4)], None),
}
ALIKE: dict = {}
for case in CASES:
    if all(shape[1:] for shape in case[2]):
        ALIKE.setdefault((*case[2], case[3].get("ids")), []).append(case)
LAYERS = {f"layers on {of}": layers_on(cases) for of, cases in ALIKE.items()}


def data(shapes, ids):
    if ids:
        return [RNG.integers(0, ids, shape).astype("int32") for shape in shapes]
    return [RNG.normal(size=shape).astype("float32") for shape in shapes]


def randomised(model):
    """The model with weights drawn anew, so that no two are equal."""
    model.set_weights([RNG.normal(0.1, 0.3, w.shape).astype("float32") ** 2 for w in model.weights])
    return model
