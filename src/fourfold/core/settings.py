"""What JAX can be told, by its environment or a program, on which a study's numbers don't depend."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from fourfold.errors import MachineError

USUAL = {
    "enable_x64": False,
    "debug_nans": False,
    "debug_infs": False,
    "disable_jit": False,
    "default_prng_impl": "threefry2x32",
    "threefry_partitionable": True,
    "numpy_dtype_promotion": "standard",
    "numpy_rank_promotion": "allow",
}


@contextmanager
def usual_settings() -> Iterator[None]:
    """JAX as it is if nobody tells it anything, in this thread.

    >>> import jax
    >>> with jax.enable_x64(True), usual_settings():
    ...     print(jax.numpy.ones(1).dtype, jax.config.jax_enable_x64)
    float32 False
    """
    import jax  # a process that only starts others does without

    with ExitStack() as stack:
        for name, value in USUAL.items():
            stack.enter_context(getattr(jax, name)(value))
        yield


def of_a_process() -> dict[str, str]:
    """The same as the environment of a process that starts.

    >>> of_a_process()["JAX_ENABLE_X64"], of_a_process()["JAX_NUMPY_RANK_PROMOTION"]
    ('False', 'allow')
    """
    return {f"JAX_{name.upper()}": str(value) for name, value in USUAL.items()}


def check_platform() -> None:
    """Refuses a kind of device that the environment asks JAX for, and that is not here."""
    import jax

    wanted = os.environ.get("JAX_PLATFORMS", "")
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:  # the second where it was asked before
        raise MachineError(
            "no-such-device",
            "JAX finds no device of the kind that it is told to use",
            got=f"JAX_PLATFORMS={wanted}",
            wanted="a kind that is here, such as cpu",
            do="unset JAX_PLATFORMS",
        ) from error
