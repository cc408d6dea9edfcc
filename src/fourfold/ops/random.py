"""Random numbers from a stateless integer hash of (key, index).

With p the output permutation RXS-M-XS of the generator PCG, the i-th number of a key (a, b) is

    bits(i) = p(747796405 (i XOR a) + b)      modulo 2**32

that is, one step of a linear congruential generator whose increment is part of the key, then p. Keys derived
from keys go through it twice. It has no state, so it is the same inside `lax.scan`, `vmap` and `shard_map`,
and some ten integer operations a number make it about ten times faster than threefry on a CPU. It is for
dropout and noise, not for cryptography, and not for initial weights (these are drawn on the host).

Keys are arrays of two uint32. Where a batch is split over devices (`rows`), a shape's first axis is taken for the
device's rows, and each row gets the numbers that it has in the whole batch.

Source: O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for random number
generation", 2014; as a hash: Jarzynski and Olano, "Hash functions for GPU rendering", JCGT 9(3), 2020.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from fourfold.ops import rows

Array = jax.Array

# What separates the uses of one key: the numbers it gives, the keys split from it, the keys folded from it.
_SEED = 0xC2B2AE35
_SPLIT = 0x9E3779B9
_FOLD = 0x85EBCA6B, 0x27D4EB2F


def key(seed: int | Array) -> Array:
    """The key of a seed; Python's integers give 64 bits to it, arrays 32.

    >>> key(7).shape, key(7).dtype
    ((2,), dtype('uint32'))
    """
    if isinstance(seed, int):  # on the host, where nothing has to be compiled
        words = np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF], np.uint32)
        return jnp.asarray(_derive(np.arange(2, dtype=np.uint32), words, _SEED))
    return _derive(lax.iota(jnp.uint32, 2), jnp.stack([_word(seed), _word(0)]), _SEED)


def split(key: Array, count: int = 2) -> Array:
    """``count`` keys (count, 2), independent of each other and of the numbers of ``key`` itself."""
    return _derive(lax.iota(jnp.uint32, 2 * count), key, _SPLIT).reshape(count, 2)


def fold_in(key: Array, data: int | Array) -> Array:
    """The key of (``key``, ``data``): of a step, a layer, a device. ``data`` is an integer scalar.

    >>> bool((fold_in(key(7), 3) == fold_in(key(7), 4)).any())
    False
    """
    return jnp.stack([_derive(_word(data), key, use) for use in _FOLD])


def bits(key: Array, shape: Sequence[int]) -> Array:
    """Uniform 32-bit integers of the given shape (fewer than 2**32 of them)."""
    return bits_at(key, _places(shape)).reshape(tuple(shape))


def bits_at(key: Array, index: Array) -> Array:
    """Single numbers of the stream that `bits` fills shapes with, by their index in it (any shape)."""
    return _hash(index, key[0], key[1])


def uniform(key: Array, shape: Sequence[int]) -> Array:
    """Uniform numbers in [0, 1), multiples of 2**-24, float32."""
    return (bits(key, shape) >> 8).astype(jnp.float32) * jnp.float32(2**-24)


def normal(key: Array, shape: Sequence[int]) -> Array:
    """Standard normal numbers, float32: sqrt(2) erfinv(2 u - 1) with u at the middle of its interval."""
    u = uniform(key, shape) + jnp.float32(2**-25)
    return jnp.float32(math.sqrt(2.0)) * lax.erf_inv(2.0 * u - 1.0)


def keep_mask(key: Array, rate: float | Array, shape: Sequence[int]) -> Array:
    """Independent decisions, each ``True`` (keep) with probability 1 - ``rate``, which may be traced.

    >>> keep_mask(key(0), 0.5, (2, 4)).dtype, bool(keep_mask(key(0), 1.0, (100,)).any())
    (dtype('bool'), False)
    """
    return keep_at(key, rate, _places(shape)).reshape(tuple(shape))


def keep_at(key: Array, rate: float | Array, index: Array) -> Array:
    """Single decisions of `keep_mask`, by their index in it (any shape)."""
    threshold = jnp.ceil(jnp.asarray(rate, jnp.float32) * 2**24).astype(jnp.uint32)
    return (bits_at(key, index) >> 8) >= threshold


def dropout(key: Array, rate: float | Array, x: Array, noise_shape: Sequence[int] | None = None) -> Array:
    """y = x m / (1 - rate), m the `keep_mask`; axes of ``noise_shape`` of length 1 share their decisions.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """
    shape = x.shape if noise_shape is None else tuple(noise_shape)
    keep = jnp.broadcast_to(keep_mask(key, rate, shape), x.shape)
    scale = 1.0 / jnp.maximum(1.0 - jnp.asarray(rate, x.dtype), jnp.finfo(x.dtype).tiny)
    return jnp.where(keep, x * scale, jnp.zeros((), x.dtype))


def _places(shape: Sequence[int]) -> Array:
    """The places in the stream of the numbers of a shape; an axis of one row is shared by the whole batch."""
    places = lax.iota(jnp.uint32, math.prod(shape))
    first = rows.first(shape[0]) if shape and shape[0] > 1 else 0
    if isinstance(first, int) and first == 0:
        return places
    return places + jnp.uint32(math.prod(shape[1:])) * _word(first)


def _hash(index: Any, a: Any, b: Any) -> Any:
    """p(747796405 (index XOR a) + b), of arrays of JAX's or of NumPy's."""
    state = (index ^ a) * np.uint32(747796405) + b
    word = ((state >> ((state >> 28) + np.uint32(4))) ^ state) * np.uint32(277803737)
    return (word >> 22) ^ word


def _derive(index: Any, key: Any, use: int) -> Any:
    """Words of new keys: two rounds, so that close indices and related keys give unrelated words."""
    return _hash(_hash(index, key[0] ^ np.uint32(use), key[1]), key[1], key[0])


def _word(value: int | Array) -> Array:
    """An integer modulo 2**32."""
    return jnp.uint32(value & 0xFFFFFFFF) if isinstance(value, int) else jnp.asarray(value).astype(jnp.uint32)
