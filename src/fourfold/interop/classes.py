"""Which of Fourfold's classes a configuration of Keras may name, and arguments that one side does not know.

Reading has this one closed table from class names to constructors, beside the classes that a user's code hands over.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fourfold import constraints, initializers, losses, metrics, optimizers, regularizers
from fourfold.core.catalog import Configured, snake_case
from fourfold.interop.description import LAYERS
from fourfold.optimizers import schedules

IDLE: Mapping[str, tuple] = MappingProxyType(
    {
        "dtype": (None, "float32"),
        "sparse": (None, False),
        "ragged": (None, False),
        "optional": (False,),
        "zero_output_for_mask": (False,),
        "lora_rank": (None,),
        "lora_alpha": (None,),
        "quantization_config": (None,),
        "gptq_unpacked_column_size": (None,),
        "use_gate": (False,),
        "sliding_window": (None,),
        "use_cudnn": ("auto",),
        "weights": (None,),
        "activity_regularizer": (None,),
        "renorm": (False,),
        "renorm_clipping": (None,),
        "renorm_momentum": (0.99,),
        "synchronized": (False,),
        "batch_shape": (None,),
        "axis": (-1,),
        "seed": (None,),
        "data_format": ("channels_last",),
        "output_padding": (None,),
        "multi_label": (False,),
        "num_labels": (None,),
        "label_weights": (None,),
    }
)
"""Arguments that Fourfold or a version of Keras does not know, with the values at which they change nothing."""


def _named(module: Any) -> dict[str, type]:
    found = vars(module).values()
    return {
        thing.__name__: thing for thing in found if isinstance(thing, type) and issubclass(thing, Configured)
    }


CLASSES: dict[str, dict[str, type]] = {
    "keras.layers": dict(LAYERS),
    "keras.initializers": _named(initializers),
    "keras.regularizers": _named(regularizers),
    "keras.constraints": _named(constraints),
    "keras.losses": _named(losses),
    "keras.metrics": _named(metrics),
    "keras.optimizers": _named(optimizers),
    "keras.optimizers.schedules": _named(schedules),
}
"""The closed table: public module of Keras, class name, constructor."""

OF_TRAINING = frozenset(snake_case(name) for of in ("keras.losses", "keras.metrics") for name in CLASSES[of])
"""Functions of losses and metrics, which Keras names without saying where they are."""

OF_LAYERS = ("keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints")
