"""New rows through the model of a comparison: read, checked, prepared, predicted, written as csv."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

from fourfold.data import NewRows, read_inputs
from fourfold.evidence.findings import title
from fourfold.report.escape import csv_cell
from fourfold.report.files import load_study
from fourfold.study.saved_model import SavedModel


def predict_file(folder: Path, source: Any) -> tuple[str, list[str]]:
    """Predictions as csv text, one line a row in the rows' order, and what was noticed on the way.

    Columns: those of the source that the model does not use (an id, say), ``prediction``, and the probability of
    each class or label; for several numbers a ``prediction NAME`` each.
    """
    model = SavedModel.load(folder / "model" if (folder / "model").is_dir() else folder)
    rows = read_inputs(source, model.preparation)
    notes = [str(note) for note in rows.notes]
    if (folder / "results.json").exists():
        notes += _verdict_notes(folder)
    return as_csv(model, rows), notes


def as_csv(model: SavedModel, rows: NewRows) -> str:
    columns = {**rows.others, **model.preparation.written(model.prepared_outputs(rows.inputs))}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in columns])
    writer.writerows([csv_cell(_plain(value)) for value in row] for row in zip(*columns.values()))
    return text.getvalue()


def _verdict_notes(folder: Path) -> list[str]:
    """A word where the verdict was that no family beats the baseline."""
    verdict = load_study(folder)[0]["verdict"]
    if verdict["kind"] != "none":
        return []
    return [
        f"no family beat the baseline in this comparison; these are predictions of the best, {title(verdict['family'])}"
    ]


def _plain(value: Any) -> Any:
    """A cell as the user wrote it: whole numbers without a point, missing values empty."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return "" if math.isnan(value) else int(value) if value.is_integer() else value
    return value
