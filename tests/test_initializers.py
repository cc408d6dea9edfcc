"""Agreement with the installed Keras: names, configs, fans and distributions."""

import keras
import numpy as np
import pytest

from fourfold import initializers
from fourfold.core.streams import Stream, current
from fourfold.errors import OptionError, ShapeError

EXACT = [  # name, arguments, shape: nothing is drawn, so values are equal
    ("Zeros", {}, (2, 3)),
    ("Ones", {}, (2, 3)),
    ("Constant", {"value": 2.5}, (4,)),
    ("Identity", {"gain": 2.0}, (3, 5)),
]
RANDOM = [  # the same distribution: Keras draws from other streams
    ("RandomUniform", {"minval": -1.0, "maxval": 2.0}, (300, 200)),
    ("RandomNormal", {"mean": 1.0, "stddev": 2.0}, (300, 200)),
    ("TruncatedNormal", {"mean": 1.0, "stddev": 2.0}, (300, 200)),
    ("GlorotUniform", {}, (300, 200)),
    ("GlorotNormal", {}, (3, 3, 40, 100)),
    ("HeUniform", {}, (5, 60, 200)),
    ("HeNormal", {}, (300, 200)),
    ("LecunUniform", {}, (3, 3, 40, 100)),
    ("LecunNormal", {}, (60_000,)),
    ("GlorotUniform", {"input_axes": [0], "output_axes": [1, 2]}, (128, 8, 64)),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"}, (300, 200)),
    ("VarianceScaling", {"distribution": "normal"}, (300, 200)),
    ("Orthogonal", {"gain": 2.0}, (300, 200)),
]


def both(name, arguments):
    ours = getattr(initializers, name)(**arguments)
    keras.utils.set_random_seed(0)
    theirs = getattr(keras.initializers, name)(**arguments)
    return ours, theirs


@pytest.mark.parametrize("name, arguments, shape", EXACT)
def test_fixed_values_agree(name, arguments, shape):
    ours, theirs = both(name, arguments)
    np.testing.assert_array_equal(ours(shape, Stream(0)), np.asarray(theirs(shape)))


@pytest.mark.parametrize("name, arguments, shape", RANDOM)
def test_distributions_agree(name, arguments, shape):
    """Sixty thousand values: deciles of both samples differ by a thirtieth of the spread at most."""
    ours, theirs = both(name, arguments)
    a, b = ours(shape, Stream(5)), np.asarray(theirs(shape))
    assert a.dtype == np.float32 and a.shape == b.shape
    levels = np.linspace(0, 1, 11)[1:-1]
    np.testing.assert_allclose(np.quantile(a, levels), np.quantile(b, levels), atol=b.std() / 30)
    np.testing.assert_allclose(np.abs(a).max(), np.abs(b).max(), rtol=0.3)


@pytest.mark.parametrize("name, arguments, shape", EXACT + RANDOM)
def test_config_round_trip_agrees_with_keras(name, arguments, shape):
    ours, theirs = both(name, arguments)
    if name != "Identity":  # whose gain Keras forgets
        assert initializers.serialize(ours) == keras.initializers.serialize(theirs)
    again = initializers.deserialize(initializers.serialize(ours))
    assert again.get_config() == ours.get_config()
    again = initializers.deserialize(keras.initializers.serialize(theirs))
    assert type(again) is type(ours)


@pytest.mark.parametrize("name", ["GlorotUniform", "HeNormal", "Orthogonal", "RandomNormal", "Zeros"])
def test_one_op_seed_a_random_initializer(name):
    stream, reference = Stream(42), Stream(42)
    getattr(initializers, name)()((4, 4), stream)
    if name != "Zeros":
        reference.op_seed()
    assert stream.op_seed() == reference.op_seed()


def test_a_seed_of_its_own_draws_nothing_and_repeats():
    stream, reference = Stream(42), Stream(42)
    own = initializers.HeNormal(seed=3)
    np.testing.assert_array_equal(own((4, 4), stream), own((4, 4), stream))
    assert stream.op_seed() == reference.op_seed()
    assert not np.array_equal(own((4, 4)), initializers.HeNormal(seed=4)((4, 4)))


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (3, 3, 2, 8)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape):
    q = initializers.Orthogonal()(shape, Stream(1)).reshape(-1, shape[-1])
    gram = q.T @ q if q.shape[0] >= q.shape[1] else q @ q.T
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-6)


@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (5, 3, 4), (2, 2, 3, 4)])
def test_fans_agree(shape):
    from keras.src.initializers.random_initializers import compute_fans

    assert initializers.compute_fans(shape) == compute_fans(shape)


def test_attention_projections_count_their_axes():
    placed = initializers.with_axes(initializers.get("glorot_uniform"), [0], [1, 2])
    limit = np.sqrt(6 / (16 + 2 * 8))
    assert 0.95 * limit < np.abs(placed((16, 2, 8), Stream(0))).max() <= limit
    chosen = initializers.GlorotUniform(input_axes=[1], output_axes=[0])
    assert initializers.with_axes(chosen, [0], [1, 2]) is chosen
    assert initializers.with_axes(initializers.get("zeros"), [0], [1]).get_config() == {}


def test_get_takes_names_classes_functions_and_arrays():
    assert isinstance(initializers.get("he_normal"), initializers.HeNormal)
    assert isinstance(initializers.get("uniform"), initializers.RandomUniform)
    assert isinstance(initializers.get(initializers.Ones), initializers.Ones)
    assert initializers.get(None) is None
    np.testing.assert_array_equal(
        initializers.get(lambda shape, dtype=None: np.full(shape, 3, dtype))((2,), current()), [3, 3]
    )
    np.testing.assert_array_equal(initializers.get(np.ones)((2,), Stream(0)), [1, 1])
    np.testing.assert_array_equal(initializers.get(np.arange(3))((3,), Stream(0)), [0, 1, 2])


def test_all_initializers_of_keras_but_one_are_here():
    missing = {name for name in dir(keras.initializers) if not name.startswith("_") and not hasattr(initializers, name)}
    assert missing == {"STFT", "STFTInitializer", "stft"}
    assert initializers.OrthogonalInitializer is initializers.Orthogonal


MISTAKES = [
    (lambda: initializers.get("glorot_unifrom"), OptionError, "Do this: write 'glorot_uniform'"),
    (lambda: initializers.get(3), OptionError, "this is no initializer: got 3"),
    (
        lambda: initializers.deserialize({"class_name": "os.system"}),
        OptionError,
        "no initializer of this name",
    ),
    (lambda: initializers.HeNormal.from_config({"sede": 1}), OptionError, "write 'seed'"),
    (lambda: initializers.VarianceScaling(scale=0.0), OptionError, "the scale must be positive"),
    (lambda: initializers.VarianceScaling(mode="fan"), OptionError, "unknown mode: got 'fan'"),
    (lambda: initializers.Identity()((2, 2, 2)), ShapeError, r"got \(2, 2, 2\), wanted two axes"),
    (lambda: initializers.Orthogonal()((2,)), ShapeError, "wanted two axes or more"),
    (lambda: initializers.get(np.ones(3))((2,)), ShapeError, r"got \(3,\), wanted \(2,\)"),
]


@pytest.mark.parametrize("mistake, error, message", MISTAKES)
def test_mistakes_are_told(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()
