"""New rows through the model of a comparison: read, checked, prepared, predicted, written as csv or parquet.

Rows go through in parts, so that neither they nor the predictions have to fit into memory.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from fourfold.core.files import whole_file
from fourfold.core.scratch import removed_at_an_end
from fourfold.data import NewRows
from fourfold.data.files.parts import PACKED
from fourfold.data.files.sql import check_disk, on_disk, quoted
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.prediction.noticed import Noticed
from fourfold.errors import FileError, OptionError
from fourfold.evidence.findings import title
from fourfold.preprocessing.windows import Windows
from fourfold.report.escape import csv_cell
from fourfold.report.files import as_written, load_study
from fourfold.study.saved_model import SavedModel
from fourfold.study.scored import Scored

DIGITS, DIGITS_OF_A_DEVIATION = 7, 5
"""Significant ones of a number that is written; and those at least that tell numbers within a deviation apart."""

RARE = (
    "prediction: the class whose probability is the largest multiple of its share of the rows that were learnt from, "
    "which need not be the largest probability (the score is balanced accuracy)"
)
"""What is said where one class has most of the rows."""

Columns = dict[str, Any]
"""Some rows of what is written: values by the names of columns."""

Write = Callable[[Columns], None]


Heard = Callable[[int, int], None]
"""Hears how many rows were predicted, and of how many, 0 where it isn't known."""


def predict_file(
    folder: Path, source: Any, out: Path | TextIO, encoding: str | None = None, hear: Heard = lambda rows, among: None
) -> list[str]:
    """Writes the predictions, one line a row in the rows' order, and gives what was noticed on the way.

    Columns: those of the source that the model does not use (an id, say), ``prediction``, of several targets a
    ``prediction NAME`` each, and the probability of each class or label. Where steps have targets a row is a step. A
    path that ends in .parquet is written as parquet. ``encoding``: that of text, if it is not UTF-8. ``hear``: told
    after each part of the rows. Where these have targets, the score of the predictions is among what is given.
    """
    if isinstance(out, Path) and isinstance(source, str) and out.exists() and Path(source).exists():
        _check_other(out, Path(source))
    written = _writer(out)
    model = SavedModel.load(folder)
    notes = _verdict_notes(folder) if (folder / "results.json").exists() else []
    noticed, scored = Noticed(), Scored(model.preparation)
    with written as write:
        for rows in parts_of_inputs(source, model.preparation, encoding):
            write(predicted(model, rows, scored))
            noticed += rows.noticed
            hear(rows.rows, rows.among)
    rare = [RARE] if model.preparation.task.class_weights else []
    return [*map(str, noticed.said()), *rare, *notes, *scored.said(), *_learnt_notes(model, source, scored)]


def _check_other(out: Path, source: Path) -> None:
    if out.samefile(source):
        raise OptionError(
            "out-is-data",
            "predictions would take the place of the data",
            got=f"--out {out}",
            wanted="another file",
            do=f"--out {out.with_stem(out.stem + '-predictions')}",
        )


def predicted(model: SavedModel, rows: NewRows, scored: Scored | None = None) -> Columns:
    """What is written of some rows, which are also ``scored``."""
    preparation = model.preparation
    outputs = model.prepared_outputs(rows.inputs)
    columns: Columns = {}
    task, decoded = preparation.task, preparation.decode(outputs, rows.inputs)
    probabilities = None if task.kind == "regression" else preparation.probabilities(outputs)
    if rows.placed is not None:
        decoded = rows.by_step(decoded)
        probabilities = None if probabilities is None else rows.by_step(probabilities)
    if scored is not None:
        scored.add(rows, outputs, model.prepared_outputs)
    if task.kind == "regression":
        decoded = rounded(decoded, preparation.output_unit(rows.inputs))
    if preparation.windows is not None and rows.following is not None:
        return _step_by_step(preparation.windows, dict(rows.others), decoded, rows.following)
    if decoded.ndim == 1:
        columns["prediction"] = decoded
    else:
        names = task.names or task.classes
        columns |= {f"prediction {name}": decoded[:, place] for place, name in enumerate(names)}
    if probabilities is not None:
        columns |= {f"probability {name}": probabilities[:, i] for i, name in enumerate(task.classes)}
    return _beside(dict(rows.others), columns) | columns


def rounded(values: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Numbers in seven significant digits, as many as single precision has; in more where these would not tell a
    ten-thousandth of the ``unit`` apart, the deviation of the target.

    >>> rounded(np.array([0.123456789, 1234567891.23456]), np.array(5.0)).tolist()
    [0.1234568, 1234567891.2346]
    """

    def one(value: float, unit: float) -> float:
        if not value or not math.isfinite(value):
            return value
        places = math.floor(math.log10(abs(value))) - math.floor(math.log10(unit))
        return float(f"{value:.{max(DIGITS, places + DIGITS_OF_A_DEVIATION)}g}")

    return np.vectorize(one, otypes=[float])(values, unit)


def _beside(others: Columns, written: Columns) -> Columns:
    """The columns of the source that stand beside what is written; one of the same name gets another."""
    return {f"{name} as given" if name in written else name: values for name, values in others.items()}


def _step_by_step(windows: Windows, named: Columns, decoded: np.ndarray, following: np.ndarray) -> Columns:
    """Forecasts (S, H K) as a line for each series and step, with its time stamp, or its number where there is none."""
    series, horizon = following.shape
    columns = {name: np.repeat(values, horizon) for name, values in named.items()}
    if windows.time:
        columns[windows.time] = _stamps(following.reshape(-1))
    else:
        columns["step"] = np.tile(np.arange(1, horizon + 1), series)
    each = decoded.reshape(series * horizon, len(windows.targets))
    if len(windows.targets) == 1:
        return columns | {"prediction": each[:, 0]}
    return columns | {f"prediction {name}": each[:, k] for k, name in enumerate(windows.targets)}


def _stamps(stamps: np.ndarray) -> np.ndarray:
    """Dates as text, without a clock where all are midnight; numbers as they are."""
    if stamps.dtype.kind != "M":
        return stamps
    whole = (stamps == stamps.astype("datetime64[D]")).all()
    return np.char.replace(stamps.astype(f"datetime64[{'D' if whole else 's'}]").astype(str), "T", " ")


def _writer(out: Path | TextIO) -> Any:
    if not isinstance(out, Path):
        return _csv(out)
    if out.is_dir():
        raise OptionError(
            "out-is-a-folder",
            "--out is a folder",
            got=f"--out {out}",
            wanted="a file that ends in .csv or .parquet",
            do=f"--out {out / 'predictions.csv'}",
        )
    if out.suffix.lower() in (".parquet", ".pq"):
        return _parquet_file(out)
    if out.suffix.lower() in (".csv", ".txt", ""):
        return _csv_file(out)
    raise OptionError(
        "predictions-form",
        "predictions are written as csv or parquet",
        got=f"--out {out.name}",
        wanted="a name that ends in .csv or .parquet",
        do=f"--out {(out.with_suffix('') if out.suffix.lower() in PACKED else out).with_suffix('.csv')}",
    )


@contextmanager
def _csv_file(path: Path) -> Iterator[Write]:
    with (
        whole_file(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
        _csv(file) as write,
    ):
        yield write


@contextmanager
def _csv(file: TextIO) -> Iterator[Write]:
    """Writes rows below a header, in such a way that no spreadsheet takes a cell for a formula."""
    header: list[str] = []

    def write(columns: Columns) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not header:
            header.extend(columns)
            writer.writerow([csv_cell(name) for name in columns])
        cells = [_texts(name, values) for name, values in columns.items()]
        writer.writerows(zip(*cells))
        file.write(text.getvalue())

    yield write


def _texts(name: str, values: Any) -> list[Any]:
    values = np.asarray(values)
    cells = values.tolist()
    if name.startswith("probability ") and values.dtype.kind == "f":
        return [f"{p:.6f}" for p in cells]
    return [csv_cell(_plain(cell)) for cell in cells]


@contextmanager
def _parquet_file(path: Path) -> Iterator[Write]:
    """Rows are gathered in a database beside the file, which DuckDB then writes in their order."""
    with whole_file(path) as temporary, _database(temporary.with_name(temporary.name + ".rows")) as connection:
        names: list[str] = []

        def write(columns: Columns) -> None:
            cells = {f"c{place}": np.asarray(values) for place, values in enumerate(columns.values())}
            connection.register("part", cells)
            words = {cell for cell, values in cells.items() if values.dtype.kind in "OU" and not len(values)}
            typed = [f"CAST({cell} AS VARCHAR)" if cell in words else cell for cell in cells]
            named = ", ".join(f"{cell} AS {quoted(name)}" for cell, name in zip(typed, columns))
            connection.execute(
                f"{'INSERT INTO predicted' if names else 'CREATE TABLE predicted AS'} SELECT {named} FROM part"
            )
            connection.unregister("part")
            names[:] = columns

        yield write
        target = str(temporary).replace("'", "''")
        typed = ", ".join(_typed(connection, name) for name in names)
        connection.execute(f"COPY (SELECT {typed} FROM predicted) TO '{target}' (FORMAT parquet)")


@contextmanager
def _database(path: Path) -> Iterator[Any]:
    """A database of DuckDB in a file, for as long as it is needed."""
    import duckdb  # a tenth of a second of start-up time

    files = (path, path.with_name(path.name + ".wal"))
    with removed_at_an_end(*files):
        connection = duckdb.connect(str(path), config=on_disk())
        try:
            yield connection
        except duckdb.Error as error:
            check_disk(error)
            raise
        finally:
            with suppress(duckdb.Error):  # it is removed
                connection.close()
            for left in files:
                left.unlink(missing_ok=True)


def _typed(connection: Any, name: str) -> str:
    """A column in SQL: words that are whole numbers in full as such, so that an id has the type that it had."""
    column = quoted(name)
    whole = f"count({column}) > 0 AND bool_and(CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = {column})"
    kept = f"typeof(any_value({column})) = 'VARCHAR' AND {whole}"
    is_whole = connection.execute(f"SELECT {kept} FROM predicted WHERE {column} IS NOT NULL").fetchone()[0]
    return f"CAST({column} AS BIGINT) AS {column}" if is_whole else column


def _verdict_notes(folder: Path) -> list[str]:
    """A word where the verdict chose no family."""
    open_still = {
        "none": "no family is shown to beat the baseline in this comparison; these are predictions of the best of them",
        "undecided": "this comparison is undecided; these are predictions of the family that is ahead so far",
    }
    try:
        results = load_study(folder)[0]
        with as_written(folder):
            verdict = results["verdict"]
            words = open_still.get(verdict["kind"])
            return [f"{words}, {title(verdict['family'])}"] if words else []
    except FileError as error:  # the model is whole
        return [f"nothing is said of the verdict: {error.what}"]


def _learnt_notes(model: SavedModel, source: Any, scored: Scored) -> list[str]:
    """A word where rows are scored that the model may have learnt from."""
    name = str(model.facts.get("data", ""))
    if not scored.known or not isinstance(source, str) or Path(source).name != Path(name).name:
        return []
    return [f"the model was trained on data of this name, {name}: on rows that it has learnt from it scores better"]


def _plain(value: Any) -> Any:
    """A cell as the user wrote it: whole numbers without a point, missing values empty."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return "" if math.isnan(value) else int(value) if value.is_integer() else value
    return value
