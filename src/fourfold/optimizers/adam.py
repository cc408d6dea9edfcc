"""Adam and its kin: steps scaled by moving averages of the gradient and of its size, with Keras's numbers."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from fourfold.errors import OptionError
from fourfold.optimizers.base import Optimizer


class Adam(Optimizer):
    """``m, v``: moving averages of g and g²; ``w = w - a m / (sqrt(v) + epsilon)``.

    ``a = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)``: epsilon is the "epsilon hat" of Kingma & Ba,
    ICLR 2015. ``amsgrad`` divides by the largest v so far. Reddi et al., ICLR 2018.
    """

    together = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad

    @property
    def slots(self):
        return ("momentum", "velocity", "velocity_hat") if self.amsgrad else ("momentum", "velocity")

    def rule(self, g, w, slots, rate, t):
        power_1, power_2 = jnp.asarray(self.beta_1, g.dtype) ** t, jnp.asarray(self.beta_2, g.dtype) ** t
        alpha = rate * jnp.sqrt(1 - power_2) / (1 - power_1)
        m = slots["momentum"] + (g - slots["momentum"]) * (1 - self.beta_1)
        v = slots["velocity"] + (jnp.square(g) - slots["velocity"]) * (1 - self.beta_2)
        new = {"momentum": m, "velocity": v}
        if self.amsgrad:
            v = new["velocity_hat"] = jnp.maximum(slots["velocity_hat"], v)
        return -(m * alpha) / (jnp.sqrt(v) + self.epsilon), new


class AdamW(Adam):
    """Adam, where weights decay by ``learning_rate weight_decay w`` a step, apart from the gradient.

    Loshchilov & Hutter, ICLR 2019. Biases and gains are best left out: ``decay_exclude=["bias", "gamma"]``.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *shared: Any,
        **named: Any,
    ) -> None:
        if weight_decay is None:
            raise OptionError("weight-decay", "AdamW needs a weight decay", got="None", do="use Adam")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *shared, **named)


class Nadam(Optimizer):
    """Adam with Nesterov's momentum: it steps along the average that the next gradient will find.

    ``u_t = beta_1 (1 - 0.96^t / 2)``, ``U_t = u_1 ... u_t``; ``m`` and ``v`` as in `Adam`;
    ``w = w - learning_rate n / (sqrt(v / (1 - beta_2^t)) + epsilon)`` with
    ``n = u_(t+1) m / (1 - U_(t+1)) + (1 - u_t) g / (1 - U_t)``. Dozat, ICLR workshop 2016.
    """

    together = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    @property
    def slots(self):
        return ("momentum", "velocity")

    def rule(self, g, w, slots, rate, t):
        beta_1, decay = jnp.asarray(self.beta_1, g.dtype), jnp.asarray(0.96, g.dtype)
        now, following = beta_1 * (1 - 0.5 * decay**t), beta_1 * (1 - 0.5 * decay ** (t + 1))
        product = beta_1**t * jnp.asarray(_PRODUCTS, g.dtype)[jnp.minimum(t, len(_PRODUCTS) - 1).astype(int)]
        m = slots["momentum"] + (g - slots["momentum"]) * (1 - self.beta_1)
        v = slots["velocity"] + (jnp.square(g) - slots["velocity"]) * (1 - self.beta_2)
        ahead = following * m / (1 - product * following) + (1 - now) * g / (1 - product)
        size = jnp.sqrt(v / (1 - jnp.asarray(self.beta_2, g.dtype) ** t)) + self.epsilon
        return -(ahead * rate) / size, {"momentum": m, "velocity": v}

    def counted(self, steps):
        made = steps // (self.gradient_accumulation_steps or 1)
        return [self.beta_1**made * float(_PRODUCTS[min(made, len(_PRODUCTS) - 1)])]


_PRODUCTS = np.cumprod(1 - 0.5 * 0.96 ** np.arange(1.0, 600.0))
_PRODUCTS = np.concatenate([[1.0], _PRODUCTS])
"""``U_t / beta_1^t`` of step t; it changes no more after some hundred steps."""


class Adamax(Optimizer):
    """Adam by the largest gradient: ``u = max(beta_2 u, |g|)``, ``w = w - a m / (u + epsilon)``.

    ``a = learning_rate / (1 - beta_1^t)``. Kingma & Ba, ICLR 2015, section 7.
    """

    together = ("momentum", "norm")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    @property
    def slots(self):
        return ("momentum", "norm")

    def rule(self, g, w, slots, rate, t):
        power = jnp.asarray(self.beta_1, g.dtype) ** t
        m = slots["momentum"] + (g - slots["momentum"]) * (1 - self.beta_1)
        u = jnp.maximum(self.beta_2 * slots["norm"], jnp.abs(g))
        return -(rate * m) / ((1 - power) * (u + self.epsilon)), {"momentum": m, "norm": u}


class Lamb(Optimizer):
    """Adam's direction d, as long as the weight: ``w = w - learning_rate |w| / |d| d``; |w| and |d| are norms.

    For large batches. You et al., ICLR 2020.
    """

    together = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    @property
    def slots(self):
        return ("momentum", "velocity")

    def rule(self, g, w, slots, rate, t):
        power_1, power_2 = jnp.asarray(self.beta_1, g.dtype) ** t, jnp.asarray(self.beta_2, g.dtype) ** t
        m = slots["momentum"] + (g - slots["momentum"]) * (1 - self.beta_1)
        v = slots["velocity"] + (jnp.square(g) - slots["velocity"]) * (1 - self.beta_2)
        d = m / (1 - power_1) / (jnp.sqrt(v / (1 - power_2)) + self.epsilon)
        lengths = [jnp.sqrt(jnp.sum(jnp.square(x))) for x in (w, d)]
        ratio = jnp.where((lengths[0] > 0) & (lengths[1] > 0), lengths[0] / lengths[1], 1.0)
        return -ratio * rate * d, {"momentum": m, "velocity": v}


class ScheduleFreeAdamW(Optimizer):
    """Adam without a momentum or a schedule: weights lie between where steps lead and the average of where they led.

    ``v`` as in `Adam`; ``z = z - a g / (sqrt(v / (1 - beta_2^t)) + epsilon)``, from the first weights on; ``x`` the
    mean of all z so far; ``w = (1 - beta_1) z + beta_1 x``. ``a`` is the learning rate, which rises from 0 over
    ``warmup_steps``. Defazio et al., NeurIPS 2024.
    """

    together = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.beta_1, self.beta_2, self.epsilon, self.warmup_steps = beta_1, beta_2, epsilon, warmup_steps

    @property
    def slots(self):
        return ("momentum", "velocity")

    def first(self, slot, path, w):
        return jnp.array(w) if slot == "momentum" else jnp.zeros_like(w)

    def rule(self, g, w, slots, rate, t):
        if self.warmup_steps > 0:
            rate = rate * jnp.minimum(t / self.warmup_steps, 1.0)
        beta_1, beta_2 = jnp.asarray(self.beta_1, g.dtype), jnp.asarray(self.beta_2, g.dtype)
        before = slots["momentum"]
        v = slots["velocity"] + (jnp.square(g) - slots["velocity"]) * (1 - beta_2)
        z = before - rate * g / (jnp.sqrt(v / (1 - beta_2**t)) + self.epsilon)
        x = (w - (1 - beta_1) * before) / beta_1
        x = (1 - 1 / t) * x + 1 / t * z
        return (1 - beta_1) * z + beta_1 * x - w, {"momentum": z, "velocity": v}
