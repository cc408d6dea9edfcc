"""What layers of one's own draw.

Numbers that are drawn inside a layer's ``call`` differ from step to step and belong to the step; those drawn outside
follow from their seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold.core import streams
from fourfold.core.calls import CURRENT

Seed = Any


class SeedGenerator:
    """A seed for draws of a layer of one's own, made in its constructor.

    >>> generator = SeedGenerator(1)
    >>> bool((normal((3,), seed=generator) == normal((3,), seed=generator)).any())
    False
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.seed, self.name = seed, name or "seed_generator"
        self._drawn = 0

    @property
    def state(self) -> np.ndarray:
        """The seed, and how many draws were made of it outside of layers."""
        own = streams.current().seed if self.seed is None else self.seed
        return np.array([own & 0xFFFFFFFF, self._drawn], np.uint32)

    def number(self) -> int:
        """Another seed for an initializer."""
        self._drawn += 1
        return int(np.random.SeedSequence([int(self.state[0]), self._drawn]).generate_state(1)[0])

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> SeedGenerator:
        """A generator that begins anew at the seed of a configuration."""
        return cls(**config)

    def next(self, ordered: bool = True) -> Array:
        """Another key of JAX."""
        call = CURRENT.get()
        drawn = None if call is None else call.draw()
        if drawn is None:
            own = streams.current().seed if self.seed is None else self.seed
            self._drawn += 1
            return jax.random.fold_in(jax.random.key(own & 0x7FFFFFFF), self._drawn - 1)
        return jax.random.fold_in(jax.random.wrap_key_data(drawn), self.seed or 0)


_GLOBAL = SeedGenerator()


def normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> Array:
    """Normal numbers. An integer seed gives the same each time.

    >>> normal((2, 3), seed=1).shape
    (2, 3)
    """
    return mean + stddev * jax.random.normal(_key(seed), tuple(shape), dtype or "float32")


def uniform(
    shape: Sequence[int], minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Seed = None
) -> Array:
    """Uniform numbers in [minval, maxval)."""
    return jax.random.uniform(_key(seed), tuple(shape), dtype or "float32", minval, maxval)


def truncated_normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> Array:
    """Normal numbers within two deviations."""
    return mean + stddev * jax.random.truncated_normal(
        _key(seed), -2.0, 2.0, tuple(shape), dtype or "float32"
    )


def randint(shape: Sequence[int], minval: int, maxval: int, dtype: Any = "int32", seed: Seed = None) -> Array:
    """Whole numbers in [minval, maxval)."""
    return jax.random.randint(_key(seed), tuple(shape), minval, maxval, dtype)


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Seed = None) -> Array:
    """Class numbers (N, samples), drawn with the probabilities softmax(logits), logits (N, classes).

    >>> categorical(jnp.array([[0.0, 99.0]]), 3, seed=1).tolist()
    [[1, 1, 1]]
    """
    logits = jnp.asarray(logits)
    return jax.random.categorical(_key(seed), logits[:, None], shape=(len(logits), num_samples)).astype(dtype)


def shuffle(x: Any, axis: int = 0, seed: Seed = None) -> Array:
    """x in another order along an axis."""
    return jax.random.permutation(_key(seed), jnp.asarray(x), axis)


def gamma(shape: Sequence[int], alpha: Any, dtype: Any = None, seed: Seed = None) -> Array:
    """Numbers of the gamma distribution with shape ``alpha`` and scale 1."""
    return jax.random.gamma(_key(seed), alpha, tuple(shape), dtype or "float32")


def beta(shape: Sequence[int], alpha: Any, beta: Any, dtype: Any = None, seed: Seed = None) -> Array:
    """Numbers of the beta distribution, between 0 and 1 with mean alpha / (alpha + beta)."""
    return jax.random.beta(_key(seed), alpha, beta, tuple(shape), dtype or "float32")


def binomial(
    shape: Sequence[int], counts: Any, probabilities: Any, dtype: Any = None, seed: Seed = None
) -> Array:
    """How many of ``counts`` trials succeed, each with its probability."""
    return jax.random.binomial(_key(seed), counts, probabilities, tuple(shape)).astype(dtype or "float32")


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Seed = None) -> Array:
    """Inputs of which a share ``rate`` is 0, the others divided by 1 - rate."""
    inputs = jnp.asarray(inputs)
    shape = [have if want is None else want for want, have in zip(noise_shape or inputs.shape, inputs.shape)]
    keep = jnp.broadcast_to(jax.random.bernoulli(_key(seed), 1 - rate, tuple(shape)), inputs.shape)
    return jnp.where(keep, inputs / (1 - rate), 0)


def _key(seed: Seed) -> Array:
    if isinstance(seed, SeedGenerator):
        return seed.next()
    return _GLOBAL.next() if seed is None else jax.random.key(int(seed))
