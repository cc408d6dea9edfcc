"""Every error that Fourfold raises on purpose.

A message says four things: what is wrong, what was got, what was wanted, what to do. Each has a slug, so
that a message can be looked up and tested, and each class has the exit code of the command line.
"""

from __future__ import annotations

import difflib
import dis
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from types import FrameType


class FourfoldError(Exception):
    """The root. ``exit_code`` is what the command line ends with when this reaches it.

    >>> error = FourfoldError("no-target", "the target is not a column", got="'speceis'",
    ...                       wanted="one of species, island", do="--target species")
    >>> print(error)
    the target is not a column: got 'speceis', wanted one of species, island. Do this: --target species
    """

    exit_code = 2

    def __init__(self, slug: str, what: str, *, got: str = "", wanted: str = "", do: str = "") -> None:
        self.slug, self.what, self.got, self.wanted, self.do = slug, what, got, wanted, do
        details = ", ".join(part for part in (got and f"got {got}", wanted and f"wanted {wanted}") if part)
        message = f"{what}: {details}" if details else what
        super().__init__(f"{message}. Do this: {do}" if do else message)

    def reword(self, words: Callable[[str], str]) -> None:
        """Says each of the four things in other words."""
        got, wanted, do = map(words, (self.got, self.wanted, self.do))
        FourfoldError.__init__(self, self.slug, words(self.what), got=got, wanted=wanted, do=do)

    def advise(self, do: str) -> None:
        """Says that something else is to be done."""
        FourfoldError.__init__(self, self.slug, self.what, got=self.got, wanted=self.wanted, do=do)

    def __reduce__(self):
        return _rebuild, (type(self), self.slug, self.what, self.got, self.wanted, self.do)


def _rebuild(cls, slug, what, got, wanted, do):
    return cls(slug, what, got=got, wanted=wanted, do=do)


class DataError(FourfoldError, ValueError):
    """The user's data can't be used as it is."""


class OptionError(FourfoldError, ValueError):
    """An option, an argument or a name that can't apply."""


class ShapeError(OptionError):
    """Arrays or symbols whose shapes don't fit a layer, a loss or each other."""


class NotBuiltError(OptionError, AttributeError):
    """What a model has only once its input's shape is known: `hasattr` says no."""


class FileError(FourfoldError, OSError):
    """A file that is missing, damaged or of the wrong kind."""


class UnsafeFileError(FourfoldError, ValueError):
    """Content that could execute, leak or exhaust: a pickle, a link, a bomb."""

    exit_code = 3


class MachineError(FourfoldError, RuntimeError):
    """The machine: permission, disk, memory, a worker that was lost."""

    exit_code = 4


class OutOfMemoryError(FourfoldError, MemoryError):
    """One training needs more memory than there is; the others go on."""

    exit_code = 4


class AllFamiliesFailedError(FourfoldError, RuntimeError):
    """No candidate of any family could be trained."""

    exit_code = 5


def no_such_name(
    module: str, name: str, known: Iterable[str], instead: dict[str, str] | None = None
) -> AttributeError | ImportError:
    """The error for a name of Keras that a module here lacks; ``instead`` says for some what to do.

    ``known`` are names, or all that the module has, of which those are offered that it says are public.

    >>> print(no_such_name("layers", "Dens", ["Dense"]))
    fourfold.layers has no 'Dens' (did you mean 'Dense'?). Do this: see what there is at docs/keras.md
    """
    do = (instead or {}).get(name, "see what there is at docs/keras.md")
    listed = known.get("__all__", known) if isinstance(known, Mapping) else known
    near = closest(name, [other for other in listed if not other.startswith("_")])
    return missing_name(f"fourfold.{module} has no {name!r}{near}. Do this: {do}", sys._getframe(2))


def missing_name(message: str, asking: FrameType) -> AttributeError | ImportError:
    """The error of a module's ``__getattr__``, whose caller asks for the name.

    At ``from module import name`` it is an ImportError: Python puts words of its own in the place of an AttributeError.
    """
    imported = asking.f_lasti >= 0 and asking.f_code.co_code[asking.f_lasti] == dis.opmap["IMPORT_FROM"]
    return (ImportError if imported else AttributeError)(message)


def installing(extra: str) -> str:
    """What to do for a package that an extra of Fourfold has.

    >>> installing("onnx")
    "pip install 'fourfold[onnx]'; in a clone uv run --extra onnx"
    """
    return f"pip install 'fourfold[{extra}]'; in a clone uv run --extra {extra}"


def closest(name: object, known: Iterable[object]) -> str:
    """A suggestion to put behind an unknown name; empty where nothing is close.

    >>> closest("speceis", ["species", "island"])
    " (did you mean 'species'?)"
    >>> closest("Lstm", ["LSTM", "GRU"])
    " (did you mean 'LSTM'?)"
    """
    matches = nearest(name, known)
    return f" (did you mean {matches[0]!r}?)" if matches else ""


def nearest(name: object, known: Iterable[object], n: int = 1, cutoff: float = 0.6) -> list[str]:
    """What was probably meant by an unknown name, the likeliest first: itself in other capitals or with a line between
    words, with a unit or another word behind it, or with names and dots before it, else close ones.

    >>> nearest("RELU", ["elu", "relu", "selu"]), nearest("rleu", ["relu", "tanh"]), nearest("x", ["relu"])
    (['relu'], ['relu'], [])
    >>> nearest("nonneg", ["NonNeg", "non_neg"]), nearest("Adamw", ["Adam", "AdamW"])
    (['non_neg'], ['AdamW'])
    >>> nearest("T", ["p (mbar)", "T (degC)"]), nearest("date", ["Day", "Date Time"])
    (['T (degC)'], ['Date Time'])
    >>> nearest("landuse", ["landuses", "properties.landuse"])
    ['properties.landuse']
    """
    wanted, names = str(name), [str(item) for item in known]
    same = [item for item in names if _letters(item) == _letters(wanted)]
    same = same or [item for item in names if wanted and re.match(rf"{re.escape(wanted)}\b", item, re.IGNORECASE)]
    same = same or [item for item in names if wanted and _letters(item.rpartition(".")[2]) == _letters(wanted)]
    return difflib.get_close_matches(wanted, same or names, n=n, cutoff=0.0 if same else cutoff)


def _letters(name: str) -> str:
    return name.casefold().replace("_", "")
