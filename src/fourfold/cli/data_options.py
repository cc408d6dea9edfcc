"""What can be said of the data on the command line: an option for each thing that may be inferred wrongly.

Every command that reads data to compare takes all of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fourfold.errors import OptionError

if TYPE_CHECKING:
    from fourfold.options import Options

Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="The encoding of text, such as gbk; UTF-8 by default.")
]
"""What `predict` can be told, too."""


@dataclass(frozen=True)
class DataOptions:
    """What was said of the data: a field is an option, named as in `fourfold.options.Options`."""

    data: Annotated[
        str | None,
        typer.Argument(
            metavar="DATA",
            help="digits, iris, ...; a csv, tsv, parquet, json, xlsx (FILE.xlsx#SHEET), npz, npy or ts file, packed or "
            "not; a quoted pattern, a folder of tables, or of pictures or texts in a subfolder for each class, or a "
            "zip or tar file of one; - for standard input.",
        ),
    ] = None
    x: Annotated[
        str | None, typer.Option("--x", metavar="FILE", help="A file of inputs, such as X.npy, in the place of DATA.")
    ] = None
    y: Annotated[
        str | None, typer.Option("--y", metavar="FILE", help="A file that holds the target alone, such as y.npy.")
    ] = None
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="The column to predict; several as in a,b,c, or each with a --target of its own."
        ),
    ] = None
    task: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="classification, regression, or multilabel: any number of labels a row."),
    ] = None
    layout: Annotated[str | None, typer.Option(metavar="KIND", help="flat, sequence, image or text.")] = None
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own test rows, in the same form.", readable=False)
    ] = None
    bounds: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="Lowest and highest value of the target.")
    ] = None
    rows: Annotated[
        int | None, typer.Option(metavar="N", help="Read a sample of so many rows; 20 million cells by default.")
    ] = None
    image_size: Annotated[
        int | None, typer.Option(metavar="PIXELS", help="The side to which pictures are resized.")
    ] = None
    tokens: Annotated[
        str | None, typer.Option(metavar="words|characters", help="What texts are cut into, if the guess is wrong.")
    ] = None
    text_length: Annotated[
        int | None,
        typer.Option(metavar="N", help="How many words or characters of a text are read; at most 1,024 by default."),
    ] = None
    weight: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column that says how much a row counts.")
    ] = None
    group: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column whose equal values stay on one side of a split.")
    ] = None
    id: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="COLUMN", help="The column that names the rows, or with --time the series; not an input."
        ),
    ] = None
    time: Annotated[
        str | None,
        typer.Option(
            "--time", metavar="COLUMN", help="The column that orders the rows of one --id: these are a series."
        ),
    ] = None
    time_ordered: Annotated[
        bool, typer.Option("--time-ordered", help="The rows stand in order of time: learn from the past alone.")
    ] = False
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column that is not to be used; several as for --target."),
    ] = None
    target_per: Annotated[
        str | None,
        typer.Option(
            "--target-per",
            metavar="step|series",
            help="What the target of series belongs to, if the guess is wrong.",
        ),
    ] = None
    forecast: Annotated[
        int | None,
        typer.Option(
            metavar="HORIZON", help="Forecast so many steps; DATA has a row for each time, and --id, step."
        ),
    ] = None
    window: Annotated[
        int | None,
        typer.Option(metavar="STEPS", help="The steps that a forecast reads, or into which long series are cut."),
    ] = None
    season: Annotated[
        int | None, typer.Option(metavar="STEPS", help="The steps of a season of what is forecast.")
    ] = None
    encoding: Encoding = None
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="The first line names the columns, or is a row; told by default."),
    ] = None

    @property
    def source(self) -> str:
        """DATA, or what --x names."""
        if (self.data is None) == (self.x is None):
            raise OptionError(
                "one-source",
                "one source of data is needed",
                got="none" if self.data is None else f"DATA {self.data} and --x {self.x}",
                wanted="DATA, or --x FILE --y FILE",
                do="fourfold compare digits, for a first look",
            )
        return self.data if self.data is not None else str(self.x)

    def options(self, **others: Any) -> Options:
        """All that was said, with what else a command was told."""
        from fourfold.options import Options

        said = {field.name: getattr(self, field.name) for field in fields(self)}
        del said["data"], said["x"]
        said["test"] = None if self.test is None else str(self.test)
        return Options(**said, **others)


def takes_data(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the fields of `DataOptions` as arguments, where its parameter ``said`` stands."""

    @wraps(command)
    def with_data(**given: Any) -> None:
        said = DataOptions(**{field.name: given.pop(field.name) for field in fields(DataOptions)})
        command(said=said, **given)

    own = inspect.signature(command, eval_str=True)
    of_data = [
        field.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for field in inspect.signature(DataOptions, eval_str=True).parameters.values()
    ]
    parameters = [([parameter], of_data)[name == "said"] for name, parameter in own.parameters.items()]
    with_data.__signature__ = own.replace(parameters=list(chain(*parameters)))  # type: ignore[attr-defined]
    return with_data
