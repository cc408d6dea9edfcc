"""Models in ONNX files: ONNX Runtime gives the numbers of `predict`."""

from pathlib import Path

import jax
import numpy as np
import onnx
import pytest
from cases_layers import CASES
from exported import assert_exported, run
from hypothesis import given, settings
from hypothesis import strategies as st
from test_agreement_functions import WITHOUT_NUMBERS, arguments_of
from test_agreement_layers import MERGES, inputs_of, name_of

from fourfold import Input, Model, Sequential, layers, ops
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.interop.onnx.model import model_of
from fourfold.ops.functions import FUNCTIONS
from fourfold.study.architecture import build
from fourfold.study.candidates import CANDIDATES, Problem

RNG = np.random.default_rng(0)


def filled(model):
    """The model with weights of which none is 0 and no variance below it."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        values = rng.normal(size=weight.shape).astype("float32") * 0.5
        weight.assign(np.abs(values) + 0.1 if "variance" in weight.path else values)
    return model


def operators(proto):
    return [node.op_type for node in proto.graph.node]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_each_layer(case):
    name, arguments, shapes, options = case
    arrays = inputs_of(shapes, options)
    symbols = [Input(shape[1:], dtype=str(array.dtype)) for shape, array in zip(shapes, arrays)]
    x = symbols
    if options.get("mask") is True:
        x = [layers.Masking()(symbol) for symbol in symbols]
        for array in arrays:
            array[0, 2:] = 0
    layer = getattr(layers, name)(**arguments)
    assert_exported(filled(Model(symbols, layer(x if name in MERGES else x[0]))), arrays)


OPEN = [
    layers.Conv1D(3, 3, padding="causal", dilation_rate=2),
    layers.Conv1D(3, 4, padding="same", strides=2),
    layers.Conv1D(3, 3),
    layers.Conv1D(3, 2, padding="same", dilation_rate=3),
    layers.MaxPooling1D(2),
    layers.AveragePooling1D(3, strides=2, padding="same"),
    layers.GlobalAveragePooling1D(),
    layers.LSTM(3, return_sequences=True),
    layers.GRU(3, reset_after=False),
    layers.Bidirectional(layers.SimpleRNN(3)),
    layers.Dense(3),
    layers.TimeDistributed(layers.Dense(3)),
    layers.Softmax(axis=1),
    layers.UpSampling1D(2),
    layers.ZeroPadding1D(2),
    layers.Cropping1D((1, 2)),
    layers.LayerNormalization(center=False),
]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("place", range(len(OPEN)), ids=lambda place: f"{place}-{type(OPEN[place]).__name__}")
def test_open_lengths_stay_open(place, masked):
    x = Input((None, 2))
    model = filled(Model(x, OPEN[place](layers.Masking()(x) if masked else x)))
    for rows, steps in ((1, 5), (4, 8)):
        array = RNG.normal(size=(rows, steps, 2)).astype("float32")
        array[0, 3:] = 0
        assert_exported(model, [array])


OPEN_IMAGES = {
    "steps of two, then the mean": [layers.Conv2D(4, 3, strides=2, padding="same"), layers.GlobalAveragePooling2D()],
    "steps of two, then rows": [layers.MaxPooling2D(3, strides=2, padding="same"), layers.Reshape((-1, 3)), layers.LSTM(2)],
    "windows with gaps": [layers.Conv2D(4, 3, padding="same", dilation_rate=(2, 3)), layers.DepthwiseConv2D(3)],
    "norms of groups": [layers.GroupNormalization(3), layers.AveragePooling2D(2)],
    "half and back": [layers.AveragePooling2D(2), layers.Conv2DTranspose(2, 3, strides=2, padding="same")],
    "edges": [layers.ZeroPadding2D(((1, 2), (0, 3))), layers.Cropping2D((2, 1)), layers.UpSampling2D(2)],
}


@pytest.mark.parametrize("name", OPEN_IMAGES, ids=lambda name: name.replace(" ", "-"))
def test_images_of_any_size(name):
    model = filled(Sequential([Input((None, None, 3)), *OPEN_IMAGES[name]]))
    for shape in ((1, 15, 24, 3), (3, 14, 9, 3)):
        assert_exported(model, [RNG.normal(size=shape).astype("float32")])


OPEN_VOLUMES = {
    "steps of two, then the mean": [layers.Conv3D(4, 3, strides=2, padding="same"), layers.GlobalAveragePooling3D()],
    "half and back": [layers.MaxPooling3D(2), layers.Conv3DTranspose(2, 3, strides=2, padding="same")],
    "windows side by side": [layers.AveragePooling3D((1, 2, 3)), layers.GlobalMaxPooling3D()],
    "edges": [layers.ZeroPadding3D(1), layers.Cropping3D((2, 1, 0)), layers.UpSampling3D((1, 2, 1))],
}


@pytest.mark.parametrize("name", OPEN_VOLUMES, ids=lambda name: name.replace(" ", "-"))
def test_volumes_of_any_size(name):
    model = filled(Sequential([Input((None, None, None, 2)), *OPEN_VOLUMES[name]]))
    for shape in ((1, 5, 8, 9, 2), (3, 6, 4, 7, 2)):
        assert_exported(model, [RNG.normal(size=shape).astype("float32")])


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float64", "float16"])
def test_inputs_of_other_types_keep_them(dtype):
    x = Input((4,), dtype=dtype)
    y = layers.Dense(2)(layers.Flatten()(layers.Embedding(3, 2)(x)) if "int" in dtype else x)
    proto = assert_exported(filled(Model(x, y)), [RNG.integers(0, 2, (3, 4)).astype(dtype)])
    onnx.checker.check_model(proto, full_check=True)
    assert onnx.helper.tensor_dtype_to_np_dtype(proto.graph.input[0].type.tensor_type.elem_type) == dtype


# ---- the families' candidates ------------------------------------------------------------------------------

PROBLEMS = {
    "table": Problem("flat", (7,), 3, 400),
    "series": Problem("sequence", (70, 3), 3, 400),
    "long series": Problem("sequence", (300, 1), 3, 4000),
    "forecasts": Problem("sequence", (70, 2), 3, 4000, numeric=True, forecast=True),
    "unequal series": Problem("sequence", (41, 2), 3, 400, masked=True),
    "a label a step": Problem("sequence", (70, 2), 3, 400, masked=True, stepwise=True),
    "images": Problem("image", (17, 16, 3), 3, 4000),
    "texts": Problem("text", (90,), 3, 400, vocabulary=12),
}


def rows_of(problem, rows=3):
    if problem.layout == "text":
        x = RNG.integers(1, problem.vocabulary, (rows, *problem.shape)).astype("int32")
    else:
        x = RNG.normal(size=(rows, *problem.shape)).astype("float32")
    if problem.masked or problem.layout == "text":
        x[1, len(x[1]) // 2 :] = x[2, 5:] = 0
    return x


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("family", CANDIDATES)
def test_candidates(family, problem):
    problem = PROBLEMS[problem]
    net = build(family, problem, "S", "softmax", 8)
    assert_exported(filled(net.model), [rows_of(problem)], tolerance=1e-5)


# ---- operations --------------------------------------------------------------------------------------------

REFUSED = {
    "angle", "arctan2", "argpartition", "bitwise_left_shift", "bitwise_right_shift", "cholesky", "cholesky_inverse",
    "corrcoef", "ctc_loss", "cumprod", "diagflat", "digitize", "eig", "erfc", "erfinv", "fft", "fft2", "fold", "gcd",
    "histogram", "i0", "ifft2", "inv", "irfft", "istft", "lcm", "ldexp", "left_shift", "logdet", "lstsq", "lu_factor",
    "matrix_rank", "nancumprod", "nextafter", "pinv", "polar", "rfft", "right_shift", "scatter", "scatter_update",
    "searchsorted", "segment_max", "segment_min", "segment_prod", "segment_sum", "signbit", "slice_update", "slogdet",
    "solve", "solve_triangular", "stft", "view", "view_as_complex",
}  # fmt: skip
"""Functions that ONNX has no operators for, or none that would be these."""
NO_SYMBOLS = WITHOUT_NUMBERS - {"sparsemax"} | {"ndim", "size", "nonzero", "bincount", "unique"}
"""Functions that give no arrays, or whose lengths depend on numbers."""


def _may_be_symbol(leaf):
    return isinstance(leaf, np.ndarray) and bool(leaf.ndim) and leaf.dtype.name in ("float32", "int32", "bool")


def functions():
    for name in sorted(set(FUNCTIONS) - NO_SYMBOLS):
        for number, arguments in enumerate(arguments_of(name)):
            yield pytest.param(name, arguments, id=f"{name}-{number}")


@pytest.mark.parametrize("name, arguments", functions())
def test_functions(name, arguments):
    arrays, symbols = [], []

    def symbol(leaf):
        if not _may_be_symbol(leaf):
            return leaf
        arrays.append(leaf)
        symbols.append(Input(batch_shape=leaf.shape, dtype=leaf.dtype.name))
        return symbols[-1]

    of_symbols = jax.tree.map(symbol, arguments)
    if not symbols:
        return
    graph = Graph(symbols, FUNCTIONS[name](*of_symbols))
    if name in REFUSED:
        with pytest.raises(OptionError, match=f"in {name}, wanted operations that ONNX has"):
            model_of(graph)
        return
    wanted = jax.tree.leaves(FUNCTIONS[name](*arguments))
    for a, b in zip(run(model_of(graph), arrays).values(), map(np.asarray, wanted), strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_the_page_counts_the_functions_that_are_held():
    held = {
        name
        for name in set(FUNCTIONS) - NO_SYMBOLS - REFUSED
        if any(map(_may_be_symbol, jax.tree.leaves(list(arguments_of(name)))))
    }
    page = (Path(__file__).parents[2] / "docs" / "keras.md").read_text(encoding="utf-8")
    assert f"{len(held)} of the functions of `fourfold.ops`" in page


# ---- whole models ------------------------------------------------------------------------------------------


def test_several_inputs_and_outputs_by_their_names():
    series, words = Input((6, 3), name="series"), Input((4,), dtype="int32", name="words")
    x = layers.Concatenate()([layers.GRU(5)(series), layers.Flatten()(layers.Embedding(9, 2)(words))])
    level, side = layers.Dense(1, name="level")(x), layers.Dense(2, activation="softmax", name="side")(x)
    arrays = [RNG.normal(size=(3, 6, 3)).astype("float32"), RNG.integers(0, 9, (3, 4)).astype("int32")]
    proto = assert_exported(filled(Model([series, words], [level, side])), arrays)
    assert [one.name for one in proto.graph.input] == ["series", "words"]
    assert [one.name for one in proto.graph.output] == ["level", "side"]
    assert [one.type.tensor_type.shape.dim[0].dim_param for one in proto.graph.output] == ["batch", "batch"]
    assert {array.name for array in proto.graph.initializer} >= {"embedding/embeddings", "level/kernel", "side/kernel"}


def test_inputs_and_outputs_that_are_dicts_have_their_keys():
    class Two(Model):
        def __init__(self):
            super().__init__()
            self.of_sizes, self.of_kinds = layers.Dense(3), layers.Embedding(5, 3)

        def call(self, rows):
            y = self.of_sizes(rows["sizes"]) + self.of_kinds(rows["kinds"])
            return {"sizes": ops.tanh(y), "all": [y, ops.sum(y, axis=-1)]}

    two = Two()
    rows = {"sizes": RNG.normal(size=(3, 2)).astype("float32"), "kinds": np.array([0, 4, 2], "int32")}
    wanted = two.predict(rows, verbose=0)
    proto = model_of(two.graph)
    assert [one.name for one in proto.graph.input] == ["kinds", "sizes"]
    found = run(proto, [rows["kinds"], rows["sizes"]])
    for name, value in {"all/0": wanted["all"][0], "all/1": wanted["all"][1], "sizes_1": wanted["sizes"]}.items():
        np.testing.assert_allclose(found[name], value, atol=1e-6)


def test_layers_stay_the_operators_that_onnx_has():
    model = Sequential([
        Input((12, 12, 2)), layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(), layers.Reshape((5, 20)),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True)), layers.LayerNormalization(),
        layers.SimpleRNN(4, return_sequences=True), layers.GRU(4), layers.Dropout(0.5), layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    proto = assert_exported(filled(model), [RNG.normal(size=(2, 12, 12, 2)).astype("float32")])
    found = operators(proto)
    wanted = {"Conv": 1, "MaxPool": 1, "LSTM": 2, "LayerNormalization": 1, "RNN": 1, "GRU": 1, "MatMul": 1, "Softmax": 1}
    assert {name: found.count(name) for name in wanted} == wanted and "Scan" not in found


def test_models_within_models_shared_layers_and_operations():
    shared = layers.Dense(4, activation="tanh")
    inner_in = Input((5, 4))
    inner = Model(inner_in, layers.LSTM(4, return_sequences=True)(shared(inner_in)), name="inner")
    x = Input((5, 4))
    y = inner(shared(x)) + x
    y = ops.concatenate([y[:, -1], ops.max(y, axis=1), ops.mean(ops.square(y), axis=1)], axis=-1)
    proto = assert_exported(filled(Model(x, layers.Dense(2)(y))), [RNG.normal(size=(3, 5, 4)).astype("float32")])
    assert "LSTM" in operators(proto)
    assert sum(array.name.endswith("dense/kernel") for array in proto.graph.initializer) == 1


def test_a_model_written_as_a_class():
    class Reader(Model):
        def __init__(self):
            super().__init__()
            self.read, self.end = layers.GRU(4, return_sequences=True), layers.Dense(1)

        def call(self, x):
            return ops.sigmoid(self.end(ops.where(x > 0, self.read(x), -x)))

    reader, x = Reader(), RNG.normal(size=(3, 5, 4)).astype("float32")
    reader.predict(x, verbose=0)
    assert_exported(filled(reader), [x])


def test_states_in_and_out():
    x, h, c = Input((6, 3)), Input((4,)), Input((4,))
    outputs = layers.LSTM(4, return_sequences=True, return_state=True, go_backwards=True)(x, initial_state=[h, c])
    arrays = [RNG.normal(size=shape).astype("float32") for shape in ((2, 6, 3), (2, 4), (2, 4))]
    assert "LSTM" in operators(assert_exported(filled(Model([x, h, c], outputs)), arrays))


@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("activation, operator", [("relu", True), ("sigmoid", True), ("gelu", False)])
def test_activations_that_onnx_has_not_are_loops(kind, activation, operator):
    x = Input((6, 3))
    model = filled(Model(x, getattr(layers, kind)(4, activation=activation, use_bias=False)(x)))
    found = operators(assert_exported(model, [RNG.normal(size=(2, 6, 3)).astype("float32")]))
    assert ("Scan" in found) != operator


def test_what_depends_on_no_input_is_computed_already():
    x = Input((6, 8))
    y = layers.BatchNormalization()(layers.PositionalEncoding()(x))
    proto = assert_exported(filled(Model(x, y)), [RNG.normal(size=(2, 6, 8)).astype("float32")])
    assert operators(proto) == ["Add", "Mul", "Add", "Identity"]


def test_an_output_that_is_an_input_or_a_constant():
    x = Input((3,), name="x")
    model = Model(x, [x, ops.ones_like(x) * 2.0])
    proto = assert_exported(model, [np.ones((2, 3), "float32")])
    assert [one.name for one in proto.graph.output] == ["output", "multiply"]


# ---- files and messages ------------------------------------------------------------------------------------


def test_export_writes_a_file_that_onnx_reads(tmp_path):
    model = filled(Sequential([Input((28, 8)), layers.LSTM(16), layers.Dense(2, activation="softmax")]))
    model.export(tmp_path / "model.onnx")
    model.export(str(tmp_path / "model.onnx"), format="onnx")
    onnx.checker.check_model(str(tmp_path / "model.onnx"), full_check=True)
    proto = onnx.load(tmp_path / "model.onnx")
    assert (proto.producer_name, proto.opset_import[0].version) == ("fourfold", 18)
    x = RNG.normal(size=(5, 28, 8)).astype("float32")
    (got,) = run(proto, [x]).values()
    np.testing.assert_allclose(got, model.predict(x, verbose=0), atol=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def untraceable():
    x = Input((4,))
    return Model(x, layers.Lambda(lambda x: ops.cumprod(x, axis=1), name="products")(x))


def too_open():
    x = Input((None, 4))
    return Model(x, layers.Lambda(lambda x: ops.arange(x.shape[1] * 1.0) + x[..., 0])(x))


def stateful():
    x = Input(batch_shape=(2, 5, 3))
    return Model(x, layers.LSTM(2, stateful=True)(x))


@pytest.mark.parametrize(
    "model, message",
    [
        (untraceable, "can't be written in ONNX: got cumprod, in products, wanted operations that ONNX has"),
        (stateful, "computes each batch on its own: got a layer with stateful=True"),
        (too_open, "must know lengths that the model leaves open: .* wanted an Input of fixed lengths"),
    ],
)
def test_errors_leave_no_file(tmp_path, model, message):
    with pytest.raises(OptionError, match=message):
        model().export(tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_without_the_package_its_name_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(OptionError, match=r"not installed: got import onnx fails. Do this: pip install 'fourfold\[onnx\]'"):
        Sequential([Input((2,)), layers.Dense(1)]).export(tmp_path / "model.onnx")


@pytest.mark.parametrize("axes", [(1,), (1, 2)])
def test_operations_that_onnx_has_otherwise_are_written_out(axes):
    x = Input((5, 4, 3))
    y = layers.LayerNormalization(axis=axes)(x)
    y = layers.Conv2DTranspose(2, 3, strides=1, padding="same", output_padding=0)(y)
    proto = assert_exported(filled(Model(x, y)), [RNG.normal(size=(2, 5, 4, 3)).astype("float32")])
    assert "LayerNormalization" not in operators(proto)


@st.composite
def windowed(draw):
    """A layer with a window, of any options that it takes, and an input that it fits."""
    rank = draw(st.sampled_from([1, 2]))
    each = lambda most: st.tuples(*[st.integers(1, most)] * rank)  # noqa: E731
    size, strides = draw(each(4)), draw(each(3))
    lengths = tuple(draw(st.integers(size[axis], 9)) for axis in range(rank))
    channels, same = draw(st.sampled_from([1, 2, 4])), draw(st.booleans())
    options = {"strides": strides, "padding": "same" if same else "valid"}
    kind = draw(st.sampled_from(["Conv", "DepthwiseConv", "Transpose", "MaxPooling", "AveragePooling"]))
    if kind.endswith("Pooling"):
        return getattr(layers, f"{kind}{rank}D")(size, **options), (*lengths, channels)
    if max(strides) == 1 and kind != "Transpose":
        options["dilation_rate"] = tuple(
            draw(st.integers(1, 3)) if same or 3 * (k - 1) < length else 1 for k, length in zip(size, lengths)
        )
    if kind == "DepthwiseConv":  # of which Keras has the same stride along all axes
        options["strides"] = strides[0]
        layer = getattr(layers, f"DepthwiseConv{rank}D")(size, depth_multiplier=draw(st.integers(1, 2)), **options)
    elif kind == "Conv":
        groups = draw(st.sampled_from([1, channels]))
        layer = getattr(layers, f"Conv{rank}D")(groups * 2, size, groups=groups, **options)
    else:
        layer = getattr(layers, f"Conv{rank}DTranspose")(3, size, **options)
    return layer, (*lengths, channels)


@settings(max_examples=60)
@given(windowed())
def test_windows_of_any_kind(case):
    layer, shape = case
    x = Input(shape)
    model = filled(Model(x, layer(x)))
    assert_exported(model, [np.random.default_rng(1).normal(size=(2, *shape)).astype("float32")], tolerance=1e-5)
