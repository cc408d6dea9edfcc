"""table.csv: the table of results as raw numbers, one row a family and a baseline."""

from __future__ import annotations

import csv
import io
from typing import Any

from fourfold.report.escape import csv_cell
from fourfold.report.scores import taken

COLUMNS = (
    "kind", "family", "title", "size", "status", "metric", "score", "low", "high", "method", "parameters",
    "flops", "sequential_steps", "learning_rate", "learning_rate_share", "chosen",
)  # fmt: skip


def to_csv(results: dict[str, Any]) -> str:
    """The table of ``results`` as csv; fractions stay fractions, no cell is a formula."""
    metric = (results["data"].get("task") or {}).get("score")
    chosen = taken(results["verdict"])
    rows = [
        {**row, "kind": "family", "chosen": "yes" if row["family"] == chosen else "no"}
        for row in results["families"]
    ]
    rows += [
        {"kind": "baseline", "family": row["name"], "title": row["name"], "status": "trained", "chosen": "no",
         "score": row.get("score")}
        for row in results.get("baselines") or ()
    ]  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        score = row.get("score") or {}
        ends = {
            "metric": metric,
            "score": score.get("value"),
            **{k: score.get(k) for k in ("low", "high", "method")},
        }
        writer.writerow([csv_cell({**row, **ends}.get(column)) for column in COLUMNS])
    return out.getvalue()
