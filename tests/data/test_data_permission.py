"""What may not be read is refused by its name, with the folder that is in the way: never passed over, and no damage."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fourfold.data import read
from fourfold.errors import FourfoldError

NOBODY = 65534
TABLE = "a,b,y\n" + "".join(f"{row % 7},{row % 5},{'yes' if row % 2 else 'no'}\n" for row in range(40))


@contextmanager
def one_without_rights():
    """Nobody where the tests run as root, who may read everything."""
    if not hasattr(os, "geteuid"):
        pytest.skip("there are no users by number")
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


@pytest.fixture
def place(monkeypatch):
    """A folder that anybody may read."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        monkeypatch.chdir(name)
        yield Path(name)


def tables(place):
    for name in ("one", "two"):
        (place / name).mkdir()
        (place / name / "t.csv").write_text(TABLE)


def pictures(place):
    draw = np.random.default_rng(0)
    for kind in ("cat", "cow", "dog"):
        (place / "zoo" / kind).mkdir(parents=True)
        for number in range(12):
            Image.fromarray(draw.integers(0, 255, (8, 8), dtype=np.uint8)).save(place / "zoo" / kind / f"{number}.png")


CLOSED = [
    (tables, "one/t.csv", "one/t.csv", 0, "one/t.csv may not be read: got Permission denied. Do this: chmod {who}+r one/t.csv"),
    (tables, "one/t.csv", "one", 0, "one/t.csv may not be read: got Permission denied, in the folder one. Do this: chmod {who}+rx one"),
    (tables, "one", "one", 0, "one may not be read: got Permission denied. Do this: chmod {who}+rx one"),
    (tables, "one", "one", 0o111, "one may not be read: got Permission denied. Do this: chmod {who}+rx one"),
    (tables, "*/t.csv", "two", 0, "two may not be read: got Permission denied. Do this: chmod {who}+rx two; or a pattern that does not lead there, if nothing in it is meant"),
    (tables, "**/*.csv", "two", 0, "two may not be read: got Permission denied. Do this: chmod {who}+rx two; or a pattern that does not lead there, if nothing in it is meant"),
    (tables, "t*/*.csv", "two", 0o111, "two may not be read: got Permission denied. Do this: chmod {who}+rx two; or a pattern that does not lead there, if nothing in it is meant"),
    (pictures, "zoo", "zoo/cow", 0, "zoo/cow may not be read: got Permission denied. Do this: chmod {who}+rx zoo/cow"),
    (pictures, "zoo", "zoo/cow/3.png", 0, "zoo/cow/3.png may not be read: got Permission denied. Do this: chmod {who}+r zoo/cow/3.png"),
]  # fmt: skip


@pytest.mark.parametrize(
    "make, source, closed, mode, message", CLOSED, ids=[f"{one[1]}, {one[2]} {one[3]:o}" for one in CLOSED]
)
def test_what_may_not_be_read_is_named_and_not_passed_over(place, make, source, closed, mode, message):
    make(place)
    read(source)  # loads what reading needs, which nobody may not
    had = os.stat(closed).st_mode
    os.chmod(closed, mode)
    try:
        with pytest.raises(FourfoldError) as caught, one_without_rights():
            read(source)
    finally:
        os.chmod(closed, had)
    assert str(caught.value) == message.format(who="u" if os.geteuid() else "a")
    assert (caught.value.exit_code, caught.value.slug) == (4, "permission")


def test_a_folder_that_is_gone_through_by_a_pattern_need_not_be_listed(place):
    tables(place)
    read("*/t.csv")
    os.chmod("two", 0o111)
    try:
        with one_without_rights():
            found = read("*/t.csv")
    finally:
        os.chmod("two", 0o755)
    assert found.rows == 80
