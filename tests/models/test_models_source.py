"""A graph as source: what it builds equals the graph, under Fourfold and, with other imports, under Keras."""

import numpy as np
import pytest

from fourfold import Input, Model
from fourfold.core.streams import Stream, use
from fourfold.errors import OptionError
from fourfold.initializers import Constant
from fourfold.interop.description import describe, rebuild
from fourfold.interop.source import to_source
from fourfold.layers import LSTM, Add, Concatenate, Dense, Embedding, GlobalAveragePooling1D, TimeDistributed
from fourfold.study.candidates import CANDIDATES, Problem

PROBLEMS = {
    "flat": Problem("flat", (6,), units=3, rows=500),
    "categories": Problem("flat", (12,), units=3, rows=500, levels=(4, 3, 2)),
    "image": Problem("image", (9, 8, 2), units=3, rows=5000),
    "sequence": Problem("sequence", (11, 2), units=3, rows=5000),
    "long sequence": Problem("sequence", (150, 2), units=3, rows=5000),
    "text": Problem("text", (12,), units=3, rows=5000, vocabulary=20),
    "forecast": Problem("sequence", (11, 2), units=3, rows=5000, numeric=True, forecast=True),
}


def candidate(family, problem):
    with use(Stream(0)):
        x = Input(shape=problem.shape, dtype=problem.dtype)
        features = CANDIDATES[family].build(x, problem, 8)
        return Model(x, Dense(problem.units, activation="softmax")(features))


def executed(source, library):
    if library == "keras":
        source = source.replace("from fourfold import", "from keras import").replace(
            "from fourfold.", "from keras."
        )
        assert "fourfold" not in source
    names: dict = {}
    exec(compile(source, "model.py", "exec"), names)
    return names["model"]


def rows(model, count=3):
    rng = np.random.default_rng(0)
    shapes = [(count, *symbol.shape[1:]) for symbol in model.inputs]
    if model.inputs[0].dtype == "int32":
        ids = [rng.integers(1, 9, shape).astype("int32") for shape in shapes]
        for array in ids:
            array[0, -3:] = 0
        return ids
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def agrees(model, library):
    twin = executed(to_source(model.graph, "What it is.\nTwo lines."), library)
    twin.set_weights(model.get_weights())
    assert len(twin.trainable_weights) == len(model.trainable_weights)
    inputs = rows(model)
    got = twin(inputs[0] if len(inputs) == 1 else inputs)
    want = model(inputs if isinstance(model.input, list) else inputs[0])
    got, want = ([value] if not isinstance(value, (list, tuple)) else value for value in (got, want))
    for left, right in zip(got, want, strict=True):
        np.testing.assert_allclose(np.asarray(left), np.asarray(right), rtol=1e-4, atol=2e-5)


CASES = [(family, layout) for family in CANDIDATES for layout in ("flat", "categories", "image", "sequence", "text")]
CASES += [("recurrent", "long sequence"), ("attention", "long sequence"), ("convolution", "forecast")]


@pytest.mark.parametrize("family, layout", CASES)
@pytest.mark.filterwarnings("error::fourfold.layers.MaskWarning")
def test_a_candidate(family, layout):
    model = candidate(family, PROBLEMS[layout])
    rng = np.random.default_rng(0)
    model.set_weights([weight + 0.1 * rng.random(weight.shape) for weight in model.get_weights()])
    agrees(model, "keras")
    if layout in ("image", "categories"):
        agrees(model, "fourfold")


def test_slow_units_start_slow_under_keras():
    model = candidate("recurrent", PROBLEMS["long sequence"])
    source = to_source(model.graph)
    assert "[-3.89] * 2 + [0.0] * 6 + [3.89] * 2 + [1.0] * 6 + [0.0] * 16" in source  # of 50 frames
    (bias,) = [w.numpy() for w in executed(source, "keras").weights if w.shape == (32,)]
    (own,) = [w for w in model.get_weights() if w.shape == (32,)]
    assert np.array_equal(bias, own)


def test_a_list_without_runs_is_written_whole():
    x = Input(shape=(3,))
    values = [0.5, 0.25, 0.5, 0.25, 1.0]
    model = Model(x, Dense(5, bias_initializer=Constant(values))(x))
    assert "Constant(value=(0.5, 0.25, 0.5, 0.25, 1.0))" in to_source(model.graph)
    agrees(model, "keras")


def two_inputs_and_outputs_around_a_shared_layer():
    a, b = Input(shape=(5,)), Input(shape=(5,))
    shared = Dense(5, activation="relu", kernel_initializer="he_normal")
    return Model([a, b], [Dense(1)(Concatenate(axis=-1)([shared(a), shared(b)])), Add()([a, shared(b)])])


def masks_and_states():
    ids = Input(shape=(6,), dtype="int32")
    outputs, state, _ = LSTM(4, return_sequences=True, return_state=True)(
        Embedding(9, 3, mask_zero=True)(ids)
    )
    return Model(ids, Concatenate()([GlobalAveragePooling1D()(outputs), state]))


def outputs_along_the_way():
    x = Input(shape=(5,))
    first = Dense(2)(x)
    return Model(x, [first, Dense(1)(Dense(4)(x)), Dense(3)(first)])


def names_that_are_no_variables():
    x = Input(shape=(5,))
    shared = Dense(5, use_bias=False, kernel_regularizer="l2", activation="gelu", name="2 x")
    return Model(x, Add()([shared(shared(x)), Dense(5, name="class")(x)]))


@pytest.mark.parametrize("library", ["fourfold", "keras"])
@pytest.mark.parametrize(
    "build",
    [
        two_inputs_and_outputs_around_a_shared_layer,
        masks_and_states,
        outputs_along_the_way,
        names_that_are_no_variables,
    ],
)
def test_forms_of_graphs(build, library):
    agrees(build(), library)


def test_a_nested_model_is_refused():
    x, z = Input(shape=(5,)), Input(shape=(5,))
    inner = Model(x, Dense(2)(x), name="inner")
    with pytest.raises(OptionError, match="a model inside a model has no source: got 'inner'. Do this: "):
        to_source(Model(z, inner(z)).graph)


def test_the_lines_are_what_a_person_would_write():
    ids = Input(shape=(6,), dtype="int32")
    model = Model(ids, Dense(1, "sigmoid")(GlobalAveragePooling1D()(Embedding(9, 3)(ids))))
    assert to_source(model.graph, "Reads six words.") == (
        "# Reads six words.\n"
        "from fourfold import Input, Model\n"
        "from fourfold.layers import Dense, Embedding, GlobalAveragePooling1D\n"
        "\n"
        'x = Input(shape=(6,), dtype="int32")\n'
        "y = Embedding(9, 3)(x)\n"
        "y = GlobalAveragePooling1D()(y)\n"
        'y = Dense(1, activation="sigmoid")(y)\n'
        "model = Model(inputs=x, outputs=y)\n"
    )


def test_code_has_no_source():
    x = Input(shape=(3,))
    for outputs, got in [
        (x + Dense(3)(x), "got the operation 'add', wanted Add, Concatenate"),
        (Dense(3, activation=lambda z: 2 * z)(x), "got a function of its own, .*wanted a name"),
    ]:
        with pytest.raises(OptionError, match=got):
            to_source(Model(x, outputs).graph)


def test_a_giant_inside_time_distributed_is_refused_before_it_is_made():
    config = TimeDistributed(Dense(2)).get_config()
    config["layer"]["config"]["units"] = 10**11
    described = describe(Model(x := Input(shape=(4, 3)), TimeDistributed(Dense(2))(x)).graph)
    described["layers"][0][1] = config
    with pytest.raises(OptionError, match="more than .* weights"):
        rebuild(described, Input(shape=(4, 3)))
