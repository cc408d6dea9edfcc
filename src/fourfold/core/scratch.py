"""Files and folders that are there for as long as they are needed, and gone when a run has ended: at once, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_needed: list[Path] = []
"""What lies there now. A signal that ends the process lets no context end."""


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
def removed_at_an_end(*paths: Path) -> Iterator[None]:
    """A place that writes these and removes them itself, unless the process is ended within it."""
    _needed.extend(paths)
    try:
        yield
    finally:
        for path in paths:
            _needed.remove(path)


def remove_all() -> None:
    """Removes what is still there, where the process ends at once."""
    for path in _needed:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
