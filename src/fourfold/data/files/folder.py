"""What lies in a folder, looked at once, by which `fourfold.data.folder_kinds` tells what kind of folder it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fourfold.data.dataset import Note
from fourfold.data.reading import Reading
from fourfold.data.source import Source

from .folders import classes_of
from .parts import files_of, holds_pictures, tables_in, without_copies


@dataclass(frozen=True)
class Folder:
    """What lies in a folder, and how what lies in it is opened."""

    path: Path
    reading: Reading
    open: Callable[[Path, Reading], Source]

    @cached_property
    def files(self) -> list[Path]:
        return files_of(self.path)

    @cached_property
    def tables(self) -> list[Path]:
        """Without copies of them in other forms."""
        return self._tables[0]

    @property
    def copies(self) -> list[Note]:
        return self._tables[1]

    @cached_property
    def _tables(self) -> tuple[list[Path], list[Note]]:
        return without_copies(tables_in(self.path))

    @cached_property
    def classes(self) -> list[Path]:
        """The subfolders."""
        return classes_of(self.path)

    @cached_property
    def pictured(self) -> bool:
        return holds_pictures(self.path)

    @cached_property
    def pictured_below(self) -> bool:
        """Whether its one subfolder holds pictures, which are wanted."""
        return self.reading.layout == "image" and len(self.classes) == 1 and holds_pictures(self.classes[0])
