"""Optimizers that see a weight as a matrix: what they keep depends on its shape, with Keras's numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.optimizers.base import Optimizer


class Adafactor(Optimizer):
    """Steps scaled by the size of the gradient, as Adam's are, that averages over rows and over columns tell.

    ``R, C``: averages of g² + epsilon_1 over columns and rows, moving by ``1 - t^beta_2_decay``; ``v = R C / mean R``;
    ``u = g / sqrt(v)``, at most ``clip_threshold`` in its root mean square; ``w = w - max(epsilon_2, rms w) a u``
    with ``a = min(learning_rate, 1 / sqrt(t))``. Weights with less than two axes have an average v itself. As in
    Keras, v is kept of the others too, and is not read. Shazeer & Stern, ICML 2018.
    """

    together = ("rows", "columns", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.beta_2_decay, self.epsilon_1, self.epsilon_2 = beta_2_decay, epsilon_1, epsilon_2
        self.clip_threshold, self.relative_step = clip_threshold, relative_step

    @property
    def slots(self):
        return ("rows", "columns", "velocity")

    def first(self, slot, path, w):
        if slot == "velocity":
            return jnp.zeros_like(w)
        if w.ndim < 2:
            return jnp.zeros((), jnp.int32)  # as Keras's files have it
        return jnp.zeros(w.shape[:-1] if slot == "rows" else (*w.shape[:-2], w.shape[-1]), w.dtype)

    def rule(self, g, w, slots, rate, t):
        stays = 1 - t**self.beta_2_decay
        square = jnp.square(g) + self.epsilon_1
        new = dict(slots)
        if w.ndim >= 2:
            for slot, axis in (("rows", -1), ("columns", -2)):
                new[slot] = stays * slots[slot] + (1 - stays) * jnp.mean(square, axis=axis)
            rows, columns = new["rows"], new["columns"]
            v = (rows / jnp.mean(rows, axis=-1, keepdims=True))[..., None] * columns[..., None, :]
        else:
            v = stays * slots["velocity"] + (1 - stays) * square
        u = g / jnp.sqrt(v)
        u = u / jnp.maximum(1.0, _size(u) / self.clip_threshold)
        length = jnp.maximum(self.epsilon_2, _size(w)) * jnp.minimum(rate, 1 / jnp.sqrt(t))
        return -(length * u), {**new, "velocity": v}


class Muon(Optimizer):
    """Momentum, whose matrix is made orthogonal: all its singular values become about 1.

    ``M = momentum M + g``; ``X = g + momentum M`` with ``nesterov``, else M, divided by its norm; ``ns_steps`` times
    ``X = a X + (b A + c A²) X`` with ``A = X X^T`` (Newton and Schulz);
    ``w = w - learning_rate rms_rate sqrt(max(n, m)) X``. Weights that are no matrices, embeddings, and those whose
    path has one of the patterns in ``exclude_layers`` are trained by AdamW with the rate
    ``adam_lr_ratio learning_rate`` and the decay ``adam_weight_decay``. Jordan et al., 2024; the length as Liu et al.,
    2025, have it.
    """

    together = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        *shared: Any,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, weight_decay, *shared, **named)
        self.adam_beta_1, self.adam_beta_2 = adam_beta_1, adam_beta_2
        self.adam_weight_decay, self.epsilon, self.adam_lr_ratio = adam_weight_decay, epsilon, adam_lr_ratio
        self.exclude_layers, self.exclude_embeddings = list(exclude_layers or []), exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.momentum, self.ns_steps, self.nesterov, self.rms_rate = momentum, ns_steps, nesterov, rms_rate

    @property
    def slots(self):
        return ("momentum", "velocity")

    def first(self, slot, path, w):
        return jnp.zeros_like(w) if slot == "momentum" or self._by_adam(path, w) else None

    def _by_adam(self, path: str, w: Array) -> bool:
        embedding = self.exclude_embeddings and "embedding" in path.lower()
        return w.ndim != 2 or embedding or any(re.search(pattern, path) for pattern in self.exclude_layers)

    def decay_of(self, slots):
        return self.adam_weight_decay if "velocity" in slots else self.weight_decay

    def rule(self, g, w, slots, rate, t):
        if "velocity" in slots:
            return self._adam(g, slots, rate * self.adam_lr_ratio, t)
        m = self.momentum * slots["momentum"] + g
        x = self._orthogonal(g + self.momentum * m if self.nesterov else m)
        length = 1.0 if self.rms_rate is None else max(w.shape) ** 0.5 * self.rms_rate
        return -(length * rate * x), {"momentum": m}

    def _adam(self, g: Array, slots: dict[str, Array], rate: Array, t: Array) -> tuple[Array, dict[str, Array]]:
        power_1, power_2 = (jnp.asarray(beta, g.dtype) ** t for beta in (self.adam_beta_1, self.adam_beta_2))
        m = slots["momentum"] + (g - slots["momentum"]) * (1 - self.adam_beta_1)
        v = slots["velocity"] + (jnp.square(g) - slots["velocity"]) * (1 - self.adam_beta_2)
        alpha = rate * jnp.sqrt(1 - power_2) / (1 - power_1)
        return -(m * alpha) / (jnp.sqrt(v) + self.epsilon), {"momentum": m, "velocity": v}

    def _orthogonal(self, x: Array) -> Array:
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / (jnp.sqrt(jnp.sum(jnp.square(x))) + 1e-7)
        for _ in range(self.ns_steps):
            a = x @ x.T
            x = self.muon_a * x + (self.muon_b * a + self.muon_c * a @ a) @ x
        return x.T if tall else x


def _size(x: Array) -> Array:
    """The root mean square."""
    return jnp.sqrt(jnp.mean(jnp.square(x)))
