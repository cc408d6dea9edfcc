"""What `fit` and its kin report and tell, compared with the installed Keras."""

import importlib
import importlib.util
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

import fourfold


def test_class_weights_are_for_training_alone():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 2, 40)

    def losses(k, **options):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2, activation="softmax")])
        model.set_weights([np.full((3, 2), 0.1, "float32"), np.array([0.3, -0.2], "float32")])
        model.compile(
            "sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"]
        )
        history = model.fit(x, y, shuffle=False, verbose=0, validation_split=0.25, **options).history
        return {name: values[0] for name, values in sorted(history.items())}

    for options in ({}, {"class_weight": {0: 1.0, 1: 5.0}}):
        wanted, got = losses(keras, **options), losses(fourfold, **options)
        assert list(got) == list(wanted)
        np.testing.assert_allclose(list(got.values()), list(wanted.values()), rtol=1e-4)


def test_callbacks_are_told_what_keras_tells_them():
    def told(k):
        heard = []
        hooks = [
            name for name in vars(k.callbacks.Callback) if name.startswith("on_") and "batch" not in name
        ]
        hooks += [
            f"on_{what}_batch_{when}" for what in ("train", "test", "predict") for when in ("begin", "end")
        ]

        def hook(name):
            def hear(self, *args, logs=None):
                number, logs = (args[:-1], args[-1]) if logs is None else (args, logs)
                heard.append((name, number, sorted(logs)))

            return hear

        listener = type("Listener", (k.callbacks.Callback,), {name: hook(name) for name in hooks})
        model = k.Sequential([k.Input((2,)), k.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        x = np.ones((20, 2), "float32")
        y = np.ones((20, 1), "float32")
        model.fit(x, y, batch_size=8, epochs=2, verbose=0, validation_split=0.5, callbacks=[listener()])
        model.evaluate(x, y, batch_size=8, verbose=0, callbacks=[listener()])
        model.predict(x, batch_size=8, verbose=0, callbacks=[listener()])
        return heard

    assert told(fourfold) == told(keras)


def test_states_of_a_stateful_layer_are_no_weights():
    for layer in (
        lambda k: k.layers.LSTM(3, stateful=True),
        lambda k: k.layers.Bidirectional(k.layers.GRU(2, stateful=True)),
    ):
        shapes = [
            [w.shape for w in k.Sequential([k.Input(batch_shape=(2, 4, 3)), layer(k)]).get_weights()]
            for k in (keras, fourfold)
        ]
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
def test_a_stateful_model_goes_on_from_batch_to_batch(kind):
    """Halves of sequences in successive batches end as the whole sequences do without states that are kept."""

    def model(batch_shape, **options):
        rnn = getattr(fourfold.layers, kind)(3, **options)
        built = fourfold.Sequential([fourfold.Input(batch_shape=batch_shape), rnn, fourfold.layers.Dense(1)])
        built.compile("sgd", "mse")
        return built

    draw = np.random.default_rng(0)
    whole = draw.normal(size=(4, 10, 2)).astype("float32")
    halves, y = np.concatenate([whole[:, :5], whole[:, 5:]]), draw.normal(size=(8, 1)).astype("float32")
    stateful, stateless = model((4, 5, 2), stateful=True), model((None, 10, 2))
    stateless.set_weights(stateful.get_weights())
    told = stateful.predict(halves, batch_size=4, verbose=0)
    np.testing.assert_allclose(told[4:], stateless.predict(whole, verbose=0), rtol=1e-5, atol=1e-6)
    stateful.layers[0].reset_states()
    one, two = stateful(halves[:4]), stateful(halves[4:])
    np.testing.assert_allclose(told, np.concatenate([one, two]), rtol=1e-5, atol=1e-6)

    stateful.layers[0].reset_states()
    errors = (told - y) ** 2
    assert stateful.evaluate(halves, y, batch_size=4, verbose=0) == pytest.approx(errors.mean(), rel=1e-5)
    goes_on = stateful.predict(halves[:4], batch_size=4, verbose=0)
    assert np.abs(goes_on - told[:4]).max() > 1e-3

    stateful.layers[0].reset_states()
    steps, losses = model((4, 5, 2), stateful=True), []
    steps.set_weights(stateful.get_weights())
    history = stateful.fit(halves, y, batch_size=4, epochs=1, shuffle=False, verbose=0).history["loss"]
    for rows in (slice(0, 4), slice(4, 8)):
        losses.append(steps.train_on_batch(halves[rows], y[rows]))
    assert history[0] == pytest.approx(np.mean(losses), rel=1e-5)
    for one, other in zip(stateful.get_weights(), steps.get_weights()):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    for act in (stateful.predict, lambda x, **given: stateful.fit(x, y[: len(x)], **given)):
        with pytest.raises(fourfold.errors.ShapeError, match="the last one must be full"):
            act(halves[:6], batch_size=4, verbose=0)


def test_a_stateful_layer_inside_another_model_goes_on_too():
    inner = fourfold.Sequential(
        [fourfold.Input(batch_shape=(4, 5, 2)), fourfold.layers.LSTM(3, stateful=True)]
    )
    x = fourfold.Input(batch_shape=(4, 5, 2))
    outer = fourfold.Model(x, fourfold.layers.Dense(1)(inner(x)))
    outer.compile("sgd", "mse")
    draw = np.random.default_rng(0)
    steps, y = draw.normal(size=(8, 5, 2)).astype("float32"), draw.normal(size=(8, 1)).astype("float32")
    told = outer.predict(steps, batch_size=4, verbose=0)
    inner.layers[0].reset_states()
    assert (
        np.abs(told[4:] - outer(steps[4:])).max() > 1e-4
    )  # from zero, and not from the first batch's states
    inner.layers[0].reset_states()
    errors = (told - y) ** 2
    assert outer.evaluate(steps, y, batch_size=4, verbose=0) == pytest.approx(errors.mean(), rel=1e-5)


def test_the_learning_rate_is_in_the_history_where_a_callback_sets_it():
    model = fourfold.Sequential([fourfold.Input((1,)), fourfold.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((8, 1), "float32")
    schedule = fourfold.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = model.fit(x, x, epochs=2, verbose=0, callbacks=[schedule]).history
    first, second = history["learning_rate"]
    assert second == pytest.approx(first / 2)


def test_loading_fourfold_leaves_the_global_random_numbers_of_numpy():
    code = """
import numpy as np, fourfold
np.random.seed(0)
fourfold.Sequential, fourfold.layers
print(np.random.rand() == np.random.RandomState(0).rand())
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"


def test_regularizers_of_frozen_weights_do_not_count():
    x = np.ones((8, 3), "float32")

    def losses(k):
        inputs = k.Input((3,))
        frozen = k.layers.Dense(2, kernel_regularizer="l2", kernel_initializer="ones", trainable=False)
        model = k.Model(
            inputs, k.layers.Dense(1, kernel_initializer="ones", bias_regularizer="l1")(frozen(inputs))
        )
        model.compile("sgd", "mse")
        return [*model.fit(x, x[:, :1], verbose=0).history["loss"], model.evaluate(x, x[:, :1], verbose=0)]

    np.testing.assert_allclose(losses(fourfold), losses(keras), rtol=1e-5)


METRICS = {
    "Precision": {}, "Recall": {"thresholds": [0.3, 0.6]}, "AUC": {}, "Precision of a class": {"class_id": 1},
    "AUC of PR": {"curve": "PR"}, "AUC of logits": {"from_logits": True, "num_thresholds": 20},
    "AUC below": {"summation_method": "minoring"},
}  # fmt: skip


@pytest.mark.parametrize("name", METRICS)
def test_metrics_of_yes_and_no(name):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (40, 2)).astype("float32")
    p = np.clip(0.3 * y + rng.uniform(0, 0.7, (40, 2)), 0, 1).astype("float32")
    weights = rng.uniform(size=40).astype("float32")

    def value(k):
        metric = getattr(k.metrics, name.split()[0])(**METRICS[name])
        found = []
        for start in (0, 25):
            rows = slice(start, start + 25)
            metric.update_state(y[rows], p[rows])
            found.append(np.asarray(metric.result()))
            metric.update_state(y[rows], p[rows], sample_weight=weights[rows])
        return [*found, np.asarray(metric.result())]

    for a, b in zip(value(fourfold), value(keras)):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_a_metric_of_ones_own_in_fit():
    def history(k):
        class Hits(k.metrics.Metric):
            def __init__(self, name="hits", **kwargs):
                super().__init__(name=name, **kwargs)
                self.hits = self.add_variable(shape=(), name="hits", initializer="zeros")

            def update_state(self, y_true, y_pred, sample_weight=None):
                right = k.ops.cast(k.ops.argmax(y_pred, axis=1), "int32") == k.ops.cast(y_true, "int32")
                self.hits.assign_add(k.ops.sum(k.ops.cast(right, "float32")))

            def result(self):
                return self.hits.value

            def reset_state(self):
                self.hits.assign(0.0)

        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 2, 40)
        model = k.Sequential(
            [k.Input((3,)), k.layers.Dense(2, activation="softmax", kernel_initializer="ones")]
        )
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=[Hits()])
        found = model.fit(x, y, epochs=2, shuffle=False, verbose=0, validation_data=(x, y)).history
        return {name: [float(value) for value in values] for name, values in sorted(found.items())}

    wanted, got = history(keras), history(fourfold)
    assert list(got) == list(wanted)
    np.testing.assert_allclose(list(got.values()), list(wanted.values()), rtol=1e-4)


def test_csv_logger_writes_keras_columns(tmp_path):
    x = np.ones((8, 1), "float32")
    for options in ({}, {"validation_split": 0.5}):
        heads = []
        for k in (keras, fourfold):
            model = k.Sequential([k.Input((1,)), k.layers.Dense(1)])
            model.compile("sgd", "mse", metrics=["mae"])
            path = tmp_path / f"{k.__name__}.csv"
            model.fit(x, x, epochs=2, verbose=0, callbacks=[k.callbacks.CSVLogger(str(path))], **options)
            model.fit(x, x, verbose=0, callbacks=[k.callbacks.CSVLogger(path, append=True)], **options)
            lines = path.read_text().splitlines()
            heads.append([lines[0], [line.split(",")[0] for line in lines], lines[1].count("NA")])
        assert heads[0] == heads[1]


PADDED = [
    {},
    {"maxlen": 2},
    {"padding": "post", "truncating": "post", "maxlen": 2, "value": -1},
    {"dtype": "float32"},
]


@pytest.mark.parametrize("options", PADDED, ids=str)
def test_pad_sequences(options):
    sequences = [[1, 2, 3], [], [4]]
    wanted = keras.utils.pad_sequences(sequences, **options)
    got = fourfold.preprocessing.sequence.pad_sequences(sequences, **options)
    assert fourfold.utils.pad_sequences is fourfold.preprocessing.sequence.pad_sequences
    assert got.dtype == wanted.dtype and (got == wanted).all()


def test_training_that_a_layer_was_called_with_is_kept():
    x = np.ones((600, 50), "float32")

    def model(k, training):
        inputs = k.Input((50,))
        return k.Model(inputs, k.layers.Dropout(0.5)(inputs, training=training))

    for k in (keras, fourfold):
        drawn = np.asarray(model(k, True)(x))
        assert set(np.unique(drawn)) == {0.0, 2.0}
    drawn = model(fourfold, True)
    assert (drawn.predict(x, verbose=0) != drawn.predict(x, verbose=0)).any()
    quiet = model(fourfold, False)
    quiet.compile("sgd", "mse")
    assert quiet.fit(x, x, verbose=0).history["loss"] == [0.0]


MISSING = [
    ("layers", "Conv2d", r"did you mean 'Conv2D'\?\)\. Do this: see what there is at docs/keras\.md"),
    ("callbacks", "RemoteMonitor", r"has no 'RemoteMonitor'.*Do this: send the logs in a Callback"),
    ("losses", "Reduction", r"has no 'Reduction'.*Do this: write reduction=\"sum\", \"none\" or"),
    ("losses", "mse", r"has no 'mse'.*Do this: fourfold.losses.mean_squared_error"),
    ("backend", "sqrt", "has no attribute 'sqrt'. Do this: fourfold.ops.sqrt, if it is there"),
    ("backend", "int_shape", "has no attribute 'int_shape'. Do this: x.shape$"),
    ("backend", "function", r"has no attribute 'function'. Do this: Model\(model.inputs, layer.output\)"),
    ("losses", "Triplet", r"has no 'Triplet'.*a function \(y_true, y_pred\) -> values is a loss, too"),
    ("metrics", "MeanTensor", r"has no 'MeanTensor'.*is a metric, too"),
    ("optimizers", "MultiOptimizer", r"fourfold\.optimizers has no 'MultiOptimizer'"),
    ("preprocessing.image", "ImageDataGenerator", r"has no 'ImageDataGenerator'. Do this: data = fourfold.data.read"),
    ("preprocessing.sequence", "TimeseriesGenerator", "Do this: fourfold.utils.timeseries_dataset_from_array"),
    ("preprocessing.text", "hashing_trick", "has no 'hashing_trick'. Do this: Tokenizer numbers the words"),
    ("layers", "Hashing", r"has no 'Hashing' \(did you mean 'Masking'\?\)\. Do this: StringLookup numbers the words"),
    ("utils", "get_file", r"has no 'get_file'\. Do this: download the file yourself"),
    ("utils", "np_utils", "has no 'np_utils'. Do this: take the name from fourfold.utils itself"),
    ("optimizers", "legacy", "has no 'legacy'. Do this: from fourfold.optimizers import Adam"),
    ("preprocessing", "timeseries_dataset_from_array", "Do this: fourfold.utils has it"),
]


@pytest.mark.parametrize("module, name, message", MISSING)
def test_what_there_is_not(module, name, message):
    with pytest.raises(AttributeError, match=message):
        getattr(importlib.import_module(f"fourfold.{module}"), name)


@pytest.mark.parametrize("module, name, message", MISSING)
def test_what_there_is_not_is_told_where_it_is_imported(module, name, message):
    with pytest.raises(ImportError, match=message):
        exec(f"from fourfold.{module} import {name}", {})
    assert not hasattr(importlib.import_module(f"fourfold.{module}"), name)


def test_what_fourfold_itself_has_not_is_told_where_it_is_imported():
    with pytest.raises(ImportError, match="Do this: read the data with NumPy or pandas"):
        exec("from fourfold import datasets", {})


@pytest.mark.parametrize(
    "line, message",
    [
        ("from fourfold.datasets import mnist", "fourfold has no attribute 'datasets'. Do this: read the data with"),
        ("import fourfold.applications.vgg16", "Do this: use Keras itself for pretrained models"),
        ("from fourfold.optimizers.legacy import Adam", "Do this: from fourfold.optimizers import Adam"),
        ("from fourfold.utils.np_utils import to_categorical", "from fourfold.utils import to_categorical"),
        ("from fourfold.layers.core import Dense", "from fourfold.layers import Dense"),
        ("from fourfold.keras.layers import Dense", "import fourfold as keras"),
        ("import fourfold.layer", r"did you mean 'Layer'\?"),
        ("import fourfold.Model", "No module named 'fourfold.Model'"),
    ],
)
def test_a_module_that_there_is_not_is_told_as_its_name_is(line, message):
    with pytest.raises(ModuleNotFoundError, match=message):
        exec(line, {})


@pytest.mark.parametrize("module, said", [("datasets", "read the data with NumPy"), ("cli", "cannot be directly executed")])
def test_a_module_that_can_not_be_run_as_a_program_is_told_in_a_line(module, said):
    ended = subprocess.run([sys.executable, "-m", f"fourfold.{module}"], capture_output=True, text=True)
    assert ended.returncode == 1 and re.search(said, ended.stderr) and ended.stderr.count("\n") == 1


def test_asking_whether_there_is_a_module_raises_nothing():
    assert importlib.util.find_spec("fourfold.cli").origin.endswith("cli/__init__.py")
    assert importlib.util.find_spec("fourfold.nonesuch").origin is None
