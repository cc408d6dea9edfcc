"""How the candidates read texts of many words, and of few."""

import numpy as np
import pytest

from fourfold.layers import Dropout, EinsumDense, Embedding, Flatten
from fourfold.study.architecture import architecture
from fourfold.study.candidates import CANDIDATES, Problem

FAMILIES = ("dense", "convolution", "recurrent", "attention")
MANY, FEW = Problem("text", (12,), 3, 500, 4_000), Problem("text", (12,), 3, 500, 40)


def outputs(family, problem, tokens):
    return np.asarray(architecture(family, problem, "S", "softmax", ()).model(tokens, training=False))


def tokens_of(problem, rows=6):
    return np.random.default_rng(0).integers(2, problem.vocabulary, (rows, *problem.shape)).astype(np.int32)


@pytest.mark.parametrize("family", FAMILIES)
def test_vectors_of_many_words_are_dropped_in_training(family):
    many, few = (
        [layer.rate for layer in architecture(family, problem, "S", "softmax", ()).model.layers if type(layer) is Dropout]
        for problem in (MANY, FEW)
    )
    assert 0.2 in many and 0.2 not in few


def test_the_fully_connected_network_reads_many_words_in_any_order():
    tokens = tokens_of(MANY)
    order = np.random.default_rng(1).permutation(12)
    np.testing.assert_allclose(outputs("dense", MANY, tokens), outputs("dense", MANY, tokens[:, order]), atol=1e-5)
    few = tokens_of(FEW)
    assert np.abs(outputs("dense", FEW, few) - outputs("dense", FEW, few[:, order])).max() > 1e-3
    assert CANDIDATES["dense"].reads(MANY) == "the mean of the vectors of 12 tokens"
    assert CANDIDATES["dense"].reads(FEW) == "12 tokens, flattened"
    assert CANDIDATES["convolution"].reads(FEW) == "12 tokens, through filters of 7, 5 and 3"
    assert CANDIDATES["recurrent"].reads(FEW) == "12 tokens"
    assert CANDIDATES["recurrent"].reads(LONG_FEW) == "50 frames of 4 tokens"
    assert CANDIDATES["recurrent"].reads(Problem("sequence", (12, 1), 3, 500)) == "12 steps"


@pytest.mark.parametrize("problem, least, most", [(FEW, 0.5, 2.0), (MANY, 0.0, 0.1)])
def test_attention_starts_with_tokens_that_differ_as_much_as_places_do(problem, least, most):
    """Small beside their places, tokens are hardly seen, and what attention looks for by content it finds late. Of
    many words most are rare, and stay as they start: there they start small."""
    layers = architecture("attention", problem, "M", "softmax", ()).model.layers
    vectors = next(np.asarray(layer.get_weights()[0]) for layer in layers if type(layer) is Embedding)
    kernel, places = next(map(np.asarray, layer.get_weights()) for layer in layers if type(layer) is EinsumDense)
    assert least < (vectors @ kernel).std() / places.std() < most


@pytest.mark.parametrize("length", [1, 5, 11])
def test_padding_is_no_word(length):
    """The mean is that of the words that a text has; of an empty one, too, it is a number."""
    tokens = tokens_of(MANY)
    tokens[:, length:] = 0
    shorter = Problem("text", (length,), 3, 500, 4_000)
    whole, short = (architecture("dense", one, "S", "softmax", ()).model for one in (MANY, shorter))
    short.set_weights(whole.get_weights())
    found = np.asarray(whole(tokens, training=False))
    np.testing.assert_allclose(found, np.asarray(short(tokens[:, :length], training=False)), atol=1e-5)
    assert np.isfinite(outputs("dense", MANY, np.zeros_like(tokens))).all()


LONG, LONG_FEW = Problem("text", (200,), 3, 500, 4_000), Problem("text", (200,), 3, 500, 40)  # 50 frames of 4


@pytest.mark.parametrize("family", ["recurrent", "attention"])
def test_frames_of_many_words_are_read_in_any_order_within(family):
    within = np.random.default_rng(1).permuted(np.arange(200).reshape(50, 4), axis=1).ravel()
    frames = np.random.default_rng(1).permutation(np.arange(200).reshape(50, 4)).ravel()
    tokens, few = tokens_of(LONG), tokens_of(LONG_FEW)
    found = outputs(family, LONG, tokens)
    np.testing.assert_allclose(found, outputs(family, LONG, tokens[:, within]), atol=1e-5)
    assert np.abs(found - outputs(family, LONG, tokens[:, frames])).max() > 1e-3
    assert np.abs(outputs(family, LONG_FEW, few) - outputs(family, LONG_FEW, few[:, within])).max() > 1e-3
    assert "of 4 tokens, the mean and maximum of each" in CANDIDATES[family].reads(LONG)
    assert CANDIDATES[family].reads(LONG_FEW).endswith("of 4 tokens")


@pytest.mark.parametrize("family", ["recurrent", "attention"])
@pytest.mark.parametrize("problem", [LONG, LONG_FEW], ids=["many", "few"])
@pytest.mark.parametrize("length", [4, 40, 200])
def test_frames_of_padding_are_not_read(family, problem, length):
    """Whatever the vector of padding is, a text of whole frames has the same answer; an empty text has one, too."""
    tokens = tokens_of(problem)
    tokens[:, length:] = 0
    model = architecture(family, problem, "S", "softmax", ()).model
    found = np.asarray(model(tokens, training=False))
    (embedding,) = [layer for layer in model.layers if isinstance(layer, Embedding)]
    (vectors,) = embedding.get_weights()
    embedding.set_weights([np.concatenate([vectors[:1] + 9, vectors[1:]])])
    np.testing.assert_allclose(found, np.asarray(model(tokens, training=False)), atol=1e-5)
    assert np.isfinite(np.asarray(model(np.zeros_like(tokens), training=False))).all()


def test_steps_of_texts_are_told_apart():
    """Where each token has an answer a mean would give all of them the same."""
    stepwise = Problem("text", (12,), 3, 500, 4_000, stepwise=True)
    model = architecture("dense", stepwise, "S", "softmax", ()).model
    assert any(isinstance(layer, Flatten) for layer in model.layers)


@pytest.mark.parametrize("family", ["recurrent", "attention"])
def test_steps_within_a_frame_are_told_apart(family):
    stepwise = Problem("text", (200,), 3, 500, 4_000, stepwise=True)
    assert CANDIDATES[family].reads(stepwise).endswith("of 4 tokens")
