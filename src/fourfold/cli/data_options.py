"""What can be said of the data on the command line: an option for each thing that may be inferred wrongly.

Every command that reads data takes all of them, named as in `fourfold.options.Options`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fourfold.errors import OptionError

Data = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="digits, iris, ...; a csv, tsv, parquet, json, xlsx, npz, npy or ts file, packed or not; a quoted "
        "pattern, a folder of tables, or of pictures or texts in a subfolder for each class; - for standard input.",
    ),
]
X = Annotated[str | None, typer.Option("--x", help="A file of inputs, such as X.npy, in the place of DATA.")]
Y = Annotated[str | None, typer.Option("--y", help="A file that holds the target alone, such as y.npy.")]
Target = Annotated[
    list[str] | None,
    typer.Option(help="The column to predict; several as in a,b,c, or each with a --target of its own."),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="A column that is not to be used; several as for --target."),
]
Task = Annotated[
    str | None,
    typer.Option(help="classification, regression, or multilabel: any number of labels a row."),
]
Layout = Annotated[str | None, typer.Option(help="flat, sequence, image or text.")]
Test = Annotated[Path | None, typer.Option(help="Your own test rows, in the same form.")]
Bounds = Annotated[
    tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="Lowest and highest value of the target.")
]
Rows = Annotated[int | None, typer.Option(help="Read a sample of so many rows; 20 million cells by default.")]
ImageSize = Annotated[int | None, typer.Option(help="The side to which pictures are resized.")]
Weight = Annotated[str | None, typer.Option(help="The column that says how much a row counts.")]
Group = Annotated[str | None, typer.Option(help="The column whose equal values stay on one side of a split.")]
Id = Annotated[
    str | None,
    typer.Option("--id", help="The column that names the rows, or with --time the series; not an input."),
]
Time = Annotated[
    str | None,
    typer.Option("--time", help="The column that orders the rows of one --id: these are a series."),
]
TimeOrdered = Annotated[
    bool, typer.Option("--time-ordered", help="The rows stand in order of time: learn from the past alone.")
]
Forecast = Annotated[
    int | None,
    typer.Option(
        metavar="HORIZON", help="Forecast so many steps; DATA has a row for each time, and --id, step."
    ),
]
TargetPer = Annotated[
    str | None,
    typer.Option(
        "--target-per",
        metavar="step|series",
        help="What the target of series belongs to, if the guess is wrong.",
    ),
]
Window = Annotated[
    int | None,
    typer.Option(help="The steps that a forecast reads, or into which long series are cut."),
]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="The encoding of text, such as gbk; UTF-8 by default.")
]
Header = Annotated[
    bool | None,
    typer.Option("--header/--no-header", help="The first line names the columns, or is a row; told by default."),
]
Season = Annotated[int | None, typer.Option(help="The steps of a season of what is forecast.")]


def of_data(given: dict[str, Any]) -> dict[str, Any]:
    """What was said about the data, as `Options` names it: the same for every command that reads data."""
    names = (
        "target",
        "task",
        "layout",
        "bounds",
        "y",
        "rows",
        "image_size",
        "weight",
        "group",
        "time",
        "time_ordered",
        "drop",
        "target_per",
        "forecast",
        "window",
        "season",
        "encoding",
        "header",
    )
    test = None if given["test"] is None else str(given["test"])
    return {name: given[name] for name in names} | {"test": test, "id": given["row_id"]}


def one_source(data: str | None, x: str | None) -> str:
    """DATA, or what --x names."""
    if (data is None) == (x is None):
        raise OptionError(
            "one-source",
            "one source of data is needed",
            got="none" if data is None else f"DATA {data} and --x {x}",
            wanted="DATA, or --x FILE --y FILE",
            do="fourfold compare digits, for a first look",
        )
    return data if data is not None else str(x)
