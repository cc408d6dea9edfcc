"""Files of weights: what goes out comes back; what else a file may be; checkpoints, backups."""

import io
import zipfile

import numpy as np
import pytest

import fourfold
from fourfold import Input, Model, Sequential
from fourfold.callbacks import (
    BackupAndRestore,
    Callback,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    TerminateOnNaN,
)
from fourfold.errors import FileError, OptionError, UnsafeFileError
from fourfold.layers import LSTM, BatchNormalization, Dense, Dropout

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5, 0.0]).astype("float32")


def network(width=3, optimizer="adam"):
    model = Sequential([Input(shape=(4,)), Dense(width), BatchNormalization(), Dropout(0.5), Dense(1)])
    model.compile(optimizer, "mse")
    return model


def fitted(model, epochs=1, **arguments):
    return model.fit(X, Y, epochs=epochs, verbose=0, shuffle=False, **arguments)


def equal(a, b):
    return all(np.array_equal(left, right) for left, right in zip(a.get_weights(), b.get_weights(), strict=True))


# ---- there and back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop", "adamw"])
def test_a_training_goes_on_as_if_it_had_not_ended(tmp_path, optimizer):
    model, other = network(optimizer=optimizer), network(optimizer=optimizer)
    fitted(model, 2)
    model.save_weights(tmp_path / "after.weights.npz")
    other.load_weights(str(tmp_path / "after.weights.npz"))
    assert equal(model, other)
    assert fitted(model, 2).history == fitted(other, 2).history
    assert equal(model, other)


def test_the_arrays_stand_under_the_paths_of_their_weights(tmp_path):
    x = Input(shape=(5, 2))
    inner = Model(x, LSTM(3, name="reader")(x), name="inner")
    z = Input(shape=(5, 2))
    Model(z, Dense(1)(inner(z))).save_weights(tmp_path / "w.npz")
    with np.load(tmp_path / "w.npz") as file:
        assert {name: file[name].shape for name in file.files} == {
            "inner/reader/kernel": (2, 12),
            "inner/reader/recurrent_kernel": (3, 12),
            "inner/reader/bias": (12,),
            "dense/kernel": (3, 1),
            "dense/bias": (1,),
        }


def test_a_file_without_an_optimizer_leaves_its_memory(tmp_path):
    plain = Sequential([Input(shape=(4,)), Dense(1)])
    plain.save_weights(tmp_path / "w.npz")
    model = Sequential([Input(shape=(4,)), Dense(1)])
    model.compile("adam", "mse")
    fitted(model)
    state = model._compiled.state
    model.load_weights(tmp_path / "w.npz")
    assert equal(model, plain) and model._compiled.state is state


def test_what_fits_is_taken_where_that_is_asked_for(tmp_path):
    narrow, wide = network(3), network(5)
    wide.save_weights(tmp_path / "w.npz")
    before = narrow.get_weights()
    with pytest.warns(UserWarning, match="stay as they are: batch_normalization/beta, .*, dense_1/kernel$"):
        narrow.load_weights(tmp_path / "w.npz", skip_mismatch=True)
    assert np.array_equal(narrow.get_weights()[-1], wide.get_weights()[-1])
    assert np.array_equal(narrow.get_weights()[0], before[0])


# ---- what else a file may be -------------------------------------------------------------------------------


def archive(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, bytes_ in members.items():
            file.writestr(name.replace("__", "/") + ".npy", bytes_)
    return content.getvalue()


def array(value, **header):
    content = io.BytesIO()
    np.save(content, value, allow_pickle=True)
    return content.getvalue()


def tall(shape):
    """The head of an array of a shape, and no values."""
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return content.getvalue()


KERNEL, BIAS = array(np.ones((4, 1), "float32")), array(np.ones(1, "float32"))
FILES = {
    "nothing": (b"", FileError, "damaged"),
    "text": (b"weights", FileError, "is damaged .*wanted the file that model.save_weights wrote"),
    "half": (archive(dense__kernel=KERNEL, dense__bias=BIAS)[:200], FileError, "damaged"),
    "objects": (
        archive(dense__kernel=array(np.array([{}])), dense__bias=BIAS),
        UnsafeFileError,
        "Python objects, which could execute anything: got an array of objects, 'dense/kernel'",
    ),
    "text in an array": (archive(dense__kernel=array(np.array("a")), dense__bias=BIAS), FileError, "no numbers"),
    "a giant": (
        archive(dense__kernel=tall((10**9, 10**9)), dense__bias=BIAS),
        FileError,
        r"got shape \(1000000000, 1000000000\), wanted shape \(4, 1\)",
    ),
    "a head alone": (archive(dense__kernel=tall((4, 1)), dense__bias=BIAS), FileError, "another length"),
    "one too few": (archive(dense__kernel=KERNEL), FileError, "'dense/bias' can't be read.*got none, wanted shape"),
    "another name": (
        archive(dense_1__kernel=KERNEL, dense__bias=BIAS),
        FileError,
        r"got none \(did you mean 'dense_1/kernel'\?\), wanted shape \(4, 1\)",
    ),
}


@pytest.mark.parametrize("content, kind, text", FILES.values(), ids=FILES)
def test_a_file_of_something_else_changes_nothing(tmp_path, content, kind, text):
    (tmp_path / "w.npz").write_bytes(content)
    model = Sequential([Input(shape=(4,)), Dense(1)])
    before = model.get_weights()
    with pytest.raises(kind, match=text):
        model.load_weights(tmp_path / "w.npz")
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_columns_first_and_other_types_are_read(tmp_path):
    np.savez(tmp_path / "w.npz", **{"dense/kernel": np.asfortranarray(np.arange(8.0).reshape(4, 2)), "dense/bias": [1, 2]})
    model = Sequential([Input(shape=(4,)), Dense(2)])
    model.load_weights(tmp_path / "w.npz")
    assert model.get_weights()[0].tolist() == np.arange(8.0).reshape(4, 2).tolist()
    assert model.get_weights()[1].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "text, wrong",
    [
        (r"to and read from .npz and .weights.h5 files.*got 'm.h5'.* Do this: write 'm.weights.npz'", lambda m: m.save_weights("m.h5")),
        (r"no file of weights: got 'm.keras'.* Do this: write 'm.weights.h5'", lambda m: m.save_weights("m.keras")),
        (r"no.weights.h5 can't be read \(No such file", lambda m: m.load_weights("no.weights.h5")),
        (r"no.npz can't be read \(No such file", lambda m: m.load_weights("no.npz")),
        (r"are written to .keras files: got 'm.npz'.* Do this: ModelCheckpoint\('m.keras'\)", lambda m: ModelCheckpoint("m.npz")),
        (r"got 'm.h5', wanted a name that ends in .npz", lambda m: ModelCheckpoint("m.h5", save_weights_only=True)),
        (r"save_freq says when a callback acts: got 0, wanted 'epoch', or", lambda m: ModelCheckpoint("m.npz", save_weights_only=True, save_freq=0)),
        (r"save_freq says when a callback acts: got 'batch'", lambda m: BackupAndRestore("folder", save_freq="batch")),
        (r"unknown mode: got 'most'", lambda m: ModelCheckpoint("m.npz", save_weights_only=True, mode="most")),
        (r"got 'los' \(did you mean 'loss'\?\) in '\{los\}.npz', wanted some of epoch, loss", lambda m: fitted(m, callbacks=[ModelCheckpoint("{los}.npz", save_weights_only=True)])),
        (r"gives no number: got None, wanted a learning rate", lambda m: fitted(m, callbacks=[LearningRateScheduler(lambda epoch, rate: None)])),
        (r"not finite any more at batch 1: got loss (inf|nan)", lambda m: fitted(exploding(), callbacks=[TerminateOnNaN(raise_error=True)])),
    ],
)  # fmt: skip
def test_errors(tmp_path, monkeypatch, text, wrong):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((OptionError, FileError), match=text):
        wrong(network())


def exploding():
    model = Sequential([Input(shape=(4,)), Dense(1)])
    model.compile(fourfold.optimizers.SGD(1e30), "mse")
    return model


def test_a_file_that_is_there_can_be_kept(tmp_path):
    model = network()
    model.save_weights(tmp_path / "w.npz")
    with pytest.raises(OptionError, match="is there already: .*overwrite=False, wanted a new name"):
        model.save_weights(tmp_path / "w.npz", overwrite=False)


# ---- checkpoints, backups ----------------------------------------------------------------------------------


def test_the_best_weights_are_those_of_the_best_epoch(tmp_path):
    kept = {}
    model = network()
    keep = ModelCheckpoint(
        tmp_path / "best.npz", monitor="val_loss", save_best_only=True, save_weights_only=True
    )
    every = LambdaCallback(on_epoch_end=lambda epoch, logs: kept.update({logs["val_loss"]: model.get_weights()}))
    fitted(model, 6, validation_data=(X[:5], Y[:5]), callbacks=[keep, every])
    model.load_weights(tmp_path / "best.npz")
    assert all(np.array_equal(a, b) for a, b in zip(kept[min(kept)], model.get_weights(), strict=True))


def test_without_its_number_a_checkpoint_warns_and_saves(tmp_path):
    keep = ModelCheckpoint(tmp_path / "best.npz", save_best_only=True, save_weights_only=True)
    with pytest.warns(UserWarning, match="ModelCheckpoint looks at 'val_loss', which is not in the logs: loss"):
        fitted(network(), callbacks=[keep])
    assert (tmp_path / "best.npz").exists()


def test_only_a_checkpoint_of_batches_looks_at_batches(tmp_path):
    path = tmp_path / "w.npz"
    assert not ModelCheckpoint(path, save_weights_only=True).sees_batches()
    assert ModelCheckpoint(path, save_weights_only=True, save_freq=3).sees_batches()


class Fails(Callback):
    """Raises at the start of an epoch, or behind a batch."""

    def __init__(self, epoch, batch=None):
        self.epoch, self.batch = epoch, batch

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch
        if epoch == self.epoch and self.batch is None:
            raise KeyboardInterrupt

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.epoch, self.batch):
            raise KeyboardInterrupt


def test_an_interrupted_training_ends_as_one_that_was_not(tmp_path):
    fourfold.utils.set_random_seed(1)
    whole = network()
    start = whole.get_weights()
    fitted(whole, 5)
    for interruption in (Fails(3), Fails(4)):
        part = network()
        part.set_weights(start)
        with pytest.raises(KeyboardInterrupt):
            fitted(part, 5, callbacks=[BackupAndRestore(tmp_path / "backup"), interruption])
    rest = network()
    history = fitted(rest, 5, callbacks=[BackupAndRestore(tmp_path / "backup")])
    assert history.epoch == [4] and equal(rest, whole)
    assert not (tmp_path / "backup").exists()


def test_an_epoch_that_was_interrupted_begins_anew(tmp_path):
    backup = BackupAndRestore(tmp_path, save_freq=1, delete_checkpoint=False)
    with pytest.raises(KeyboardInterrupt):
        fitted(network(), 5, batch_size=10, callbacks=[backup, Fails(2, 1)])
    assert fitted(network(), 5, callbacks=[backup]).epoch == [2, 3, 4]


def test_a_damaged_backup_gives_way_to_the_one_before(tmp_path):
    backup = BackupAndRestore(tmp_path, double_checkpoint=True, delete_checkpoint=False)
    fitted(network(), 3, callbacks=[backup])
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"after-{n}-epochs.weights.npz" for n in (2, 3)]
    (tmp_path / "after-3-epochs.weights.npz").write_bytes(b"half a file")
    with pytest.warns(UserWarning, match="after-3-epochs.weights.npz is damaged .*; the file before it is taken"):
        assert fitted(network(), 4, callbacks=[backup]).epoch == [2, 3]


def test_weights_that_a_callback_assigns_when_training_begins_are_trained(tmp_path):
    model = network(optimizer=fourfold.optimizers.SGD(0.0))
    ones = [np.ones_like(value) for value in model.get_weights()]
    fitted(model, callbacks=[LambdaCallback(on_train_begin=lambda logs: model.set_weights(ones))])
    assert np.array_equal(model.get_weights()[0], ones[0])


def test_a_scheduler_says_what_it_sets(capsys):
    schedule = LearningRateScheduler(lambda epoch, rate: 0.25, verbose=1)
    assert fitted(network(), callbacks=[schedule]).history["learning_rate"] == [0.25]
    assert "Epoch 1: the learning rate is set to 0.25." in capsys.readouterr().out
