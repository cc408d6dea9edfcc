"""How replicas lie on devices: one decision, in one place.

On a CPU each core is a device (the worker's environment says so before JAX starts) and runs its own replicas one
after the other, without synchronisation: batching them is slower there, above all a convolution batched over
kernels. On a GPU the replicas are batched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
from jax import lax
from jax.sharding import Mesh, PartitionSpec

logger = logging.getLogger(__name__)


def batched() -> bool:
    """Whether the replicas on a device are trained together, as one batch more: on all devices but a CPU's cores."""
    return jax.devices()[0].platform != "cpu"


def across_replicas(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Runs ``function(shared, replica)`` for every replica of a stack, over all devices.

    The stack's leading axis R is a multiple of the number of devices (`padded`). Compiled once for its shapes.
    """
    devices = jax.devices()
    if batched():
        logger.debug("replicas: batched on each of %d devices", len(devices))
        each = jax.vmap(function, in_axes=(None, 0))
    else:
        logger.debug("replicas: one after the other on each of %d cores", len(devices))
        each = lambda shared, stack: lax.map(partial(function, shared), stack)  # noqa: E731
    mesh = Mesh(np.array(devices), ("replica",))
    split = PartitionSpec("replica")
    return jax.jit(
        jax.shard_map(each, mesh=mesh, in_specs=(PartitionSpec(), split), out_specs=split, check_vma=False)
    )


def padded(count: int) -> int:
    """The smallest multiple of the number of devices that holds ``count`` replicas."""
    devices = len(jax.devices())
    return -(-count // devices) * devices


def deal(count: int) -> np.ndarray:
    """The order in which ``count`` replicas are stacked so that they go round the devices like cards.

    A stack is split into one piece a device; with replicas dealt, a stack that is half idle keeps all devices busy.
    """
    devices = len(jax.devices())
    return np.arange(count).reshape(-1, devices).T.ravel()
