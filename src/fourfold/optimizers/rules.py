"""The update rules, with Keras's arguments, defaults and numbers (which differ from optax's definitions)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from fourfold.errors import OptionError
from fourfold.optimizers.base import Optimizer


class SGD(Optimizer):
    """``w = w - learning_rate g``; with momentum ``v = momentum v - learning_rate g, w = w + v``.

    Nesterov: ``w = w + momentum v - learning_rate g``, with the new v. Sutskever et al., ICML 2013.

    >>> sgd = SGD(0.5)
    >>> weights = {"w": jnp.array([1.0])}
    >>> weights, state = sgd.update({"w": jnp.array([1.0])}, sgd.init(weights), weights)
    >>> print(weights["w"], state["iteration"])
    [0.5] 1
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        decay_exclude: Sequence[str] = (),
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name, decay_exclude
        )
        if not 0 <= momentum <= 1:
            raise OptionError(
                "momentum", "momentum must lie between 0 and 1", got=repr(momentum), do="momentum=0.9"
            )
        self.momentum, self.nesterov = momentum, nesterov

    @property
    def slots(self):
        return ("momentum",) if self.momentum else ()

    def rule(self, g, slots, rate, t):
        if not slots:
            return -rate * g, {}
        v = self.momentum * slots["momentum"] - rate * g
        return (self.momentum * v - rate * g if self.nesterov else v), {"momentum": v}


class Adam(Optimizer):
    """``m, v``: moving averages of g and g²; ``w = w - a m / (sqrt(v) + epsilon)``.

    ``a = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)``: epsilon is the "epsilon hat" of Kingma & Ba,
    ICLR 2015. ``amsgrad`` divides by the largest v so far. Reddi et al., ICLR 2018.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        decay_exclude: Sequence[str] = (),
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name, decay_exclude
        )
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad

    @property
    def slots(self):
        return ("momentum", "velocity", "velocity_hat") if self.amsgrad else ("momentum", "velocity")

    def rule(self, g, slots, rate, t):
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
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        decay_exclude: Sequence[str] = (),
    ) -> None:
        if weight_decay is None:
            raise OptionError("weight-decay", "AdamW needs a weight decay", got="None", do="use Adam")
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            name,
            decay_exclude,
        )


class RMSprop(Optimizer):
    """``v = rho v + (1 - rho) g²``; ``w = w - learning_rate g / sqrt(v + epsilon)``. Hinton, 2012.

    ``centered`` takes the square of g's moving average off v; ``momentum`` sums the steps up.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        decay_exclude: Sequence[str] = (),
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name, decay_exclude
        )
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    @property
    def slots(self):
        momentum = ("momentum",) if self.momentum else ()
        return ("velocity", *momentum, *(("average_gradient",) if self.centered else ()))

    def rule(self, g, slots, rate, t):
        v = self.rho * slots["velocity"] + (1 - self.rho) * jnp.square(g)
        new, variance = {"velocity": v}, v
        if self.centered:
            mean = self.rho * slots["average_gradient"] + (1 - self.rho) * g
            new["average_gradient"], variance = mean, v - jnp.square(mean)
        step = rate * g / jnp.sqrt(variance + self.epsilon)
        if self.momentum:
            step = new["momentum"] = self.momentum * slots["momentum"] + step
        return -step, new
