"""RNN around cells under Keras and under Fourfold from equal weights: outputs, states, gradients, masks, files."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from differential import assert_layers_agree

import fourfold

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 6, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0, 1, 0, 1, 1, 0]], bool)

CELLS = {
    "simple": lambda k: k.layers.SimpleRNNCell(3),
    "lstm": lambda k: k.layers.LSTMCell(3),
    "gru": lambda k: k.layers.GRUCell(3, reset_after=False),
    "other activations": lambda k: k.layers.LSTMCell(3, activation="relu", recurrent_activation="hard_sigmoid", use_bias=False),
}
STACKS = {
    "stack": lambda k: [k.layers.LSTMCell(3), k.layers.GRUCell(2), k.layers.LSTMCell(4)],
    "stack of one kind": lambda k: [k.layers.GRUCell(3), k.layers.GRUCell(3)],
}
OPTIONS = [
    {},
    {"return_sequences": True},
    {"return_sequences": True, "go_backwards": True, "return_state": True},
    {"return_state": True, "unroll": True},
    {"zero_output_for_mask": True, "return_sequences": True},
    {"zero_output_for_mask": True, "return_sequences": True, "go_backwards": True},
]


MASKED = [options for options in OPTIONS if "unroll" not in options]
"""Keras fills masked outputs otherwise when it unrolls."""


@pytest.mark.parametrize(
    "masked, options",
    [(False, options) for options in OPTIONS] + [(True, options) for options in MASKED],
    ids=lambda value: {False: "whole", True: "masked"}[value] if isinstance(value, bool) else str(value),
)
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_outputs_and_gradients(cell, options, masked):
    made = [k.layers.RNN(cell(k), **options) for k in (keras, fourfold)]
    assert_layers_agree(*made, [X], [MASK] if masked else ())


def trained(k, cells, options, values=None):
    """A model around cells after two steps of training, and the weights that it began with."""
    x = k.Input((6, 4))
    model = k.Model(x, k.layers.RNN(cells(k), **options)(k.layers.Masking()(x)))
    model.set_weights(values or [RNG.normal(size=w.shape) * 0.5 for w in model.weights])
    values = model.get_weights()
    model.compile(k.optimizers.SGD(0.1), "mse")
    rows = X * MASK[:, :, None] if cells is not STACKS["stack of one kind"] else X
    wanted = np.zeros(np.shape(model(rows)), "float32")
    for _ in range(2):
        model.train_on_batch(rows, wanted)
    return model, values, rows


@pytest.mark.parametrize("options", [{}, {"return_sequences": True, "go_backwards": True}], ids=str)
@pytest.mark.parametrize("cells", STACKS.values(), ids=STACKS)
def test_stacks(cells, options):
    # Keras shows the first cell's state at masked steps where states are not nested, so that stack has no masks here.
    theirs, values, rows = trained(keras, cells, options)
    ours, _, _ = trained(fourfold, cells, options, values)
    np.testing.assert_allclose(ours.predict(rows, verbose=0), theirs.predict(rows, verbose=0), rtol=1e-4, atol=1e-5)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def minimal(k):
    """A cell as a user writes it, for either library."""

    class Minimal(k.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.recurrent_kernel = self.add_weight(shape=(self.units, self.units), name="recurrent_kernel")

        def call(self, inputs, states):
            output = k.ops.tanh(k.ops.matmul(inputs, self.kernel) + k.ops.matmul(states[0], self.recurrent_kernel))
            return output, [output]

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Minimal


OWN = {
    "alone": lambda k, cell: cell(3),
    "in a stack": lambda k, cell: [k.layers.LSTMCell(3), cell(2)],
}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("make", OWN.values(), ids=OWN)
def test_cells_of_ones_own(make, options):
    x = keras.Input((6, 4))
    theirs = keras.Model(x, keras.layers.RNN(make(keras, minimal(keras)), **options)(x))
    z = fourfold.Input((6, 4))
    ours = fourfold.Model(z, fourfold.layers.RNN(make(fourfold, minimal(fourfold)), **options)(z))
    ours.set_weights(theirs.get_weights())
    for a, b in zip(jax.tree.leaves(ours.predict(X, verbose=0)), jax.tree.leaves(theirs.predict(X, verbose=0)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_a_cell_over_all_steps_is_its_layer(name, options):
    layer = getattr(fourfold.layers, name)(3, **options)
    around = fourfold.layers.RNN(getattr(fourfold.layers, f"{name}Cell")(3), **options)
    layer(X)
    around(X)
    around.set_weights(layer.get_weights())
    for a, b in zip(jax.tree.leaves(layer(X)), jax.tree.leaves(around(X)), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_one_step(name):
    made = [getattr(k.layers, name)(3) for k in (keras, fourfold)]
    states = [RNG.normal(size=(3, 3)).astype("float32")] * (2 if name == "LSTMCell" else 1)
    made[0](X[:, 0], states)
    made[1](X[:, 0], states)
    made[1].set_weights(made[0].get_weights())
    wanted, got = (cell(X[:, 0], states) for cell in made)
    assert made[1].state_size == made[0].state_size
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_states_travel_from_call_to_call():
    layer = fourfold.layers.RNN([fourfold.layers.LSTMCell(3), fourfold.layers.GRUCell(2)], stateful=True)
    theirs = keras.layers.RNN([keras.layers.LSTMCell(3), keras.layers.GRUCell(2)], stateful=True)
    theirs.build(X.shape)
    layer.build(X.shape)
    layer.set_weights([w.numpy() for w in theirs.trainable_variables])
    for _ in range(2):
        np.testing.assert_allclose(layer(X), theirs(X), rtol=1e-5, atol=1e-6)
    given = [[jnp.ones((3, 3)), jnp.ones((3, 3))], jnp.ones((3, 2))]
    np.testing.assert_allclose(layer(X, initial_state=given), theirs(X, initial_state=given), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("writer, reader", [(keras, fourfold), (fourfold, keras), (fourfold, fourfold)], ids=["from", "to", "alone"])
@pytest.mark.parametrize("cell", [CELLS["lstm"], CELLS["simple"], STACKS["stack"]], ids=["lstm", "simple", "stack"])
def test_files(tmp_path, cell, writer, reader):
    x = writer.Input((6, 4))
    model = writer.Model(x, writer.layers.RNN(cell(writer), return_sequences=True)(x))
    model.set_weights([RNG.normal(size=w.shape) for w in model.weights])
    model.save(tmp_path / "m.keras")
    other = reader.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(other.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "text, wrong",
    [
        (r"goes over steps by a cell: got Dense, wanted LSTMCell", lambda layers: layers.RNN(layers.Dense(3))),
        (r"StackedRNNCells takes cells: got none", lambda layers: layers.RNN([])),
        (r"states of shapes \[\(3, 2\)\], wanted \[\(3, 3\)\]", lambda layers: layers.RNN(layers.GRUCell(3))(X, initial_state=jnp.ones((3, 2)))),
        (r"can't take .*|axes", lambda layers: layers.RNN(layers.GRUCell(3))(X[0])),
    ],
)  # fmt: skip
def test_errors(text, wrong):
    with pytest.raises(fourfold.errors.OptionError, match=text):
        wrong(fourfold.layers)


WITH_STATES = {
    **{name: lambda k, name=name: getattr(k.layers, name)(3) for name in ("SimpleRNN", "LSTM", "GRU")},
    **{f"RNN of {name}": lambda k, cell=cell: k.layers.RNN(cell(k)) for name, cell in (CELLS | STACKS).items()},
}


@pytest.mark.parametrize("make", WITH_STATES.values(), ids=WITH_STATES)
def test_the_states_that_a_sequence_begins_with(make):
    """They are asked for before the layer is built, and given as its initial state change nothing."""
    theirs, ours = make(keras), make(fourfold)
    assert ours.state_size == theirs.state_size
    states = ours.get_initial_state(batch_size=2)
    shapes = jax.tree.map(jnp.shape, states)
    assert shapes == jax.tree.map(jnp.shape, theirs.get_initial_state(batch_size=2))
    x = jnp.asarray(X[:2])
    np.testing.assert_array_equal(ours(x, initial_state=states), ours(x))
