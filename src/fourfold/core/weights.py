"""The one mutable thing in the library: the handle that holds a weight's current value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fourfold.core.calls import put
from fourfold.core.specs import WeightSpec
from fourfold.errors import ShapeError


class Weight:
    """A named weight of a layer: its spec, its current value, whether it is trained.

    Graphs collect handles by identity, so a layer that two models share stays shared. The value is an array
    of NumPy until a model that runs puts it on a device.

    >>> from fourfold.core.specs import WeightSpec
    >>> weight = Weight("bias", WeightSpec((2,), initializer=None), np.zeros(2, "float32"))
    >>> weight.assign([1.0, 2.0])
    >>> weight.numpy().tolist()
    [1.0, 2.0]
    """

    def __init__(self, name: str, spec: WeightSpec, value: Any) -> None:
        self.name, self.spec, self.value = name, spec, value
        self.path = name
        self.trainable = spec.trainable

    @property
    def shape(self) -> tuple[int, ...]:
        return self.spec.shape

    @property
    def dtype(self) -> str:
        return self.spec.dtype

    @property
    def ndim(self) -> int:
        return len(self.spec.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.spec.shape))

    @property
    def initializer(self) -> Any:
        return self.spec.initializer

    @property
    def regularizer(self) -> Any:
        """What is added to the loss for it; a new one counts from the next ``compile`` on."""
        return self.spec.regularizer

    @regularizer.setter
    def regularizer(self, value: Any) -> None:
        self.spec = replace(self.spec, regularizer=value)

    @property
    def constraint(self) -> Any:
        """What it is put back into after each update; a new one counts from the next ``compile`` on."""
        return self.spec.constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        self.spec = replace(self.spec, constraint=value)

    def assign(self, value: Any) -> None:
        """Replaces the value; the shape must stay. Inside a layer's ``call`` the new value is part of its state."""
        value = value.value if isinstance(value, Weight) else value
        traced = hasattr(value, "aval")
        array = value.astype(self.spec.dtype) if traced else np.array(value, dtype=self.spec.dtype)
        if array.shape != self.spec.shape:
            raise ShapeError(
                "weight-shape",
                f"weight {self.path} can't take this value",
                got=f"shape {array.shape}",
                wanted=f"shape {self.spec.shape}",
            )
        put(self, array)

    def assign_add(self, value: Any) -> None:
        self.assign(self + value)

    def assign_sub(self, value: Any) -> None:
        self.assign(self - value)

    def numpy(self) -> np.ndarray:
        return np.asarray(self.value)

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.array(self.value, dtype=dtype) if copy else np.asarray(self.value, dtype=dtype)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __len__(self) -> int:
        return self.spec.shape[0]

    def __jax_array__(self):
        import jax.numpy as jnp  # lazy: reading a weight's shape needs no JAX

        return jnp.asarray(self.value)

    def __getitem__(self, index: Any) -> Any:
        return self.__jax_array__()[index]

    def __add__(self, other: Any) -> Any:
        return self.__jax_array__() + _value(other)

    def __radd__(self, other: Any) -> Any:
        return _value(other) + self.__jax_array__()

    def __sub__(self, other: Any) -> Any:
        return self.__jax_array__() - _value(other)

    def __rsub__(self, other: Any) -> Any:
        return _value(other) - self.__jax_array__()

    def __mul__(self, other: Any) -> Any:
        return self.__jax_array__() * _value(other)

    def __rmul__(self, other: Any) -> Any:
        return _value(other) * self.__jax_array__()

    def __truediv__(self, other: Any) -> Any:
        return self.__jax_array__() / _value(other)

    def __rtruediv__(self, other: Any) -> Any:
        return _value(other) / self.__jax_array__()

    def __pow__(self, other: Any) -> Any:
        return self.__jax_array__() ** _value(other)

    def __rpow__(self, other: Any) -> Any:
        return _value(other) ** self.__jax_array__()

    def __matmul__(self, other: Any) -> Any:
        return self.__jax_array__() @ _value(other)

    def __rmatmul__(self, other: Any) -> Any:
        return _value(other) @ self.__jax_array__()

    def __neg__(self) -> Any:
        return -self.__jax_array__()

    def __eq__(self, other: Any) -> Any:
        """Whether its entries are these numbers; whether a weight, or anything but numbers, is this one itself."""
        numbers = isinstance(other, (bool, int, float, np.ndarray, np.generic)) or hasattr(other, "aval")
        return self.__jax_array__() == other if numbers else self is other

    def __ne__(self, other: Any) -> Any:
        same = self == other
        return not same if isinstance(same, bool) else ~same

    __hash__ = object.__hash__

    def __lt__(self, other: Any) -> Any:
        return self.__jax_array__() < _value(other)

    def __le__(self, other: Any) -> Any:
        return self.__jax_array__() <= _value(other)

    def __gt__(self, other: Any) -> Any:
        return self.__jax_array__() > _value(other)

    def __ge__(self, other: Any) -> Any:
        return self.__jax_array__() >= _value(other)

    def __floordiv__(self, other: Any) -> Any:
        return self.__jax_array__() // _value(other)

    def __mod__(self, other: Any) -> Any:
        return self.__jax_array__() % _value(other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _value(other) // self.__jax_array__()

    def __rmod__(self, other: Any) -> Any:
        return _value(other) % self.__jax_array__()

    def __pos__(self) -> Any:
        return self.__jax_array__()

    def __round__(self, ndigits: int | None = None) -> Any:
        return self.__jax_array__().round(ndigits or 0)

    def __bool__(self) -> bool:
        return bool(self.__jax_array__())

    def __abs__(self) -> Any:
        return abs(self.__jax_array__())

    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"<{kind} {self.path}, shape={self.shape}, dtype={self.dtype}, trainable={self.trainable}>"


def _value(other: Any) -> Any:
    other = other.value if isinstance(other, Weight) else other
    return np.asarray(other) if isinstance(other, (list, tuple)) else other
