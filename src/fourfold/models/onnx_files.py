"""Models to ``.onnx`` files, which ONNX Runtime and other programs run."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from fourfold.core.files import write_whole
from fourfold.errors import OptionError

if TYPE_CHECKING:
    from fourfold.models.model import Model

ENDING = ".onnx"


def export(model: Model, filepath: str | PathLike[str], format: str | None = None) -> None:
    """Writes what a model predicts to an ``.onnx`` file; see `Model.export`."""
    path = Path(fspath(filepath))
    if format not in (None, "onnx") or path.suffix != ENDING:
        raise OptionError(
            "export-format",
            "models are exported as ONNX files",
            got=repr(fspath(filepath)) + (f", format={format!r}" if format else ""),
            wanted=f"a name that ends in {ENDING}",
            do=f"model.export({fspath(path.with_suffix(ENDING))!r}); for other formats model.save('model.keras'), and "
            "keras.models.load_model('model.keras').export(...)",
        )
    check_onnx()
    from fourfold.interop.onnx.model import model_of

    write_whole(path, model_of(model.graph).SerializeToString())


def check_onnx() -> None:
    """Errors: `OptionError` where the package that writes ONNX is missing."""
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise OptionError(
            "no-onnx",
            "ONNX files are written by the package onnx, which is not installed",
            got="import onnx fails",
            do="pip install 'fourfold[onnx]'",
        ) from None
