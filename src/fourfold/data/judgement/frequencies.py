"""What each row stands for: tables of counts, with a row for each combination of values, and weights of surveys."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.values.stamps import named

from .case import Case

NAMES = (["freq"], ["frequency"], ["frequencies"])
"""The words of which names of such columns consist."""

WEIGHTS = (
    "fnlwgt", "finalwgt", "finalwt", "wtfinl", "perwt", "hhwt", "asecwt", "pweight", "pweights", "pwgtp", "wgtp",
    "wtssall", "wtssps", "wtmec2yr", "wtint2yr", "llcpwt",
)  # fmt: skip
"""What weights are called in surveys; a weight alone may be that of a body."""

KINDS = ("sample", "sampling", "survey", "person", "household", "case", "design")
"""Words before "weight" that say the same."""


def judge(case: Case) -> Iterator[Finding]:
    """A column, or the target, that says how many rows each row stands for."""
    if case.task.several or case.dataset.weights is not None or case.dataset.layout != "flat":
        return
    columns = {name: values for name, kind, values in case.columns()}
    aimed = named(case.dataset.target_name) in NAMES and case.task.label_type in ("integer", "number")
    if aimed and _are_counts(case.dataset.target.astype(np.float64), [*columns.values()]):
        name = case.dataset.target_name
        yield _finding(case, "the target", name, ", and choose another --target")
    for name, values in columns.items():
        others = [column for other, column in columns.items() if other != name]
        if named(name) in NAMES and _are_counts(values, [*others, case.codes]):
            yield _finding(case, "column", name, columns=(name,))


def weights(case: Case) -> Iterator[Finding]:
    """Columns that are called weights of a survey, which are inputs unless they are named."""
    dataset = case.dataset
    if dataset.weights is not None or dataset.layout != "flat":
        return
    for name, kind, values in case.columns():
        words, option = named(name), shlex.quote(name)
        said = len(words) == 2 and words[0] in KINDS and words[1] in ("weight", "weights")
        called = said or name.casefold().strip(" _") in WEIGHTS
        if called and kind == "number" and bool((values >= 0).all()):
            yield Finding(
                "called-a-weight",
                f"column {name!r} is called a weight of a survey, and is an input",
                "different values",
                len(np.unique(values)),
                f"--weight {option}, if it says how much a row counts, or --drop {option}",
                columns=(name,),
            )


def _finding(case: Case, what: str, name: str, more: str = "", columns: tuple[str, ...] = ()) -> Finding:
    """A weight would not do: a row with all of its cases is either learnt from or tested, and counts as one."""
    return Finding(
        "counts-of-rows",
        f"{what} {name!r} counts the cases that each row stands for, by its name: no two rows agree in all else",
        "rows",
        case.dataset.rows,
        f"write a row for each case, in pandas table.loc[table.index.repeat(table[{name!r}])].drop(columns={name!r})"
        + more,
        important=True,
        columns=columns,
    )


def _are_counts(values: np.ndarray, others: list[np.ndarray]) -> bool:
    """Whether values (N,) are whole numbers of 0 and more beside others (N,) that repeat, but not all at once."""
    whole = bool((values >= 0).all() and (values == np.round(values)).all())
    if not whole or not others or any(2 * len(np.unique(column)) > len(values) for column in others):
        return False
    return len(np.unique(np.nan_to_num(np.stack(others, axis=1), nan=-1e300), axis=0)) == len(values)
