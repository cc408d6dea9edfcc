"""Files and folders that are there for as long as they are needed, and gone when a run has ended: at once, too."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_needed: list[Path] = []
"""What lies there now. A signal that ends the process lets no context end."""
_making = threading.RLock()
"""Held while something is made and noted here, and for good by who ends the process: other threads make no more."""
ENDING_SECONDS = 1.0


@contextmanager
def scratch_folder() -> Iterator[str]:
    """An empty folder among the temporary ones.

    >>> with scratch_folder() as name:
    ...     Path(name, "data").write_text("1")
    1
    >>> Path(name).exists()
    False
    """
    with TemporaryDirectory(prefix="fourfold-") as name, removed_at_an_end(Path(name)):
        yield name


@contextmanager
def scratch_file(folder: Path, prefix: str) -> Iterator[Path]:
    """An empty file in a folder, which who makes it moves elsewhere or removes."""
    with _making:
        handle, name = tempfile.mkstemp(dir=folder, prefix=prefix)
        os.close(handle)
        _needed.append(Path(name))
    try:
        yield Path(name)
    finally:
        _needed.remove(Path(name))


@contextmanager
def removed_at_an_end(*paths: Path) -> Iterator[None]:
    """A place that writes these and removes them itself, unless the process is ended within it."""
    _needed.extend(paths)
    try:
        yield
    finally:
        for path in paths:
            _needed.remove(path)


def remove_all() -> None:
    """Removes what is still there, where the process ends at once; other threads make nothing after it."""
    _making.acquire(timeout=ENDING_SECONDS)
    for path in list(_needed):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
