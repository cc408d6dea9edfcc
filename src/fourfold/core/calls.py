"""The call of a layer that is being computed, for what is called inside it: sublayers, random numbers, masks.

A layer whose ``call`` is written as for Keras (``call(self, inputs)``) reads its weights from their handles and calls
other layers on arrays. While it runs, the handles hold the values that it is computed from, and this file keeps what
Keras keeps beside them: whether it trains, where random numbers come from, which array has which mask, added losses.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

CURRENT: ContextVar[Call | None] = ContextVar("call", default=None)


class Call:
    """One call of a layer, possibly inside another's.

    Args:
        training: whether it trains.
        draw: gives another random key each time.
        outer: the call that this one is inside of; masks are shared with it.
    """

    def __init__(self, training: bool, draw: Callable[[], Any], outer: Call | None = None) -> None:
        self.training, self.draw, self.outer = training, draw, outer
        self.draws_always = False
        """Whether something in it was told to train where it doesn't train itself."""
        self.losses: list[Any] = []
        self._masks: dict[int, tuple[Any, Any]] = {} if outer is None else outer._masks
        self._changed: dict[int, tuple[Any, Any]] = {}

    def mask_of(self, array: Any) -> Any:
        """The mask that an array carries, or None."""
        return self._masks.get(id(array), (None, None))[1]

    def note_mask(self, array: Any, mask: Any) -> None:
        if mask is not None:
            self._masks[id(array)] = array, mask

    def put(self, weight: Any, value: Any) -> None:
        """Changes a handle's value until the call ends."""
        self._changed.setdefault(id(weight), (weight, weight.value))
        weight.value = value

    def end(self) -> None:
        """Puts back all values that were changed."""
        for weight, value in self._changed.values():
            weight.value = value


_CARRIED: dict[int, tuple[weakref.ref, Any]] = {}


def carry_mask(array: Any, mask: Any) -> None:
    """An array that a layer gave outside of any call carries its mask as long as there is the array."""
    if mask is not None:
        place = id(array)
        _CARRIED[place] = weakref.ref(array, lambda _: _CARRIED.pop(place, None)), mask


def carried_mask(array: Any) -> Any:
    """The mask that such an array carries, or None."""
    reference, mask = _CARRIED.get(id(array), (None, None))
    return mask if reference is not None and reference() is array else None


def put(weight: Any, value: Any) -> None:
    """Changes a handle's value: inside a call until it ends, else for good."""
    call = CURRENT.get()
    if call is None:
        weight.value = value
    else:
        call.put(weight, value)
