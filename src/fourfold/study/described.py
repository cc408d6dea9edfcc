"""The data of a study as a report reads them, and what its scores speak of: plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from fourfold.core.naming import several
from fourfold.data.dataset import Dataset
from fourfold.preprocessing.task import Task
from fourfold.study.study import Study
from fourfold.study.tested import tested

__all__ = ["described", "examples_of", "numbering"]


def described(study: Study) -> dict[str, Any]:
    """What the study took its data for."""
    dataset, task, unit = study.dataset, study.dataset.task, study.preparations[0].unit
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "rows": dataset.rows,
        **({} if dataset.test_rows is None else {"test_rows": len(dataset.test_rows)}),
        **({} if dataset.groups is None else {"groups": len(set(dataset.groups.tolist()))}),
        **({} if dataset.forecast is None else {"series": len(dataset.forecast.labels)}),
        **({} if dataset.weights is None else {"weighted": True}),
        **({"time_ordered": True} if dataset.time_ordered else {}),
        "each": dataset.each,
        "layout": dataset.layout,
        "shape": list(study.problem.shape),
        **({"tokens": several(unit)} if unit else {}),
        "task": {
            "kind": task.kind,
            "classes": list(task.classes),
            "output": task.output,
            "loss": task.loss,
            "score": task.score,
            **_of_several(task),
            **({"class_weights": list(task.class_weights)} if task.class_weights else {}),
        },
        "inferred": [_inferred(note) for note in dataset.notes],
        "findings": [asdict(finding) for finding in dataset.findings],
    }


def _of_several(task: Task) -> dict[str, Any]:
    """What only a target of several columns has, their names and the unit of their errors, or one of steps."""
    facts: dict[str, Any] = {"targets": list(task.names)} if task.names else {}
    apart = task.kind == "regression" and task.names and not task.one_unit
    facts |= {"unit": "standard deviations"} if apart else {}
    return facts | ({"stepwise": True} if task.stepwise else {})


def _inferred(note: Any) -> dict[str, str]:
    what, _, value = note.what.partition(": ")
    return {"what": what, "value": value, "because": note.because, "option": note.option}


def examples_of(study: Study) -> str:
    """What the estimand averages over."""
    dataset, cut = study.dataset, study.dataset.cut
    if dataset.task.stepwise:
        each = several(dataset.each) + " of the same series" * (cut is not None and cut.in_time)
        return f"{each} (the mean over the steps of each)"
    words = "examples"
    if dataset.groups is not None and dataset.forecast is None:
        one = len(np.unique(dataset.groups[tested(study.prepared)])) == 1
        words += " of the one group that is tested" if one else " of fresh groups"
    if dataset.time_ordered:
        words += " of later times"
    return words + " (each by its weight)" * (dataset.weights is not None)


def numbering(dataset: Dataset, others: str = "") -> str:
    """How rows that have no names are numbered, and ``others``; those of a file of their own follow the data's."""
    named = dataset.ids is not None
    what = others.capitalize() if named else " and ".join(filter(None, ("Rows", others)))
    after = "" if named or dataset.test_rows is None else ", those of the test file after the others"
    return f"{what} are counted from 0{after}." if what else ""
