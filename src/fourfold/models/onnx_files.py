"""Models to ``.onnx`` files, which ONNX Runtime and other programs run."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fourfold.core.files import write_whole
from fourfold.errors import OptionError, installing

if TYPE_CHECKING:
    from fourfold.models.model import Model

ENDING = ".onnx"


def export(model: Model, filepath: str | PathLike[str], format: str | None = None, **others: Any) -> None:
    """Writes what a model predicts to an ``.onnx`` file; see `Model.export`."""
    path = path_of(filepath, format)
    if others:
        raise OptionError(
            "export-argument",
            "an ONNX file has the inputs of its model, and one version of the operators",
            got=", ".join(f"{name}=..." for name in others),
            wanted="the file's name alone",
            do="Input(batch_shape=...) in the model, for fixed lengths",
        )
    check_onnx()
    from fourfold.interop.onnx.model import model_of

    write_whole(path, model_of(model.graph).SerializeToString())


def path_of(filepath: str | PathLike[str], format: str | None = None) -> Path:
    """The path of an ``.onnx`` file. Errors: `OptionError` for another ending or format."""
    path = Path(fspath(filepath))
    if format in (None, "onnx") and path.suffix == ENDING:
        return path
    raise OptionError(
        "export-format",
        "models are exported as ONNX files",
        got=repr(fspath(filepath)) + (f", format={format!r}" if format else ""),
        wanted=f"a name that ends in {ENDING}",
        do=f"write {fspath(path.with_suffix(ENDING))!r}; for other formats, save a .keras file and let Keras export it",
    )


def check_onnx() -> None:
    """Errors: `OptionError` where the package that writes ONNX is missing."""
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise OptionError(
            "no-onnx",
            "ONNX files are written by the package onnx, which is not installed",
            got="import onnx fails",
            do=installing("onnx"),
        ) from None
