"""The filled table: quality, inductive bias, parallelism, ease of training and hyperparameters of each family."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fourfold.report import format as fmt
from fourfold.report import scores
from fourfold.report.parts import Cell, Column, Row, Table
from fourfold.report.quantity import Quantity
from fourfold.report.scores import Study

NOT_MEASURED = "not measured"
UNNAMED = ("interactions", "other interactions", "seeds", "noise")
"""Shares of the variation that are no hyperparameter's."""
COLUMNS = (
    Column(
        "Inductive bias", about="what the score loses when positions are permuted and it is trained again"
    ),
    Column(
        "Parallelism",
        about="the longest chain of operations that wait for each other; FLOPs: operations to predict one example",
    ),
    Column("Ease of training", about="learning rates of the base grid that beat a guess and come near the best one"),
    Column("Hyperparameters", about="those that explain most of the score's variation"),
)


def table(results: dict[str, Any], study: Study, full: Table) -> Table:
    """A row for each family with its bar, then the baselines; ``full`` is `scores.table`."""
    families = {study.titles[row["family"]]: row for row in results["families"]}
    measures = measured(results)

    def short(row: Row) -> Row:
        family = families.get(row.cells[0].text) if row.kind == "family" else None
        if family is None:
            return replace(row, cells=row.cells[:2] + (Cell(""),) * len(COLUMNS))
        cells = (
            _bias(measures.get("order"), family["family"], study),
            _parallelism(family),
            _ease(family),
            _hyperparameters(measures.get("hyperparameters"), family["family"], study),
        )
        return replace(row, cells=row.cells[:2] + cells)

    return replace(full, columns=full.columns[:2] + COLUMNS, rows=tuple(map(short, full.rows)))


def measured(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The measures of a study by name."""
    return {found["name"]: found for found in results.get("measures") or ()}


def lost(order: dict[str, Any] | None, family: str) -> dict[str, Any] | None:
    """The bar of a family in the order probe's figure: what it loses when all positions are permuted."""
    found = _rows(order, family)
    return found[0][1] if found else None


def important(varied: dict[str, Any] | None, family: str) -> list[dict[str, Any]] | None:
    """The bars of the hyperparameters that explain most of a family's variation, two at most, of those that are found
    to explain any; None: not measured."""
    found = [row for _, row in _rows(varied, family)]
    named = [row for row in found if row["value"] > 0 and row["group"] not in UNNAMED and row.get("found", True)]
    return sorted(named, key=lambda row: -row["value"])[:2] if found else None


def _bias(order: dict[str, Any] | None, family: str, study: Study) -> Cell:
    row = lost(order, family)
    if row is None:
        return _not_measured(order, "")
    quantity = Quantity.of(_rows(order, family)[0][0]["y"], study.scale)
    value, low, high = row["value"], row.get("low"), row.get("high")
    if fmt.is_number(low) and fmt.is_number(high) and low <= 0 <= high:
        if row.get("guesses"):
            return Cell("nothing to lose when permuted", note="not shown to beat a guess")
        if not row.get("known", True):
            return Cell("loss when permuted not known", note="trainings scatter by more than there is to lose")
        return Cell("not shown to lose when permuted", note=f"{quantity.text(value)} ({quantity.span(low, high)})")
    if value < 0:
        verb, value = "gains", -value
        low, high = (-end if fmt.is_number(end) else None for end in (high, low))
    else:
        verb = "loses"
    span = quantity.span(low, high)
    return Cell(f"{verb} {quantity.text(value)} when permuted", note="" if span == fmt.MISSING else span)


def _parallelism(family: dict[str, Any]) -> Cell:
    steps, flops = family.get("sequential_steps"), fmt.compact(family.get("flops"))
    words = f"{fmt.integer(steps)} sequential {'step' if steps == 1 else 'steps'}"
    return Cell(words, note=f"{flops} FLOPs")


def _ease(family: dict[str, Any]) -> Cell:
    share = scores.works(family)
    if len(family.get("learning_rates") or ()) == 1 and family.get("learns") is not False:
        return Cell("not compared", note="one learning rate")
    if share == fmt.MISSING:
        return Cell("not counted", note="noise hides which rates work")
    return Cell(f"{share} rates work", note=scores.about_rates(family))


def _hyperparameters(varied: dict[str, Any] | None, family: str, study: Study) -> Cell:
    found = important(varied, family)
    if found is None:
        return _not_measured(varied, "--hyperparameters")
    if not found:
        return Cell("none stands out")
    quantity = Quantity.of(_rows(varied, family)[0][0]["y"], study.scale)
    shares = ", ".join(quantity.text(row["value"]) for row in found)
    return Cell(", ".join(str(row["group"]) for row in found), note=shares)


def _rows(measured: dict[str, Any] | None, family: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The bars of a family in the first figure of a measure that has any."""
    for figure in (measured or {}).get("figures") or ():
        rows = [
            (figure, row)
            for row in figure["rows"]
            if row.get("series") == family and fmt.is_number(row.get("value"))
        ]
        if figure["kind"] == "bars" and rows:
            return rows
    return []


def _not_measured(measured: dict[str, Any] | None, option: str) -> Cell:
    """``option`` is what would measure it; where a reason does not speak of it, the reason stands."""
    reason = (measured or {}).get("reason") or option
    return Cell(NOT_MEASURED, note=option if option and option in reason else reason)
