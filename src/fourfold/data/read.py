"""The one door through which data come in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fourfold.core.permission import permitted
from fourfold.data.columns.frame_index import without_index
from fourfold.data.columns.roles import NO_ROLES, Roles, without_dropped
from fourfold.data.columns.targets import mentioned
from fourfold.data.files.folders import check_not_one_class
from fourfold.data.files.packed_folders import as_folder
from fourfold.data.files.text.encoding import check_encoding
from fourfold.data.series.ahead import Ahead
from fourfold.data.series.forecast import with_index
from fourfold.data.series.order import in_order_of_time
from fourfold.data.series.steps import check_per_of_rows
from fourfold.preprocessing.table import Table

from .dataset import Dataset
from .infer import settle
from .join import with_test
from .objects import check_roles
from .opening import open_pair, open_source
from .reading import Reading, reading_after, reading_of


@permitted()
def read(
    source: Any,
    *,
    target: str | Sequence[str] | None = None,
    task: str | None = None,
    layout: str | None = None,
    labels: str | os.PathLike[str] | None = None,
    test: Any = None,
    bounds: Sequence[float] | None = None,
    rows: int | None = None,
    image_size: int | None = None,
    tokens: str | None = None,
    text_length: int | None = None,
    roles: Roles = NO_ROLES,
    ahead: Ahead | None = None,
    target_per: str | None = None,
    window: int | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Dataset:
    """Data by name, from a file, or from a data frame that holds its target.

    - ``source``: an embedded name (digits, iris, ...), the path of a csv, tsv, parquet, json, xlsx, npz
      or ts file, packed or not, a pattern or a folder of such files, a folder with a subfolder of pictures or of
      texts for each class, a zip file or tar archive of a folder, a path in one, a table of paths of pictures, "-" for
      standard input, or a data frame.
      The content decides what a file is, not its name. Behind that of a workbook the name of a sheet may stand:
      book.xlsx#Sheet2.
    - ``target``: the column to predict, or several; ``task``: classification, regression or multilabel;
      ``layout``: flat, sequence, image or text; ``bounds``: the lowest and highest value of a bounded target.
      What is left out is inferred, and said in ``Dataset.notes``.
    - ``labels``: a file that holds the target alone, where ``source`` holds the inputs.
    - ``test``: the user's own test rows, in the same form.
    - ``rows``: the most rows to read; a sample of as many if there are more. Without it tables of more than
      20 million cells are sampled. ``image_size``: the side to which pictures are resized.
      ``tokens``: words or characters, what texts are cut into; ``text_length``: how many of these are read at most.
    - ``roles``: the columns that hold weights, groups and ids, or are not to be used, and whether rows are in order of
      time.
    - ``ahead``: the steps to forecast; rows are then the windows of series, see `forecast`. ``target_per``: whether a
      target belongs to a step or to a series, see `steps`; ``window``: into how many steps such series are cut.
    - ``encoding``: that of text in all of these files, such as "gbk", where it is not UTF-8; ``header``: whether
      their first lines name the columns, where the guess is wrong.

    >>> data = read("iris")
    >>> data.rows, data.layout, data.task.classes
    (150, 'flat', ('setosa', 'versicolor', 'virginica'))

    Errors: ``DataError``, ``OptionError``, ``FileError`` (exit code 2), ``UnsafeFileError`` (3) for
    content that could execute or exhaust, ``MachineError`` (4) for permission and memory.
    """
    check_encoding(encoding)
    with as_folder(source) as source, as_folder(test) as test:
        of_steps = ahead is not None or window is not None or (target_per is not None and roles.series != "")
        reading = reading_of(rows, layout, roles, of_steps, encoding, mentioned(target), header)
        check_roles(source, roles)
        source = source if ahead is None else with_index(source)
        if labels is None:
            found = open_source(source, reading)
        else:
            found = open_pair(source, labels, reading, roles.series, task)
        found = in_order_of_time(found) if roles.time_ordered else found
        if test is not None:
            names = found.inputs.names if isinstance(found.inputs, Table) else ()
            of_test = Reading(layout=layout, encoding=encoding, header=header, targets=frozenset(names))
            reading = replace(of_test, file_names=reading.file_names)
            reading = reading_after(found, reading)
            check_not_one_class(found, test)
            test = without_dropped(open_source(test, reading), roles.drop, test=True)
            test = without_index(test, roles, target, test=True)
        found = without_index(without_dropped(found, roles.drop), roles, target)
        if test is not None:
            found = with_test(found, test, mentioned(target))
        dataset = settle(
            found,
            target=target,
            task=task,
            layout=layout,
            bounds=bounds,
            image_size=image_size,
            tokens=tokens,
            text_length=text_length,
            roles=roles,
            ahead=ahead,
            target_per=target_per,
            window=window,
        )
        if not roles.series:
            check_per_of_rows(target_per, found, dataset.layout)
    return dataset
