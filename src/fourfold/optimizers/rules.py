"""The update rules, with Keras's arguments, defaults and numbers (which differ from optax's definitions)."""

from __future__ import annotations

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

    together = ("momentum",)

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        if not 0 <= momentum <= 1:
            raise OptionError(
                "momentum", "momentum must lie between 0 and 1", got=repr(momentum), do="momentum=0.9"
            )
        self.momentum, self.nesterov = momentum, nesterov

    @property
    def slots(self):
        return ("momentum",) if self.momentum else ()

    def rule(self, g, w, slots, rate, t):
        if not slots:
            return -rate * g, {}
        v = self.momentum * slots["momentum"] - rate * g
        return (self.momentum * v - rate * g if self.nesterov else v), {"momentum": v}


class RMSprop(Optimizer):
    """``v = rho v + (1 - rho) g²``; ``w = w - learning_rate g / sqrt(v + epsilon)``. Hinton, 2012.

    ``centered`` takes the square of g's moving average off v; ``momentum`` sums the steps up.
    """

    together = ("velocity",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    @property
    def slots(self):
        momentum = ("momentum",) if self.momentum else ()
        return ("velocity", *momentum, *(("average_gradient",) if self.centered else ()))

    def rule(self, g, w, slots, rate, t):
        v = self.rho * slots["velocity"] + (1 - self.rho) * jnp.square(g)
        new, variance = {"velocity": v}, v
        if self.centered:
            mean = self.rho * slots["average_gradient"] + (1 - self.rho) * g
            new["average_gradient"], variance = mean, v - jnp.square(mean)
        step = rate * g / jnp.sqrt(variance + self.epsilon)
        if self.momentum:
            step = new["momentum"] = self.momentum * slots["momentum"] + step
        return -step, new


class Adagrad(Optimizer):
    """``a = a + g²``; ``w = w - learning_rate g / sqrt(a + epsilon)``: what changed much changes less.

    a begins at ``initial_accumulator_value``. Duchi et al., JMLR 2011.
    """

    together = ("accumulator",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon

    @property
    def slots(self):
        return ("accumulator",)

    def first(self, slot, path, w):
        return jnp.full_like(w, self.initial_accumulator_value)

    def rule(self, g, w, slots, rate, t):
        a = slots["accumulator"] + jnp.square(g)
        return -(rate * g) / jnp.sqrt(a + self.epsilon), {"accumulator": a}


class Adadelta(Optimizer):
    """``a``, ``b``: moving averages of g² and of steps²; step ``s = - g sqrt(b + epsilon) / sqrt(a + epsilon)``.

    ``w = w + learning_rate s``: with a rate of 1 as in the paper, Zeiler 2012.
    """

    together = ("accumulated_grad", "accumulated_delta_var")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.rho, self.epsilon = rho, epsilon

    @property
    def slots(self):
        return ("accumulated_grad", "accumulated_delta_var")

    def rule(self, g, w, slots, rate, t):
        a = self.rho * slots["accumulated_grad"] + (1 - self.rho) * jnp.square(g)
        b = slots["accumulated_delta_var"]
        step = -(jnp.sqrt(b + self.epsilon) * g) / jnp.sqrt(a + self.epsilon)
        b = self.rho * b + (1 - self.rho) * jnp.square(step)
        return rate * step, {"accumulated_grad": a, "accumulated_delta_var": b}


class Lion(Optimizer):
    """``w = w - learning_rate sign(beta_1 m + (1 - beta_1) g)``, then ``m = beta_2 m + (1 - beta_2) g``.

    All steps have one size, so rates are smaller than Adam's. Chen et al., NeurIPS 2023.
    """

    together = ("momentum",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        if not 0 < beta_1 <= 1:
            raise OptionError(
                "lion-beta", "beta_1 of Lion is out of range", got=repr(beta_1), wanted="0 < beta_1 <= 1"
            )
        self.beta_1, self.beta_2 = beta_1, beta_2

    @property
    def slots(self):
        return ("momentum",)

    def rule(self, g, w, slots, rate, t):
        m = slots["momentum"]
        step = -rate * jnp.sign(m * self.beta_1 + g * (1 - self.beta_1))
        return step, {"momentum": m * self.beta_2 + g * (1 - self.beta_2)}


class Ftrl(Optimizer):
    """Follow the regularized leader, for sparse linear models. McMahan et al., KDD 2013.

    ``a' = a + g²``; ``z = z + g + 2 s w - (a'^-p - a^-p) w / learning_rate``;
    ``w = (clip(z, -l1, l1) - z) / (a'^-p / learning_rate + 2 l2 + beta / learning_rate)``, where p is
    ``learning_rate_power``, s, l1 and l2 the strengths of shrinkage and of the two penalties. Weights whose
    ``|z| <= l1`` are exactly 0.
    """

    together = ("accumulator", "linear")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        *shared: Any,
        **named: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **named)
        self.learning_rate_power, self.initial_accumulator_value = (
            learning_rate_power,
            initial_accumulator_value,
        )
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        strengths = (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        )
        wrong = [name for name in strengths if getattr(self, name) < 0]
        if wrong or learning_rate_power > 0:
            name = wrong[0] if wrong else "learning_rate_power"
            raise OptionError(
                "ftrl-strength",
                f"{name} has the wrong sign",
                got=repr(getattr(self, name)),
                wanted="at least 0" if wrong else "at most 0",
            )

    @property
    def slots(self):
        return ("accumulator", "linear")

    def first(self, slot, path, w):
        return jnp.full_like(w, self.initial_accumulator_value if slot == "accumulator" else 0.0)

    def rule(self, g, w, slots, rate, t):
        power, a = -self.learning_rate_power, slots["accumulator"]
        new = a + jnp.square(g)
        grown = (new**power - a**power) / rate
        z = slots["linear"] + g + 2 * self.l2_shrinkage_regularization_strength * w - grown * w
        curvature = new**power / rate + 2 * (self.l2_regularization_strength + self.beta / (2 * rate))
        l1 = self.l1_regularization_strength
        return (jnp.clip(z, -l1, l1) - z) / curvature - w, {"accumulator": new, "linear": z}
