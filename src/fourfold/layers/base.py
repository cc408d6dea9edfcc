"""What every layer is: a recipe.

A subclass says which weights it needs (`weight_specs`) and what it computes from them (`call`). This file does
the rest, once for all layers: it creates the weights at the first call, infers shapes by tracing `call`
without values, records nodes when called on symbols, runs eagerly when called on arrays, carries masks, hands
`call` the keyword arguments it declares (`training`, `mask`, `key`), and round-trips the configuration.
"""

from __future__ import annotations

import inspect
import itertools
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.core import streams
from fourfold.core.catalog import snake_case
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.core.symbols import Node, Symbol
from fourfold.core.weights import Weight
from fourfold.errors import OptionError, ShapeError, closest
from fourfold.layers.inference import infer, spec_of

Array = jax.Array

_BASE_ARGUMENTS = ("name", "trainable", "dtype", "input_shape")


class Applied(NamedTuple):
    """What applying a layer gives: outputs, new values of its state by local name, and the outputs' masks."""

    outputs: Any
    updates: dict[str, Array]
    masks: Any


class MaskWarning(UserWarning):
    """A mask did not reach a layer that would have used it."""


class Layer:
    """The base of all layers.

    Args:
        name: the layer's name in a model; by default given by the model, as Keras does (``dense``, ``dense_1``).
        trainable: whether training changes the weights.
        dtype: ``"float32"``, the only one.
        input_shape: the shape of one sample, for the first layer of a `Sequential`.

    A subclass writes ``weight_specs`` and ``call``, both with the arguments of a call:

    >>> class Scale(Layer):
    ...     def weight_specs(self, x):
    ...         return {"factor": WeightSpec((), lambda shape, stream: np.full(shape, 2.0, "float32"))}
    ...     def call(self, weights, x):
    ...         return weights["factor"] * x
    >>> Scale()(np.ones(3, "float32")).tolist()
    [2.0, 2.0, 2.0]
    """

    supports_masking = False
    updates_state = False
    longest: int | None = (
        None  # the longest that an open axis of the input can be, where there is such a limit
    )

    _arguments: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any):
        layer = super().__new__(cls)
        signature = inspect.signature(cls.__init__)
        known = [name for name in signature.parameters if name not in ("self", "kwargs")]
        known += [
            name for name in inspect.signature(Layer.__init__).parameters if name not in ("self", *known)
        ]
        try:
            strange = [name for name in kwargs if name not in known]
            if strange:
                raise TypeError(f"unknown argument {strange[0]!r}{closest(strange[0], known)}")
            bound = signature.bind(layer, *args, **kwargs)
        except TypeError as error:
            raise OptionError(
                "layer-arguments",
                f"{cls.__name__} can't take these arguments ({error})",
                wanted=f"some of {', '.join(known)}",
            ) from None
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        arguments.pop("self", None)
        extra = arguments.pop("kwargs", {})
        layer._arguments = {**arguments, **extra}
        return layer

    def __getnewargs_ex__(self) -> tuple[tuple, dict[str, Any]]:
        """Copies and pickles are made with the arguments of the original."""
        return (), self._arguments

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        input_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        if dtype not in (None, "float32") and not isinstance(dtype, Mapping):
            raise OptionError(
                "layer-dtype",
                f"{type(self).__name__} computes in float32",
                got=repr(dtype),
                wanted="'float32'",
            )
        self.given_name = name
        self.input_shape_given = input_shape
        self.model_name: str | None = None
        self._trainable = bool(trainable)
        self._weights: dict[str, Weight] | None = None
        self.nodes: list[Node] = []
        self._calls = itertools.count()

    # ---- what a subclass writes --------------------------------------------------------------------------

    def weight_specs(self, *inputs: TensorSpec, **kwargs: Any) -> dict[str, WeightSpec]:
        """The weights this layer needs for inputs of these specs, in the order in which they are created."""
        return {}

    def call(self, weights: Mapping[str, Array], *inputs: Any, **kwargs: Any) -> Any:
        """The layer's mathematics: pure, from weights and inputs to outputs."""
        raise OptionError(
            "layer-call", f"{type(self).__name__} does not say what it computes", wanted="a method call"
        )

    def compute_mask(self, *inputs: Any, mask: Any = None) -> Any:
        """The outputs' mask, given the first input's."""
        return mask if self.supports_masking else None

    # ---- names, weights, configuration -------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.given_name or self.model_name or snake_case(type(self).__name__)

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for weight in self.handles.values():
            weight.trainable = weight.spec.trainable and self._trainable

    @property
    def built(self) -> bool:
        return self._weights is not None

    @property
    def handles(self) -> dict[str, Weight]:
        """The weights by local name; empty before the layer is built."""
        return self._weights or {}

    @property
    def weights(self) -> list[Weight]:
        handles = self.handles.values()
        return [w for w in handles if w.spec.trainable] + [w for w in handles if not w.spec.trainable]

    @property
    def trainable_weights(self) -> list[Weight]:
        return [w for w in self.weights if w.trainable]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        return [w for w in self.weights if not w.trainable]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, values: list[Any]) -> None:
        """Replaces all weights, or none: the shapes are checked first."""
        handles = self.weights
        shapes = [tuple(np.shape(value)) for value in values]
        if shapes != [weight.shape for weight in handles]:
            raise ShapeError(
                "set-weights",
                f"these weights don't fit {self.name}",
                got=f"{len(shapes)} arrays of shapes {shapes}",
                wanted=f"{len(handles)} arrays of shapes {[weight.shape for weight in handles]}",
            )
        for weight, value in zip(handles, values):
            weight.assign(value)

    def count_params(self) -> int:
        return sum(weight.size for weight in self.weights)

    def __getattr__(self, name: str) -> Any:
        weights = self.__dict__.get("_weights") or {}
        if name in weights:
            return weights[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data; ``from_config`` makes the same layer of them."""
        arguments = {key: value for key, value in self._arguments.items() if key not in _BASE_ARGUMENTS}
        base = {"name": self.name, "trainable": self.trainable, "dtype": "float32"}
        return base | {key: to_config(value) for key, value in arguments.items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Layer:
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # ---- calling -----------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any(isinstance(leaf, Symbol) for leaf in jax.tree.leaves((args, kwargs))):
            return self._record(args, kwargs)
        return self._run(args, kwargs)

    def build(self, *inputs: TensorSpec, **kwargs: Any) -> None:
        """Creates the weights, drawing their values from the current random stream. Twice is once."""
        if self._weights is not None:
            return
        inputs = jax.tree.map(_as_spec, inputs, is_leaf=_is_shape)
        stream = streams.current()
        weights = {}
        for local, spec in self.weight_specs(*inputs, **kwargs).items():
            weight = Weight(local, spec, np.asarray(spec.initializer(spec.shape, stream), spec.dtype))
            weight.path = f"{self.name}/{local}"
            weight.trainable = spec.trainable and self._trainable
            weights[local] = weight
        self._weights = weights

    def apply(
        self,
        weights: Mapping[str, Array],
        *args: Any,
        masks: tuple = (),
        training: bool = False,
        key: Array | None = None,
        **kwargs: Any,
    ) -> Applied:
        """Runs ``call`` on values. ``masks`` has the structure of ``args``, a mask or None at each leaf."""
        names, accepted = call_parameters(type(self))
        first_mask = masks[0] if masks else None
        given = dict(zip(names, masks))
        implied: dict[str, Any] = {"training": training, "key": key, "mask": first_mask}
        implied |= {f"{name}_mask": mask for name, mask in given.items()}
        for name, value in implied.items():
            if name in accepted and name not in names[: len(args)] and kwargs.get(name) is None:
                kwargs[name] = None if _all_none(value) else value
        outputs = self.call(weights, *args, **kwargs)
        outputs, updates = outputs if self.updates_state else (outputs, {})
        mask = self.compute_mask(*args, mask=kwargs["mask"] if "mask" in accepted else first_mask)
        return Applied(outputs, updates, _spread(mask, outputs))

    def values(self) -> dict[str, Any]:
        return {local: weight.value for local, weight in self.handles.items()}

    def _run(self, args: tuple, kwargs: dict) -> Any:
        args, kwargs = jax.tree.map(_as_array, (args, kwargs))
        training = bool(kwargs.pop("training", None) or False)
        self.build(*jax.tree.map(spec_of, args), **_flags(kwargs))
        key = jnp.array([next(self._calls), streams.current().seed & 0xFFFFFFFF], jnp.uint32)
        applied = self.apply(self.values(), *args, training=training, key=key, **kwargs)
        for local, value in applied.updates.items():
            self.handles[local].value = value
        return applied.outputs

    def _record(self, args: tuple, kwargs: dict) -> Any:
        specs = jax.tree.map(lambda leaf: leaf.spec if isinstance(leaf, Symbol) else spec_of(leaf), args)
        self.build(*specs, **_flags(kwargs))
        parents = tuple(leaf for leaf in jax.tree.leaves((args, kwargs)) if isinstance(leaf, Symbol))
        self._warn_of_lost_masks(parents)
        node = Node(self, args, kwargs, parents=parents)
        outputs, masks = infer(self, args, kwargs)
        lost = self._mask_lost(parents)
        node.outputs = jax.tree.map(
            lambda spec, mask: Symbol(spec, node, mask=mask or None, mask_lost_at=None if mask else lost),
            outputs,
            masks,
        )
        self.nodes.append(node)
        return node.outputs

    def _mask_lost(self, parents: tuple[Symbol, ...]) -> Any:
        if self._uses_masks():
            return None
        if any(parent.mask for parent in parents):
            return self
        return next((parent.mask_lost_at for parent in parents if parent.mask_lost_at), None)

    def _uses_masks(self) -> bool:
        return any(name == "mask" or name.endswith("_mask") for name in call_parameters(type(self))[1])

    def _warn_of_lost_masks(self, parents: tuple[Symbol, ...]) -> None:
        for parent in parents:
            if parent.mask_lost_at is not None and self._uses_masks():
                warnings.warn(
                    f"{type(self).__name__} '{self.name}' uses a mask, but {type(parent.mask_lost_at).__name__} "
                    f"'{parent.mask_lost_at.name}' before it dropped the one it was given, so masked steps count "
                    "as real ones. Do this: pool or read the masked sequence before that layer.",
                    MaskWarning,
                    stacklevel=4,
                )

    @property
    def input(self) -> Any:
        return _single(self.nodes, self).args[0]

    @property
    def output(self) -> Any:
        return _single(self.nodes, self).outputs


@cache
def call_parameters(cls: type[Layer]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of ``call``'s inputs in order, and all names that it accepts."""
    parameters = list(inspect.signature(cls.call).parameters.values())[2:]
    inputs = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
    return inputs, frozenset(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)


def to_config(value: Any) -> Any:
    """An argument as plain data: objects with a configuration become {class_name, config}."""
    if isinstance(value, (list, tuple)):
        return [to_config(item) for item in value]
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if callable(value):
        return getattr(value, "__name__", str(value))
    return value


def _flags(kwargs: dict) -> dict:
    """The keyword arguments that are tensors, as specs: what `weight_specs` may need beside the inputs."""
    tensors = {}
    for name, value in kwargs.items():
        if isinstance(value, Symbol):
            tensors[name] = value.spec
        elif hasattr(value, "shape") and not name.endswith("mask"):
            tensors[name] = spec_of(value)
    return tensors


def _as_array(leaf: Any) -> Any:
    if isinstance(leaf, (bool, str, bytes)) or leaf is None or isinstance(leaf, jax.Array):
        return leaf
    array = np.asarray(leaf)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    elif array.dtype == np.int64:
        array = array.astype(np.int32)
    return array


def _is_shape(leaf: Any) -> bool:
    return isinstance(leaf, (TensorSpec, Symbol)) or (
        isinstance(leaf, (tuple, list)) and all(axis is None or isinstance(axis, int) for axis in leaf)
    )


def _as_spec(leaf: Any) -> Any:
    if isinstance(leaf, Symbol):
        return leaf.spec
    return TensorSpec(tuple(leaf)) if isinstance(leaf, (tuple, list)) else leaf


def _all_none(mask: Any) -> bool:
    return mask is None or (isinstance(mask, (list, tuple)) and all(item is None for item in mask))


def _spread(mask: Any, outputs: Any) -> Any:
    """A mask for each output: a single one belongs to the first."""
    leaves, tree = jax.tree.flatten(outputs)
    masks = list(mask) if isinstance(mask, (list, tuple)) else [mask]
    masks += [None] * (len(leaves) - len(masks))
    return jax.tree.unflatten(tree, masks[: len(leaves)])


def _single(nodes: list[Node], layer: Layer) -> Node:
    if len(nodes) == 1:
        return nodes[0]
    raise OptionError(
        "layer-nodes",
        f"{layer.name} has no single input and output",
        got=f"{len(nodes)} calls",
        wanted="exactly one call on symbols",
    )
