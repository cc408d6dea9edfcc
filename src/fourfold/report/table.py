"""The filled table as raw numbers: for Python one row a family, as table.csv one a family and a baseline."""

from __future__ import annotations

import csv
import io
from typing import Any

from fourfold.report import summary
from fourfold.report.escape import csv_cell
from fourfold.report.scores import taken

COLUMNS = (
    "kind", "family", "title", "size", "status", "metric", "score", "low", "high", "method", "parameters",
    "flops", "sequential_steps", "learning_rate", "learning_rate_share", "chosen", "order_loss", "order_low",
    "order_high", "hyperparameters",
)  # fmt: skip
PLAIN = ("family", "score", "parameters", "flops", "sequential_steps", "learning_rate_share", "status")


def rows(results: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a family: quality and cost, and the post's columns, inductive bias to hyperparameters.

    ``order_loss`` is what the family loses when all positions are permuted, ``hyperparameters`` the share of the
    variation that each of the one or two most important ones explains; None where not measured.
    """
    measures, found = summary.measured(results), []
    for row in results["families"]:
        lost = summary.lost(measures.get("order"), row["family"])
        important = summary.important(measures.get("hyperparameters"), row["family"])
        found.append(
            {name: row.get(name) for name in PLAIN}
            | {
                "order_loss": lost and {part: lost.get(part) for part in ("value", "low", "high")},
                "hyperparameters": None if important is None else {bar["group"]: bar["value"] for bar in important},
            }
        )
    return found


def to_csv(results: dict[str, Any]) -> str:
    """The table of ``results`` as csv; fractions stay fractions, no cell is a formula."""
    metric = (results["data"].get("task") or {}).get("score")
    chosen = taken(results["verdict"])
    lines = [
        {**row, "kind": "family", "chosen": "yes" if row["family"] == chosen else "no"} | _measured(filled)
        for row, filled in zip(results["families"], rows(results))
    ]
    lines += [
        {"kind": "baseline", "family": row["name"], "title": row["name"], "status": "trained", "chosen": "no",
         "score": row.get("score")}
        for row in results.get("baselines") or ()
    ]  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in lines:
        score = row.get("score") or {}
        ends = {
            "metric": metric,
            "score": score.get("value"),
            **{k: score.get(k) for k in ("low", "high", "method")},
        }
        writer.writerow([csv_cell({**row, **ends}.get(column)) for column in COLUMNS])
    return out.getvalue()


def _measured(row: dict[str, Any]) -> dict[str, Any]:
    lost, important = row["order_loss"] or {}, row["hyperparameters"] or {}
    ends = {"order_loss": lost.get("value"), "order_low": lost.get("low"), "order_high": lost.get("high")}
    return ends | {"hyperparameters": ", ".join(important) or None}
