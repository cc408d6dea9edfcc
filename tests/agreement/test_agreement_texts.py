"""Texts as numbers by the Tokenizer, beside Keras's, which it still has for old scripts."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras.src.legacy.preprocessing import text as theirs

from fourfold.errors import DataError, OptionError
from fourfold.preprocessing import text as ours

TEXTS = ["So it is, isn't it?", "it is SO", "", "is\tit\nso-so: [éÉ]", ["So", "listed"]]
FRESH = ["it is not so", "listed", "so so?", ["so", "Listed", "what"]]
OPTIONS = [
    {},
    {"num_words": 4},
    {"num_words": 3, "oov_token": "?"},
    {"oov_token": "<OOV>"},
    {"lower": False},
    {"filters": "aeiou", "split": ","},
    {"char_level": True},
    {"char_level": True, "num_words": 6, "oov_token": "?"},
    {"analyzer": lambda text: text.split("i")},
]


def told(options):
    """A test's name: a function has no name that stays."""
    return ", ".join(f"{name} {'cut' if callable(value) else value}" for name, value in options.items()) or "as it is"


def both(options):
    for library in (theirs, ours):
        tokenizer = library.Tokenizer(**options)
        tokenizer.fit_on_texts(TEXTS[:2])
        tokenizer.fit_on_texts(TEXTS[2:])
        yield tokenizer


@pytest.mark.parametrize("options", OPTIONS, ids=told)
def test_words_are_numbered(options):
    wanted, got = both(options)
    for name in ("word_index", "index_word", "word_counts", "word_docs", "index_docs"):
        assert dict(getattr(got, name)) == dict(getattr(wanted, name)), name
    assert list(got.word_index) == list(wanted.word_index) and got.document_count == wanted.document_count
    sequences = got.texts_to_sequences(FRESH + TEXTS)
    assert sequences == wanted.texts_to_sequences(FRESH + TEXTS)
    assert got.sequences_to_texts([*sequences, [99, 1]]) == wanted.sequences_to_texts([*sequences, [99, 1]])


@pytest.mark.parametrize("mode", ["binary", "count", "freq", "tfidf"])
@pytest.mark.parametrize("options", OPTIONS, ids=told)
def test_texts_are_rows(options, mode):
    wanted, got = both(options)
    np.testing.assert_allclose(
        got.texts_to_matrix(FRESH + TEXTS, mode), wanted.texts_to_matrix(FRESH + TEXTS, mode), rtol=1e-12
    )


def plain(tokenizer):
    written = json.loads(tokenizer.to_json())
    counted = {key: json.loads(value) for key, value in written["config"].items() if key.startswith(("word_", "index_"))}
    return written | {"config": written["config"] | counted}


@pytest.mark.parametrize("options", OPTIONS[:-1], ids=told)
def test_a_tokenizer_is_read_from_text(options):
    wanted, got = both(options)
    assert plain(got) == plain(wanted)
    for again in (
        ours.tokenizer_from_json(wanted.to_json()),
        ours.tokenizer_from_json(got.to_json()),
        pickle.loads(pickle.dumps(got)),
    ):
        assert again.texts_to_sequences(FRESH) == wanted.texts_to_sequences(FRESH)
        np.testing.assert_allclose(again.texts_to_matrix(FRESH, "tfidf"), wanted.texts_to_matrix(FRESH, "tfidf"))


def test_sequences_are_counted():
    rows = []
    for library in (theirs, ours):
        tokenizer = library.Tokenizer(num_words=6)
        tokenizer.fit_on_sequences([[1, 2, 2], [2, 5]])
        tokenizer.fit_on_sequences([[1]])
        rows.append(tokenizer.sequences_to_matrix([[1, 1, 2], [5, 9]], "tfidf"))
    np.testing.assert_allclose(rows[1], rows[0], rtol=1e-12)


@given(st.text(alphabet="aAé ,.\t-'"), st.booleans(), st.sampled_from([" ", ",", "-"]))
def test_a_text_is_cut_into_words(text, lower, split):
    wanted = theirs.text_to_word_sequence(text, lower=lower, split=split)
    assert ours.text_to_word_sequence(text, lower=lower, split=split) == wanted


def test_before_any_text_there_is_no_matrix():
    with pytest.raises(DataError, match="no words are known yet"):
        ours.Tokenizer().texts_to_matrix(["so"])
    with pytest.raises(DataError, match="no words are known yet"):
        ours.Tokenizer(num_words=5).texts_to_matrix(["so"], "tfidf")
    assert not ours.Tokenizer(num_words=5).texts_to_matrix(["so"]).any()
    with pytest.raises(OptionError, match="no such mode: got 'idf'"):
        ours.Tokenizer(num_words=5).texts_to_matrix(["so"], "idf")
