"""Folders in which a program keeps a table or arrays: what is in them, other files say than those that hold the values.
They are recognised by these files, and refused: files of rows may be there that were deleted or replaced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fourfold.errors import FileError

from .wrong_kinds import WANTED

__all__ = ["check_no_store"]

OLD_ROWS = " (some of its parquet files may hold rows that were deleted or replaced)"
TO_PARQUET = ".to_pandas().to_parquet('data.parquet')"
GROUP = "group = zarr.open({!r}, mode='r'), then numpy.savez('data.npz', x=group['NAME'][:], y=group['NAME'][:])"

STORES = (
    ("_delta_log", f"a Delta table{OLD_ROWS}", f"deltalake.DeltaTable({{!r}}){TO_PARQUET}"),
    ("metadata/*.metadata.json", f"an Iceberg table{OLD_ROWS}", f"table.scan(){TO_PARQUET}, with pyiceberg"),
    (".hoodie", f"a Hudi table{OLD_ROWS}", f"spark.read.format('hudi').load({{!r}}).pandas_api(){TO_PARQUET}"),
    ("_versions/*.manifest", "a Lance table", f"lance.dataset({{!r}}).to_table(){TO_PARQUET}"),
    (".zarray", "an array of Zarr", "numpy.save('x.npy', zarr.open({!r}, mode='r')[:])"),
    (".zgroup", "arrays of Zarr", GROUP),
    ("zarr.json", "arrays of Zarr", GROUP),
    ("data.mdb", "a database of LMDB", "write its entries as a table, or as files in a folder for each class"),
)
"""By what lies in them: what they are called, and what to do."""


def check_no_store(folder: Path) -> None:
    """Refuse a folder in which a program keeps its data, or one that holds nothing else than such a folder."""
    for path, kind, do in _found(folder):
        raise FileError(
            "store",
            f"{folder} is no data that Fourfold reads",
            got=kind,
            wanted=WANTED,
            do=do.format(str(path)),
        )


def _found(folder: Path) -> Iterator[tuple[Path, str, str]]:
    inside = [entry for entry in folder.iterdir() if not entry.name.startswith(("_", "."))]
    alone = inside if len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink() else []
    for path in (folder, *alone):
        for mark, kind, do in STORES:
            if next(path.glob(mark), None) is not None:
                yield path, kind, do
