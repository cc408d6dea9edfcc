"""Words and texts as numbers. Keras's own layers for it need TensorFlow, which the tests have not: the numbers are those
that Keras 3.15 gave on TensorFlow's strings."""

import copy
import pickle

import numpy as np
import pytest

from fourfold import Input, Sequential, layers
from fourfold.errors import DataError, OptionError
from fourfold.layers import IntegerLookup, StringLookup, TextVectorization

TEXTS = ["Foo bar, BAZ!", "bar baz  bada-boom", "", "foo foo [UNK] ünï Çédille"]
WORDS = np.array([["a", "b", "a"], ["c", "", "b"]])
NUMBERS = np.array([[12, 10, 12], [7, 0, 10]])

LEARNT = [
    ({}, "foo baz bar ünï Çédille unk badaboom", [[2, 4, 3, 0, 0], [4, 3, 8, 0, 0], [0] * 5, [2, 2, 7, 5, 6]]),
    ({"max_tokens": 5}, "foo baz bar", [[2, 4, 3, 0, 0], [4, 3, 1, 0, 0], [0] * 5, [2, 2, 1, 1, 1]]),
    (
        {"output_sequence_length": 2},
        "foo baz bar ünï Çédille unk badaboom",
        [[2, 4], [4, 3], [0, 0], [2, 2]],
    ),
    (
        {"standardize": None},
        "foo ünï Çédille baz bar, bar bada-boom Foo BAZ!",
        [[9, 6, 10, 0, 0], [7, 5, 8, 0, 0], [0] * 5, [2, 2, 1, 3, 4]],
    ),
    (
        {"standardize": "lower"},
        "foo ünï Çédille baz! baz bar, bar bada-boom [unk]",
        [[2, 7, 5, 0, 0], [8, 6, 9, 0, 0], [0] * 5, [2, 2, 10, 3, 4]],
    ),
    (
        {"standardize": "strip_punctuation"},
        "foo bar ünï Çédille baz badaboom UNK Foo BAZ",
        [[9, 3, 10, 0, 0], [3, 6, 7, 0, 0], [0] * 5, [2, 2, 8, 4, 5]],
    ),
    (
        {"standardize": np.char.upper},
        "FOO ÜNÏ ÇÉDILLE BAZ! BAZ BAR, BAR BADA-BOOM",
        [[2, 7, 5, 0, 0], [8, 6, 9, 0, 0], [0] * 5, [2, 2, 1, 3, 4]],
    ),
]


@pytest.mark.parametrize(("options", "vocabulary", "numbers"), LEARNT, ids=range(len(LEARNT)))
def test_texts_are_numbered(options, vocabulary, numbers):
    layer = TextVectorization(**options)
    layer.adapt(TEXTS)
    assert layer.get_vocabulary() == ["", "[UNK]", *vocabulary.split()]
    assert layer.get_vocabulary(include_special_tokens=False) == vocabulary.split()
    assert layer.vocabulary_size() == len(vocabulary.split()) + 2
    assert layer(TEXTS).tolist() == numbers and layer(TEXTS).dtype == np.int32
    np.testing.assert_array_equal(layer(np.array(TEXTS)[:, None]), numbers)
    np.testing.assert_array_equal(layer([text.encode() for text in TEXTS]), numbers)


def test_texts_are_cut_into_characters():
    layer = TextVectorization(split="character")
    layer.adapt(TEXTS)
    assert "".join(layer.get_vocabulary(False)) == " obafzrnldüïéÇumkie"
    assert layer(["qux foo", "bar"]).tolist() == [[1, 16, 1, 2, 6, 3, 3], [4, 5, 8, 0, 0, 0, 0]]


def test_texts_that_are_not_cut_are_tokens():
    layer = TextVectorization(split=None)
    layer.adapt(TEXTS)
    assert layer(TEXTS).tolist() == [3, 4, 0, 2] and layer([["qux"]]).tolist() == [[1]]


@pytest.mark.parametrize(
    ("ngrams", "numbers"),
    [
        (2, [[2, 5, 3, 13, 4, 0, 0, 0, 0], [5, 3, 15, 4, 14, 0, 0, 0, 0], [0] * 9, [2, 2, 10, 7, 8, 12, 11, 9, 6]]),
        ((2,), [[7, 2, 0, 0], [2, 8, 0, 0], [0] * 4, [6, 5, 4, 3]]),
    ],
)
def test_words_are_joined(ngrams, numbers):
    layer = TextVectorization(ngrams=ngrams)
    layer.adapt(TEXTS)
    assert layer(TEXTS).tolist() == numbers


@pytest.mark.parametrize(
    ("mode", "rows"),
    [
        ("multi_hot", [[0, 1, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0, 1], [0] * 8, [0, 1, 0, 0, 1, 1, 1, 0]]),
        ("count", [[0, 1, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0, 1], [0] * 8, [0, 2, 0, 0, 1, 1, 1, 0]]),
        (
            "tf_idf",
            [
                [0, 0.8472978, 0.8472978, 0.8472978, 0, 0, 0, 0],
                [0, 0, 0.8472978, 0.8472978, 0, 0, 0, 1.0986123],
                [0] * 8,
                [0, 1.6945957, 0, 0, 1.0986123, 1.0986123, 1.0986123, 0],
            ],
        ),
    ],
)
def test_texts_are_vectors(mode, rows):
    layer = TextVectorization(output_mode=mode)
    layer.adapt(TEXTS)
    np.testing.assert_allclose(layer(TEXTS), rows, rtol=1e-6)
    wider = TextVectorization(output_mode=mode, pad_to_max_tokens=True, max_tokens=11)
    wider.adapt(TEXTS)
    np.testing.assert_allclose(wider(TEXTS), np.pad(rows, ((0, 0), (0, 3))), rtol=1e-6)


def test_an_unknown_word_weighs_as_the_mean():
    layer = TextVectorization(output_mode="tf_idf", vocabulary=["a", "b"], idf_weights=[0.5, 0.25])
    assert layer(["a z b b"]).tolist() == [[0.375, 0.5, 0.5]]
    layer.set_vocabulary(["[UNK]", "a"], [0.9, 0.1])
    np.testing.assert_allclose(layer(["z a z"]), [[1.8, 0.1]], rtol=1e-6)


def test_a_text_alone_has_no_rows():
    layer = TextVectorization(vocabulary=["foo", "bar"])
    assert layer("foo bar").tolist() == [2, 3]


def test_no_texts_have_no_rows():
    assert TextVectorization(vocabulary=["a"], output_sequence_length=3)(np.array([], str)).shape == (0, 3)
    assert TextVectorization(vocabulary=["a"], output_mode="count")(np.array([], str)).shape == (0, 2)


def test_whole_numbers_may_be_written_as_fractions():
    assert IntegerLookup(vocabulary=[12, 36])(np.array([36.0, 5.0])).tolist() == [2, 0]


def test_a_layer_below_has_its_own_arguments():
    class Colours(StringLookup):
        def __init__(self, **kwargs):
            super().__init__(vocabulary=["red", "blue"], output_mode="count", **kwargs)

    assert Colours(name="colours")([["blue", "blue"]]).tolist() == [[0, 0, 2]]


def test_the_inputs_of_batches_with_targets_are_learnt():
    layer = TextVectorization()
    layer.adapt(iter([(["so it is"], [1]), (["so"], [0])]))
    assert layer.get_vocabulary(False)[0] == "so"


@pytest.mark.parametrize("many", ["batches", "steps"])
def test_the_vocabulary_is_learnt_from_batches(many):
    layer = TextVectorization()
    layer.adapt(iter([TEXTS[:1], TEXTS[1:], ["never"]][: 2 if many == "batches" else 3]), steps=2)
    assert layer.get_vocabulary(False) == LEARNT[0][1].split()
    layer.adapt(["a"])
    assert layer.get_vocabulary(False) == ["a"]


@pytest.mark.parametrize(
    ("options", "vocabulary", "numbers"),
    [
        ({}, ["[UNK]", "b", "a", "c", ""], [[2, 0], [4, 3]]),
        ({"mask_token": ""}, ["", "[UNK]", "b", "a", "c"], [[3, 1], [0, 4]]),
        ({"max_tokens": 3}, ["[UNK]", "b", "a"], [[2, 0], [0, 0]]),
        ({"output_mode": "count"}, ["[UNK]", "b", "a", "c", ""], [[1, 0, 1, 0, 0], [0, 0, 0, 1, 1]]),
        ({"output_mode": "count", "mask_token": ""}, ["[UNK]", "b", "a", "c"], [[1, 0, 1, 0], [0, 0, 0, 1]]),
        (
            {"output_mode": "one_hot"},
            ["[UNK]", "b", "a", "c", ""],
            [[[0, 0, 1, 0, 0], [1, 0, 0, 0, 0]], [[0, 0, 0, 0, 1], [0, 0, 0, 1, 0]]],
        ),
        (
            {"output_mode": "tf_idf"},
            ["[UNK]", "b", "a", "c", ""],
            [[0.64756680, 0, 0.69314718, 0, 0], [0, 0, 0, 0.69314718, 0.69314718]],
        ),
    ],
)
def test_words_are_numbered(options, vocabulary, numbers):
    layer = StringLookup(**options)
    layer.adapt(WORDS)
    assert layer.get_vocabulary() == vocabulary
    np.testing.assert_allclose(layer([["a", "q"], ["", "c"]]), numbers, rtol=1e-6)


def test_numbers_are_words_again():
    forth = StringLookup(vocabulary=["a", "b"], mask_token="")
    back = StringLookup(vocabulary=forth.get_vocabulary(), mask_token="", invert=True)
    assert back(forth([["a", "z"], ["", "b"]])).tolist() == [["a", "[UNK]"], ["", "b"]]
    assert back([2, 9, -1]).tolist() == ["a", "[UNK]", "[UNK]"]


@pytest.mark.parametrize(
    ("options", "vocabulary", "numbers"),
    [
        ({}, [-1, 12, 10, 7, 0], [[1, 0], [4, 3]]),
        ({"mask_token": 0}, [0, -1, 12, 10, 7], [[2, 1], [0, 4]]),
        ({"num_oov_indices": 2}, [-1, -1, 12, 10, 7, 0], [[2, 1], [5, 4]]),
        ({"output_mode": "multi_hot"}, [-1, 12, 10, 7, 0], [[1, 1, 0, 0, 0], [0, 0, 0, 1, 1]]),
    ],
)
def test_whole_numbers_are_numbered(options, vocabulary, numbers):
    layer = IntegerLookup(**options)
    layer.adapt(NUMBERS)
    assert layer.get_vocabulary() == vocabulary
    assert layer([[12, 5], [0, 7]]).tolist() == numbers


def test_whole_numbers_are_found_again():
    assert IntegerLookup(vocabulary=[3, 5], invert=True)([0, 1, 2, 9]).tolist() == [-1, 3, 5, -1]


def test_a_vocabulary_comes_from_a_file(tmp_path):
    (tmp_path / "words.txt").write_text("earth\nwind\n")
    assert StringLookup(vocabulary=str(tmp_path / "words.txt"))(["wind", "fire"]).tolist() == [2, 0]
    (tmp_path / "numbers.txt").write_text("10\n-20\n")
    assert IntegerLookup(vocabulary=str(tmp_path / "numbers.txt"))([-20, 10, 5]).tolist() == [2, 1, 0]
    (tmp_path / "mixed.txt").write_text("10\nten\n")
    with pytest.raises(DataError, match="whole numbers: got 'ten'|whole numbers: got '10'"):
        IntegerLookup(vocabulary=str(tmp_path / "mixed.txt"))


@pytest.mark.parametrize("made", ["config", "copy", "pickle"])
def test_a_layer_is_made_again(made):
    layer = TextVectorization(vocabulary=["foo", "bar"], ngrams=(1, 2), output_sequence_length=3)
    if made == "config":
        again = TextVectorization.from_config(layer.get_config())
    else:
        again = copy.deepcopy(layer) if made == "copy" else pickle.loads(pickle.dumps(layer))
    assert again.get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_array_equal(again(TEXTS), layer(TEXTS))


def test_what_is_learnt_is_copied():
    layer = TextVectorization()
    layer.adapt(TEXTS)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(layer))(TEXTS), layer(TEXTS))


def test_a_model_reads_the_numbers():
    layer = TextVectorization(output_sequence_length=4)
    layer.adapt(TEXTS)
    model = Sequential([Input((4,)), layers.Embedding(layer.vocabulary_size(), 2), layers.Flatten(), layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    assert len(model.fit(layer(TEXTS), np.zeros(4), verbose=0).history["loss"]) == 1


def test_texts_are_read_before_a_model_not_in_it():
    layer = TextVectorization(name="words")
    for put in (lambda: layer(Input((1,))), lambda: Sequential([Input((1,)), layer])):
        with pytest.raises(OptionError, match="words reads data before the model, not in it: got a symbol"):
            put()


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (lambda: StringLookup(vocabulary=["a", "b", "a"]), OptionError, "twice in the vocabulary: got 'a'"),
        (lambda: StringLookup(vocabulary=["a", ""], mask_token=""), OptionError, "the mask token is no word"),
        (lambda: StringLookup(vocabulary=["a", "b"], max_tokens=2), OptionError, "got 2 tokens, wanted 1 to 1"),
        (lambda: StringLookup(vocabulary=[]), OptionError, "got 0 tokens, wanted 1"),
        (lambda: StringLookup(vocabulary=["a"], output_mode="tf_idf"), OptionError, "weights for 'tf_idf'"),
        (lambda: StringLookup(vocabulary=["a"], idf_weights=[1.0]), OptionError, "weights for 'tf_idf'"),
        (
            lambda: StringLookup(vocabulary=["a"], idf_weights=[1.0, 2.0], output_mode="tf_idf"),
            OptionError,
            "a token has one weight",
        ),
        (lambda: StringLookup(vocabulary=["a"]).adapt(["b"]), OptionError, "has its vocabulary"),
        (lambda: StringLookup()(["b"]), OptionError, "has no vocabulary yet"),
        (lambda: StringLookup(num_oov_indices=2), OptionError, "unknown words have one number"),
        (lambda: StringLookup(sparse=True), OptionError, "StringLookup has no sparse"),
        (lambda: StringLookup(invert=True, output_mode="count"), OptionError, "wanted one of 'int'"),
        (lambda: StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]), DataError, "isn't in the vocabulary"),
        (lambda: StringLookup(idf_weights=[1.0]), OptionError, "got 0 tokens"),
        (lambda: StringLookup(salt=3), OptionError, "StringLookup has no salt"),
        (lambda: StringLookup(vocabulary=["a"])(["a", None]), DataError, "made of words: got None"),
        (lambda: StringLookup().adapt(np.array(["a", np.nan], object)), DataError, "made of words: got nan"),
        (lambda: IntegerLookup(vocabulary=[1])([1, 1.5]), DataError, "whole numbers: got 1.5"),
        (lambda: IntegerLookup(vocabulary=[1])([np.nan]), DataError, "whole numbers: got nan"),
        (lambda: IntegerLookup(vocabulary=["1"]), DataError, "whole numbers: got '1'"),
        (lambda: TextVectorization(split="words"), OptionError, "split has no such value"),
        (lambda: TextVectorization(output_mode="count", output_sequence_length=3), OptionError, "sequence_length"),
        (lambda: TextVectorization(vocabulary=["a"])([["a", "b"]]), DataError, r"got shape \(1, 2\)"),
    ],
)
def test_what_does_not_fit_is_refused(wrong, error, said):
    with pytest.raises(error, match=said):
        wrong()
