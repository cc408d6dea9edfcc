"""What a model needs of new rows: the names of their columns, and whether they are series."""

from __future__ import annotations

from fourfold.data.values.word_channels import column_of
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.text import texts_of

__all__ = ["channels_of", "columns_of_words", "names_wanted", "of_series", "targets_of", "time_of"]


def names_wanted(preparation: Preparation) -> list[str]:
    """The names that a table needs: of the columns that are used, or that they are indicators of, of id and time."""
    names = [part for column in preparation.columns for part in texts_of(column.name, preparation.source_columns)]
    names += [column for column in dict.fromkeys(map(column_of, names)) if column not in names]
    if preparation.windows is not None:
        names += [preparation.windows.time, preparation.windows.id]
    elif preparation.layout == "sequence" and preparation.row_shape:
        names += preparation.source_columns
    return names


def targets_of(preparation: Preparation) -> tuple[str, ...]:
    """What the columns of the target are called."""
    return preparation.task.names or (preparation.target_name,)


def columns_of_words(preparation: Preparation) -> frozenset[str]:
    """The columns of whose words those of the model are indicators."""
    names = {column.name for column in preparation.columns}
    return frozenset({*map(column_of, names)} - names)


def of_series(preparation: Preparation) -> bool:
    """Whether a row is a part of an example, or a cell is a channel: all series but those of a wide table."""
    return preparation.layout == "sequence" and bool(preparation.row_shape)


def channels_of(preparation: Preparation) -> tuple[str, ...]:
    """The names of the channels, "" without one, of series each of which was a file, an array or lists of numbers."""
    series = preparation.layout == "sequence" and preparation.windows is None and not preparation.task.stepwise
    names, shape = preparation.source_columns, preparation.row_shape
    if not series or not shape or len(names) != len(preparation.columns):
        return ()
    return names or ("",) * (shape[1] if len(shape) == 2 else 1)


def time_of(preparation: Preparation) -> str | None:
    """What the time of a table in long form is called."""
    if preparation.windows is not None:
        return preparation.windows.time
    channels, columns = len(preparation.columns), preparation.source_columns
    return columns[1] if preparation.layout == "sequence" and len(columns) == channels + 2 else None
