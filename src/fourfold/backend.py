"""``keras.backend`` as far as code for these families uses it: what is configured, and `clear_session`."""

from __future__ import annotations

import sys
from typing import Any

from fourfold.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from fourfold.errors import missing_name

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]


def clear_session(free_memory: bool = True) -> None:
    """Does nothing, as models share nothing: names are counted in each, and what is compiled goes with its model."""


_INSTEAD = {
    "ctc_batch_cost": "fourfold.losses.CTC, or fourfold.ops.ctc_loss",
    "function": "Model(model.inputs, layer.output) computes what a layer gives",
    "get_value": "np.asarray(variable)",
    "int_shape": "x.shape",
    "learning_phase": "call(self, inputs, training=False) is told whether it trains",
    "ndim": "len(x.shape)",
    "random_normal": "fourfold.random.normal",
    "random_uniform": "fourfold.random.uniform",
    "set_value": "variable.assign(value)",
}


def __getattr__(name: str) -> Any:
    do = _INSTEAD.get(name, f"fourfold.ops.{name}, if it is there")
    raise missing_name(f"fourfold.backend has no attribute {name!r}. Do this: {do}", sys._getframe(1))
