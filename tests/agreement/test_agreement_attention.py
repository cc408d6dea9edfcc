"""The attention layers agree with Keras: a case is a line."""

import keras
import numpy as np
import pytest
from differential import assert_layers_agree

from fourfold import layers as ours
from fourfold.errors import OptionError, ShapeError
from fourfold.ops.attention import merge_masks, window_mask

N, T, S, D = 3, 5, 4, 6
KERAS = keras.layers
RNG = np.random.default_rng(0)
QUERY, OTHER = (RNG.normal(size=(N, steps, D)).astype("float32") for steps in (T, S))
WIDE = RNG.normal(size=(N, S, 7)).astype("float32")
QUERY_MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 0, 1], [1, 1, 1, 1, 1]], bool)
VALUE_MASK = np.array([[1, 1, 1, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)
KEY_MASK = np.array([[1, 1, 0, 1], [1, 1, 1, 1], [0, 0, 1, 1]], bool)
SOME_MASK = np.array([[1, 1, 1, 0], [1, 1, 0, 1], [1, 0, 0, 0]], bool)  # where each query may read something
GIVEN = np.random.default_rng(1).random((N, T, S)) < 0.6
SCORES, CAUSAL = {"return_attention_scores": True}, {"use_causal_mask": True}

# the layer's arguments, inputs, the masks that travel with them, the call's options
HEADS = [
    ({}, [QUERY, QUERY], [], {}),
    ({}, [QUERY, QUERY], [QUERY_MASK, QUERY_MASK], {}),
    ({}, [QUERY, QUERY], [QUERY_MASK, QUERY_MASK], SCORES),
    ({"dropout": 0.5}, [QUERY, QUERY], [QUERY_MASK, QUERY_MASK], {}),
    ({}, [QUERY, QUERY], [], CAUSAL),
    ({}, [QUERY, OTHER], [QUERY_MASK, VALUE_MASK], CAUSAL | SCORES),
    ({"use_bias": False}, [QUERY, OTHER], [], SCORES),
    ({"output_shape": 8}, [QUERY, WIDE], [None, VALUE_MASK], {}),
    ({"output_shape": (2, 3)}, [QUERY, WIDE, OTHER], [QUERY_MASK, VALUE_MASK, KEY_MASK], {}),
    ({}, [QUERY, OTHER], [None, VALUE_MASK], {"attention_mask": GIVEN}),
    ({}, [QUERY, OTHER], [], {"attention_mask": GIVEN[0], "use_causal_mask": True}),
    ({"value_dim": 5}, [QUERY, OTHER], [], SCORES),  # without the scores, Keras fails on JAX
]
PLAIN = [
    ({}, [QUERY, OTHER], [None, None], {}),
    ({}, [QUERY, OTHER], [QUERY_MASK, SOME_MASK], {}),
    ({"use_scale": True}, [QUERY, WIDE, OTHER], [None, SOME_MASK, None], SCORES),
    ({"use_scale": True}, [QUERY, OTHER], [QUERY_MASK, None], CAUSAL),
    ({"score_mode": "concat"}, [QUERY, OTHER], [QUERY_MASK, SOME_MASK], CAUSAL | SCORES),
    ({"score_mode": "concat", "use_scale": True}, [QUERY, WIDE, OTHER], [None, None, None], {}),
]


@pytest.mark.parametrize("arguments, inputs, masks, options", HEADS)
def test_multi_head_attention(arguments, inputs, masks, options):
    wanted, layer = (k.MultiHeadAttention(2, 3, **arguments) for k in (KERAS, ours))
    assert_layers_agree(wanted, layer, inputs, masks, **options)
    assert [w.path.split("/", 1)[-1] for w in wanted.weights] == [w.name for w in layer.weights]


GATES_AND_WINDOWS = [
    ({"sliding_window": 2}, [QUERY, QUERY], [], {}),
    ({"sliding_window": 1}, [QUERY, OTHER], [QUERY_MASK, VALUE_MASK], SCORES),
    ({"sliding_window": 2, "dropout": 0.5}, [QUERY, QUERY], [QUERY_MASK, QUERY_MASK], CAUSAL),
    ({"sliding_window": 3}, [QUERY, OTHER], [], {"attention_mask": GIVEN, "use_causal_mask": True}),
    ({"use_gate": True}, [QUERY, QUERY], [QUERY_MASK, QUERY_MASK], {}),
    ({"use_gate": True, "use_bias": False}, [QUERY, OTHER], [], CAUSAL | SCORES),
]
GROUPS = [
    ({}, [QUERY, QUERY], [], {}),
    ({}, [QUERY, QUERY], [QUERY_MASK, QUERY_MASK], {}),
    ({}, [QUERY, WIDE, OTHER], [QUERY_MASK, VALUE_MASK, KEY_MASK], SCORES),
    ({"use_bias": False}, [QUERY, OTHER], [None, VALUE_MASK], {"attention_mask": GIVEN}),
    ({"dropout": 0.5}, [QUERY, QUERY], [QUERY_MASK, QUERY_MASK], {}),
    ({}, [QUERY, QUERY], [], CAUSAL),
    *GATES_AND_WINDOWS,
]


@pytest.mark.parametrize("arguments, inputs, masks, options", GATES_AND_WINDOWS)
def test_gates_and_windows(arguments, inputs, masks, options):
    arguments = {"value_dim": 5, **arguments} if options.get("return_attention_scores") else arguments
    test_multi_head_attention(arguments, inputs, masks, options)


@pytest.mark.parametrize("heads", [(4, 2), (3, 1), (2, 2)], ids=str)
@pytest.mark.parametrize("arguments, inputs, masks, options", GROUPS)
def test_grouped_queries(heads, arguments, inputs, masks, options):
    wanted, layer = (k.GroupQueryAttention(3, *heads, **arguments) for k in (KERAS, ours))
    assert_layers_agree(wanted, layer, inputs, masks, **options)
    assert [w.path.split("/", 1)[-1] for w in wanted.weights] == [w.name for w in layer.weights]
    assert layer.get_config().keys() >= wanted.get_config().keys() - {"dtype"}


def test_a_group_for_each_head_is_multi_head_attention():
    one, other = ours.GroupQueryAttention(3, 2, 2), ours.MultiHeadAttention(2, 3)
    one(QUERY, OTHER), other(QUERY, OTHER)
    other.set_weights(one.get_weights())
    np.testing.assert_array_equal(one(QUERY, OTHER), other(QUERY, OTHER))


def test_windows_split_as_blocks_of_queries_do():
    """A window is known by the numbers of some queries, so that its mask need not be held whole."""
    whole = np.asarray(window_mask(6, 5, 2))
    assert whole.astype(int).tolist()[0] == [1, 1, 0, 0, 0] and whole.astype(int).tolist()[5] == [0, 0, 0, 0, 1]
    rows = np.array([1, 4])
    causal = np.tri(6, 5, dtype=bool)
    np.testing.assert_array_equal(merge_masks(rows, 5, causal=True, window=2)[0], (whole & causal)[rows])


@pytest.mark.parametrize("arguments, inputs, masks, options", PLAIN)
def test_attention(arguments, inputs, masks, options):
    wanted, layer = (k.Attention(**arguments) for k in (KERAS, ours))
    assert_layers_agree(wanted, layer, [inputs], [masks], **options)
    assert [w.path.split("/", 1)[-1] for w in wanted.weights] == [w.name for w in layer.weights]


@pytest.mark.parametrize("options", [{}, SCORES, CAUSAL])
@pytest.mark.parametrize("arguments", [{}, {"use_scale": False}], ids=str)
@pytest.mark.parametrize("masks", [[None, None], [QUERY_MASK, SOME_MASK]], ids=["whole", "masked"])
def test_additive_attention(arguments, masks, options):
    wanted, layer = (k.AdditiveAttention(**arguments) for k in (KERAS, ours))
    assert_layers_agree(wanted, layer, [[QUERY, OTHER]], [masks], **options)
    assert layer.get_config().keys() >= wanted.get_config().keys() - {"seed"}


def test_value_dim_of_its_own_gives_the_same_output_with_and_without_scores():
    layer = ours.MultiHeadAttention(2, 3, value_dim=5)
    with_scores, _ = layer(QUERY, OTHER, return_attention_scores=True)
    np.testing.assert_allclose(layer(QUERY, OTHER), with_scores, rtol=1e-6, atol=1e-6)


def test_a_query_mask_that_is_said_counts_as_one_that_travels():
    """Keras reads the mask that travels alone, which makes a difference for the hidden queries alone."""
    layer, theirs = ours.MultiHeadAttention(2, 3), KERAS.MultiHeadAttention(2, 3)
    said = np.asarray(layer(QUERY, OTHER, query_mask=QUERY_MASK, value_mask=SOME_MASK))
    theirs.build(QUERY.shape, OTHER.shape)
    theirs.set_weights(layer.get_weights())
    queries = keras.ops.convert_to_tensor(QUERY)
    queries._keras_mask = QUERY_MASK
    np.testing.assert_allclose(said, theirs(queries, OTHER, value_mask=SOME_MASK), rtol=1e-5, atol=1e-6)
    alone = np.asarray(theirs(QUERY, OTHER, query_mask=QUERY_MASK, value_mask=SOME_MASK))
    np.testing.assert_allclose(said[QUERY_MASK], alone[QUERY_MASK], rtol=1e-5, atol=1e-6)
    assert not np.allclose(said, alone, atol=1e-3)


def test_the_key_by_name_is_the_third_input():
    layer = ours.MultiHeadAttention(2, 3)
    np.testing.assert_array_equal(layer(QUERY, WIDE, key=OTHER), layer(QUERY, WIDE, OTHER))


@pytest.mark.parametrize(
    "build", [lambda k: k.MultiHeadAttention(2, 3, dropout=0.4), lambda k: k.Attention(dropout=0.4)]
)
def test_dropout_acts_on_the_weights_and_agrees_in_distribution(build):
    """2,000 samples of one input: means within five standard errors, deviations within 15 %."""
    wanted, layer = build(KERAS), build(ours)
    x, other = (np.repeat(array[:1], 2000, axis=0) for array in (QUERY, OTHER))
    inputs = [[x, other]] if isinstance(layer, ours.Attention) else [x, other]
    wanted(*inputs), layer(*inputs)
    layer.set_weights(wanted.get_weights())
    a, b = np.asarray(wanted(*inputs, training=True)), np.asarray(layer(*inputs, training=True))
    errors = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 2000)
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 5 * errors + 1e-6).all()
    np.testing.assert_allclose(a.std(axis=0), b.std(axis=0), rtol=0.15)
    np.testing.assert_array_equal(layer(*inputs), layer(*inputs))


@pytest.mark.parametrize(
    "build, message",
    [
        (
            lambda: ours.MultiHeadAttention(0, 3),
            "num_heads is not a whole number of at least 1: got num_heads=0",
        ),
        (lambda: ours.MultiHeadAttention(2, 3, attention_axes=(2,)), r"got attention_axes=\(2,\)"),
        (lambda: ours.MultiHeadAttention(2, 3, sliding_window=0), "sliding_window"),
        (lambda: ours.GroupQueryAttention(3, 4, 3), "num_query_heads=4, num_key_value_heads=3"),
        (
            lambda: ours.MultiHeadAttention(2, 3)(QUERY, QUERY[0]),
            r"takes an input of 3 axes: got shape \(5, 6\)",
        ),
        (lambda: ours.MultiHeadAttention(2, 3)(QUERY, OTHER, QUERY), "as many keys as values"),
        (lambda: ours.Attention(score_mode="additive"), "score_mode is not known: got 'additive'"),
        (lambda: ours.Attention()(QUERY), "takes its inputs as one list"),
        (lambda: ours.Attention()([QUERY, WIDE]), "got 6 and 7 features"),
    ],
)
def test_errors(build, message):
    with pytest.raises((OptionError, ShapeError), match=message):
        build()


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_masks_of_attention(name):
    q = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    mask = np.array([[True, True, False], [True, False, False]])
    theirs, layer = getattr(keras.layers, name)(), getattr(ours, name)()
    assert layer.supports_masking is theirs.supports_masking
    for given in ([mask, mask], [mask, None], [None, mask], None):
        wanted = theirs.compute_mask([q, q], given)
        for got in (layer.compute_mask([q, q], given), layer.compute_mask(inputs=[q, q], mask=given)):
            assert (got is None) == (wanted is None) and np.array_equal(got, wanted)
    for wrong in (mask, [mask], [mask] * 4):
        with pytest.raises(ShapeError, match="takes its masks as one list: got (one|1|4) mask"):
            layer([q, q], mask=wrong)
