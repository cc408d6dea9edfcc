"""Data that do not come whole: mapped files, files of other libraries, generators, datasets; the numbers of memory."""

import os
import threading
import time

import h5py
import keras
import numpy as np
import pytest

import fourfold
from fourfold import Input, Model, Sequential
from fourfold.callbacks import Callback
from fourfold.errors import DataError, FileError, OptionError
from fourfold.layers import BatchNormalization, Conv1D, Dense, Dropout, Flatten
from fourfold.models import arrays
from fourfold.models.batches import Batches
from fourfold.training import reading
from fourfold.training.reading import Rows, ahead
from fourfold.utils import PyDataset

RNG = np.random.default_rng(0)
ROWS, BATCH = 205, 16
X = RNG.normal(size=(ROWS, 6, 2)).astype("float32")
Y = (X.sum((1, 2)) > 0).astype("int64")
W = RNG.uniform(0.5, 2, ROWS).astype("float32")


def build(width=8):
    """Split over the cores, with moments of batches and dropout: whatever could notice another order."""
    fourfold.random.set_seed(5)
    layers = [Conv1D(width, 3, activation="relu"), BatchNormalization(), Flatten(), Dropout(0.2), Dense(2)]
    model = Sequential([Input(shape=(6, 2)), *layers])
    loss = fourfold.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss=loss, metrics=["accuracy"])
    return model


def fitted(x, y, **arguments):
    model = build()
    arguments = {"epochs": 3, "batch_size": BATCH, "verbose": 0} | arguments
    return model, model.fit(x, y, **arguments).history


def same(one, other):
    """Two fits that agree bit for bit."""
    assert one[1] == other[1]
    for mine, theirs in zip(one[0].get_weights(), other[0].get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of three batches, so that an epoch takes several and the last is not full."""
    size = 3 * BATCH * (X[0].nbytes + 4)
    for module in (reading, fourfold.models.feeding):
        monkeypatch.setattr(module, "PART_BYTES", size)


@pytest.fixture
def on_disk(tmp_path):
    def put(array, order="C"):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.npy"
        np.save(path, np.asarray(array, order=order))
        return np.load(path, mmap_mode="r")

    return put


# ---- arrays in files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_mapped_file_trains_as_the_same_arrays_in_memory(small_parts, on_disk, shuffle):
    x, y, w = on_disk(X), on_disk(Y), on_disk(W)
    arguments = {
        "shuffle": shuffle,
        "validation_split": 0.2,
        "sample_weight": W,
        "class_weight": {0: 1.0, 1: 3.0},
    }
    memory = fitted(X, Y, **arguments)
    disk = fitted(x, y, **(arguments | {"sample_weight": w}))
    same(disk, memory)
    assert memory[0].evaluate(X, Y, verbose=0) == disk[0].evaluate(x, y, verbose=0)
    np.testing.assert_array_equal(memory[0].predict(X, verbose=0), disk[0].predict(x, verbose=0))


@pytest.mark.parametrize(
    "form",
    ["float64", "a view of every other row", "columns first", "big-endian", "r+", "copy on write", "h5py"],
)
def test_forms_of_arrays_in_files(small_parts, on_disk, tmp_path, form, monkeypatch):
    x = {
        "float64": lambda: on_disk(X.astype("float64")),
        "a view of every other row": lambda: on_disk(np.repeat(X, 2, axis=0))[::2],
        "columns first": lambda: on_disk(X, order="F"),
        "big-endian": lambda: on_disk(X.astype(">f4")),
        "r+": lambda: np.memmap(on_disk(X).filename, "float32", "r+", 128, X.shape),
        "copy on write": lambda: np.memmap(on_disk(X + 1).filename, "float32", "c", 128, X.shape),
        "h5py": lambda: h5py.File(tmp_path / "x.h5", "w").create_dataset("x", data=X),
    }[form]()
    if form == "copy on write":
        x -= 1
        x[:] = X  # what lies in this process alone must not be let go
    if form == "h5py":
        monkeypatch.setattr(arrays, "ALWAYS_FIT", 0)
        monkeypatch.setattr(arrays, "available_memory", lambda: X.nbytes)
    assert arrays.streamed(x)
    disk = fitted(x, Y)
    same(disk, fitted(X, Y))
    rows = np.array([7, 7, 3, 8])
    np.testing.assert_array_equal(Rows(x, "float32").take(rows), X[rows])


def test_a_file_that_others_change(on_disk, tmp_path):
    path, x = on_disk(X).filename, on_disk(X)
    rows = Rows(x, "float32")
    os.truncate(x.filename, 2000)
    with pytest.raises(FileError, match="became shorter while it was read"):
        rows.take(np.array([100]))
    old = np.load(path, mmap_mode="r")
    np.save(tmp_path / "new.npy", X + 1)
    os.replace(tmp_path / "new.npy", path)  # the map still shows the old file
    np.testing.assert_array_equal(Rows(old, "float32").take(np.arange(5)), X[:5])


@pytest.mark.parametrize("free", [0, 1 << 30])
def test_rows_of_a_slow_disk_are_asked_for_beforehand(on_disk, monkeypatch, free):
    """With what lies around them, if there is memory for it; and no longer once the system has a copy of the file."""
    asked = []
    monkeypatch.setattr(reading, "available_memory", lambda: free)
    monkeypatch.setattr(
        reading.os, "posix_fadvise", lambda handle, place, size, advice: asked.append((place, size))
    )
    x, size = on_disk(X), X[0].nbytes
    rows, numbers = Rows(x, "float32"), np.array([9, 1, 2])
    for seconds, want in ((-1.0, True), (-1.0, True), (10.0, True), (10.0, False)):
        asked.clear()
        monkeypatch.setattr(reading, "SECONDS_OF_A_RUN", seconds)
        np.testing.assert_array_equal(rows.take(numbers), X[numbers])
        runs = [(x.offset + size, 2 * size), (x.offset + 9 * size, size)]
        assert asked == ([] if not want else [(0, reading.AROUND)] if free else runs)


def test_arrays_too_large_to_be_copied_are_read_part_by_part(small_parts, monkeypatch):
    assert not arrays.streamed(X, Y) and not arrays.streamed(X.tolist(), Y)
    memory = fitted(X, Y)
    monkeypatch.setattr(arrays, "ALWAYS_FIT", 0)
    monkeypatch.setattr(arrays, "available_memory", lambda: 3 * X.nbytes)
    assert arrays.streamed(X, Y) and arrays.streamed({"x": X}) and arrays.streamed([X])
    same(fitted(X, Y), memory)


def test_several_inputs_and_outputs(small_parts, on_disk):
    def two():
        fourfold.random.set_seed(1)
        a, b = Input(shape=(2,), name="a"), Input(shape=(1,), name="b")
        model = Model([a, b], [Dense(1, name="p")(a), Dense(1, name="q")(b)])
        model.compile("sgd", loss="mse")
        return model

    a, b = X[:, 0], X[:, 0, 0]
    p, q = {"p": a.sum(1), "q": b}, {"a": on_disk(a), "b": on_disk(b)}
    memory, disk = two(), two()
    arguments = {"epochs": 2, "batch_size": BATCH, "verbose": 0}
    assert memory.fit([a, b], p, **arguments).history == disk.fit(q, p, **arguments).history
    for mine, theirs in zip(memory.predict([a, b]), disk.predict(q), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_file_is_never_read_whole(small_parts, on_disk, monkeypatch):
    """At no time do more rows of inputs than those of four parts lie in memory."""
    read, held = [], []
    take = Rows.take

    def counted(self, numbers, *room):
        read.append(len(numbers) if self.ndim == X.ndim else 0)
        return take(self, numbers, *room)

    class Look(Callback):
        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.005)
            held.append(sum(read) - BATCH * (batch + 1))

    monkeypatch.setattr(Rows, "take", counted)
    fitted(on_disk(X), on_disk(Y), epochs=1, callbacks=[Look()])
    assert max(read) == 3 * BATCH and sum(read) == ROWS
    assert max(held) <= 4 * 3 * BATCH < ROWS


def test_class_numbers_and_shapes_in_files_are_checked_beforehand(on_disk):
    for x, y, text in (
        (X, Y + 2, "class number lies outside the outputs: got 3"),
        (X[:, :5], Y, "has another shape"),
        (X, Y[1:], "differ in length: got 205 and 204"),
    ):
        with pytest.raises((DataError, OptionError), match=text):
            build().fit(on_disk(x), on_disk(y), verbose=0)


def test_single_batches_of_a_mapped_file(on_disk):
    x, one, other = on_disk(X), build(), build()
    assert one.train_on_batch(x[:9], Y[:9]) == other.train_on_batch(X[:9], Y[:9])
    assert one.test_on_batch(x[:9], Y[:9]) == other.test_on_batch(X[:9], Y[:9])


# ---- batches that a user makes -----------------------------------------------------------------------------


class Numbered(PyDataset):
    """The rows in order, counting what is asked of it."""

    def __init__(self, x=X, y=Y, size=BATCH, **options):
        super().__init__(**options)
        self.x, self.y, self.size, self.made, self.told = x, y, size, [], []

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, i):
        self.made.append(i)
        rows = slice(i * self.size, (i + 1) * self.size)
        return self.x[rows], self.y[rows]

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


class KerasNumbered(keras.utils.PyDataset):
    def __len__(self):
        return -(-ROWS // BATCH)

    def __getitem__(self, i):
        return X[i * BATCH : (i + 1) * BATCH], Y[i * BATCH : (i + 1) * BATCH]


class Again:
    """Something that can be gone through again and again, as loaders of other frameworks."""

    def __iter__(self):
        return (tuple(Numbered()[i]) for i in range(len(Numbered())))


def endless(rows=ROWS, size=BATCH):
    while True:
        for start in range(0, rows, size):
            yield X[start : min(start + size, rows)], Y[start : min(start + size, rows)]


@pytest.mark.parametrize("kind", ["dataset", "threads", "Keras's", "again", "generator", "mapped"])
def test_batches_train_as_the_same_rows_in_order(small_parts, on_disk, kind):
    source, steps = {
        "dataset": lambda: (Numbered(), None),
        "threads": lambda: (Numbered(workers=3, max_queue_size=4), None),
        "Keras's": lambda: (KerasNumbered(), None),
        "again": lambda: (Again(), None),
        "generator": lambda: (endless(), 13),
        "mapped": lambda: (Numbered(on_disk(X), on_disk(Y)), None),
    }[kind]()
    held_out = {"validation_data": (X[:50], Y[:50])}
    memory = fitted(X, Y, shuffle=False, **held_out)
    made = fitted(source, None, shuffle=False, steps_per_epoch=steps, **held_out)
    assert list(made[1]) == list(memory[1]) and len(made[1]["loss"]) == 3
    for name, values in memory[1].items():
        np.testing.assert_allclose(made[1][name], values, rtol=1e-6)
    if kind != "generator":
        assert made[0].evaluate(source, verbose=0) == pytest.approx(
            memory[0].evaluate(X, Y, batch_size=16, verbose=0)
        )
        np.testing.assert_allclose(
            made[0].predict(source, verbose=0), memory[0].predict(X, verbose=0), atol=1e-5
        )
    if kind == "dataset":
        assert source.told[:6] == ["begin", "end"] * 3


def test_a_dataset_is_gone_through_in_a_new_order_each_epoch():
    source = Numbered()
    fitted(source, None, epochs=2)
    first, one, two = source.made[0], source.made[1:14], source.made[14:27]
    assert first == 0 and sorted(one) == sorted(two) == list(range(13)) and one != two != sorted(two)


def test_epochs_of_fewer_steps_go_on_where_the_last_ended():
    source = Numbered(X[: 5 * BATCH], Y[: 5 * BATCH])
    fitted(source, None, shuffle=False, steps_per_epoch=3, epochs=4)
    assert source.made[1:] == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    batches = Batches(endless(4 * BATCH))
    assert [len(list(batches.epoch(steps, None))) for steps in (2, 4)] == [2, 4]
    again = Batches(Again())
    assert [len(list(again.epoch(5, None))) for _ in range(4)] == [5] * 4


def test_no_more_is_taken_of_a_generator_than_is_trained_on():
    taken = []

    def counted():
        for batch in endless():
            taken.append(len(batch[0]))
            yield batch

    source = counted()
    fitted(source, None, steps_per_epoch=4, epochs=2)
    assert len(taken) == 8
    fitted(source, None, steps_per_epoch=4, epochs=1)
    assert len(taken) == 12


@pytest.mark.parametrize("steps, epochs, want", [(None, 3, [3]), (2, 3, [2, 1]), (3, 2, [3])])
def test_a_generator_that_ends_ends_the_training_with_a_word(steps, epochs, want):
    source = (batch for _, batch in zip(range(3), endless()))
    with pytest.warns(UserWarning, match="the batches ran out, and training ends here"):
        model, history = fitted(source, None, steps_per_epoch=steps, epochs=epochs)
    assert len(history["loss"]) == len(want) and int(model._compiled.state.step) == sum(want)


def test_batches_of_other_shapes_and_forms(small_parts):
    ragged = [
        (X[:16], Y[:16]),
        (X[:7], Y[:7], W[:7]),
        (X[16:32], Y[16:32]),
        [X[32:48], Y[32:48]],
        (X[:1], Y[:1]),
    ]
    one, other = build(), build()
    one.fit(iter(ragged), verbose=0)
    for batch in ragged:
        other.train_on_batch(*batch)
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    model = Sequential([Flatten(), Dense(2)])  # the shape comes from the first batch
    model.compile("sgd", fourfold.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert model.fit(endless(), steps_per_epoch=2, verbose=0).params["steps"] == 2
    assert model.predict((x for x, _ in ragged_pairs()), verbose=0).shape == (23, 2)


def ragged_pairs():
    return [(X[:16], Y[:16]), (X[:7], Y[:7])]


def test_slow_batches_are_trained_on_as_they_come(monkeypatch):
    monkeypatch.setattr(fourfold.models.feeding, "LONGEST_WAIT", 0.1)
    seen = []

    class Bar(fourfold.callbacks.ProgressBar):
        def progress(self, done, logs):
            seen.append(done)

    def slow():
        for batch in endless():
            time.sleep(0.06)
            yield batch

    monkeypatch.setattr(fourfold.models.fitting, "ProgressBar", Bar)
    fitted(slow(), None, steps_per_epoch=10, epochs=1, verbose=1)
    assert len(seen) >= 3 and seen == sorted(seen) and seen[0] <= 4


def test_what_a_generator_raises_is_raised(small_parts):
    def broken():
        yield X[:16], Y[:16]
        yield X[:16], Y[:16]
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        build().fit(broken(), verbose=0)
    assert not [thread for thread in threading.enumerate() if thread.name == "fourfold-reading"]


def test_who_leaves_early_leaves_no_thread():
    made = []
    items = ahead(made.append(i) or i for i in range(1000))
    assert [next(items), next(items)] == [0, 1]
    items.close()
    assert len(made) <= 5
    assert not [thread for thread in threading.enumerate() if thread.name == "fourfold-reading"]


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("targets and weights belong into the batches: got x makes batches, and y is given too", lambda: build().fit(endless(), Y)),
        ("can't be split: got validation_split=0.2", lambda: build().fit(endless(), validation_split=0.2, steps_per_epoch=1)),
        ("there are no batches", lambda: build().fit(iter([]))),
        ("there are no batches", lambda: build().fit(Numbered(X[:0], Y[:0]))),
        ("batch has another form: got a tuple of 4", lambda: build().fit(iter([(X, Y, W, W)]))),
        ("the batches have no end.*steps_per_epoch", lambda: build().fit(type("Endless", (Numbered,), {"num_batches": None})())),
        ("need targets: got y=None", lambda: build().fit(iter([(X,)]))),
        ("class number lies outside the outputs", lambda: build().fit(iter([(X, Y), (X, Y + 1)]), verbose=0)),
        ("input 'input.*' has another shape", lambda: build().fit((row for row in X), verbose=0)),
    ],
)  # fmt: skip
def test_errors_of_batches(text, wrong):
    with pytest.raises((DataError, OptionError), match=text):
        wrong()


def test_validation_by_batches():
    memory = fitted(X, Y, validation_data=(X[:96], Y[:96]))[1]
    made = fitted(X, Y, validation_data=Numbered(X[:96], Y[:96]))[1]
    goes_on = fitted(X, Y, validation_data=endless(96), validation_steps=6)[1]
    for history in (made, goes_on):
        np.testing.assert_allclose(history["val_loss"], memory["val_loss"], rtol=1e-6)
