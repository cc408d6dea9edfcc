"""Options of `compare`: plain values of one kind, whatever they come from; anything else is refused by name."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest

from fourfold import compare
from fourfold.errors import OptionError
from fourfold.loading import load_data
from fourfold.options import KINDS, Options

X = np.random.default_rng(0).normal(size=(60, 3))
Y = np.where(X[:, 0] > 0, "a", "b")

GIVEN = {
    "seed": (np.int64(3), 3), "seeds": (np.int32(2), 2), "steps": (np.uint8(20), 20), "margin": (np.float32(0.5), 0.5),
    "examples": (np.False_, False), "target": (3, "3"), "drop": (["a", 0], ("a", "0")), "augment": (["shift", "flip"], ("shift", "flip")),
}  # fmt: skip


@pytest.mark.parametrize("option", GIVEN)
def test_values_of_other_libraries_are_plain_ones(option):
    value, plain = GIVEN[option]
    found = getattr(Options(**{option: value}), option)
    assert found == plain and type(found) is type(plain)


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        *((name, value, "a whole number") for name in ("seed", "seeds", "steps", "rows") for value in ("3", 2.5, True, [1])),
        ("seed", None, "a whole number"),
        ("margin", "1", "a number"),
        ("effort", 3, "a text"),
        ("task", ["regression"], "a text"),
        ("examples", "no", "True or False"),
        ("time_ordered", None, "True or False"),
        ("target", print, "a name, or several"),
    ],
)
def test_values_of_another_kind_are_refused_by_name(option, value, wanted):
    with pytest.raises(OptionError) as caught:
        Options(**{option: value})
    assert caught.value.slug == "option-kind"
    assert f"got {option}={value!r}" in str(caught.value) and f"wanted {wanted}" in str(caught.value)


def test_every_option_is_described():
    assert [name for name in Options.__dataclass_fields__ if f"``{name}``" not in str(Options.__doc__)] == []


def test_every_option_that_has_a_kind_exists():
    assert {name for names in KINDS.values() for name in names} <= set(Options.__dataclass_fields__)


def test_augmentations_may_be_a_list():
    assert Options(augment=["shift", "flip"]).augmentation == Options(augment="shift,flip").augmentation


def test_columns_are_dropped_by_numbers_and_from_arrays():
    frame = pd.DataFrame(X)
    assert [column.name for column in load_data(frame, Y, Options(drop=0)).columns] == ["1", "2"]
    dropped = load_data(X, Y, Options(drop="x0"))
    assert [column.name for column in dropped.columns] == ["x1", "x2"]
    with pytest.raises(OptionError, match="wanted a table, or an array"):
        load_data(X.reshape(60, 3, 1), Y, Options(drop="x0"))


def test_what_contradicts_itself_is_refused():
    frame = pd.DataFrame(X, columns=list("abc")).assign(kind=Y)
    with pytest.raises(OptionError, match="named twice: got y='kind' and target='a'"):
        compare(frame, "kind", target="a")
    with pytest.raises(OptionError, match="encoding"):
        compare(X, Y, encoding="gbk")
    with pytest.raises(OptionError, match="executor runs no tasks: got executor=4"):
        compare(X, Y, executor=4)
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool,
        pytest.raises(OptionError, match="would be forks of this one, in which JAX has threads.*'spawn'"),
    ):
        compare(X, Y, executor=pool)
