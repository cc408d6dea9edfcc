"""Files of whole models: what comes back; what a model can't say of itself; what else a file may be, and what it costs."""

import io
import json
import sys
import time
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

import fourfold
from fourfold import Input, Layer, Model, Sequential, layers
from fourfold.callbacks import ModelCheckpoint
from fourfold.errors import FileError, FourfoldError, OptionError, UnsafeFileError
from fourfold.models import load_model
from fourfold.saving import custom_object_scope, register_keras_serializable

RNG = np.random.default_rng(0)
X = RNG.normal(size=(16, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def network():
    x = Input((4,))
    y = layers.Dense(4, activation="relu")(x) + x
    return Model(x, layers.Dense(1)(layers.Dropout(0.5)(layers.BatchNormalization()(y))))


def trained():
    model = network()
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0)
    return model


@pytest.fixture
def written(tmp_path):
    network().save(tmp_path / "m.keras")
    return tmp_path / "m.keras"


# ---- there and back ----------------------------------------------------------------------------------------


def test_a_training_goes_on_as_if_it_had_not_ended(tmp_path):
    model = trained()
    model.save(tmp_path / "m.keras")
    other = load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))
    histories = [m.fit(X, Y, epochs=2, verbose=0, shuffle=False).history for m in (model, other)]
    assert histories[0] == histories[1]


def test_without_what_it_was_compiled_with(tmp_path):
    trained().save(tmp_path / "m.keras")
    assert not load_model(tmp_path / "m.keras", compile=False).compiled


def test_a_part_that_is_not_trained_along_stays_so(tmp_path):
    base = Sequential([Input((4,)), layers.BatchNormalization()])
    x = Input((4,))
    Model(x, layers.Dense(1)(base(x, training=False))).save(tmp_path / "m.keras")
    model = load_model(tmp_path / "m.keras")
    model.compile("sgd", "mse")
    model.fit(X + 3, Y, verbose=0)
    (mean,) = [w.numpy() for w in model.weights if "moving_mean" in w.path]
    np.testing.assert_array_equal(mean, np.zeros(4))


class Twice(Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.parts = [layers.Dense(units), layers.Dense(units)]
        self._last = layers.Dense(units)

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, x):
        return self._last(self.parts[1](self.parts[0](x))) * self.scale

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Net(Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.first = layers.Dense(units, activation="tanh")
        self.blocks = {"a": [Twice(units)], "b": layers.Dense(1)}

    def get_config(self):
        return {**super().get_config(), "units": self.units}

    def call(self, x):
        return self.blocks["b"](self.blocks["a"][0](self.first(x)))


def of_own_layers():
    x = Input((4,))
    return Model(x, Twice(3)(x))


def of_a_class():
    model = Net(5)
    model(X)
    return model


@pytest.mark.parametrize("make", [of_own_layers, of_a_class])
def test_own_classes(tmp_path, make):
    model = make()
    model.set_weights([RNG.normal(size=w.shape) for w in model.weights])
    model.save(tmp_path / "m.keras")
    with pytest.raises(FileError, match=r"names a layer that is not known: got '(Twice|Net)'.*custom_objects=\{"):
        load_model(tmp_path / "m.keras")
    own = {"Twice": Twice, "Net": Net}
    with custom_object_scope(own):
        again = load_model(tmp_path / "m.keras")
    for other in (load_model(tmp_path / "m.keras", own), again):
        np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))


def test_registered_classes_and_functions_need_not_be_named_again(tmp_path):
    @register_keras_serializable("tests")
    class Shift(Layer):
        def call(self, x):
            return x + 1

    @register_keras_serializable("tests")
    def cube(x):
        return x**3

    Sequential([Input((4,)), Shift(), layers.Activation(cube)]).save(tmp_path / "m.keras")
    np.testing.assert_allclose(load_model(tmp_path / "m.keras").predict(X, verbose=0), (X + 1) ** 3, rtol=1e-6)


def test_checkpoints_of_whole_models(tmp_path):
    model = trained()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "{epoch}.keras")])
    np.testing.assert_array_equal(load_model(tmp_path / "2.keras").predict(X, verbose=0), model.predict(X, verbose=0))
    assert (tmp_path / "1.keras").exists()


def test_loading_draws_no_random_numbers(written):
    fourfold.random.set_seed(1)
    wanted = layers.Dense(3)(X)
    fourfold.random.set_seed(1)
    load_model(written)
    np.testing.assert_array_equal(layers.Dense(3)(X), wanted)


# ---- what can't be written -------------------------------------------------------------------------------


def with_a_lambda():
    return Sequential([Input((4,)), layers.Lambda(lambda x: x)])


@pytest.mark.parametrize(
    "text, wrong",
    [
        (r"code, that no configuration holds: got a Lambda", lambda: with_a_lambda().save("m.keras")),
        (r"written to and read from .keras files: got 'm.h5'.* Do this: write 'm.keras'", lambda: network().save("m.h5")),
        (r"read from .keras files: got 'm.npz'", lambda: load_model("m.npz")),
        (r"code in files is never read: got safe_mode=False", lambda: load_model("m.keras", safe_mode=False)),
        (r"does not know its input's shape yet", lambda: Sequential([layers.Dense(1)]).save("m.keras")),
        (r"m.keras can't be read \(No such file", lambda: load_model("m.keras")),
        (r"exported as ONNX files: got 'm'.* ends in .onnx. Do this: write 'm.onnx'", lambda: network().export("m")),
        (r"got opset_version=..., wanted the file's name alone", lambda: network().export("m.onnx", opset_version=20)),
        (r"got 'm.onnx', format='tf_saved_model'", lambda: network().export("m.onnx", format="tf_saved_model")),
    ],
)  # fmt: skip
def test_errors(tmp_path, monkeypatch, text, wrong):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((OptionError, FileError), match=text):
        wrong()
    assert not list(tmp_path.iterdir())


def test_a_file_is_kept_where_that_is_asked_for(written):
    with pytest.raises(OptionError, match="is there already"):
        network().save(written, overwrite=False)


def test_without_h5py(tmp_path, monkeypatch, written):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(OptionError, match=r"h5py, which is not installed.*pip install 'fourfold\[keras\]'"):
        network().save(tmp_path / "n.keras")
    load_model(written)


def test_a_loss_without_a_name_is_left_out_and_said(tmp_path):
    model = network()
    model.compile("sgd", lambda y, p: (y - p) ** 2)
    with pytest.warns(UserWarning, match="does not say how the model is trained: .*Call compile after loading"):
        model.save(tmp_path / "m.keras")
    assert not load_model(tmp_path / "m.keras").compiled


def squares(y, p):
    return (y - p) ** 2


def test_own_losses(tmp_path):
    model = network()
    model.compile("sgd", squares)
    model.save(tmp_path / "m.keras")
    wanted = model.evaluate(X, Y, verbose=0)
    assert load_model(tmp_path / "m.keras", {"squares": squares}).evaluate(X, Y, verbose=0) == pytest.approx(wanted)
    with pytest.raises(FileError, match=r"got 'squares'.*Do this: custom_objects=\{'squares': squares\}; or load_model\(path, compile=False\)"):
        load_model(tmp_path / "m.keras")


def test_weights_that_do_not_decay_are_said(tmp_path):
    model = network()
    optimizer = fourfold.optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, "mse")
    with pytest.warns(UserWarning, match="does not say which weights don't decay"):
        model.save(tmp_path / "m.keras")


# ---- what else a file may be -------------------------------------------------------------------------------


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path, compression=zipfile.ZIP_STORED, **changes):
    """The file with other members; ``config`` a function of the configuration, ``weights`` one of an open HDF5 file."""
    found = members(path)
    if "config" in changes:
        config = json.loads(found["config.json"])
        changed = changes["config"](config)
        found["config.json"] = changed if isinstance(changed, (str, bytes)) else json.dumps(config)
    if "weights" in changes:
        buffer = io.BytesIO(found["model.weights.h5"])
        with h5py.File(buffer, "r+", libver="earliest") as file:
            changes["weights"](file)
        found["model.weights.h5"] = buffer.getvalue()
    if "raw" in changes:
        found["model.weights.h5"] = changes["raw"](found["model.weights.h5"])
    found |= changes.get("more", {})
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in found.items():
            archive.writestr(name, content)


def layer(config, name):
    return next(entry for entry in config["config"]["layers"] if entry["name"] == name)


def replace(file, name, value):
    del file[name]
    if value is not None:
        file[name] = value


DENSE = "layers/dense/vars/0"
LAMBDA = {"class_name": "__lambda__", "config": {"value": ["4wAAAA==", None, None]}}
CONFIGS = {
    "two billion units": (lambda c: layer(c, "dense")["config"].update(units=2_000_000_000), FileError, "more weights than the file: got 'dense'"),
    "a giant of an input": (lambda c: layer(c, "input_layer")["config"].update(batch_shape=[None, 2**31 - 1, 4]), FileError, r"takes arrays that no machine holds: got 'dense' on \(None, 2147483647, 4\)"),
    "more than 31 bits": (lambda c: layer(c, "dense")["config"].update(units=2**40), FileError, "units is 1099511627776"),
    "a lambda layer": (lambda c: layer(c, "dense").update(class_name="Lambda"), UnsafeFileError, "m.keras: a Lambda layer is code"),
    "a lambda": (lambda c: layer(c, "dense")["config"].update(activation=LAMBDA), UnsafeFileError, "holds code, which is not read"),
    "a module": (lambda c: layer(c, "dense").update(module="os", class_name="system"), FileError, "a layer that is not known: got 'system' of os"),
    "another module": (lambda c: layer(c, "dense").update(module="keras.src.utils.file_utils", class_name="get_file"), FileError, "not known: got 'get_file'"),
    "a function": (lambda c: layer(c, "dense")["config"].update(activation={"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"}), FileError, "a function that is not known: got 'eval'"),
    "half precision": (lambda c: layer(c, "dense")["config"].update(dtype={"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}), FileError, "computes in another type: got 'mixed_float16'"),
    "no list": (lambda c: c["config"].update(layers={}), FileError, "layers must be a list"),
    "a path": (lambda c: layer(c, "dense").update(name="../../x"), FileError, "a name that is none"),
    "a long name": (lambda c: layer(c, "dense").update(name="x" * 300), FileError, "a name that is none"),
    "turned writing": (lambda c: layer(c, "dense").update(name="\u202eesned"), FileError, "a name that is none"),
    "deep": (lambda c: '{"a":' * 300 + "1" + "}" * 300, FileError, "nested too deep"),
    "too deep": (lambda c: "[" * 200_000, FileError, "config.json can't be read"),
    "not a number": (lambda c: '{"class_name": NaN}', FileError, "NaN is no number"),
    "a key twice": (lambda c: '{"a": 1, "a": 2}', FileError, "a key stands in it twice"),
    "no JSON": (lambda c: "model", FileError, "config.json can't be read"),
    "a list": (lambda c: "[]", FileError, "it is no object"),
    "a missing call": (lambda c: layer(c, "add")["inbound_nodes"][0]["args"][0]["config"].update(keras_history=["dense", 7, 0]), FileError, "call 7 of 'dense'"),
    "a giant from nothing": (lambda c: layer(c, "add").update(class_name="Tile", config={"repeats": [10**9]}, inbound_nodes=[{"args": [[1.0]], "kwargs": {}}]), FileError, "an operation on numbers alone"),
}  # fmt: skip
WEIGHTS = {
    "one missing": (lambda f: replace(f, DENSE, None), FileError, r"dense \(layers/dense/vars/0\): none, wanted \(4, 4\)"),
    "another shape": (lambda f: replace(f, DENSE, np.zeros((4, 5), "f4")), FileError, r"\(4, 5\) of float32, wanted \(4, 4\)"),
    "one more": (lambda f: f.create_dataset("layers/dense/vars/7", data=np.zeros(2, "f4")), FileError, "dense/vars/7: .* wanted none"),
    "text": (lambda f: replace(f, DENSE, "text"), FileError, "numbers of another kind|another kind|wanted"),
    "packed": (lambda f: (replace(f, DENSE, None), f.create_dataset(DENSE, data=np.zeros((4, 4), "f4"), compression="gzip")), FileError, "got filters"),
    "in pieces": (lambda f: (replace(f, DENSE, None), f.create_dataset(DENSE, shape=(4, 4), dtype="f4", chunks=(2, 2))), FileError, "chunked"),
    "outside": (lambda f: (replace(f, DENSE, None), f.create_dataset(DENSE, shape=(4, 4), dtype="f4", external=[("/etc/passwd", 0, 64)])), UnsafeFileError, "external storage"),
    "a link": (lambda f: replace(f, DENSE, h5py.SoftLink("/layers/dense_1/vars/0")), UnsafeFileError, "a link in"),
    "a link outside": (lambda f: replace(f, DENSE, h5py.ExternalLink("/etc/passwd", "/x")), FileError, "links of another kind"),
    "the same twice": (lambda f: replace(f, DENSE, f["layers/dense_1/vars/0"]), UnsafeFileError, "a second link"),
    "zeros alone": (lambda f: f.create_dataset("x", data=np.zeros(1 << 22, "f4")), UnsafeFileError, "packed in"),
}  # fmt: skip


def refused(path, kind, text, cost=200 << 20):
    """Loading is refused, soon, and without much memory."""
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(kind, match=text) as raised:
            load_model(path)
        assert "m.keras" in str(raised.value) and len(str(raised.value)) < 1500
        assert tracemalloc.get_traced_memory()[1] < cost and time.process_time() - started < 5
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("change, kind, text", CONFIGS.values(), ids=CONFIGS)
def test_configurations_of_something_else(written, change, kind, text):
    rewritten(written, config=change)
    refused(written, kind, text)


@pytest.mark.parametrize("change, kind, text", WEIGHTS.values(), ids=WEIGHTS)
def test_weights_of_something_else(written, change, kind, text):
    rewritten(written, zipfile.ZIP_DEFLATED, weights=change)
    refused(written, kind, text)


CONTENTS = {
    "nothing": (b"", "got an empty file"),
    "a page": (b"<!DOCTYPE html><html>", "a page of HTML.* Do this: download the file itself"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
    "a pickle": (b"\x80\x04\x95\x10", "a pickle, which could execute anything"),
    "an old model": (b"\x89HDF\r\n\x1a\n" + bytes(100), "got an HDF5 file.* load_weights"),
    "text": (b"model", "got something else"),
    "half an archive": (None, "is damaged"),
    "another archive": (b"PK\x05\x06" + bytes(18), "it has 0 members config.json"),
}


@pytest.mark.parametrize("content, text", CONTENTS.values(), ids=CONTENTS)
def test_files_of_something_else(written, content, text):
    written.write_bytes(written.read_bytes()[:-2000] if content is None else content)
    refused(written, FileError, text)


@pytest.mark.parametrize("cut", range(0, 6000, 97))
def test_every_byte_of_the_weights_may_be_wrong(written, cut):
    def broken(content):
        return content[:cut] + bytes([content[cut] ^ 0x5A]) + content[cut + 1 :]

    rewritten(written, raw=broken)
    try:
        load_model(written)
    except FourfoldError as error:
        assert "m.keras" in str(error)


@pytest.mark.parametrize("length", [0, 7, 95, 96, 500, 3000])
def test_weights_that_are_cut_off(written, length):
    rewritten(written, raw=lambda content: content[:length])
    refused(written, FileError, "damaged")


def test_other_members_are_not_read(written, tmp_path):
    rewritten(written, more={"../out.txt": b"x", "/tmp/out.txt": b"x", "assets/pickle.pkl": b"\x80\x04"})
    load_model(written)
    assert not (tmp_path.parent / "out.txt").exists()


def test_numbers_that_are_not_finite_are_said(written):
    rewritten(written, weights=lambda file: replace(file, DENSE, np.full((4, 4), np.nan, "f4")))
    with pytest.warns(UserWarning, match="not finite, in dense/kernel"):
        load_model(written)


def test_an_addition_to_itself_sixty_times_is_small(tmp_path):
    x = Input((2,))
    y = x
    for _ in range(60):
        y = y + y
    Model(x, y).save(tmp_path / "m.keras")
    started = time.process_time()
    assert load_model(tmp_path / "m.keras").predict(np.full((1, 2), 2.0**-60), verbose=0).tolist() == [[1.0, 1.0]]
    assert time.process_time() - started < 30
