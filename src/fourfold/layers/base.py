"""What every layer is: a recipe.

A subclass says which weights it needs (`weight_specs`) and what it computes from them (`call`), or is written as for
Keras: ``build(self, input_shape)`` with `add_weight`, and ``call(self, inputs)`` (`written`). This file does
the rest, once for all layers: it creates the weights at the first call, infers shapes by tracing `call`
without values, records nodes when called on symbols, runs eagerly when called on arrays, carries masks, hands
`call` the keyword arguments it declares (`training`, `mask`, `key`), and round-trips the configuration.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from fourfold import constraints, initializers, regularizers
from fourfold.core import streams
from fourfold.core.attributes import among_attributes, first_free
from fourfold.core.calls import CURRENT, carried_mask, put
from fourfold.core.catalog import snake_case, to_config
from fourfold.core.inference import infer, spec_of
from fourfold.core.registered import custom_object_scope
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.core.symbols import Applied, Node, Symbol
from fourfold.core.weights import Weight
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import written
from fourfold.layers.call_inputs import check_call, check_one_input, numbers_as_array
from fourfold.layers.calling import (
    all_none,
    as_array,
    as_spec,
    call_parameters,
    flags,
    is_shape,
    left_out,
    note_masks,
    spread,
)
from fourfold.layers.constructing import also_from_below, constructor_arguments, keep_set
from fourfold.layers.input_spec import InputSpec, check_specs
from fourfold.layers.interface import Interface
from fourfold.layers.lost_masks import warn_of_lost_masks, where_lost
from fourfold.ops import independence
from fourfold.variables import Variable, drawn

Array = jax.Array

_BASE_ARGUMENTS = ("name", "trainable", "dtype", "input_shape")


class Layer(Interface):
    """The base of all layers.

    Args:
        name: the layer's name in a model; by default given by the model, as Keras does (``dense``, ``dense_1``).
        trainable: whether training changes the weights.
        dtype: ``"float32"``, the only one.
        input_shape: the shape of one sample, for the first layer of a `Sequential`; ``input_dim=4`` is ``(4,)``.
        activity_regularizer: a penalty on the outputs, divided by the number of rows, that the loss has in addition.

    A subclass is written as for Keras, from weights and other layers, which are found among its attributes:

    >>> import numpy as np
    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=input_shape[-1:], initializer="ones")
    ...     def call(self, x):
    ...         return 2 * self.factor * x
    >>> Scale()(np.ones(3, "float32")).tolist()
    [2.0, 2.0, 2.0]

    Or it writes ``weight_specs`` and a pure ``call``, both with the arguments of a call:

    >>> class PureScale(Layer):
    ...     def weight_specs(self, x):
    ...         return {"factor": WeightSpec((), lambda shape, stream: np.full(shape, 2.0, "float32"))}
    ...     def call(self, weights, x):
    ...         return weights["factor"] * x
    >>> PureScale()(np.ones(3, "float32")).tolist()
    [2.0, 2.0, 2.0]
    """

    supports_masking = False
    draws_always = False
    """Whether its ``call`` tells something to train in prediction, too, so that outputs are random."""
    former_names: Mapping[str, str | None] = {}
    """Names that arguments had in Keras 2, and those of today; None for what has no effect."""
    joins_steps = False
    """Whether it joins the steps of a sequence, so that no later layer can leave out the masked ones."""
    fills_masked_steps = False
    """Whether its outputs at masked steps hold a value that was chosen, or that of the last real step."""
    updates_state = False
    input_spec: InputSpec | None = None
    alone: bool | None = False
    """Whether it trains where it is called alone, and nobody says; None: as each layer inside has it."""
    longest: int | None = None
    """The longest that an open axis of the input can be, where there is such a limit."""

    _arguments: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any):
        layer = super().__new__(cls)
        layer._arguments = constructor_arguments(layer, Layer, args, kwargs)
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__ and cls.__module__.startswith("fourfold."):
            cls.__init__ = also_from_below(cls, Layer)
        if "build" in cls.__dict__ and written.as_for_keras(cls):
            cls.build = written.once(cls.__dict__["build"])
        if "call" in cls.__dict__ and not written.as_for_keras(cls):
            cls.call = written.also_without_weights(cls.__dict__["call"])

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
        input_dim: int | None = None,
        activity_regularizer: Any = None,
    ) -> None:
        if getattr(dtype, "name", dtype) not in (None, "float32") and not isinstance(dtype, Mapping):
            raise OptionError(
                "layer-dtype",
                f"{type(self).__name__} computes in float32",
                got=repr(dtype),
                wanted="'float32'",
            )
        self.given_name = name
        if input_dim is not None:
            input_shape = (self._arguments.pop("input_dim", input_dim),)
        self.input_shape_given = input_shape
        self.model_name: str | None = None
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._trainable = bool(trainable)
        self._weights: dict[str, Weight] | None = None
        self._added_losses: tuple = ()
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

    def masks_wanted(self, parents: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """Of a call's inputs those whose masks it uses, where it uses any."""
        return parents

    # ---- what a subclass that is written as for Keras uses -----------------------------------------------

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Weight:
        """Makes a weight and gives back its handle; drawn from ``glorot_uniform``, or 0 if of no floats, by default."""
        shape = (shape,) if isinstance(shape, int) else tuple(shape or ())
        if not all(isinstance(axis, int) for axis in shape):
            raise ShapeError(
                "weight-open-axis",
                f"a weight of {self.name} needs to know its shape",
                got=str(shape),
                wanted="whole numbers",
                do="give Input the length of that axis",
            )
        usual = "glorot_uniform" if dtype is None or "float" in str(dtype) else "zeros"
        initializer = initializers.get(usual if initializer is None else initializer)
        spec = WeightSpec(
            shape,
            initializer,
            regularizers.get(regularizer),
            constraints.get(constraint),
            trainable,
            dtype or "float32",
        )
        self._weights = {} if self._weights is None else self._weights
        name = first_free(name or "variable", self._weights)
        weight = self._weights[name] = self._made(name, spec)
        return weight

    def add_loss(self, loss: Any) -> None:
        """Adds a number to what training minimises; for use inside ``call``."""
        call = CURRENT.get()
        if call is None:
            raise OptionError(
                "add-loss",
                f"{self.name} adds a loss where nothing is computed",
                got="add_loss outside of call",
                do="call self.add_loss inside call, or add the term to the model's loss",
            )
        call.losses.append(loss)

    @property
    def losses(self) -> list[Array]:
        """The regularizers of the trained weights, and what the last call on arrays added."""
        terms = [w.spec.regularizer(w.__jax_array__()) for w in self.trainable_weights if w.spec.regularizer]
        return [*self._added_losses, *terms]

    # ---- names, weights, configuration -------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.given_name or self.model_name or self.usual_name

    @name.setter
    def name(self, value: str) -> None:
        self.given_name = value

    @property
    def usual_name(self) -> str:
        """What its class is called in names of layers, before they are numbered."""
        return snake_case(type(self).__name__)

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.inside():
            layer.trainable = value
        for weight in self.own_handles.values():
            weight.trainable = weight.spec.trainable and self._trainable

    @property
    def built(self) -> bool:
        return self.__dict__.get("_built", False) or (
            self._weights is not None and not written.as_for_keras(type(self))
        )

    @built.setter
    def built(self, value: bool) -> None:
        self._built = bool(value)

    def _sublayers(self) -> list[tuple[str, Layer]]:
        """The layers that one written as for Keras is made of, by local name."""
        return list(written.sublayers(self, Layer)) if written.as_for_keras(type(self)) else []

    def inside(self) -> list[Layer]:
        """The layers that it is made of."""
        return [layer for _, layer in self._sublayers() or written.sublayers(self, Layer)]

    @property
    def rows_apart(self) -> bool:
        """Whether it is known to treat the rows of a batch apart, or to see to a batch that is split over devices.

        Ours do, if no function of a user's is in them; of others it is read from what they compute.
        """
        functions = filter(_is_function, vars(self).values())
        return (
            type(self).__module__.startswith("fourfold.layers.")
            and all(function.__module__.partition(".")[0] in ("fourfold", "jax") for function in functions)
            and self.activity_regularizer is None
            and all(layer.rows_apart for layer in self.inside())
        )

    @property
    def own_handles(self) -> dict[str, Weight]:
        """The weights by local name that are not of its sublayers; the variables among its attributes come last."""
        own = dict(self._weights or {})
        for variable in self._attribute_variables():
            local = first_free(variable.name, own)
            if "/" not in variable.path:
                variable.path = f"{self.name}/{local}"
                variable.trainable = variable.trainable and self._trainable
            own[local] = variable
        return own

    def _attribute_variables(self) -> list[Variable]:
        """The variables among the attributes of a layer that is written as for Keras."""
        return among_attributes(self, Variable) if written.as_for_keras(type(self)) else []

    @property
    def handles(self) -> dict[str, Weight]:
        """The weights by local name; empty before the layer is built."""
        handles = self.own_handles
        for name, layer in self._sublayers():
            handles |= {f"{name}/{local}": weight for local, weight in layer.handles.items()}
        return handles

    def state_names(self) -> tuple[str, ...]:
        """The local names of what a layer keeps from batch to batch, which is no weight of it."""
        return ()

    @property
    def weights(self) -> list[Weight]:
        own = [weight for local, weight in self.own_handles.items() if local not in self.state_names()]
        ordered = [w for w in own if w.spec.trainable] + [w for w in own if not w.spec.trainable]
        ordered += [weight for _, layer in self._sublayers() for weight in layer.weights]
        return list({id(weight): weight for weight in ordered}.values())

    @property
    def trainable_weights(self) -> list[Weight]:
        return [w for w in self.weights if w.trainable]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        return [w for w in self.weights if not w.trainable]

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        keep_set(self, Layer, name, value)

    def __getattr__(self, name: str) -> Any:
        weights = self.__dict__.get("_weights") or {}
        if name in weights:
            return weights[name]
        if self.__dict__.get("_weights") is not None and left_out(self, name):
            return None
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data; ``from_config`` makes the same layer of them."""
        arguments = {key: value for key, value in self._arguments.items() if key not in _BASE_ARGUMENTS}
        base = {"name": self.name, "trainable": self.trainable, "dtype": "float32"}
        return base | {key: to_config(value) for key, value in arguments.items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Layer:
        with custom_object_scope(custom_objects):
            return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # ---- calling -----------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        check_call(self, args, kwargs)
        if any(isinstance(leaf, Symbol) for leaf in jax.tree.leaves((args, kwargs))):
            return self._record(args, kwargs)
        return self._run(args, kwargs)

    def build(self, *inputs: Any, **kwargs: Any) -> None:
        """Creates the weights, drawing their values from the current random stream. Twice is once."""
        of_ours = type(self).weight_specs is not Layer.weight_specs or not written.as_for_keras(type(self))
        if self._weights is not None or not of_ours:
            return
        shapes = [kwargs.pop(name) for name in list(kwargs) if name.endswith("_shape")]
        inputs = tuple(jax.tree.map(as_spec, given, is_leaf=is_shape) for given in (*inputs, *shapes))
        specs = self.weight_specs(*inputs, **kwargs)
        self._weights = {local: self._made(local, spec) for local, spec in specs.items()}

    def _made(self, local: str, spec: WeightSpec) -> Weight:
        """A weight with its first value."""
        weight = Weight(local, spec, drawn(spec.initializer, spec.shape, spec.dtype))
        weight.path = f"{self.name}/{local}"
        weight.trainable = spec.trainable and self._trainable
        return weight

    def _prepare(self, specs: tuple, kwargs: dict) -> None:
        """The weights are there after it, but for those of sublayers, which are made when they are called."""
        check_one_input(self, specs)
        if self.input_spec is not None:
            check_specs(self.name, self.input_spec, specs)
        if not written.as_for_keras(type(self)):
            self.build(*specs, **flags(kwargs))
        elif not self.built:
            shapes, named = written.input_shapes(self, specs, flags(kwargs, masks=True))
            self.build(*shapes, **named)
            self.built = True

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
        if written.as_for_keras(type(self)):
            applied = written.call(self, weights, args, kwargs, accepted, masks, training, key)
            losses = (*applied.losses, *self._activity(applied.outputs))
            return applied._replace(masks=spread(applied.masks, applied.outputs), losses=losses)
        first_mask = masks[0] if masks else None
        given = dict(zip(names, masks))
        implied: dict[str, Any] = {"training": training, "key": key, "mask": first_mask}
        implied |= {f"{name}_mask": mask for name, mask in given.items()}
        for name, value in implied.items():
            if name in accepted and name not in names[: len(args)] and kwargs.get(name) is None:
                kwargs[name] = None if all_none(value) else value
        outputs = self.call(weights, *args, **kwargs)
        outputs, updates = outputs if self.updates_state else (outputs, {})
        mask = self.compute_mask(*args, mask=kwargs["mask"] if "mask" in accepted else first_mask)
        return Applied(outputs, updates, spread(mask, outputs), self._activity(outputs))

    def _activity(self, outputs: Any) -> tuple[Array, ...]:
        """The penalties on the outputs; a batch of any size has the same, as in Keras."""
        if self.activity_regularizer is None:
            return ()
        return tuple(self.activity_regularizer(leaf) / leaf.shape[0] for leaf in jax.tree.leaves(outputs))

    def values(self) -> dict[str, Any]:
        return {local: weight.value for local, weight in self.handles.items()}

    def _run(self, args: tuple, kwargs: dict) -> Any:
        args, kwargs = jax.tree.map(as_array, (numbers_as_array(self, args), kwargs))
        outer = CURRENT.get()
        training = kwargs.pop("training", None)
        self._prepare(jax.tree.map(spec_of, args), kwargs)
        if outer is None:
            masks, training = jax.tree.map(carried_mask, args), self.alone if training is None else bool(training)
            key = jnp.array([next(self._calls), streams.current().seed & 0xFFFFFFFF], jnp.uint32)
        else:
            masks, key = jax.tree.map(outer.mask_of, args), outer.draw()
            outer.draws_always |= bool(training) and not outer.training
            training = outer.training if training is None else training
        run = partial(self.apply, self.values(), *args, masks=masks, training=training, key=key, **kwargs)
        known = independence.TRACING.get() and self.rows_apart
        applied = independence.assumed(run, (args, kwargs, masks)) if known else run()
        for local, value in applied.updates.items():
            put(self.handles[local], value)
        if outer is None:
            self._added_losses = tuple(applied.losses)
        else:
            outer.losses.extend(applied.losses)
        note_masks(applied.outputs, applied.masks)
        return applied.outputs

    def _record(self, args: tuple, kwargs: dict) -> Any:
        specs = jax.tree.map(lambda leaf: leaf.spec if isinstance(leaf, Symbol) else spec_of(leaf), args)
        self._prepare(specs, kwargs)
        parents = tuple(leaf for leaf in jax.tree.leaves((args, kwargs)) if isinstance(leaf, Symbol))
        warn_of_lost_masks(self, self.masks_wanted(parents))
        node = Node(self, args, kwargs, parents=parents)
        outputs, masks = infer(self, args, kwargs)
        lost = where_lost(self, parents)
        node.outputs = jax.tree.map(
            lambda spec, mask: Symbol(spec, node, mask=mask or None, mask_lost_at=None if mask else lost),
            outputs,
            masks,
        )
        self.nodes.append(node)
        return node.outputs

    @property
    def input(self) -> Any:
        """What it was called on first."""
        return _first(self.nodes, self).args[0]

    @property
    def output(self) -> Any:
        """What its first call on symbols gave, as in Keras, however many followed."""
        return _first(self.nodes, self).outputs


def _is_function(value: Any) -> bool:
    return inspect.isfunction(getattr(value, "__wrapped__", value))  # also one that is compiled


def _first(nodes: list[Node], layer: Layer) -> Node:
    if nodes:
        return nodes[0]
    raise OptionError(
        "layer-nodes",
        f"{layer.name} has no input and output yet",
        got="no call on symbols",
        do=f"call {layer.name} on what Input or a layer returned, or put Input(shape=...) first in its Sequential",
    )
