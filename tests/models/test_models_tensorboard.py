"""The callback for TensorBoard: what stands in its files."""

import re
import struct
import sys

import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event

from fourfold import Input, Sequential, layers
from fourfold.callbacks import Callback, CSVLogger, TensorBoard
from fourfold.errors import MachineError, OptionError
from fourfold.optimizers import SGD
from fourfold.optimizers.schedules import ExponentialDecay

X, Y = np.random.default_rng(0).normal(size=(16, 3)).astype("float32"), np.arange(16) % 2


def network(optimizer="sgd", **options):
    model = Sequential([Input(shape=(3,)), layers.Dense(4, activation="relu"), layers.Dense(2, activation="softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], **options)
    return model


def events(folder):
    """The values in the files of a folder, (tag, step, value), as they stand there: records of TensorFlow's format."""
    found = []
    for path in sorted(folder.glob("events*")):
        content, at = path.read_bytes(), 0
        while at < len(content):
            (length,) = struct.unpack_from("<Q", content, at)
            event = Event.FromString(content[at + 12 : at + 12 + length])
            found += [(value.tag, event.step, value) for value in event.summary.value]
            at += 16 + length
    return found


def scalars(folder):
    numbers = {}
    for tag, step, value in events(folder):
        if value.WhichOneof("value") == "simple_value":
            numbers.setdefault(tag, {})[step] = value.simple_value
    return numbers


def test_epochs_under_the_names_of_keras(tmp_path):
    history = network().fit(
        X, Y, epochs=3, batch_size=4, validation_split=0.25, verbose=0, callbacks=[TensorBoard(tmp_path)]
    ).history
    train, validation = scalars(tmp_path / "train"), scalars(tmp_path / "validation")
    assert set(train) == {"epoch_loss", "epoch_accuracy", "epoch_learning_rate"}
    for name in ("loss", "accuracy"):
        assert train[f"epoch_{name}"] == pytest.approx(dict(enumerate(history[name])))
        assert validation[f"epoch_{name}"] == pytest.approx(dict(enumerate(history[f"val_{name}"])))
        assert validation[f"evaluation_{name}_vs_iterations"] == pytest.approx(
            dict(zip((3, 6, 9), history[f"val_{name}"]))
        )
    assert train["epoch_learning_rate"] == pytest.approx({0: 0.01, 1: 0.01, 2: 0.01})


def test_without_validation_there_is_one_file_and_no_batch_is_looked_at(tmp_path):
    callback = TensorBoard(str(tmp_path), write_graph=False)
    assert not callback.sees_batches()
    network().fit(X, Y, verbose=0, callbacks=[callback])
    assert [path.name for path in tmp_path.iterdir()] == ["train"]
    assert {tag for tag, *_ in events(tmp_path / "train")} == {"epoch_loss", "epoch_accuracy", "epoch_learning_rate"}


@pytest.mark.parametrize("update_freq, steps", [("batch", [1, 2, 3, 4, 5, 6, 7, 8]), (3, [3, 6])])
def test_batches_where_they_are_wanted(tmp_path, update_freq, steps):
    callback = TensorBoard(tmp_path, update_freq=update_freq, write_steps_per_second=True)
    network().fit(X, Y, epochs=2, batch_size=4, verbose=0, callbacks=[callback])
    found = scalars(tmp_path / "train")
    assert list(found["batch_loss"]) == list(found["batch_accuracy"]) == steps
    assert all(pace > 0 for pace in [*found["batch_steps_per_second"].values(), *found["epoch_steps_per_second"].values()])


def test_a_schedule_is_written_as_the_rate_that_it_gives(tmp_path):
    network(SGD(ExponentialDecay(0.1, 4, 0.5))).fit(
        X, Y, epochs=2, batch_size=4, verbose=0, callbacks=[TensorBoard(tmp_path)]
    )
    assert scalars(tmp_path / "train")["epoch_learning_rate"] == pytest.approx({0: 0.05, 1: 0.025})


def test_weights_as_histograms_and_images_and_the_summary_as_text(tmp_path):
    model = network()
    callback = TensorBoard(tmp_path, histogram_freq=2, write_images=True)
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[callback])
    found = events(tmp_path / "train")
    histograms = {(tag, step): value.histo for tag, step, value in found if tag.endswith("/histogram")}
    paths = [weight.path for weight in model.weights]
    assert set(histograms) == {(f"{path}/histogram", step) for path in paths for step in (0, 2)}
    last = model.weights[0].numpy()
    assert histograms[f"{paths[0]}/histogram", 2].num == last.size
    assert histograms[f"{paths[0]}/histogram", 2].sum == pytest.approx(last.sum(), abs=1e-5)
    images = {tag: value.image for tag, step, value in found if tag.endswith("/image")}
    assert (images[f"{paths[0]}/image"].height, images[f"{paths[0]}/image"].width) == (3, 4)
    (text,) = [value for tag, _, value in found if tag.startswith("model")]
    assert b"Dense" in text.tensor.string_val[0]


def test_an_evaluation_is_in_its_file_when_it_ends(tmp_path):
    model, callback = network(), TensorBoard(tmp_path)
    losses = [model.evaluate(X[:rows], Y[:rows], verbose=0, callbacks=[callback])[0] for rows in (8, 16)]
    files = sorted((tmp_path / "validation").iterdir())
    assert len(files) == 2
    found = [value.simple_value for tag, _, value in events(tmp_path / "validation") if "loss" in tag]
    assert found == pytest.approx(losses)


def test_trainings_of_one_second_have_a_file_each(tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1.7e9)
    model, callback = network(), TensorBoard(tmp_path, write_graph=False)
    for epoch in range(3):
        model.fit(X, Y, initial_epoch=epoch, epochs=epoch + 1, verbose=0, callbacks=[callback])
    assert list(scalars(tmp_path / "train")["epoch_loss"]) == [0, 1, 2]


def test_an_interrupt_leaves_what_was_written(tmp_path):
    class Interrupt(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    callbacks = [TensorBoard(tmp_path, histogram_freq=1), Interrupt()]
    with pytest.raises(KeyboardInterrupt):
        network().fit(X, Y, epochs=9, validation_split=0.25, verbose=0, callbacks=callbacks)
    for name in ("train", "validation"):
        assert list(scalars(tmp_path / name)["epoch_loss"]) == [0, 1]
    last = [tag for tag, step, _ in events(tmp_path / "train") if step == 1 and tag.endswith("/histogram")]
    assert len(last) == 4


def test_weights_that_are_no_numbers_have_no_histograms(tmp_path):
    model = network()
    model.weights[0].assign(np.full((3, 4), np.nan, "float32"))
    model.fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path, histogram_freq=1, write_images=True)])
    assert np.isnan(scalars(tmp_path / "train")["epoch_loss"][0])
    tags = {tag for tag, *_ in events(tmp_path / "train")}
    assert not {f"{model.weights[0].path}/{kind}" for kind in ("histogram", "image")} & tags


@pytest.mark.parametrize(
    "options, text",
    [
        ({"profile_batch": 2}, "got profile_batch=2, wanted no profile_batch"),
        ({"embeddings_freq": 1}, "got embeddings_freq=1"),
        ({"update_freq": 0}, "update_freq says when a callback acts: got 0, wanted 'epoch', or after how many batches"),
        ({"update_freq": "step"}, "got 'step'"),
    ],
)
def test_errors(tmp_path, options, text):
    with pytest.raises(OptionError, match=text):
        TensorBoard(tmp_path, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("callback", [TensorBoard, CSVLogger])
def test_a_place_that_cant_be_written_is_named(tmp_path, callback):
    (tmp_path / "taken").write_text("a file, and no folder")
    place = tmp_path / "taken" / "log"
    with pytest.raises(MachineError, match=f"{re.escape(str(place))}.* can't be written .*Do this: write to another"):
        network().fit(X, Y, verbose=0, callbacks=[callback(place)])


def test_without_the_package_its_name_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(OptionError, match=r"Do this: pip install 'fourfold\[tensorboard\]'"):
        TensorBoard()
