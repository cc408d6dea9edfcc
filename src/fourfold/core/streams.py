"""The random streams of TensorFlow 2, in NumPy: a seed gives the initial weights that it gave there.

A stream hands out *op seeds*, one to each random initial value; the bits behind an op seed are those of the
counter-based generator Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011):
block ``i`` of four words is a fixed function of (seed, op seed, i), so that values depend on no shape and on
no order of drawing.
"""

from __future__ import annotations

import math
import operator
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

import numpy as np

from fourfold.errors import OptionError

_MAX_INT32 = 2**31 - 1
_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEPS = 0x9E3779B9, 0xBB67AE85
_CHUNK = 1 << 14  # blocks computed at a time, so that the working set stays in cache
_RESERVED = 256  # blocks that each group of four truncated normals has to itself
_TRUNCATION = np.float32(2.0)

Key = tuple[int, int]
Tail = tuple[int, int]  # the two high words of the counter; the low two count blocks
Bits = Callable[[np.ndarray], np.ndarray]  # block numbers (B,) -> words (B, 4)


def philox(key: Key, tail: Tail, blocks: np.ndarray) -> np.ndarray:
    """Philox4x32-10 at the given block numbers: (B,) unsigned 64-bit -> (B, 4) unsigned 32-bit.

    >>> philox((0, 0), (0, 0), np.array([0], np.uint64)).tolist()
    [[1713891541, 3781805453, 3159862348, 2600524760]]
    """
    mask, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    w0, w1 = blocks & mask, blocks >> shift
    w2, w3 = (np.full(blocks.shape, word, np.uint64) for word in tail)
    key0, key1 = key
    for _ in range(10):
        p0, p2 = w0 * _MULTIPLIERS[0], w2 * _MULTIPLIERS[1]
        w0, w1, w2, w3 = (
            (p2 >> shift) ^ w1 ^ np.uint64(key0),
            p2 & mask,
            (p0 >> shift) ^ w3 ^ np.uint64(key1),
            p0 & mask,
        )
        key0, key1 = (key0 + _KEY_STEPS[0]) & 0xFFFFFFFF, (key1 + _KEY_STEPS[1]) & 0xFFFFFFFF
    return np.stack([w0, w1, w2, w3], axis=-1).astype(np.uint32)


def _unit_uniform(words: np.ndarray) -> np.ndarray:
    """The low 23 bits as the mantissa of a float32 in [1, 2), less 1."""
    return ((words & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)).view(np.float32) - np.float32(1)


def _unit_normal(words: np.ndarray) -> np.ndarray:
    """Box-Muller over pairs of uniforms along the last axis: (sin(2 pi u2) r, cos(2 pi u2) r)."""
    pairs = _unit_uniform(words).reshape(*words.shape[:-1], -1, 2)
    radius = np.sqrt(np.float32(-2) * np.log(np.maximum(pairs[..., 0], np.float32(1e-7))))
    angle = (2 * math.pi * pairs[..., 1].astype(np.float64)).astype(np.float32)
    return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=-1).reshape(words.shape)


def _one_word_each(bits: Bits, transform: Callable[[np.ndarray], np.ndarray], size: int) -> np.ndarray:
    """``size`` values of a distribution that takes one word a value."""
    out = np.empty((-(-size // 4), 4), np.float32)
    for start in range(0, len(out), _CHUNK):
        stop = min(start + _CHUNK, len(out))
        out[start:stop] = transform(bits(np.arange(start, stop, dtype=np.uint64)))
    return out.reshape(-1)[:size]


def _unit_truncated(bits: Bits, size: int) -> np.ndarray:
    """``size`` normals within two deviations; each group of four scans the blocks that are its own.

    A group nearly always finds its four within the first blocks, so few are computed at first and more only
    for the groups that fall short.
    """
    groups = -(-size // 4)
    out = np.empty((groups, 4), np.float32)
    for start in range(0, groups, _CHUNK):
        pending, width = np.arange(start, min(start + _CHUNK, groups), dtype=np.uint64), 2
        while len(pending):
            blocks = pending[:, None] * np.uint64(_RESERVED) + np.arange(width, dtype=np.uint64)
            values = _unit_normal(bits(blocks.reshape(-1))).reshape(len(pending), -1)
            inside = np.abs(values) < _TRUNCATION
            order = np.argsort(~inside, axis=1, kind="stable")[:, :4]
            complete = inside.sum(axis=1) >= 4
            out[pending[complete]] = np.take_along_axis(values, order, axis=1)[complete]
            pending, width = pending[~complete], 2 * width
    return out.reshape(-1)[:size]


class _Source:
    """Values of three distributions from the bits behind an op seed, as float32."""

    def _bits(self, op_seed: int | None) -> Bits:
        raise NotImplementedError

    def uniform(
        self, shape: Sequence[int], low: float = 0.0, high: float = 1.0, op_seed: int | None = None
    ) -> np.ndarray:
        """Values in [low, high)."""
        values = _one_word_each(self._bits(op_seed), _unit_uniform, math.prod(shape)).reshape(shape)
        return values * (np.float32(high) - np.float32(low)) + np.float32(low)

    def normal(
        self, shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, op_seed: int | None = None
    ) -> np.ndarray:
        """Normal values."""
        values = _one_word_each(self._bits(op_seed), _unit_normal, math.prod(shape)).reshape(shape)
        return values * np.float32(stddev) + np.float32(mean)

    def truncated_normal(
        self, shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, op_seed: int | None = None
    ) -> np.ndarray:
        """Normal values; those two deviations or more from the mean are drawn again."""
        values = _unit_truncated(self._bits(op_seed), math.prod(shape)).reshape(shape)
        return values * np.float32(stddev) + np.float32(mean)


class Stream(_Source):
    """A sequence of op seeds and the values behind them: ``tf.random.set_seed(seed)`` and what follows it.

    ``seed`` is an integer, or ``None`` for one from the operating system's entropy. A draw without an
    ``op_seed`` takes the next one of the sequence; a given ``op_seed`` takes none.

    >>> stream = Stream(42)
    >>> print(stream.normal((2,)))
    [ 0.3274685 -0.8426258]
    >>> stream.uniform((3,), op_seed=7).tolist() == Stream(42).uniform((3,), op_seed=7).tolist()
    True
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = secrets.randbits(31) if seed is None else _integer(seed)
        self._op_seeds = random.Random(self.seed)

    def op_seed(self) -> int:
        """The next op seed of the sequence."""
        return self._op_seeds.randint(0, _MAX_INT32)

    def _bits(self, op_seed: int | None) -> Bits:
        number = self.op_seed() if op_seed is None else _integer(op_seed)
        key, counter = self.seed % _MAX_INT32, number % _MAX_INT32
        if key == counter == 0:
            counter = _MAX_INT32
        return partial(philox, (key, 0), (counter, 0))


class Stateless(_Source):
    """The values of TensorFlow 2's stateless operations at the seeds ``(seed, op_seed)``.

    This is what an initializer's own seed means: its values depend on no sequence.

    >>> print(Stateless(1).uniform((), -0.2, 0.2, op_seed=2))
    0.13762416
    """

    def __init__(self, seed: int) -> None:
        self.seed = _integer(seed)

    def _bits(self, op_seed: int | None) -> Bits:
        first, second = self.seed, _integer(op_seed or 0)
        block = np.array([first % 2**64], np.uint64)
        mixed = philox((0x3EC8F720, 0x02461E29), (second & 0xFFFFFFFF, second >> 32 & 0xFFFFFFFF), block)[0]
        key0, key1, tail0, tail1 = (int(word) for word in mixed)
        return partial(philox, (key0, key1), (tail0, tail1))


def _integer(seed) -> int:
    try:
        return operator.index(seed)
    except TypeError:
        raise OptionError(
            "seed", "a seed must be an integer", got=repr(seed), wanted="an integer", do="set_seed(42)"
        ) from None


_process = Stream()
_local: ContextVar[Stream | None] = ContextVar("fourfold-stream", default=None)


def current() -> Stream:
    """The stream that initial weights are drawn from: that of the innermost ``use``, else the process's."""
    return _local.get() or _process


def set_seed(seed: int) -> None:
    """Start the process-wide stream anew. Without it the process starts from entropy."""
    global _process
    _process = Stream(_integer(seed))


@contextmanager
def use(stream: Stream) -> Iterator[Stream]:
    """Within the block, draw from ``stream`` and leave the process-wide sequence alone.

    >>> with use(Stream(3)):
    ...     current().seed
    3
    """
    token = _local.set(stream)
    try:
        yield stream
    finally:
        _local.reset(token)
