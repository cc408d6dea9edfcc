"""Every layer x every promise. A row of the table is a layer and what it declares; adding a layer is a row."""

import json
import warnings
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from exported import assert_exported

from fourfold import Input, Model, layers
from fourfold.core.streams import Stream
from fourfold.core.symbols import Symbol
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.layers import Embedding, Layer, MaskWarning
from fourfold.layers.lookup import BeforeModels
from fourfold.ops import random as keys

VOCABULARY = 7
SEQUENCE, IMAGE, VOLUME, ROW = (6, 4), (6, 5, 4), (4, 5, 6, 3), (4,)


@dataclass(frozen=True)
class Case:
    """A layer, the shapes of its inputs without the batch axis, and what it declares.

    ``mask``: what becomes of a mask (N, T): "passes", "drops", "uses" (and ends it), "uses, passes", "makes" (its
    own); "" where inputs have no time axis, or more than rows along it. ``many``: inputs come as one list (as to `Add`), one after the other, or as
    an input and a list of states.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    shapes: tuple[tuple[int, ...], ...] = (SEQUENCE,)
    mask: str = "drops"
    many: str = "one after the other"
    ids: bool = False
    random: bool = False
    open_time: bool = True

    def layer(self) -> Layer:
        layer = getattr(layers, self.name)
        if self.name == "Bidirectional":
            return layer(layers.LSTM(3, return_sequences=True), **self.arguments)
        if self.name in ("RNN", "StackedRNNCells"):
            return layer([layers.LSTMCell(3), layers.GRUCell(3)][self.name == "StackedRNNCells" :], **self.arguments)
        if self.name in ("TimeDistributed", "SpectralNormalization"):
            return layer(layers.Dense(3), **self.arguments)
        return layer(**self.arguments)

    def call(self, layer: Layer, inputs: list, **kwargs: Any) -> Any:
        if layer.alone and not any(isinstance(x, Symbol) for x in inputs):
            kwargs = {"training": False} | kwargs  # alone it acts as in training
        if self.many == "states":
            return layer(inputs[0], inputs[1:], **kwargs)
        return layer(inputs, **kwargs) if self.many == "a list" else layer(*inputs, **kwargs)

    def symbols(self, open_time: bool = False) -> list:
        dtype = "int32" if self.ids else "float32"
        shapes = [(None, *shape[1:]) if open_time else shape for shape in self.shapes]
        return [Input(shape=shape, dtype=dtype) for shape in shapes]

    def arrays(self, batch: int, seed: int = 0) -> list[np.ndarray]:
        rng = np.random.default_rng(seed)
        if self.ids:
            return [rng.integers(0, VOCABULARY, (batch, *shape)).astype(np.int32) for shape in self.shapes]
        return [rng.normal(size=(batch, *shape)).astype(np.float32) for shape in self.shapes]

    def called(self, batch: int = 3) -> tuple[Layer, list[np.ndarray], Any]:
        layer, arrays = self.layer(), self.arrays(batch)
        return layer, arrays, self.call(layer, arrays)


def merging(name: str, mask: str = "passes", **arguments: Any) -> Case:
    return Case(name, arguments, (SEQUENCE, SEQUENCE), mask, many="a list")


TABLE = [
    Case("InputLayer", {"shape": SEQUENCE}, mask="passes", open_time=False),
    Case("Dense", {"units": 3, "activation": "relu"}, mask="passes"),
    Case("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (None, 3), "bias_axes": "d"}),
    Case("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "causal"}),
    Case("Conv2D", {"filters": 3, "kernel_size": (3, 2), "strides": 2, "padding": "same"}, (IMAGE,), ""),
    Case("DepthwiseConv1D", {"kernel_size": 2, "padding": "same", "depth_multiplier": 2}),
    Case("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "padding": "same"}, (IMAGE,), ""),
    Case("SeparableConv1D", {"filters": 3, "kernel_size": 2}),
    Case("SeparableConv2D", {"filters": 3, "kernel_size": 3, "padding": "same"}, (IMAGE,), ""),
    Case("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}),
    Case("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, (IMAGE,), ""),
    Case("Conv3D", {"filters": 3, "kernel_size": (3, 2, 2), "strides": 2, "padding": "same"}, (VOLUME,), ""),
    Case("Conv3DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, (VOLUME,), ""),
    Case("UpSampling3D", {"size": (2, 3, 1)}, (VOLUME,), ""),
    Case("UpSampling1D", {"size": 3}),
    Case("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}, (IMAGE,), ""),
    Case("MaxPooling1D"),
    Case("MaxPooling2D", {"padding": "same"}, (IMAGE,), ""),
    Case("AveragePooling1D", {"pool_size": 3, "strides": 1, "padding": "same"}),
    Case("AveragePooling2D", {"pool_size": 2}, (IMAGE,), ""),
    Case("MaxPooling3D", {"padding": "same"}, (VOLUME,), ""),
    Case("AveragePooling3D", {"pool_size": (2, 3, 2)}, (VOLUME,), ""),
    Case("GlobalMaxPooling3D", {}, (VOLUME,), ""),
    Case("GlobalAveragePooling3D", {"keepdims": True}, (VOLUME,), ""),
    Case("GlobalMaxPooling1D"),
    Case("AdaptiveAveragePooling1D", {"output_size": 2}),
    Case("AdaptiveAveragePooling2D", {"output_size": 2}, (IMAGE,), ""),
    Case("AdaptiveAveragePooling3D", {"output_size": (2, 3, 2)}, (VOLUME,), ""),
    Case("AdaptiveMaxPooling1D", {"output_size": 2}),
    Case("AdaptiveMaxPooling2D", {"output_size": 2}, (IMAGE,), ""),
    Case("AdaptiveMaxPooling3D", {"output_size": (2, 3, 2)}, (VOLUME,), ""),
    Case("GlobalMaxPooling2D", {"keepdims": True}, (IMAGE,), ""),
    Case("GlobalAveragePooling1D", mask="uses"),
    Case("GlobalAveragePooling2D", {}, (IMAGE,), ""),
    Case("SimpleRNN", {"units": 3, "return_sequences": True}, mask="uses, passes"),
    Case("LSTM", {"units": 3}, mask="uses"),
    Case("GRU", {"units": 3, "return_sequences": True, "return_state": True}, mask="uses, passes"),
    Case("ConvLSTM1D", {"filters": 3, "kernel_size": 2}, ((6, 5, 2),), ""),
    Case(
        "ConvLSTM2D",
        {"filters": 3, "kernel_size": 2, "padding": "same", "return_sequences": True},
        ((4, 5, 3, 2),),
        "",
    ),
    Case("ConvLSTM3D", {"filters": 2, "kernel_size": 2, "return_state": True}, ((3, 3, 4, 3, 2),), ""),
    Case("Bidirectional", {"merge_mode": "sum"}, mask="uses, passes"),
    Case(
        "Attention",
        {"use_scale": True, "score_mode": "concat"},
        (SEQUENCE, SEQUENCE),
        "uses, passes",
        "a list",
    ),
    Case("AdditiveAttention", {}, (SEQUENCE, SEQUENCE), "uses, passes", "a list"),
    Case("RNN", {"return_sequences": True}, mask="uses, passes"),
    Case("SimpleRNNCell", {"units": 3}, (ROW, (3,)), "", "states"),
    Case("LSTMCell", {"units": 3}, (ROW, (3,), (3,)), "", "states"),
    Case("GRUCell", {"units": 3, "dropout": 0.5}, (ROW, (3,)), "", "states", random=True),
    Case("StackedRNNCells", {}, (ROW, (3,)), "", "states"),
    Case("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, (SEQUENCE, SEQUENCE), "uses, passes"),
    Case(
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "sliding_window": 3, "use_gate": True},
        (SEQUENCE, SEQUENCE),
        "uses, passes",
    ),
    Case("Embedding", {"input_dim": VOCABULARY, "output_dim": 3}, ((6,),), "", ids=True),
    Case("PositionalEncoding", {"kind": "learned", "max_length": 8}, mask="passes"),
    Case("CarryMask", {"value": -1.0}, (SEQUENCE, SEQUENCE), "uses, passes", "a list"),
    Case("Masking", {"mask_value": 2.0}, mask="makes"),
    Case("LayerNormalization", mask="passes"),
    Case("BatchNormalization", mask="passes"),
    Case("GroupNormalization", {"groups": 2}, mask="passes"),
    Case("RMSNormalization"),
    Case("UnitNormalization", mask="passes"),
    Case("Normalization", {"axis": (1, 2)}, mask="passes", open_time=False),
    Case("Dropout", {"rate": 0.5}, mask="passes", random=True),
    Case("SpatialDropout1D", {"rate": 0.5}, mask="passes", random=True),
    Case("SpatialDropout2D", {"rate": 0.5}, (IMAGE,), "", random=True),
    Case("SpatialDropout3D", {"rate": 0.5}, (VOLUME,), "", random=True),
    Case("AlphaDropout", {"rate": 0.5}, mask="passes", random=True),
    Case("GaussianDropout", {"rate": 0.5}, mask="passes", random=True),
    Case("GaussianNoise", {"stddev": 0.5}, mask="passes", random=True),
    Case("Activation", {"activation": "gelu"}, mask="passes"),
    Case("ReLU", {"max_value": 1.0}, mask="passes"),
    Case("LeakyReLU", mask="passes"),
    Case("ELU", mask="passes"),
    Case("PReLU", {"shared_axes": 1}, mask="passes"),
    Case("Identity", mask="passes"),
    Case("ActivityRegularization", {"l1": 0.1}, mask="passes"),
    Case("CategoryEncoding", {"num_tokens": VOCABULARY, "output_mode": "count"}, ((6,),), "", ids=True),
    Case("Discretization", {"bin_boundaries": [0.0, 1.0], "output_mode": "one_hot"}),
    Case("Resizing", {"height": 4, "width": 7, "crop_to_aspect_ratio": True}, (IMAGE,), ""),
    Case("CenterCrop", {"height": 4, "width": 3}, (IMAGE,), ""),
    Case("RandomFlip", {"mode": "horizontal"}, (IMAGE,), "", random=True),
    Case("RandomRotation", {"factor": 0.2, "fill_mode": "constant"}, (IMAGE,), "", random=True),
    Case("RandomZoom", {"height_factor": (-0.3, 0.3), "width_factor": 0.2}, (IMAGE,), "", random=True),
    Case("RandomTranslation", {"height_factor": 0.3, "width_factor": 0.2}, (IMAGE,), "", random=True),
    Case("RandomShear", {"x_factor": 0.3, "y_factor": (0.1, 0.2)}, (IMAGE,), "", random=True),
    Case("RandomCrop", {"height": 3, "width": 2}, (IMAGE,), "", random=True),
    Case("RandomContrast", {"factor": 0.5, "value_range": (-9, 9)}, (IMAGE,), "", random=True),
    Case("RandomBrightness", {"factor": 0.5, "value_range": (-2, 2)}, (IMAGE,), "", random=True),
    Case("RandomErasing", {"factor": (1.0, 1.0), "value_range": (-2, 2)}, (IMAGE,), "", random=True),
    Case("RandomInvert", {"factor": 1.0, "value_range": (-2, 2)}, (IMAGE,), "", random=True),
    Case("RandomGrayscale", {"factor": 0.5}, ((*IMAGE[:-1], 3),), "", random=True),
    Case("Softmax", {"axis": 1}, ((6, 6),), mask="uses, passes"),
    Case("Flatten", open_time=False),
    Case("Reshape", {"target_shape": (2, -1, 4)}, open_time=False),
    Case("Permute", {"dims": (2, 1)}),
    Case("Cropping1D", {"cropping": (1, 2)}),
    Case("Cropping2D", {"cropping": ((1, 2), (0, 1))}, (IMAGE,), ""),
    Case("Cropping3D", {"cropping": ((1, 2), (0, 1), (1, 1))}, (VOLUME,), ""),
    Case("ZeroPadding3D", {"padding": ((1, 0), (0, 2), (1, 1))}, (VOLUME,), ""),
    Case("ZeroPadding1D", {"padding": (1, 2)}),
    Case("ZeroPadding2D", {"padding": ((1, 0), (0, 2))}, (IMAGE,), ""),
    Case("Rescaling", {"scale": 0.1, "offset": 1.0}, mask="passes"),
    Case("TimeDistributed", mask="passes"),
    Case("SpectralNormalization", mask="passes"),
    Case("RepeatVector", {"n": 3}, (ROW,), "", open_time=False),
    merging("Add"),
    merging("Subtract"),
    merging("Multiply", "uses, passes"),
    merging("Average"),
    merging("Maximum", "uses, passes"),
    merging("Minimum", "uses, passes"),
    merging("Concatenate", axis=-1),
    merging("Dot", "drops", axes=2),
]

every_layer = pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
with_steps = pytest.mark.parametrize("case", [c for c in TABLE if c.mask], ids=lambda case: case.name)


def test_the_table_names_every_layer():
    """But those that are called on data alone, before a model (tests/layers/test_layers_lookup.py)."""
    kinds = [o for o in vars(layers).values() if isinstance(o, type) and issubclass(o, Layer)]
    exported = {kind.__name__ for kind in kinds if not issubclass(kind, BeforeModels)}
    assert exported - {"Layer", "Lambda", "Wrapper"} == {case.name for case in TABLE}


def test_a_lambda_promises_nothing_of_its_function():
    with pytest.raises(OptionError, match="is code, that no configuration holds: got a Lambda"):
        layers.Lambda(lambda x: x).get_config()


def equal(a: Any, b: Any, **limits: float) -> None:
    a, b = jax.tree.leaves(a), jax.tree.leaves(b)
    assert len(a) == len(b) > 0
    for left, right in zip(a, b):
        if limits:
            np.testing.assert_allclose(left, right, **limits)
        else:
            np.testing.assert_array_equal(left, right)


@every_layer
def test_a_configuration_makes_the_same_layer(case):
    layer, arrays, outputs = case.called()
    config = json.loads(json.dumps(layer.get_config()))
    twin = type(layer).from_config(config)
    case.call(twin, arrays)
    twin.set_weights(layer.get_weights())
    equal(case.call(twin, arrays), outputs)
    assert twin.get_config() == layer.get_config() == config


@every_layer
@pytest.mark.parametrize("open_time", [False, True], ids=["known", "open"])
def test_the_inferred_shape_is_the_computed_one(case, open_time):
    if open_time and not (case.mask and case.open_time):
        return  # no time axis, or a layer that must know it
    layer = case.layer()
    inferred = jax.tree.leaves(case.call(layer, case.symbols(open_time)))
    for batch in (1, 3):
        computed = jax.tree.leaves(case.call(layer, case.arrays(batch)))
        assert len(computed) == len(inferred)
        for symbol, array in zip(inferred, computed):
            assert len(symbol.shape) == array.ndim and symbol.dtype == array.dtype
            assert all(want in (None, have) for want, have in zip(symbol.shape, array.shape))
            assert symbol.shape[0] is None
            assert open_time or None not in symbol.shape[1:]


@every_layer
def test_outputs_are_float32(case):
    layer, arrays, outputs = case.called()
    assert {leaf.dtype for leaf in jax.tree.leaves(outputs)} == {np.dtype("float32")}
    wide = case.call(layer, [a.astype(np.int64 if case.ids else np.float64) for a in arrays])
    equal(wide, outputs)


@every_layer
def test_two_calls_are_one_trace(case):
    layer = case.layer()
    symbols = case.symbols()
    model = Model(symbols, case.call(layer, symbols))
    calls = []
    mathematics = layer.call
    layer.call = lambda *args, **kwargs: calls.append(1) or mathematics(*args, **kwargs)
    model(case.arrays(3), training=False)
    model(case.arrays(3, seed=1), training=False)
    assert len(calls) == 1


@every_layer
def test_a_batch_of_one_gives_the_row_of_a_larger_batch(case):
    layer, arrays, outputs = case.called()
    alone = case.call(layer, [array[1:2] for array in arrays])
    equal(alone, jax.tree.map(lambda output: output[1:2], outputs), rtol=1e-5, atol=1e-6)


@every_layer
def test_only_training_is_random(case):
    symbols = case.symbols()
    graph = Graph(symbols, case.call(case.layer(), symbols))
    weights, arrays = graph.init(Stream(3)), case.arrays(3)

    def outputs(training: bool, seed: int) -> Any:
        return graph.apply(weights, arrays, training=training, key=keys.key(seed)).outputs

    equal(outputs(False, 1), outputs(False, 2))
    equal(outputs(True, 1), outputs(True, 1))
    same = [np.array_equal(a, b) for a, b in zip(*map(jax.tree.leaves, (outputs(True, 1), outputs(True, 2))))]
    assert all(same) != case.random


@every_layer
def test_strict_ranks(case):
    """No operation broadcasts over axes that it does not name, forwards and backwards."""
    symbols = case.symbols()
    graph = Graph(symbols, case.call(case.layer(), symbols))
    weights, arrays = graph.init(Stream(3)), case.arrays(3)

    def total(weights):
        outputs = graph.apply(weights, arrays, training=True, key=keys.key(1)).outputs
        return sum(leaf.sum() for leaf in jax.tree.leaves(outputs))

    with jax.numpy_rank_promotion("raise"):
        value, gradients = jax.value_and_grad(total)(jax.tree.map(jnp.asarray, weights))
    assert np.isfinite(value) and all(np.isfinite(g).all() for g in jax.tree.leaves(gradients))


# ---- masks -------------------------------------------------------------------------------------------------


class NeedsMask(Layer):
    """A layer that would use a mask."""

    def call(self, weights, x, *, mask=None):
        return x


def masked(case: Case, layer: Layer, makes_mask: bool) -> tuple[list, Any]:
    """Symbols of ids, and what the layer gives for their vectors, with a mask or without."""
    ids = [Input(shape=shape[:1], dtype="int32") for shape in case.shapes]
    vectors = [
        Embedding(VOCABULARY, shape[1], mask_zero=makes_mask, name=f"vectors_{i}")(symbol)
        for i, (shape, symbol) in enumerate(zip(case.shapes, ids))
    ]
    return ids, case.call(layer, vectors)


@with_steps
def test_a_mask_is_used_passed_or_dropped_as_declared(case):
    layer = case.layer()
    ids, output = masked(case, layer, makes_mask=True)
    graph = Graph(ids, output)
    _, without = masked(case, layer, makes_mask=False)
    unmasked = Graph(_, without)
    weights = graph.init(Stream(3))
    rows = np.array([[1, 2, 3, 4, 0, 0], [5, 6, 1, 0, 0, 0]], np.int32)
    values = [np.roll(rows, i, axis=0) for i in range(len(ids))]
    result = graph.apply(weights, values)
    travels = "passes" in case.mask or case.mask == "makes"
    assert (result.masks[0] is not None) == travels
    assert (jax.tree.leaves(output)[0].mask is not None) == travels
    if "passes" in case.mask and case.many != "a list":
        np.testing.assert_array_equal(result.masks[0], values[0] != 0)
    plain = unmasked.apply(dict(zip(unmasked.handles, weights.values())), values)
    same = [np.array_equal(a, b) for a, b in zip(*map(jax.tree.leaves, (result.outputs, plain.outputs)))]
    assert all(same) != ("uses" in case.mask)


@with_steps
def test_a_mask_is_never_lost_silently(case):
    layer = case.layer()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        first = jax.tree.leaves(masked(case, layer, makes_mask=True)[1])[0]
        joined = case.layer().joins_steps
        assert len(caught) == joined
        caught.clear()
        NeedsMask(name="reader")(first)
    texts = [str(warning.message) for warning in caught if issubclass(warning.category, MaskWarning)]
    assert len(texts) == (case.mask == "drops")
    for text in texts:
        assert f"{case.name} '{layer.name}'" in text and "NeedsMask 'reader'" in text and "Do this:" in text


@every_layer
def test_it_can_be_written_in_onnx(case):
    symbols = case.symbols()
    assert_exported(Model(symbols, case.call(case.layer(), symbols)), case.arrays(3))


@with_steps
def test_it_can_be_written_in_onnx_with_masks(case):
    symbols, arrays = case.symbols(), case.arrays(3)
    for array in arrays:
        array[1, 3:] = array[2, 1:] = 0
    masked = [layers.Masking()(symbol) for symbol in symbols]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MaskWarning)
        outputs = case.call(case.layer(), masked)
    assert_exported(Model(symbols, outputs), arrays)
