"""What JAX is told of the machine before it starts."""

from __future__ import annotations

import os
from contextlib import suppress

import jax

from fourfold.core.machine import cores


def cores_as_devices() -> None:
    """Makes each core a device of JAX on the CPU, so that one training can use them all.

    Without effect where the user says how many devices there are, or where JAX runs already. Computations that name
    no device run on the first, and use all cores within as before.
    """
    said = "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", "")
    if not said and jax.config.jax_num_cpu_devices < 0:  # type: ignore[attr-defined]
        with suppress(RuntimeError):
            jax.config.update("jax_num_cpu_devices", cores())
