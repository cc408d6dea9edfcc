"""The data that options lead to: read from files, or taken from memory, and judged."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from fourfold.data import from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Dataset
from fourfold.data.files.text.encoding import no_text
from fourfold.data.files.text.header import no_header
from fourfold.data.judgement.findings import judge
from fourfold.errors import OptionError
from fourfold.options import Options


def _pair(test: Any) -> tuple[Any, Any]:
    """Test rows beside x and y: inputs and target; of none, two Nones."""
    if test is None:
        return None, None
    if not isinstance(test, (tuple, list)) or len(test) != 2:
        raise OptionError(
            "test-of-x-and-y",
            "test rows beside x and y are inputs and target, too",
            got=type(test).__name__,
            wanted="test=(x_test, y_test)",
        )
    return test[0], test[1]


def load_data(x: Any, y: Any, options: Options) -> Dataset:
    """The data that these options lead to, and what is to be said against them.

    ``x`` and ``y`` may be arrays, or names of files; a ``y`` that names no file is the target's column.
    """
    settled: dict[str, Any] = {
        "target": options.target,
        "task": options.task,
        "layout": options.layout,
        "bounds": options.bounds,
        "rows": options.rows,
        "image_size": options.image_size,
        "tokens": options.tokens,
        "text_length": options.text_length,
        "target_per": options.target_per,
        "roles": Roles(
            options.weight, options.group, options.id, options.time_ordered, options.time, options.drop
        ),
    }
    of_files = {"encoding": options.encoding, "header": options.header}
    if options.ahead is None:
        settled["window"] = options.window
    else:
        settled["ahead"] = options.ahead
        if isinstance(y, str) and not os.path.isfile(y):
            settled["target"], y = y, None
        if y is not None:
            raise OptionError(
                "forecast-of-x-and-y",
                "a forecast needs one table with a row for each time step",
                got=f"x and y, {type(y).__name__}",
                wanted="a data frame or a file, and the name of the column to forecast",
                do='compare(table, target="COLUMN", forecast=...)',
            )
    if isinstance(x, (str, os.PathLike)):
        labels = options.y
        if isinstance(y, (str, os.PathLike)):
            labels, settled["target"] = (y, options.target) if os.path.isfile(y) else (options.y, y)
        elif y is not None:
            raise OptionError(
                "labels-of-a-file",
                "x names a file, so y has to be one too",
                got=type(y).__name__,
                wanted="the name of a file, or of the target's column",
            )
        dataset = read(x, labels=labels, test=options.test, **of_files, **settled)
    elif y is None:
        dataset = read(x, test=options.test, **of_files, **settled)
    else:
        if isinstance(y, str) and options.target is not None:
            raise OptionError(
                "two-targets",
                "the target is named twice",
                got=f"y={y!r} and target={options.target!r}",
                wanted="one of them",
                do="leave out target, or name both in it",
            )
        if options.encoding is not None:
            raise no_text("data in memory", options.encoding)
        if options.header is not None:
            raise no_header("data in memory", options.header)
        x_test, y_test = _pair(options.test)
        dataset = from_arrays(x, y, x_test=x_test, y_test=y_test, **settled)
    if options.augment is not None and dataset.layout != "image":
        raise OptionError(
            "augment-no-images",
            "only images can be augmented",
            got=f"--augment {options.augment} and {dataset.layout} data",
            do="leave out --augment, or say --layout image",
        )
    if options.margin is not None and options.margin > 1 and dataset.task.kind != "regression":
        raise OptionError(
            "margin-above-1",
            "no two shares are farther apart than 1",
            got=f"--margin {options.margin:g} of {dataset.task.score.replace('_', ' ')}",
            wanted="at most 1 (0.01 is a point)",
            do=f"--margin {options.margin / 100:g}" if options.margin <= 100 else "--margin 0.01",
        )
    return replace(dataset, findings=judge(dataset, options.seed))
