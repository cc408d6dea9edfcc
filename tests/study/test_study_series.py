"""Series and texts of unequal lengths: what follows the end of one changes no answer of the families that mask it."""

import warnings

import jax
import numpy as np
import pytest

from fourfold.core.streams import Stream
from fourfold.layers import MaskWarning
from fourfold.ops import random as keys
from fourfold.study.architecture import build
from fourfold.study.candidates import CANDIDATES, Problem

PAIRS = {
    "convolution": [(5, 6), (5, 31), (65, 98), (257, 300)],
    "recurrent": [(5, 6), (5, 31), (65, 127)],
    "attention": [(5, 6), (5, 31), (33, 63)],
}
TEXTS = {"recurrent": [(5, 6), (5, 63)], "attention": [(5, 6), (5, 63)]}
"""Steps and more steps for which a family has one architecture: poolings and frames are the same."""

VARIED = {"recurrent": [{"direction": "both"}], "attention": [{"positions": "none"}], "convolution": []}
CASES = [
    pytest.param(family, settings, *pair, id=f"{family} {pair} {settings or ''}")
    for family, pairs in PAIRS.items()
    for settings in [{}, *VARIED[family]]
    for pair in pairs
]


def net(family: str, steps: int, settings=(), masked: bool = True):
    problem = Problem("sequence", (steps, 2), 3, 500, masked=masked)
    return build(family, problem, "S", "softmax", 8, tuple(dict(settings).items()))


def text_net(family: str, steps: int, settings=()):
    problem = Problem("text", (steps,), 3, 500, vocabulary=9)
    return build(family, problem, "S", "softmax", 8, tuple(dict(settings).items()))


def applied(architecture, weights, x, training: bool):
    result = architecture.trained.apply(weights, x, training=training, key=keys.key(1))
    return jax.tree.map(np.asarray, (result.outputs, result.updates))


def series(steps: int, rows: int = 9) -> np.ndarray:
    """Series of 3 to ``steps`` steps, zeros behind their ends; the first one is the longest."""
    draw = np.random.default_rng(steps)
    lengths = np.concatenate([[steps], draw.integers(3, steps + 1, rows - 1)])
    x = draw.normal(size=(rows, steps, 2)).astype("float32")
    return np.where(np.arange(steps)[None, :, None] < lengths[:, None, None], x, np.float32(0))


def with_further_places(weights: dict, there: dict) -> dict:
    """Weights for more steps: learned positions get further ones, as large as those that are there."""
    draw = np.random.default_rng(3)

    def one(value: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        room = draw.normal(size=(shape[0] - value.shape[0], *shape[1:])) if shape != value.shape else None
        return value if room is None else np.concatenate([value, room]).astype("float32")

    return {path: one(value, there[path].shape) for path, value in weights.items()}


@pytest.mark.parametrize("family, settings, steps, more", CASES)
def test_padding_changes_neither_outputs_nor_moments(family, settings, steps, more):
    """Whatever stands at padded places inside a network: with more of them it would be seen."""
    x = series(steps)
    longer = np.pad(x, ((0, 0), (0, more - steps), (0, 0)))
    check_alike(net(family, steps, settings), x, net(family, more, settings), longer)


@pytest.mark.parametrize("positions", ["learned", "none"])
@pytest.mark.parametrize("family, steps, more", [(family, *pair) for family, pairs in TEXTS.items() for pair in pairs])
def test_padding_of_texts_changes_neither_outputs_nor_moments(family, steps, more, positions):
    settings = {"positions": positions} if family == "attention" else {}
    x = np.random.default_rng(steps).integers(1, 9, (9, steps)) * (series(steps)[:, :, 0] != 0)
    longer = np.pad(x, ((0, 0), (0, more - steps)))
    check_alike(text_net(family, steps, settings), x, text_net(family, more, settings), longer)


def test_an_empty_text_gives_numbers():
    for steps in (5, 65):
        network = text_net("attention", steps)
        outputs, _ = applied(network, network.trained.init(Stream(1)), np.zeros((2, steps), "int32"), False)
        assert np.isfinite(outputs).all()


def check_alike(here, x, there, longer):
    weights = here.trained.init(Stream(1))
    further = with_further_places(weights, there.trained.init(Stream(2)))
    for training in (False, True):
        outputs, moments = applied(here, weights, x, training)
        others, other_moments = applied(there, further, longer, training)
        np.testing.assert_allclose(others, outputs, rtol=1e-5, atol=1e-5)
        for path, value in moments.items():
            np.testing.assert_allclose(other_moments[path], value, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", PAIRS)
def test_without_a_mask_padding_would_be_seen(family):
    steps, more = PAIRS[family][1]
    here, there = net(family, steps, masked=False), net(family, more, masked=False)
    weights = here.trained.init(Stream(1))
    further = with_further_places(weights, there.trained.init(Stream(2)))
    x = series(steps)
    outputs, _ = applied(here, weights, x, False)
    others, _ = applied(there, further, np.pad(x, ((0, 0), (0, more - steps), (0, 0))), False)
    assert np.abs(others - outputs).max() > 1e-3


@pytest.mark.parametrize("family", CANDIDATES)
@pytest.mark.parametrize("steps", [2, 29, 65, 300, 700])
def test_masks_are_lost_nowhere_and_an_empty_series_gives_numbers(family, steps):
    with warnings.catch_warnings():
        warnings.simplefilter("error", MaskWarning)
        masked, plain = net(family, steps), net(family, steps, masked=False)
    weights = masked.trained.init(Stream(1))
    assert {path.rpartition("/")[2] for path in weights} == {
        h.rpartition("/")[2] for h in plain.trained.handles
    }
    assert masked.parameters == plain.parameters
    outputs, _ = applied(masked, weights, np.zeros((2, steps, 2), "float32"), False)
    assert np.isfinite(outputs).all()
