"""Pure array functions: the mathematics of each family in its fast formulation, and what ``keras.ops`` has."""

from types import SimpleNamespace
from typing import Any

from fourfold.errors import closest
from fourfold.ops.devices import cores_as_devices
from fourfold.ops.functions import FUNCTIONS, OF_IMAGES
from fourfold.ops.networks import SEVERAL

cores_as_devices()


def __dir__() -> list[str]:
    return sorted([*FUNCTIONS, *SEVERAL])


def __getattr__(name: str) -> Any:
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    if name in SEVERAL:
        return SimpleNamespace(**(OF_IMAGES if name == "image" else FUNCTIONS))
    raise AttributeError(f"fourfold.ops has no {name!r}{closest(name, FUNCTIONS)}: jax.numpy may have it")
