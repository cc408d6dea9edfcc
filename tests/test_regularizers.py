"""Regularizers and constraints agree with the installed Keras: values, configs, names."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from fourfold import Input, Sequential, constraints, layers, regularizers
from fourfold.errors import OptionError, ShapeError
from fourfold.optimizers import SGD

KERNEL = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
FILTERS = np.random.default_rng(1).normal(size=(3, 3, 2, 4)).astype(np.float32)

CASES = [
    (regularizers, "L1", {}, KERNEL),
    (regularizers, "L1", {"l1": 0.3}, FILTERS),
    (regularizers, "L2", {}, KERNEL),
    (regularizers, "L2", {"l2": 0.3}, FILTERS),
    (regularizers, "L1L2", {"l1": 0.2, "l2": 0.1}, KERNEL),
    (regularizers, "L1L2", {}, KERNEL),
    (regularizers, "OrthogonalRegularizer", {}, KERNEL),
    (regularizers, "OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}, KERNEL),
    (constraints, "MaxNorm", {"max_value": 1.5}, KERNEL),
    (constraints, "MaxNorm", {"axis": [0, 1, 2]}, FILTERS),
    (constraints, "NonNeg", {}, KERNEL),
    (constraints, "UnitNorm", {}, KERNEL),
    (constraints, "UnitNorm", {"axis": 1}, KERNEL),
    (constraints, "MinMaxNorm", {"min_value": 0.5, "max_value": 1.0, "rate": 0.7}, KERNEL),
    (constraints, "MinMaxNorm", {"axis": [0, 1, 2]}, FILTERS),
]


@pytest.mark.parametrize("module, name, arguments, value", CASES)
def test_agrees_with_keras(module, name, arguments, value):
    theirs_module = getattr(keras, module.__name__.rpartition(".")[2])
    ours, theirs = getattr(module, name)(**arguments), getattr(theirs_module, name)(**arguments)
    with jax.numpy_rank_promotion("raise"):
        result = jax.jit(ours)(jnp.asarray(value))
    assert result.dtype == jnp.float32
    np.testing.assert_allclose(result, theirs(jnp.asarray(value)), rtol=1e-6, atol=1e-7)
    assert module.serialize(ours)["class_name"] == theirs_module.serialize(theirs)["class_name"]
    restored = module.deserialize(theirs_module.serialize(theirs))
    np.testing.assert_allclose(restored(jnp.asarray(value)), result, rtol=1e-6)
    assert module.deserialize(module.serialize(ours)).get_config() == ours.get_config()


def test_gradients_are_finite_at_zero():
    zeros = jnp.zeros((3, 3))
    for regularizer in (regularizers.L1L2(0.1, 0.1), regularizers.OrthogonalRegularizer()):
        assert jnp.isfinite(jax.grad(regularizer)(zeros)).all()


def test_names():
    assert regularizers.get("l2").get_config() == {"l2": 0.01}
    assert isinstance(regularizers.get("L1L2"), regularizers.L1L2)
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    assert isinstance(constraints.get("max_norm"), constraints.MaxNorm)
    assert regularizers.get(None) is None and constraints.get(None) is None
    own = lambda value: jnp.sum(value)  # noqa: E731
    assert regularizers.get(own) is own


@pytest.mark.parametrize("ours, theirs", [(regularizers, keras.regularizers), (constraints, keras.constraints)])
def test_all_of_keras_are_here(ours, theirs):
    assert {name for name in dir(theirs) if not name.startswith("_")} <= set(dir(ours))


TERMS = [regularizers.L1(), regularizers.L2(), regularizers.L1L2(1.0, 2.0), regularizers.OrthogonalRegularizer()]
BOUNDS = [constraints.NonNeg(), constraints.MaxNorm(), constraints.UnitNorm(), constraints.MinMaxNorm()]


@pytest.mark.parametrize("of", [*TERMS, *BOUNDS, constraints.Constraint()])
def test_a_weight_and_lists_are_taken(of):
    layer = layers.Dense(2)
    layer.build((None, 3))
    values = layer.kernel.numpy()
    np.testing.assert_array_equal(of(layer.kernel), of(jnp.asarray(values)))
    np.testing.assert_array_equal(of(values.tolist()), of(jnp.asarray(values)))


def test_a_weight_is_compared_with_numbers_by_its_entries_and_with_weights_by_itself():
    layer, optimizer = layers.Dense(2, bias_initializer="ones"), SGD()
    layer.build((None, 3))
    assert optimizer.iterations == 0 and keras.optimizers.SGD().iterations == 0
    assert (optimizer.iterations != 0).tolist() is False
    assert (layer.bias == np.array([1, 2])).tolist() == [True, False]
    assert (layer.bias != 1).tolist() == [False, False]
    assert layer.bias in [layer.kernel, layer.bias] and layer.kernel != layer.bias and layer.bias != None  # noqa: E711
    assert len({layer.bias, layer.kernel, layer.bias}) == 2


def test_a_weight_has_its_terms_and_takes_others():
    model = Sequential([Input((3,)), layers.Dense(2, kernel_regularizer="l2", kernel_constraint="non_neg")])
    kernel, bias = model.weights
    assert isinstance(kernel.regularizer, regularizers.L2) and isinstance(kernel.constraint, constraints.NonNeg)
    assert bias.regularizer is None is bias.constraint and bias.initializer((1,)).tolist() == [0]
    x, y = np.ones((4, 3), "float32"), np.ones((4, 2), "float32")
    model.compile(SGD(0.1), "mse")
    before = model.evaluate(x, y, verbose=0)
    kernel.regularizer, bias.constraint = regularizers.L1(3.0), lambda value: 0 * value
    model.compile(SGD(0.1), "mse")
    added = 3 * np.abs(kernel.numpy()).sum() - 0.01 * np.square(kernel.numpy()).sum()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(before + added, rel=1e-5)
    model.fit(x, y, verbose=0)
    assert bias.numpy().tolist() == [0, 0]


MISTAKES = [
    (lambda: regularizers.get("l3"), OptionError, "no regularizer of this name: got 'l3'.*write 'l[12]'"),
    (lambda: constraints.get("nonneg"), OptionError, "Do this: write 'non_neg'"),
    (lambda: regularizers.L2(-1.0), OptionError, "l2 must be a finite number of at least 0: got -1.0"),
    (lambda: regularizers.L1(float("nan")), OptionError, "l1 must be a finite number"),
    (lambda: regularizers.OrthogonalRegularizer()(jnp.ones(3)), ShapeError, r"got \(3,\), wanted two axes"),
    (lambda: regularizers.OrthogonalRegularizer(mode="row"), OptionError, "wanted rows or columns"),
]


@pytest.mark.parametrize("mistake, error, message", MISTAKES)
def test_mistakes_are_told(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()
