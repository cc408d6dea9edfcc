"""Whole models from ``.keras`` files that Fourfold or Keras 3 wrote."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from fourfold.errors import OptionError
from fourfold.models.keras_files import ENDING, path_of
from fourfold.models.model import Model
from fourfold.models.reviving import revived


def load_model(
    filepath: str | PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model of a ``.keras`` file that `save_model` or Keras 3 wrote, with its weights.

    Args:
        filepath: the file.
        custom_objects: a user's own classes and functions by the names that the file has for them.
        compile: whether it is compiled as it was; then training goes on where it was.
        safe_mode: True; code in files is never read.

    Errors: `FileError` for what is no such file, is damaged, or names what Fourfold doesn't have; `UnsafeFileError` for
    a file with code, or one that would take more memory than its weights. Nothing in a file is executed.

    >>> import tempfile, numpy as np
    >>> from fourfold import Input, Sequential, layers
    >>> model = Sequential([Input(shape=(4,)), layers.Dense(2)])
    >>> path = tempfile.mkdtemp() + "/small.keras"
    >>> model.save(path)
    >>> bool((load_model(path)(np.ones((1, 4))) == model(np.ones((1, 4)))).all())
    True
    """
    if not safe_mode:
        raise OptionError(
            "safe-mode",
            "code in files is never read",
            got="safe_mode=False",
            wanted="safe_mode=True",
            do="build the model by the same code, and load_weights",
        )
    return revived(path_of(filepath, ENDING), Model._models(), custom_objects, compile)
