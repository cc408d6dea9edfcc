"""Answers of Prometheus: series under their labels, whose samples are lists of a time and a number in quotes."""

from __future__ import annotations

from typing import Any

__all__ = ["of_samples"]

RESULTS = {"matrix": "values", "vector": "value"}
"""Under what the samples of a result stand: several of a series, or one."""


def of_samples(value: Any) -> list[dict[str, Any]] | None:
    """A row for each sample, with the labels of its series; None of any other answer.

    >>> one = {"metric": {"job": "a"}, "values": [[1700000000, "0.5"], [1700000015, "NaN"]]}
    >>> of_samples({"status": "success", "data": {"resultType": "matrix", "result": [one]}})
    [{'job': 'a', 'time': 1700000000, 'value': '0.5'}, {'job': 'a', 'time': 1700000015, 'value': 'NaN'}]
    >>> of_samples({"data": {"result": [one]}}) is None
    True
    """
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict) or data.get("resultType") not in RESULTS or not isinstance(data.get("result"), list):
        return None
    under = RESULTS[data["resultType"]]
    rows = []
    for one in data["result"]:
        if not isinstance(one, dict) or not isinstance(one.get("metric"), dict) or not one.get(under):
            return None
        samples = one[under] if under == "values" else [one[under]]
        if not all(isinstance(sample, list) and len(sample) == 2 for sample in samples):
            return None
        rows += [{**one["metric"], "time": time, "value": number} for time, number in samples]
    return rows or None
