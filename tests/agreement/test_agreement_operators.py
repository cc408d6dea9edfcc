"""Python's operators on symbols record what they record on Keras's, and models of them go through files."""

import operator
from itertools import product

import keras
import numpy as np
import pytest

import fourfold

UNARY = {"__neg__": operator.neg, "__abs__": abs, "__invert__": operator.invert, "__round__": round}
BINARY = {
    **{f"__{name}__": getattr(operator, name) for name in ("lt", "le", "gt", "ge", "ne")},
    **{f"__{name}__": getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")},
    **{f"__{name}__": getattr(operator, f"{name}_") for name in ("and", "or")},
    "__xor__": operator.xor,
}
X = np.array([[1.6, 2.5, 0.0], [3.0, 2.0, 1.0]], "float32")
Y = np.array([[2.0, 2.5, 1.0], [0.5, 2.0, 3.0]], "float32")


def with_number(function):
    """Also a number on the right, and one on the left, which asks for the reflected operator."""
    return {"two": function, "right": lambda x, y: function(x, 2.0), "left": lambda x, y: function(2.0, x)}


BOTH = [
    *[pytest.param(name, lambda x, y, f=function: f(x), id=name) for name, function in UNARY.items()],
    *[
        pytest.param(name, written, id=f"{name}-{side}")
        for name, function in BINARY.items()
        for side, written in with_number(function).items()
    ],
    pytest.param("__round__", lambda x, y: round(x / 3, 2), id="__round__-digits"),
    pytest.param("__matmul__", lambda x, y: x @ x[0], id="__matmul__"),
    pytest.param("__getitem__", lambda x, y: x[:, 1:] - y[:, ::2], id="__getitem__"),
]


def model(library, written, truths):
    inputs = [library.Input((3,)), library.Input((3,))]
    own = [one > 1 for one in inputs] if truths else inputs
    return library.Model(inputs, library.ops.cast(written(*own), "float32"))


def test_all_operators_of_keras_are_tried():
    own = {name for name, one in vars(keras.KerasTensor).items() if name in dir(operator) and callable(one)}
    tried = {*UNARY, *BINARY, "__matmul__", "__getitem__", "__round__"}
    reflected = {f"__r{name[2:]}" for name in tried}
    assert own - reflected <= tried


@pytest.mark.parametrize("name, written", BOTH)
def test_operators_agree(name, written, tmp_path):
    truths = name in ("__and__", "__or__", "__xor__", "__invert__")
    ours, theirs = model(fourfold, written, truths), model(keras, written, truths)
    expected = theirs.predict([X, Y], verbose=0)
    np.testing.assert_allclose(ours.predict([X, Y], verbose=0), expected, rtol=1e-6)
    for one in (ours, theirs):
        one.save(tmp_path / "model.keras")
        again = fourfold.models.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(again.predict([X, Y], verbose=0), expected, rtol=1e-6)


@pytest.mark.parametrize("library, same", product([keras, fourfold], [True, False]))
def test_equality_asks_for_the_same_symbol(library, same):
    x, other = library.Input((3,)), library.Input((3,))
    assert (x == (x if same else other)) is same
    assert len({x, x, other}) == 2
    assert [other, x].index(x) == 1


def test_a_mask_of_a_comparison_goes_to_a_layer_of_ones_own():
    """A text without its padding, as models of sequences are written."""

    class Mean(fourfold.layers.Layer):
        def call(self, source, source_mask):
            weight = fourfold.ops.cast(source_mask[:, :, None], "float32")
            return fourfold.ops.sum(source * weight, axis=1) / fourfold.ops.sum(weight, axis=1)

    tokens = fourfold.Input((None,), dtype="int32")
    embedding = fourfold.layers.Embedding(5, 2)
    made = fourfold.Model(tokens, Mean()(source=embedding(tokens), source_mask=tokens != 0))
    vectors = embedding.get_weights()[0]
    np.testing.assert_allclose(made.predict(np.array([[1, 3, 0, 0]]), verbose=0)[0], vectors[[1, 3]].mean(0), rtol=1e-6)
