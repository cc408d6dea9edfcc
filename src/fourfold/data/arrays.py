"""Arrays and data frames that a program holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fourfold.data.columns.frame_index import without_index
from fourfold.data.columns.roles import NO_ROLES, Roles, without_dropped
from fourfold.data.columns.targets import mentioned
from fourfold.data.series.order import in_order_of_time

from .dataset import Dataset
from .infer import settle
from .join import with_test
from .labelled import with_labels
from .objects import as_source, check_roles, is_frame
from .reading import reading_after, reading_of
from .sample import thinned
from .written import with_written


def from_arrays(
    x: Any,
    y: Any = None,
    *,
    target: str | Sequence[str] | None = None,
    task: str | None = None,
    layout: str | None = None,
    bounds: Sequence[float] | None = None,
    x_test: Any = None,
    y_test: Any = None,
    rows: int | None = None,
    image_size: int | None = None,
    tokens: str | None = None,
    text_length: int | None = None,
    roles: Roles = NO_ROLES,
    target_per: str | None = None,
    window: int | None = None,
    name: str = "data",
) -> Dataset:
    """Rows x and their target y as a data set.

    - ``x``: an array (N,), (N, F), (N, T, C) or (N, H, W, C) of NumPy, JAX, torch or scipy.sparse, a list of
      arrays (T,) or (T, C) of unequal lengths, a list of texts, a data frame (pandas, polars, pyarrow), a dict
      of columns, or a data set with features.
    - ``y``: (N,), or (N, K) for K targets, an array or a data frame; the name of a column of x, or None, if x is a
      data frame that holds its target. (N, T) for series (N, T, C) is one target for each step, a list of arrays
      where lengths differ; ``target_per`` ("step" or "series") overrides.
    - ``window``: into how many steps long series are cut whose steps have targets; x (T, C) with y (T,) is then one.
    - ``x_test``, ``y_test``: the user's own test rows. ``rows``, ``image_size``, ``tokens``,
      ``text_length``, ``roles``: as in `read`.

    >>> data = from_arrays([[0.0, 1.0], [1.0, 0.0]] * 10, ["no", "yes"] * 10)
    >>> data.layout, data.task.classes, data.rows
    ('flat', ('no', 'yes'), 20)

    Errors: ``DataError`` for data that can't be used, ``OptionError`` for options that can't apply.
    """
    if isinstance(y, str):
        target, y = y, None
    check_roles(x, roles)
    joined = with_labels(as_source(x, None, name), as_source(y, None, "y"), roles.series) if is_frame(y) else None
    reading = reading_of(rows, layout, roles, of_steps=window is not None, targets=mentioned(target))
    source = with_written(thinned(as_source(x, y, name) if joined is None else joined, reading), reading)
    source = in_order_of_time(source) if roles.time_ordered else source
    source = without_index(without_dropped(source, roles.drop), roles, target)
    if x_test is not None:
        reading = reading_after(source, reading)
        test = with_written(as_source(x_test, y_test, "x_test", reading.lists or ()), reading)
        test = without_index(without_dropped(test, roles.drop, test=True), roles, target, test=True)
        source = with_test(source, test)
    return settle(
        source,
        target=target,
        task=task,
        layout=layout,
        bounds=bounds,
        image_size=image_size,
        tokens=tokens,
        text_length=text_length,
        roles=roles,
        target_per=target_per,
        window=window,
    )


