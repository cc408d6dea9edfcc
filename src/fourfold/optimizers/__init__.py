"""Optimizers: objects that hold numbers, and pure functions of gradients, state and weights.

``init(weights) -> state`` and ``update(grads, state, weights, learning_rate=None) -> (weights, state)``, with
weights in a dict from path to array. Names, arguments and numbers are Keras's; behind their own arguments all
optimizers have those of `Optimizer`.
"""

from __future__ import annotations

from typing import Any

from fourfold.core.catalog import Catalog
from fourfold.errors import OptionError, no_such_name
from fourfold.optimizers import schedules
from fourfold.optimizers.adam import Adam, Adamax, AdamW, Lamb, Nadam, ScheduleFreeAdamW
from fourfold.optimizers.base import Optimizer
from fourfold.optimizers.matrices import Adafactor, Muon
from fourfold.optimizers.rules import SGD, Adadelta, Adagrad, Ftrl, Lion, RMSprop

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_CLASSES = [SGD, Adam, AdamW, Adamax, Nadam, Lamb, RMSprop, Adagrad, Adadelta, Lion, Ftrl]
_CLASSES += [Adafactor, Muon, ScheduleFreeAdamW]
_CATALOG = Catalog("optimizer", "keras.optimizers", _CLASSES, {cls.__name__.lower(): cls for cls in _CLASSES})
serialize, deserialize = _CATALOG.serialize, _CATALOG.deserialize


def get(identifier: Any) -> Optimizer | None:
    """The optimizer of a name, a config, a class, or itself.

    >>> get("adam").learning_rate
    0.001
    """
    optimizer = _CATALOG.get(identifier)
    if optimizer is None or isinstance(optimizer, Optimizer):
        return optimizer
    raise OptionError(
        "not-an-optimizer",
        "this is no optimizer",
        got=repr(identifier),
        wanted="a name or an Optimizer",
        do="for example 'adam'",
    )


_INSTEAD = {"legacy": "from fourfold.optimizers import Adam, say: the names and their numbers are the same"}


def __getattr__(name: str) -> Any:
    raise no_such_name("optimizers", name, globals(), _INSTEAD)
