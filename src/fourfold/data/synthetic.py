"""Tasks of known answer: which family suits each is known from how it is made, and was measured.

Each is a pure function of (n, seed): the rule is fixed, the seed draws the examples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .dataset import Layout

Examples = tuple[np.ndarray, np.ndarray]
RULE = 20_250_101
"""Seeds what belongs to a task's rule: the motifs, the rotation."""


@dataclass(frozen=True)
class Synthetic:
    """A task: ``examples(n, seed)`` gives x (n, ...) float32 and y (n,) int64."""

    name: str
    about: str
    answer: str
    layout: Layout
    rows: int
    examples: Callable[[int, int], Examples]


def moved_motifs(
    n: int, seed: int, *, length: int = 256, width: int = 12, amplitude: float = 1.45
) -> Examples:
    """Which of four motifs lies hidden, anywhere, in unit noise.

    x[n, t] = noise[n, t] + amplitude m_y[t - p] for p <= t < p + width, p uniform; the motifs m are
    orthogonal, of mean 0 and root mean square 1. Shapes: x (n, length, 1), y in 0..3.

    >>> x, y = moved_motifs(6, seed=0)
    >>> x.shape, bool((moved_motifs(6, seed=0)[0] == x).all())
    ((6, 256, 1), True)
    """
    rng = np.random.default_rng([seed, 1])
    motifs = moved_motifs_rule(width)
    y = _balanced(rng, n, len(motifs))
    x = rng.standard_normal((n, length))
    starts = rng.integers(0, length - width + 1, n)
    x[np.arange(n)[:, None], starts[:, None] + np.arange(width)] += amplitude * motifs[y]
    return x[..., None].astype(np.float32), y


def moved_motifs_rule(width: int = 12, count: int = 4) -> np.ndarray:
    """The motifs (count, width): orthogonal, mean 0, root mean square 1."""
    draws = np.random.default_rng(RULE).standard_normal((width, count))
    basis = np.linalg.qr(np.concatenate([np.ones((width, 1)), draws], axis=1))[0]
    return basis.T[1:] * np.sqrt(width)


def key_value_recall(n: int, seed: int, *, pairs: int = 8, bits: int = 8, values: int = 4) -> Examples:
    """The value that stood beside the key that is asked for at the end.

    Steps 0..pairs-1 hold a key of random signs, different in each step and drawn anew for each example,
    and a one-hot value; the last step holds one of the keys, no value, and 1 in the last channel.
    Shapes: x (n, pairs + 1, bits + values + 1), y in 0..values-1.

    >>> key_value_recall(5, seed=0)[0].shape
    (5, 9, 13)
    """
    rng = np.random.default_rng([seed, 2])
    numbers = np.argsort(rng.random((n, 2**bits)), axis=1)[:, :pairs]
    keys = 2.0 * ((numbers[..., None] >> np.arange(bits)) & 1) - 1
    asked = rng.integers(0, pairs, n)
    y = _balanced(rng, n, values)
    held = rng.integers(0, values, (n, pairs))
    held[np.arange(n), asked] = y
    x = np.zeros((n, pairs + 1, bits + values + 1))
    x[:, :pairs, :bits] = keys
    x[:, :pairs, bits : bits + values] = np.eye(values)[held]
    x[:, pairs, :bits] = keys[np.arange(n), asked]
    x[:, pairs, -1] = 1
    return x.astype(np.float32), y


def flip_flop(
    n: int, seed: int, *, length: int = 96, values: int = 4, rate: float = 0.05, quiet: int = 24
) -> Examples:
    """The value that was written last, among many that are to be ignored.

    Each step is one-hot: channel v says "write v", channel values + v says "ignore v". A step writes with
    probability ``rate``, none of the last ``quiet`` does, at least one does. Writes lie 1 / rate steps apart in the
    mean: which of two was last is more than a filter sees.
    Shapes: x (n, length, 2 values), y in 0..values-1.

    >>> flip_flop(5, seed=0)[0].shape
    (5, 96, 8)
    """
    rng = np.random.default_rng([seed, 3])
    early = length - quiet
    writes = np.zeros((n, length), dtype=bool)
    writes[:, :early] = rng.random((n, early)) < rate
    none = np.flatnonzero(~writes.any(axis=1))
    writes[none, rng.integers(0, early, none.size)] = True
    held = rng.integers(0, values, (n, length))
    last = early - 1 - np.argmax(writes[:, :early][:, ::-1], axis=1)
    y = _balanced(rng, n, values)
    held[np.arange(n), last] = y
    channel = np.where(writes, held, values + held)
    return np.eye(2 * values, dtype=np.float32)[channel], y


def flat_features(n: int, seed: int, *, features: int = 64, products: int = 1) -> Examples:
    """The sign of a product, or of a sum of several, of features that are seen through a random rotation.

    x = z R with z standard normal and R orthogonal; y = 1 where z0 z1 + z2 z3 + ... > 0.
    Shapes: x (n, features), y in 0..1.

    >>> flat_features(5, seed=0)[0].shape
    (5, 64)
    """
    rng = np.random.default_rng([seed, 4])
    z = rng.standard_normal((n, features))
    y = (np.sum(z[:, 0 : 2 * products : 2] * z[:, 1 : 2 * products : 2], axis=1) > 0).astype(np.int64)
    return (z @ flat_features_rule(features)).astype(np.float32), y


def flat_features_rule(features: int = 64) -> np.ndarray:
    """The rotation R (features, features)."""
    return np.linalg.qr(np.random.default_rng(RULE).standard_normal((features, features)))[0]


def noise(n: int, seed: int, *, length: int = 64) -> Examples:
    """Nothing to learn: series of unit noise, two classes of equal size. Shapes: x (n, length, 1), y in 0..1.

    >>> sorted(noise(4, seed=0)[1].tolist())
    [0, 0, 1, 1]
    """
    rng = np.random.default_rng([seed, 5])
    y = _balanced(rng, n, 2)
    return rng.standard_normal((n, length, 1)).astype(np.float32), y


def _balanced(rng: np.random.Generator, n: int, classes: int) -> np.ndarray:
    return rng.permutation(np.arange(n) % classes).astype(np.int64)


TASKS: tuple[Synthetic, ...] = (
    Synthetic(
        "moved-motifs",
        "one of four motifs hidden anywhere in noise",
        "convolution",
        "sequence",
        300,
        moved_motifs,
    ),
    Synthetic(
        "key-value-recall",
        "the value beside the key that is asked for",
        "attention",
        "sequence",
        2000,
        key_value_recall,
    ),
    Synthetic(
        "flip-flop", "the value that was written last", "recurrent or attention", "sequence", 1000, flip_flop
    ),
    Synthetic(
        "flat-features",
        "the sign of a product of rotated features",
        "fully connected",
        "flat",
        4000,
        flat_features,
    ),
    Synthetic("noise", "labels that depend on nothing", "none", "sequence", 300, noise),
)
