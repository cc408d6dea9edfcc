"""Discretization finds Keras's boundaries, keeps them, and refuses what would be binned wrongly."""

import copy
import pickle

import keras
import numpy as np
import pytest

import fourfold
from fourfold import layers
from fourfold.errors import DataError, OptionError

NUMBERS = np.random.default_rng(0).normal(size=(300, 1)).astype("float32")


def of_keras(batches, **given):
    """Keras's layer after adapt, which itself asks for TensorFlow."""
    layer = keras.layers.Discretization(**given)
    for batch in batches:
        layer.update_state(batch)
    layer.finalize_state()
    return layer


@pytest.mark.parametrize("epsilon", [0.003, 0.01, 0.2])
@pytest.mark.parametrize("bins", [1, 2, 7, 49])
@pytest.mark.parametrize("lengths", [[1], [3, 40], [700, 1, 900], [250] * 5])
@pytest.mark.parametrize("decimals", [0, 6])
def test_boundaries(epsilon, bins, lengths, decimals):
    rng = np.random.default_rng(len(lengths))
    batches = [(10 * rng.normal(size=length)).round(decimals) for length in lengths]
    wanted = of_keras(batches, num_bins=bins, epsilon=epsilon)
    layer = layers.Discretization(num_bins=bins, epsilon=epsilon)
    layer.adapt(iter(batches))
    assert layer.bin_boundaries == wanted.bin_boundaries
    if wanted.bin_boundaries:
        np.testing.assert_array_equal(layer(batches[-1]), wanted(batches[-1]))


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_modes_after_adapt(mode):
    x = NUMBERS.reshape(100, 3)
    wanted = of_keras([x], num_bins=4, output_mode=mode)
    layer = layers.Discretization(num_bins=4, output_mode=mode)
    layer.adapt(x)
    outputs = layer(x)
    np.testing.assert_array_equal(outputs, wanted(x))
    assert str(outputs.dtype) == str(wanted(x).dtype)
    assert layer(layers.Input((3,))).shape == (None, *outputs.shape[1:])


def test_batches_are_taken_up_to_steps_and_adapting_again_begins_anew():
    batches = [(NUMBERS[:100], "y"), (NUMBERS[100:200], "y"), (NUMBERS[200:] + 100, "y")]
    layer = layers.Discretization(num_bins=4)
    layer.adapt(NUMBERS + 50)
    layer.adapt(batches, steps=2)
    assert layer.bin_boundaries == of_keras([NUMBERS[:100], NUMBERS[100:200]], num_bins=4).bin_boundaries


def binned():
    bins = layers.Discretization(num_bins=5, output_mode="one_hot")
    bins.adapt(NUMBERS)
    x = layers.Input((1,))
    return bins, fourfold.Model(x, layers.Dense(2)(bins(x)))


def test_boundaries_are_in_files_that_keras_opens_and_writes(tmp_path):
    bins, model = binned()
    model.save(tmp_path / "m.keras")
    theirs = keras.models.load_model(tmp_path / "m.keras")
    theirs.save(tmp_path / "n.keras")
    again = fourfold.models.load_model(tmp_path / "n.keras")
    assert again.layers[1].bin_boundaries == theirs.layers[1].bin_boundaries == bins.bin_boundaries
    for other in (theirs, again):
        np.testing.assert_allclose(other.predict(NUMBERS, verbose=0), model.predict(NUMBERS, verbose=0), atol=1e-6)


def test_given_boundaries_are_in_files_that_keras_opens(tmp_path):
    fourfold.Sequential([layers.Input((1,)), layers.Discretization([0.0, 1.0])]).save(tmp_path / "m.keras")
    assert keras.models.load_model(tmp_path / "m.keras").layers[0].bin_boundaries == [0.0, 1.0]


@pytest.mark.parametrize(
    "copied",
    [
        lambda bins: layers.Discretization.from_config(bins.get_config()),
        lambda bins: pickle.loads(pickle.dumps(bins)),
        copy.deepcopy,
        lambda bins: fourfold.models.clone_model(fourfold.Sequential([layers.Input((1,)), bins])).layers[0],
    ],
    ids=["config", "pickle", "deepcopy", "clone"],
)
def test_copies_have_the_boundaries(copied):
    bins, _ = binned()
    again = copied(bins)
    assert again is not bins and again.bin_boundaries == bins.bin_boundaries
    np.testing.assert_array_equal(again(NUMBERS), bins(NUMBERS))


def test_a_compiled_model_never_has_old_boundaries():
    bins, _ = binned()
    with pytest.raises(OptionError, match=r"is in a model with its boundaries: got adapt\(data\).*adapt a new layer"):
        bins.adapt(NUMBERS)


def test_what_is_refused():
    for given in ({}, {"bin_boundaries": [0.0], "num_bins": 2}):
        with pytest.raises(OptionError, match="takes the boundaries, or how many intervals.*wanted one of both"):
            layers.Discretization(**given)
    for epsilon in (0, 1, -0.1):
        with pytest.raises(OptionError, match="epsilon is no share: got epsilon="):
            layers.Discretization(num_bins=2, epsilon=epsilon)
    with pytest.raises(OptionError, match="num_bins is not a whole number of at least 1: got num_bins=0"):
        layers.Discretization(num_bins=0)
    with pytest.raises(OptionError, match="has its boundaries.*give num_bins"):
        layers.Discretization([0.0]).adapt(NUMBERS)
    layer = layers.Discretization(num_bins=2)
    for inputs in (NUMBERS, layers.Input((1,))):
        with pytest.raises(OptionError, match=r"has no boundaries yet: got a call.*adapt\(data\) first"):
            layer(inputs)
    with pytest.raises(DataError, match="adapts to no numbers: got 0, wanted at least one"):
        layer.adapt(np.zeros((0, 1)))
    for wrong in (np.array([1.0, np.nan]), np.array([np.inf]), np.array(["a"])):
        with pytest.raises(DataError, match="adapts to numbers: got .*wanted an array of finite numbers"):
            layer.adapt(wrong)
    assert layer.bin_boundaries is None
