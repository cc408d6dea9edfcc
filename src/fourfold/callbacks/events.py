"""Files of events, as TensorBoard reads them: what is flushed is in its file."""

from __future__ import annotations

import os
import time
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from fourfold.core.files import writing
from fourfold.errors import OptionError, installing

BINS = 30
_FILES = count()
"""Numbers of the files of this process: of two that begin in one second the second is read second."""


class Events:
    """A file of events in a folder.

    The package tensorboardx has writers of its own, which put events into a queue: what is in it when a program ends is
    lost, and of two files that begin in one second the second takes the place of the first.
    """

    def __init__(self, folder: Path) -> None:
        from tensorboardX.event_file_writer import EventsWriter

        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = EventsWriter(str(folder / "events"), f".{os.getpid()}.{next(_FILES):06d}")

    def number(self, name: str, value: float, step: int) -> None:
        self._write(_summaries().scalar(name, value), step)

    def text(self, name: str, text: str) -> None:
        self._write(_summaries().text(name, text), 0)

    def histogram(self, name: str, values: np.ndarray, step: int) -> None:
        """How often which values occur, of those that are numbers."""
        finite = values[np.isfinite(values)]
        if finite.size:
            self._write(_summaries().histogram(name, finite, BINS), step)

    def image(self, name: str, pixels: np.ndarray, step: int) -> None:
        """Grey pixels (H, W) between 0 and 1."""
        self._write(_summaries().image(name, pixels, dataformats="HW"), step)

    def flush(self) -> None:
        """Hands what was written to the file system."""
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def _write(self, summary: Any, step: int) -> None:
        from tensorboardX.proto.event_pb2 import Event  # pyright: ignore[reportAttributeAccessIssue]

        self._file.write_event(Event(summary=summary, step=step, wall_time=time.time()))


def check_tensorboardx() -> None:
    """Errors: `OptionError` where the package is missing."""
    try:
        import tensorboardX  # noqa: F401
    except ImportError:
        raise OptionError(
            "no-tensorboardx",
            "files for TensorBoard are written by the package tensorboardx, which is not installed",
            got="import tensorboardX fails",
            do=f"{installing('tensorboard')}; or CSVLogger('log.csv'), which needs nothing more",
        ) from None


def _summaries() -> Any:
    from tensorboardX import summary

    return summary
