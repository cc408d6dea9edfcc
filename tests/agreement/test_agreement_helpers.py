"""Names beside layers and models that programs for Keras use: helpers, draws, top-level names."""

import io
import re

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import DataError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 3)).astype("float32")


@pytest.mark.parametrize("arguments", [(X,), (X.T, 1), (X, -1, 1), (X * 0,), (X[0],)])
def test_normalize(arguments):
    wanted = keras.utils.normalize(*arguments)
    np.testing.assert_allclose(fourfold.utils.normalize(*arguments), wanted, rtol=1e-6)


@pytest.mark.parametrize("classes", [[1, 2], [[1], [0]], [[0, 1], [2, 2]], np.array([1.0, 3.0]), jnp.array([[1], [2]])])
@pytest.mark.parametrize("count", [4, None])
def test_classes_as_rows(classes, count):
    if isinstance(classes, jax.Array):
        count = 4  # of JAX's arrays Keras must know it
    wanted, got = (np.asarray(k.utils.to_categorical(classes, count)) for k in (keras, fourfold))
    assert (got.dtype, got.tolist()) == (wanted.dtype, wanted.tolist())


@pytest.mark.parametrize("data", [X, (X,), (X, 1), (X, 1, 2)])
def test_parts_of_a_batch(data):
    for wanted, got in zip(keras.utils.unpack_x_y_sample_weight(data), fourfold.utils.unpack_x_y_sample_weight(data)):
        assert wanted is got
    with pytest.raises(DataError, match="a batch has one to three parts: got 4"):
        fourfold.utils.unpack_x_y_sample_weight((1, 2, 3, 4))


@pytest.mark.parametrize("parts", [(1,), ([1, 2],), (1, 2), (1, 2, 3)])
def test_parts_are_packed(parts):
    assert fourfold.utils.pack_x_y_sample_weight(*parts) == keras.utils.pack_x_y_sample_weight(*parts)


def test_names_of_saving_are_in_utils_too():
    @fourfold.utils.register_keras_serializable("mine")
    def doubled(x):
        return 2 * x

    assert fourfold.utils.get_registered_object("mine>doubled") is doubled


@pytest.mark.parametrize(
    ("draw", "mean"),
    [
        (lambda random: random.gamma((4000,), 2.0, seed=1), 2.0),
        (lambda random: random.beta((4000,), 1.0, 3.0, seed=1), 0.25),
        (lambda random: random.binomial((4000,), 10.0, 0.3, seed=1), 3.0),
        (lambda random: random.categorical(np.log([[0.2, 0.3, 0.5]]).astype("float32"), 4000, seed=1), 1.3),
    ],
)
def test_draws_have_keras_means_shapes_and_types(draw, mean):
    wanted, got = np.asarray(draw(keras.random)), np.asarray(draw(fourfold.random))
    assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype)
    assert got.mean() == pytest.approx(mean, rel=0.1) and (got == np.asarray(draw(fourfold.random))).all()


def test_shuffle_keeps_the_rows():
    got = np.asarray(fourfold.random.shuffle(X, seed=1))
    assert not (got == X).all() and sorted(map(tuple, got)) == sorted(map(tuple, X))


def test_top_level_names_and_what_to_do_without_others():
    assert fourfold.Loss is fourfold.losses.Loss and fourfold.Metric is fourfold.metrics.Metric
    assert fourfold.Optimizer is fourfold.optimizers.Optimizer
    for name in ("device", "distribution", "mixed_precision", "tree"):
        with pytest.raises(AttributeError, match="Do this"):
            getattr(fourfold, name)


def test_layers_that_are_not_here_are_told_what_to_do():
    for name, text in [
        ("Hashing", "StringLookup"),
        ("JaxLayer", "use Keras itself"),
        ("RandomHue", "RandomBrightness"),
    ]:
        with pytest.raises(AttributeError, match=f"has no '{name}'.*Do this: .*({text})"):
            getattr(fourfold.layers, name)


def test_losses_of_the_last_call_of_a_model():
    def found(library):
        class Penalty(library.layers.Layer):
            def call(self, x):
                self.add_loss(0.5 * library.ops.mean(x))
                return x

        x = library.Input((3,))
        model = library.Model(x, Penalty()(library.layers.Dense(1, kernel_regularizer="l2")(x)))
        model.set_weights([np.ones((3, 1), "float32"), np.ones(1, "float32")])
        model(X)
        return sorted(float(loss) for loss in model.losses)

    np.testing.assert_allclose(found(fourfold), found(keras), rtol=1e-5)


def test_layers_as_configurations():
    again = fourfold.layers.deserialize(fourfold.layers.serialize(fourfold.layers.Dense(3, activation="relu")))
    assert (type(again), again.units) == (fourfold.layers.Dense, 3)


def test_one_plain_line_an_epoch(capsys):
    for library in (keras, fourfold):
        model = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        model.fit(X, X[:, :1], epochs=2, verbose=2)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0::2] == ["Epoch 1/2", "Epoch 2/2"]
        for line in lines[1::2]:
            assert re.fullmatch(r"1/1 - \d+s - \S+/step - loss: \d\.\d+ - mae: \d\.\d+", line)


def shape_of(printed):
    """Lines as they stay, without colours, times and numbers."""
    lines = [re.sub(r"\x1b\[\d+m|\r", "", line.rpartition("\b")[2]) for line in printed.split("\n")]
    return [re.sub(r"\d+(s|ms|us)\b", "T", re.sub(r"\d\.\d{4}", "N", line)).rstrip() for line in lines]


@pytest.mark.parametrize("verbose", ["auto", 1, 2, 0, True, False])
@pytest.mark.parametrize(
    "call",
    [
        lambda model, verbose: model.fit(X, X[:, :1], verbose=verbose),
        lambda model, verbose: model.fit(X, X[:, :1], epochs=2, batch_size=2, validation_data=(X, X[:, :1]), verbose=verbose),
        lambda model, verbose: model.evaluate(X, X[:, :1], verbose=verbose),
        lambda model, verbose: model.evaluate(X * 1e-3, X[:, :1] * 1e-3, batch_size=2, verbose=verbose, callbacks=[]),
        lambda model, verbose: model.predict(X, verbose=verbose),
        lambda model, verbose: model.predict(X, batch_size=2, verbose=verbose),
    ],
)
def test_what_is_printed(capsys, call, verbose):
    printed = []
    for library in (keras, fourfold):
        model = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
        model.set_weights([np.ones((3, 1)), np.zeros(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        call(model, verbose)
        printed.append(shape_of(capsys.readouterr().out))
    assert printed[0] == printed[1] and (printed[1] != [""]) == bool(verbose)


def test_what_callbacks_tell_of_an_epoch_is_in_its_line(capsys):
    printed = []
    for library in (keras, fourfold):

        class Telling(library.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                print("begins")

            def on_epoch_end(self, epoch, logs=None):
                print("ends")
                logs["told"] = 0.5

        model = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(X, X[:, :1], epochs=2, verbose=2, callbacks=[library.callbacks.ReduceLROnPlateau("loss"), Telling()])
        printed.append(shape_of(capsys.readouterr().out))
    assert printed[0] == printed[1]
    assert printed[1][3].endswith("loss: N - learning_rate: N - told: N")


def test_a_mask_is_asked_of_an_embedding_and_handed_on():
    ids = np.array([[1, 2, 0], [3, 0, 0]])

    def found(library):
        x = library.Input((None,), dtype="int32")
        embedding = library.layers.Embedding(5, 3, mask_zero=True)
        model = library.Model(x, library.layers.LSTM(2)(embedding(x), mask=embedding.compute_mask(x)))
        rng = np.random.default_rng(0)
        model.set_weights([rng.normal(size=tuple(w.shape)).astype("float32") for w in model.weights])
        return model.predict(ids, verbose=0)

    np.testing.assert_allclose(found(fourfold), found(keras), rtol=1e-5)


def test_tensors_of_operations_by_name():
    for ops in (keras.ops, fourfold.ops):
        assert ops.add(x1=X, x2=X).shape == ops.sort(x=X, axis=0).shape == ops.subtract(X, x2=X).shape == (5, 3)


def test_the_first_layer_may_say_its_features_as_a_number():
    for library in (keras, fourfold):
        model = library.Sequential([library.layers.Dense(2, input_dim=3)])
        assert model.output_shape == (None, 2)
        assert "input_dim" not in model.layers[0].get_config()
    assert fourfold.layers.Embedding(5, 3).get_config()["input_dim"] == 5


def test_cutting_of_tracebacks_can_be_said_and_does_nothing():
    fourfold.config.disable_traceback_filtering()
    fourfold.config.enable_traceback_filtering()
    assert not fourfold.config.is_traceback_filtering_enabled()


def picture(*shape):
    return np.random.default_rng(1).uniform(0, 200, shape).astype("float32")


@pytest.mark.parametrize("mode", ["grayscale", "rgb", "rgba"])
@pytest.mark.parametrize(
    "size",
    [{}, {"target_size": (4, 9)}, {"target_size": (4, 9), "interpolation": "bilinear", "keep_aspect_ratio": True}],
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_of_files(tmp_path, channels, mode, size):
    file = tmp_path / "picture.png"
    fourfold.utils.save_img(file, picture(7, 5, channels))
    keras.utils.save_img(tmp_path / "other.png", picture(7, 5, channels))
    assert file.read_bytes() == (tmp_path / "other.png").read_bytes()
    wanted, got = (where.utils.load_img(file, mode, **size) for where in (keras, fourfold))
    assert got.mode == wanted.mode and got.size == wanted.size
    for order in (None, "channels_first"):
        one, other = (where.utils.img_to_array(image, order) for where, image in ((keras, wanted), (fourfold, got)))
        assert one.dtype == other.dtype and (one == other).all() and one.shape == other.shape


@pytest.mark.parametrize("x", [picture(4, 5, 1) * 3, picture(4, 5, 3), np.zeros((2, 2, 3)), picture(3, 4, 4)])
@pytest.mark.parametrize("arguments", [(), (None, False), ("channels_last", True, "float32")])
def test_pictures_of_arrays(x, arguments):
    wanted, got = (where.utils.array_to_img(x, *arguments) for where in (keras, fourfold))
    assert got.mode == wanted.mode and (np.asarray(got) == np.asarray(wanted)).all()


def test_pictures_without_a_file_or_transparency():
    wanted, got = io.BytesIO(), io.BytesIO()
    with pytest.warns(UserWarning):
        keras.utils.save_img(wanted, picture(4, 4, 4), file_format="jpg")
    with pytest.warns(UserWarning, match="JPEG has no transparency"):
        fourfold.preprocessing.image.save_img(got, picture(4, 4, 4), file_format="jpg")
    assert wanted.getvalue() == got.getvalue()
    got.seek(0)
    assert fourfold.preprocessing.image.load_img(got).size == (4, 4)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda at: at.array_to_img(picture(1, 4, 4, 3)), r"this is no picture: got an array \(1, 4, 4, 3\).*x\[0\]"),
        (lambda at: at.array_to_img(picture(4, 4)), r"Do this: x\[..., None\]"),
        (lambda at: at.array_to_img(picture(3, 4, 5)), "no colours of a picture: got 5 channels.*channels_first"),
        (lambda at: at.img_to_array(picture(3, 4, 5), "last"), "unknown data_format: got 'last'"),
    ],
)
def test_what_is_no_picture(call, message):
    with pytest.raises(ValueError, match=message):
        call(fourfold.utils)


def test_a_generator_of_seeds_is_described_as_in_keras():
    keras.utils.clear_session(free_memory=False)  # else it numbers the names
    theirs, ours = (k.random.SeedGenerator(3) for k in (keras, fourfold))
    assert ours.get_config() == theirs.get_config()
    for _ in range(2):
        np.testing.assert_array_equal(ours.state, np.asarray(theirs.state))
        drawn = [np.asarray(jax.random.key_data(generator.next())) for generator in (ours, ours.from_config({"seed": 3}))]
        theirs.next()
    assert (drawn[0] != drawn[1]).any()


def test_an_initializer_draws_anew_from_a_generator_of_seeds():
    first, again = (fourfold.initializers.RandomNormal(seed=fourfold.random.SeedGenerator(3)) for _ in range(2))
    one, two = first((4,)), first((4,))
    assert (one != two).all() and np.array_equal(again((4,)), one) and np.array_equal(again((4,)), two)


REFUSED = {
    "two sizes of a batch": lambda k: k.Input(batch_size=2, batch_shape=(2, 3)),
    "two sizes of a batch, in a layer": lambda k: k.layers.InputLayer(batch_size=2, batch_shape=(2, 3)),
    "values of a padding that has its own": lambda k: k.ops.pad(X, 1, mode="reflect", constant_values=2),
    "a root of a matrix that has none": lambda k: k.ops.cholesky(np.array([[1.0, 2.0], [2.0, 1.0]], "float32")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_refuses(name):
    for k in (keras, fourfold):
        with pytest.raises(ValueError):
            REFUSED[name](k)


GIVEN = {
    "an input layer that says it is dense": lambda k: k.layers.InputLayer(shape=(3,), sparse=False, ragged=False).batch_shape,
    "an input layer of an input": lambda k: k.layers.InputLayer(input_tensor=k.Input((3,))).batch_shape,
    "whole numbers rounded up": lambda k: k.ops.ceil(np.array([1, 2])),
    "whole numbers rounded down": lambda k: k.ops.floor(np.array([1, 2], "uint8")),
    "a part up to the end": lambda k: k.ops.slice(X, (1, 1), (-1, 2)),
    "a root of a matrix": lambda k: k.ops.cholesky(np.array([[2.0, 1.0], [1.0, 2.0]], "float32")),
    "a weight with signs": lambda k: [+a_weight(k), 5 // a_weight(k), 5 % a_weight(k), round(a_weight(k))],
    "a mask's shape for build": lambda k: masked_shapes(k),
}


def a_weight(k):
    return k.layers.Layer().add_weight(shape=(2,), initializer=k.initializers.Constant(2.6))


def masked_shapes(k):
    seen = []

    class Own(k.layers.Layer):
        def build(self, inputs_shape, attention_mask_shape=None):
            seen.extend([inputs_shape, attention_mask_shape])

        def call(self, inputs, attention_mask=None):
            return inputs

    Own()(X, attention_mask=np.ones((5, 1), "float32"))
    return seen


@pytest.mark.parametrize("name", GIVEN)
def test_what_keras_gives(name):
    wanted, got = (jax.tree.map(np.asarray, GIVEN[name](k)) for k in (keras, fourfold))
    assert jax.tree.structure(wanted) == jax.tree.structure(got)
    for one, other in zip(jax.tree.leaves(wanted), jax.tree.leaves(got)):
        assert one.dtype == other.dtype and one.shape == other.shape
        np.testing.assert_allclose(other, one, rtol=1e-6)
