"""The functional model: layers between inputs and outputs, which is itself a layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

import jax

from fourfold.core.calls import CURRENT, carried_mask
from fourfold.core.symbols import Applied, Symbol
from fourfold.core.weights import Weight
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.interop import functional
from fourfold.interop.reading import Reading
from fourfold.interop.weights import is_hdf5
from fourfold.interop.writing import Writing
from fourfold.layers.base import Layer
from fourfold.layers.calling import as_spec, is_shape, note_masks
from fourfold.models import copying, keras_files, npz_files, onnx_files
from fourfold.models.arrays import as_inputs
from fourfold.models.reviving import as_bytes, of_bytes
from fourfold.models.subclassed import body_of
from fourfold.models.summary import print_summary
from fourfold.models.trainer import Trainer


class Model(Trainer):
    """Layers between inputs and outputs.

    Args:
        inputs: what `Input` or a layer returned, or a list or dict of them; a layer's output is an input of its own.
        outputs: what layers returned, in any structure; a list of one counts as that one.
        name: the model's name.

    A model is a layer: it can be called on symbols inside another model, and shares its weights there.

    >>> import numpy as np
    >>> from fourfold import Input
    >>> from fourfold.layers import Dense
    >>> x = Input(shape=(4,))
    >>> model = Model(inputs=x, outputs=Dense(2)(x))
    >>> model.predict(np.ones((3, 4)), verbose=0).shape
    (3, 2)

    A class of its own says in ``call`` what it computes, with layers among its attributes. It has no inputs and outputs
    until the first data come, or `build` is told their shape.

    >>> class TwoLayers(Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden, self.last = Dense(8, activation="relu"), Dense(1)
    ...     def call(self, x, training=False):
    ...         return self.last(self.hidden(x))
    >>> TwoLayers().predict(np.ones((3, 4)), verbose=0).shape
    (3, 1)
    """

    def __new__(cls, *args: Any, **kwargs: Any):
        model = object.__new__(cls)
        model._arguments = {}
        return model

    def __reduce_ex__(self, protocol: Any) -> Any:
        """A model that knows its input's shape is copied, and in pickles, as in files; classes go by reference."""
        return (type(self)._unpickled, as_bytes(self)) if self._has_graph else super().__reduce_ex__(protocol)

    @classmethod
    def _unpickled(cls, content: bytes, classes: Mapping[str, Any]) -> Any:
        return of_bytes(content, cls._models(), classes)

    def __init__(
        self, inputs: Any = None, outputs: Any = None, *, name: str | None = None, trainable: bool = True
    ) -> None:
        super().__init__(name=name)
        self._begin()
        if inputs is None and outputs is None:
            if type(self) is Model:
                raise self._without_a_call()
            self._body = body_of(self, builds=self._builds_itself)
        else:
            inputs, outputs = copying.begun(inputs, outputs)
            self._listed = isinstance(outputs, (list, tuple)) and len(outputs) == 1
            self._set_graph(Graph(inputs, outputs[0] if self._listed else outputs))
        if not trainable:
            self.trainable = False

    def _without_a_call(self) -> OptionError:
        cls = type(self)
        return OptionError(
            "model-arguments",
            "a model needs inputs and outputs",
            got="none" if cls is Model else f"{cls.__name__} without them",
            wanted="Model(inputs, outputs)",
            do="" if cls is Model else f"a method call(self, x) in {cls.__name__}",
        )

    # ---- of a class of its own ---------------------------------------------------------------------------

    def build(self, *inputs: Any, **kwargs: Any) -> None:
        """Makes the graph of a model that is written as a class, for a shape with the batch axis; once."""
        if self._has_graph or self._body is None or self._builds_itself:
            return
        shape = inputs[0] if inputs else kwargs["input_shape"]
        self._build_for(jax.tree.map(as_spec, shape, is_leaf=is_shape))

    @property
    def _builds_itself(self) -> bool:
        """Whether the class has a ``build`` of its own, from which this one may be called."""
        return type(self).build is not Model.build

    def add_weight(self, *args: Any, **kwargs: Any) -> Weight:
        if self._body is None:
            raise OptionError(
                "weights-of-a-model",
                "a model of inputs and outputs has the weights of its layers",
                got="add_weight",
                do="add the weight in a Layer of your own",
            )
        return self._body.add_weight(*args, **kwargs)

    # ---- as a layer --------------------------------------------------------------------------------------

    def apply(self, weights, *args, masks=(), training=False, key=None, **kwargs) -> Applied:
        given = jax.tree.leaves(masks[0], is_leaf=lambda mask: mask is None) if masks else None
        inputs = self._ordered(args[0])
        result = self.graph.apply(weights, inputs, training=training, key=key, masks=given)
        tree = jax.tree.structure(result.outputs)
        masks = jax.tree.unflatten(tree, result.masks)
        return Applied(result.outputs, result.updates, masks, tuple(result.losses))

    def call(self, weights, inputs, *, training=False, mask=None, key=None):
        return self.apply(weights, inputs, masks=(mask,), training=training, key=key).outputs

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._see(args[0])
        return super().__call__(*args, **kwargs)

    def _sublayers(self) -> list[tuple[str, Layer]]:
        """None beside those of the graph, whose weights are the model's."""
        return []

    def _run(self, args: tuple, kwargs: dict) -> Any:
        if (
            CURRENT.get() is not None
            or self.graph.draws_always
            or self.stateful
            or kwargs.get("training", self.alone) is not False
            or len(args) != 1
            or not isinstance(self.graph.inputs, (Symbol, list, tuple))
        ):
            return super()._run(args, kwargs)
        masks = [carried_mask(leaf) for leaf in jax.tree.leaves(self._ordered(args[0]))]
        result = self._compiled_call(self.graph.device_values(), as_inputs(self, args[0]), masks)
        self._added_losses = tuple(result.losses)
        note_masks(result.outputs, result.masks)
        return result.outputs

    @property
    def alone(self) -> bool | None:
        """None where a layer acts by itself when it is called alone."""
        return None if any(layer.alone is not False for layer in self.layers) else False

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps states from batch to batch."""
        return self.graph.stateful

    def _ordered(self, inputs: Any) -> Any:
        """Inputs in the graph's structure: by name for a dict, in order for a list."""
        if isinstance(inputs, dict) and not isinstance(self.graph.inputs, dict):
            return [inputs[name] for name in self.input_names]
        return inputs

    # ---- as data, in files -------------------------------------------------------------------------------

    def summary(self, line_length: int | None = None, print_fn: Any = None, **_: Any) -> None:
        """Prints the layers: type, output shape, parameters, FLOPs a sample, and what each is connected to."""
        print_summary(self, line_length=line_length, print_fn=print_fn)

    def get_config(self) -> dict[str, Any]:
        """The model as plain data: its layers, and how they are called. What a class computes in ``call`` is not."""
        return self._config(Writing())

    def _config(self, writing: Writing) -> dict[str, Any]:
        """The configuration as a part of what ``writing`` writes."""
        base = {"name": self.name, "trainable": self.trainable}
        return base if self.is_class else base | functional.config_of(self.graph, writing)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The model of a configuration, with weights that are drawn anew; ``custom_objects`` are classes by name."""
        return cls._restored(config, Reading(Model._models(), custom_objects))

    @classmethod
    def _restored(cls, config: Mapping[str, Any], reading: Reading) -> Any:
        """The model of a configuration; ``reading`` knows whose it is part of."""
        own = cls.__init__ is not Model.__init__
        if cls.call is not Model.call or (own and "input_layers" not in config):
            return cls(**copying.accepted(cls, config))
        inputs, outputs, layers = functional.symbols_of(config, reading)
        more = copying.beside_the_graph(cls, config)
        made = cls if not own or more is not None else Model
        trainable = config.get("trainable") is not False
        model = made(inputs, outputs, name=config.get("name"), trainable=trainable, **more or {})
        reading.order[id(model)] = layers
        return model

    @staticmethod
    def _models() -> dict[str, Any]:
        """Fourfold's models by the names that configurations have for them."""
        own = [cls for cls in (Model, *Model.__subclasses__()) if cls.__module__.startswith("fourfold.")]
        return {"Functional": Model} | {cls.__name__: cls for cls in own}

    def _clone(self, copy: Callable[[Layer], Layer], inputs: Any, call: Any) -> Any:
        """A model of copies of the layers: what `clone_model` makes."""
        return Model(*copying.replayed(self.graph, copy, inputs, call), name=self.given_name)

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON, for `fourfold.models.model_from_json`."""
        return json.dumps(Writing().thing(self), **kwargs)

    def save_weights(self, filepath: str | PathLike[str], overwrite: bool = True) -> None:
        """Writes all weights, and what the optimizer remembers, to a file, the whole or nothing of it.

        ``.npz`` files have them by their paths; ``.weights.h5`` files are Keras's, and need h5py. Errors: `OptionError`
        for another ending, or for a file that is there and ``overwrite=False``.
        """
        to = keras_files if is_hdf5(filepath) else npz_files
        to.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | PathLike[str], skip_mismatch: bool = False) -> None:
        """Takes the weights of a file that `save_weights` wrote; those of a compiled model's optimizer, too.

        Weights are found by their paths (``dense/kernel``) in ``.npz`` files, by the order of layers in ``.weights.h5``
        and ``.keras`` files. All are replaced, or none; with ``skip_mismatch`` those that the file has, with one
        warning that names the others. Errors: `OptionError` for another ending, `FileError` for a file that can't be
        read, is damaged, or is of another model.
        """
        of = keras_files if is_hdf5(filepath) else npz_files
        of.load_weights(self, filepath, skip_mismatch)

    def save(self, filepath: str | PathLike[str], overwrite: bool = True, **_: Any) -> None:
        """Writes the whole model to a ``.keras`` file; see `fourfold.models.save_model`."""
        keras_files.save_model(self, filepath, overwrite)

    def get_compile_config(self) -> dict[str, Any] | None:
        """What the model was compiled with, as a part of its file; a class may say otherwise, and read it with its
        ``compile_from_config(config)``.
        """
        return keras_files.compile_config(self)

    def export(
        self, filepath: str | PathLike[str], format: str | None = None, verbose: Any = None, **others: Any
    ) -> None:
        """Writes what the model predicts to an ``.onnx`` file, for ONNX Runtime and other programs.

        Inputs and outputs have the names of their layers, or their keys where they are dicts. The batch, and lengths
        that an `Input` leaves open, stay so.
        Convolution, pooling, recurrent layers, softmax and layer normalisation are ONNX's own operators, all else is
        what it consists of. Dropout and its kin do nothing, as in `predict`. Errors: `OptionError` for another ending
        or format, for stateful layers, for a part that ONNX has no operators for, and without the package onnx.

        >>> import tempfile
        >>> from fourfold import Input, Sequential, layers
        >>> model = Sequential([Input((28, 8)), layers.LSTM(16), layers.Dense(2, activation="softmax")])
        >>> model.export(tempfile.mkdtemp() + "/model.onnx")

        Source: https://onnx.ai/onnx/operators, version 18.
        """
        onnx_files.export(self, filepath, format, **others)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model whose ``to_json`` this is, with weights that are drawn anew."""
    return Reading(Model._models(), custom_objects).layer(json.loads(json_string))
