"""Fitting: errors by their text, callbacks, reproducibility, what data may look like."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

import fourfold
from fourfold import Input, Model, Sequential
from fourfold.callbacks import (
    Callback,
    EarlyStopping,
    LearningRateScheduler,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from fourfold.errors import DataError, OptionError, ShapeError
from fourfold.layers import BatchNormalization, Dense, Dropout, Embedding, Flatten

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5, 0.0] + 0.1 * RNG.normal(size=50)).astype("float32")
CLASSES = (Y > 0).astype("int64") + (Y > 1)


def regression(rate=0.05, **arguments):
    model = Sequential([Input(shape=(4,)), Dense(6, activation="tanh"), Dense(1)])
    model.compile(fourfold.optimizers.SGD(rate), loss="mse", **arguments)
    return model


def classifier(loss="sparse_categorical_crossentropy", **arguments):
    model = Sequential([Input(shape=(4,)), Dense(3, activation="softmax")])
    model.compile("sgd", loss=loss, **arguments)
    return model


def copies(model):
    return [np.array(value) for value in model.get_weights()]


def equal(a, b):
    return all(np.array_equal(left, right) for left, right in zip(a, b, strict=True))


# ---- errors by their text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, text, wrong",
    [
        (OptionError, r"does not know yet how to train: .* Do this: model.compile\(", lambda: Sequential([Input(shape=(4,)), Dense(1)]).fit(X, Y)),
        (OptionError, "nothing to minimise: got no loss", lambda: _without_loss().fit(X, Y, verbose=0)),
        (OptionError, r"no optimizer of this name: got 'adm'.* Do this: write 'adam'", lambda: regression().compile("adm", loss="mse")),
        (OptionError, r"no loss of this name.* Do this: write 'mean_squared_error'", lambda: regression().compile("sgd", loss="mean_square_error")),
        (OptionError, r"no metric of this name.* Do this: write 'accuracy'", lambda: classifier(metrics=["acuracy"]).fit(X, CLASSES, verbose=0)),
        (DataError, "training and evaluation need targets: got y=None, wanted an array y", lambda: regression().fit(X, verbose=0)),
        (ShapeError, "inputs and targets differ in length: got 50 and 49", lambda: regression().fit(X, Y[:-1], verbose=0)),
        (ShapeError, r"input 'input_layer.*' has another shape: got \(50, 3\), wanted \(None, 4\)", lambda: regression().fit(X[:, :3], Y, verbose=0)),
        (ShapeError, r"has another shape: got \(4,\), wanted \(None, 4\)", lambda: regression().predict(X[0])),
        (DataError, "an input is missing: got a, wanted a, b", lambda: _of_two_by_name().predict({"a": X})),
        (DataError, "no rows to learn from: got 0 rows", lambda: regression().fit(X[:0], Y[:0], verbose=0)),
        (DataError, "an array holds text: got <U1, wanted numbers", lambda: regression().fit(np.full((50, 4), "a"), Y, verbose=0)),
        (DataError, "an array holds Python objects", lambda: regression().fit(np.array([[1, None, 2, 3]] * 50), Y, verbose=0)),
        (DataError, r"items of a list differ in shape: got a list of 50.* Do this: x, y = map\(np.array, zip\(", lambda: regression().fit(list(zip(X, Y)), verbose=0)),
        (DataError, r"items of a list differ in shape.*pad_sequences", lambda: regression().predict([[1, 2], [3]])),
        (OptionError, r"learning rate for each step, not one: got ExponentialDecay\(.* Do this: float\(schedule\(step\)\)", lambda: scheduled().fit(X, Y, callbacks=[ReduceLROnPlateau("loss")], verbose=0)),
        (AttributeError, r"no attribute 'mean'. Do this: fourfold.ops.mean", lambda: fourfold.backend.mean),
        (AttributeError, r"no 'get_file'. Do this: download the file yourself", lambda: fourfold.utils.get_file),
        (OptionError, "floatx can't be set: got 'float16', wanted 'float32'", lambda: fourfold.config.set_floatx("float16")),
        (OptionError, "validation_split is a share: got 1.5, wanted between 0 and 1", lambda: regression().fit(X, Y, validation_split=1.5, verbose=0)),
        (OptionError, "loss names an output that the model lacks: got 'dens'", lambda: regression().compile("sgd", loss={"dens": "mse"})),
        (OptionError, "a callback is not one: got 3", lambda: regression().fit(X, Y, callbacks=[3], verbose=0)),
        (OptionError, "factor must shrink the rate: got 1.5, wanted below 1", lambda: ReduceLROnPlateau(factor=1.5)),
        (OptionError, "unknown mode: got 'mx'", lambda: EarlyStopping(mode="mx")),
        (OptionError, "batch_size is not a whole number of at least 1: got batch_size=0", lambda: regression().fit(X, Y, batch_size=0, verbose=0)),
        (OptionError, "batch_size is not a whole number of at least 1: got batch_size=2.5", lambda: regression().fit(X, Y, batch_size=2.5, verbose=0)),
        (OptionError, "epochs is not a whole number of at least 0: got epochs=-1", lambda: regression().fit(X, Y, epochs=-1, verbose=0)),
        (ShapeError, "target", lambda: classifier("mse").fit(X, np.zeros((50, 4)), verbose=0)),
        (DataError, r"input 'input_layer.*' holds a token that Embedding 'embedding.*' doesn't have: got 12, wanted 0 to 9, as input_dim is 10. Do this: Embedding\(input_dim=13", lambda: of_tokens().fit(TOKENS + 3, Y, verbose=0)),
        (DataError, "a token that Embedding 'embedding.*' doesn't have: got 12", lambda: of_tokens().evaluate(TOKENS + 3, Y, verbose=0)),
        (DataError, "a token that Embedding 'embedding.*' doesn't have: got 12", lambda: of_tokens().predict(TOKENS + 3, verbose=0)),
        (DataError, "a token that Embedding 'embedding.*' doesn't have: got -11, .* Do this: number the tokens from 0", lambda: of_tokens()(-TOKENS - 2)),
        (DataError, "a token that Embedding 'embedding.*' doesn't have: got 12", lambda: of_tokens().fit(iter([(TOKENS, Y), (TOKENS + 3, Y)]), steps_per_epoch=2, verbose=0)),
        (DataError, "class number lies outside the outputs: got [34], wanted 0 to 2, as the model has 3 outputs.*last layer 5 units", lambda: classifier().fit(X, CLASSES + 2, verbose=0)),
    ],
)  # fmt: skip
def test_errors(kind, text, wrong):
    with pytest.raises(kind, match=text):
        wrong()


def scheduled():
    model = regression()
    decay = fourfold.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(fourfold.optimizers.Adam(decay), loss="mse")
    return model


TOKENS = np.arange(100).reshape(50, 2) % 10


def of_tokens():
    """A model that looks its input up in two tables, of which the smaller is given `TOKENS` and no others."""
    tokens = Input(shape=(2,))
    model = Model(tokens, Dense(1)(Flatten()(Embedding(10, 3)(tokens) + Embedding(12, 3)(tokens))))
    model.compile("sgd", loss="mse")
    return model


def _of_two_by_name():
    a, b = Input(shape=(4,)), Input(shape=(4,))
    return Model({"a": a, "b": b}, Dense(1)(a + b))


def _without_loss():
    model = Sequential([Input(shape=(4,)), Dense(1)])
    model.compile("sgd")
    return model


# ---- what comes back ---------------------------------------------------------------------------------------


def test_the_history():
    model = regression(metrics=["mae"])
    history = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X[:10], Y[:10]), initial_epoch=1)
    assert history is model.history and history.epoch == [1, 2]
    assert list(history.history) == ["loss", "mae", "val_loss", "val_mae"]
    assert all(
        len(values) == 2 and all(isinstance(v, float) for v in values) for values in history.history.values()
    )
    assert history.params == {"epochs": 3, "steps": 2, "verbose": 0}
    loss, mae = model.evaluate(X[:10], Y[:10], verbose=0)
    assert history.history["val_loss"][-1] == pytest.approx(loss, rel=1e-6)
    assert history.history["val_mae"][-1] == pytest.approx(mae, rel=1e-6)
    assert model.metrics_names == ["loss", "mae"]


def test_validation_now_and_then():
    history = regression().fit(X, Y, epochs=5, verbose=0, validation_split=0.2, validation_freq=2).history
    assert len(history["loss"]) == 5 and len(history["val_loss"]) == 2


def test_weights_of_validation_examples_count():
    weights = np.zeros(50, "float32")
    weights[:5] = 1.0
    model = regression(rate=1e-12)
    history = model.fit(X, Y, verbose=0, validation_data=(X, Y, weights)).history
    errors = (model.predict(X, verbose=0)[:, 0] - Y) ** 2
    assert history["val_loss"][0] == pytest.approx(float(np.mean(errors * weights)), rel=1e-4)


def test_the_progress_bar(capsys):
    regression(metrics=["mae"]).fit(X, Y, epochs=2, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2" and lines[2] == "Epoch 2/2" and len(lines) == 4
    assert (
        lines[1].startswith("2/2 ━━━━━━━━━━━━━━━━━━━━ ")
        and " - loss: " in lines[1]
        and " - mae: " in lines[1]
    )


# ---- callbacks ---------------------------------------------------------------------------------------------


class Watcher(Callback):
    """Notes what it is told and the first weight at each moment."""

    def __init__(self):
        self.told, self.kernels = [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.told.append(f"batch {batch}")

    def on_train_batch_end(self, batch, logs=None):
        self.kernels.append(np.array(self.model.get_weights()[0]))
        assert np.isfinite(logs["loss"])

    def on_epoch_begin(self, epoch, logs=None):
        self.told.append(f"epoch {epoch}")

    def on_epoch_end(self, epoch, logs=None):
        self.told.append(sorted(logs))
        np.testing.assert_array_equal(self.kernels[-1], self.model.get_weights()[0])

    def on_test_begin(self, logs=None):
        self.told.append("test")

    def on_train_end(self, logs=None):
        self.told.append("end")


def test_a_callback_sees_the_weights_of_each_moment():
    model, watcher = regression(), Watcher()
    twin = regression()
    twin.set_weights(model.get_weights())
    model.fit(
        X, Y, epochs=2, batch_size=25, callbacks=watcher, validation_split=0.2, shuffle=False, verbose=0
    )
    epoch = ["batch 0", "batch 1", "test", ["loss", "val_loss"]]
    assert watcher.told == ["epoch 0", *epoch, "epoch 1", *epoch, "end"]
    assert len({kernel.tobytes() for kernel in watcher.kernels}) == 4
    twin.fit(X, Y, epochs=2, batch_size=25, validation_split=0.2, shuffle=False, verbose=0)
    assert equal(copies(twin), copies(model))  # looking changes nothing


def test_weights_that_a_callback_assigns_are_taken_over():
    class Reset(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.set_weights(start)

    model = regression()
    start = copies(model)
    first = model.fit(X, Y, epochs=3, shuffle=False, callbacks=[Reset()], verbose=0).history["loss"]
    assert first[0] == first[1] == first[2] and equal(copies(model), start)


@pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end"])
def test_a_callback_stops_training(hook):
    def stop(self, number, logs=None):
        self.model.stop_training = True

    model = regression()
    history = model.fit(X, Y, epochs=9, callbacks=[type("Stop", (Callback,), {hook: stop})()], verbose=0)
    assert len(history.epoch) == 1


def test_an_interrupt_leaves_usable_weights():
    class Interrupt(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                raise KeyboardInterrupt

    model = regression()
    before = copies(model)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=3, batch_size=10, callbacks=[Interrupt()], verbose=0)
    assert not equal(copies(model), before) and np.isfinite(model.predict(X, verbose=0)).all()
    model.fit(X, Y, verbose=0)


def test_batch_hooks_by_their_older_names():
    class Old(fourfold.callbacks.Callback):
        def __init__(self):
            self.seen = []

        def on_batch_begin(self, batch, logs=None):
            self.seen.append(batch)

        def on_batch_end(self, batch, logs=None):
            self.seen.append(round(logs["loss"], 3))

    model = fourfold.Sequential([Dense(1, kernel_initializer="zeros")])
    model.compile("sgd", "mse")
    ended = []
    old = Old()
    function = fourfold.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: ended.append(batch))
    model.fit(np.zeros((6, 2)), np.ones(6), batch_size=3, callbacks=[old, function], verbose=0)
    assert old.seen == [0, 1.0, 1, pytest.approx(0.98, abs=0.02)] and ended == [0, 1]


def test_what_keras_configures():
    fourfold.backend.clear_session()
    fourfold.utils.clear_session()
    fourfold.config.set_floatx("float32")
    assert fourfold.backend.epsilon() == fourfold.config.epsilon() == 1e-7
    assert fourfold.config.image_data_format() == "channels_last"


def test_early_stopping_restores_the_best_weights():
    class Numbers(Callback):
        """Dictates the validation loss of each epoch."""

        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = [3.0, 1.0, 2.0, 2.5, 0.5][epoch]
            seen.append(copies(self.model))

    seen: list = []
    model = regression()
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    history = model.fit(X, Y, epochs=5, callbacks=[Numbers(), stopping], verbose=0)
    assert history.epoch == [0, 1, 2, 3] and stopping.stopped_epoch == 3 and stopping.best_epoch == 1
    assert equal(copies(model), seen[1]) and not equal(seen[1], seen[3])


@pytest.mark.parametrize(
    "activation, loss, text",
    [
        ("softmax", "binary_crossentropy", r"softmax over one unit is 1.*units=1.*Do this: activation='sigmoid'"),
        ("sigmoid", "categorical_crossentropy", r"of one class is 0: got outputs of shape \(\d+, 1\).*binary_crossentropy"),
    ],
)
def test_two_classes_on_one_unit_are_warned_of_where_nothing_can_be_learned(activation, loss, text):
    def trained(activation, loss):
        model = Sequential([Input(shape=(4,)), Dense(1, activation=activation)])
        model.compile("sgd", loss)
        model.fit(X, np.arange(len(X))[:, None] % 2, verbose=0)

    with pytest.warns(UserWarning, match=text):
        trained(activation, loss)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained("sigmoid", "binary_crossentropy")


def test_early_stopping_warns_of_a_number_that_is_not_there():
    with pytest.warns(UserWarning, match="EarlyStopping looks at 'val_loss', which is not in the logs: loss"):
        regression().fit(X, Y, callbacks=[EarlyStopping()], verbose=0)


def test_the_rate_falls_on_a_plateau_and_by_a_schedule():
    model = regression(rate=0.1)
    plateau = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_delta=1e9, min_lr=0.03)
    model.fit(X, Y, epochs=4, callbacks=[plateau], verbose=0)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.03)
    rates = []

    def schedule(epoch, rate):
        rates.append(rate)
        return 0.0 if epoch else 0.2

    model = regression(rate=0.1)
    model.fit(X, Y, verbose=0, callbacks=[LearningRateScheduler(schedule)])
    before = copies(model)
    model.fit(X, Y, epochs=2, initial_epoch=1, verbose=0, callbacks=[LearningRateScheduler(schedule)])
    assert rates == pytest.approx([0.1, 0.2]) and equal(
        copies(model), before
    )  # a rate of zero trains nothing


def test_a_loss_that_is_not_a_number_ends_training(capsys):
    model = regression(rate=1e30)
    history = model.fit(X, Y, epochs=9, callbacks=[TerminateOnNaN()], verbose=0)
    assert len(history.epoch) < 9 and "terminating training" in capsys.readouterr().out


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "wrong, rate, said",
    [
        ({"x": 17}, 0.01, r"loss is nan in epoch 1: x is not finite in row 17\. Do this: np\.isfinite\(x\)"),
        ({"y": 3}, 0.01, r"y is not finite in row 3\. Do this: np\.isfinite\(y\)"),
        ({"sample_weight": 5}, 0.01, r"sample_weight is not finite in row 5"),
        ({}, 1e30, r"loss is (nan|inf) in epoch \d: all of x and y are finite numbers\. Do this: a smaller learning rate"),
    ],
)
def test_a_loss_that_is_not_a_number_is_said_with_its_cause_once(wrong, rate, said, stream, tmp_path):
    given = {"x": X.copy(), "y": Y.copy(), "sample_weight": np.ones(len(X), "float32")}
    for name, row in wrong.items():
        given[name][row] = np.nan
    for name in ("x", "y") if stream else ():
        np.save(tmp_path / f"{name}.npy", given[name])
        given[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    with pytest.warns(UserWarning) as warned:
        regression(rate=rate).fit(**given, epochs=4, verbose=0)
    assert len(warned) == 1 and re.search(said, str(warned[0].message)) and warned[0].filename == __file__



@pytest.mark.parametrize(
    "row, said",
    [
        (3, r"x is not finite in row 3 of the first batch\. Do this: np\.isfinite\(x\)"),
        (33, r"all of x and y of the first batch are finite numbers\. Do this: a smaller .*, if those of the others are, too"),
    ],
)
def test_of_batches_that_are_made_it_is_said_that_the_first_was_looked_at(row, said):
    x = X.copy()
    x[row] = np.nan
    with pytest.warns(UserWarning, match=said):
        regression().fit(((x[i : i + 25], Y[i : i + 25]) for i in (0, 25)), verbose=0)


# ---- reproducible ------------------------------------------------------------------------------------------


def run(seed):
    fourfold.random.set_seed(seed)
    model = Sequential(
        [Input(shape=(4,)), Dense(8, activation="relu"), BatchNormalization(), Dropout(0.3), Dense(1)]
    )
    model.compile("adam", loss="mse")
    model.fit(X, Y, epochs=2, verbose=0)
    return copies(model)


def test_a_seed_gives_the_same_weights_bit_for_bit():
    first = run(7)
    assert equal(first, run(7))
    assert not equal(first, run(8))


def test_dropout_differs_from_step_to_step_and_fit_goes_on_where_it_was():
    fourfold.random.set_seed(1)
    x = Input(shape=(4,))
    model = Model(x, Dropout(0.3)(x))
    model.compile(loss="mse")
    losses = [model.fit(X, X, batch_size=50, verbose=0).history["loss"][0] for _ in range(3)]
    assert len(set(losses)) == 3
    assert model.evaluate(X, X, verbose=0) == 0.0


def test_adam_remembers_between_fits():
    fourfold.random.set_seed(1)
    once, twice = regression(), regression()
    twice.set_weights(once.get_weights())
    for model in (once, twice):
        model.compile("adam", loss="mse")
    once.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    for _ in range(2):
        twice.fit(X, Y, shuffle=False, verbose=0)
    assert equal(copies(once), copies(twice))


# ---- single batches ----------------------------------------------------------------------------------------


def test_steps_one_at_a_time_are_an_epoch():
    one, other = regression(metrics=["mae"]), regression(metrics=["mae"])
    other.set_weights(one.get_weights())
    one.fit(X, Y, batch_size=20, shuffle=False, verbose=0)
    for start in (0, 20, 40):
        loss, mae = other.train_on_batch(X[start : start + 20], Y[start : start + 20])
    assert equal(copies(one), copies(other)) and loss > 0 and mae > 0
    assert other.test_on_batch(X, Y, return_dict=True) == other.evaluate(
        X, Y, verbose=0, return_dict=True, batch_size=50
    )
    np.testing.assert_array_equal(other.predict_on_batch(X), other.predict(X, verbose=0))


# ---- what data may look like -------------------------------------------------------------------------------


def losses_of(x, y, build=regression, **arguments):
    fourfold.random.set_seed(3)
    return build().fit(x, y, epochs=2, verbose=0, **arguments).history["loss"]


@pytest.mark.parametrize(
    "x, y",
    [
        (X.astype("float64"), Y.astype("float64")),
        (X.tolist(), Y.tolist()),
        (X, Y[:, None]),
        (pd.DataFrame(X, columns=list("abcd")), pd.Series(Y)),
        (pd.DataFrame(X), pd.DataFrame(Y)),
    ],
    ids=["float64", "lists", "a column", "data frame", "frame of one column"],
)
def test_forms_of_inputs_and_targets(x, y):
    assert losses_of(x, y) == pytest.approx(losses_of(X, Y), rel=1e-6)


@pytest.mark.parametrize("form", ["int64", "uint8", "float32", "column", "list"])
def test_forms_of_class_numbers(form):
    forms = {"column": CLASSES[:, None], "list": CLASSES.tolist()}
    assert losses_of(X, forms.get(form) if form in forms else CLASSES.astype(form), classifier) == losses_of(
        X, CLASSES, classifier
    )


def test_inputs_of_whole_numbers_and_of_truths():
    whole = (X * 3).round()
    want = losses_of(whole, Y)
    assert losses_of(whole.astype("int64"), Y) == losses_of(whole.astype("int8"), Y) == want
    assert losses_of(X > 0, Y > 0) == losses_of((X > 0).astype("float32"), (Y > 0).astype("float32"))
