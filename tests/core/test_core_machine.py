"""How much memory there is, where something limits it."""

import platform
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fourfold.cli import ending
from fourfold.core import machine

GIB = 2**30


def group(folder, limit, used, files, names):
    folder.mkdir(parents=True, exist_ok=True)
    most, now, copy = names
    (folder / most).write_text(f"{limit}\n")
    (folder / now).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{copy} {files}\n")


NEW = ("memory.max", "memory.current", "inactive_file")
OLD = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
LINES = {"new": "0::/jobs/7\n", "old": "5:cpu,memory:/jobs/7\n0::/\n", "elsewhere": "0::/unseen/7\n"}


@pytest.mark.parametrize("form", LINES)
def test_the_limits_of_all_groups_that_a_process_is_in_hold(form, tmp_path, monkeypatch):
    root, names = (tmp_path / "memory", OLD) if form == "old" else (tmp_path, NEW)
    group(root / "jobs" / "7", "max" if form == "new" else 2**63 - 4096, GIB, 0, names)
    group(root / "jobs", 3 * GIB // 2**10, 2 * GIB // 2**10, GIB // 2**11, names)
    group(root, 9 * GIB // 2**10, 2 * GIB // 2**10, 0, names)
    lines, read = LINES[form], Path.read_text
    monkeypatch.setattr(machine, "CONTROL_GROUPS", tmp_path)
    monkeypatch.setattr(
        Path, "read_text", lambda path, *a: lines if str(path) == "/proc/self/cgroup" else read(path, *a)
    )
    least = 7 if form == "elsewhere" else 1.5  # of a job elsewhere only the root is seen
    assert machine.available_memory() == least * GIB // 2**10


def within(limit, megabytes, *arguments):
    """Python in a process of its own, under a limit of ulimit (not set between fork and exec: threads run here)."""
    limited = ["sh", "-c", f'ulimit {limit} {megabytes * 1000}; exec "$0" "$@"', sys.executable, *arguments]
    return subprocess.run(limited, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("limit", ["-v", "-d"])
def test_the_limits_of_the_process_hold(limit):
    code = "from fourfold.core.machine import available_memory; print(available_memory())"
    ended = within(limit, 1000, "-c", code)
    assert 0.5e9 < int(ended.stdout) < 1.024e9, ended.stderr


@pytest.mark.parametrize(
    ("arguments", "megabytes"),
    [(["inspect", "iris"], 300), (["inspect", "iris"], 950), (["predict", "study", "new"], 900)],
)
def test_limits_under_which_libraries_do_not_load_are_refused_at_once(arguments, megabytes):
    """Some of them abort, or try for ever, where there are too few addresses."""
    ended = within("-v", megabytes, "-m", "fourfold", *arguments)
    assert ended.returncode == 4 and not ended.stdout
    assert re.fullmatch(
        r"fourfold: this process can get too few addresses \(ulimit -v\): got \d+ MB, wanted at least "
        r"[\d,]+ MB, which libraries take before there are any data. Do this: ulimit -v unlimited\n",
        ended.stderr,
    )


@pytest.mark.parametrize(
    ("command", "libraries"), [("inspect", machine.READING), ("compare", machine.TRAINING), ("predict", machine.TRAINING)]
)
def test_libraries_are_loaded_before_data_where_memory_is_limited(command, libraries):
    """One that finds no room behind the data may never end."""
    code = f"""
import sys
from fourfold.cli.commands import app
from fourfold.errors import FourfoldError
try:
    app([{command!r}, "nowhere.csv", *["new.csv"] * ({command!r} == "predict")], standalone_mode=False)
except FourfoldError as error:
    print(error.slug, [name for name in {libraries!r} if name not in sys.modules])
"""
    ended = within("-d", 2000, "-c", code)
    assert re.fullmatch(r"no-[a-z-]+ \[\]\n", ended.stdout), ended
    unlimited = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert "sklearn.tree" in unlimited.stdout


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_table_is_read_within_a_limit_that_libraries_leave_little_of(form, tmp_path):
    table = pd.DataFrame({f"c{place}": np.arange(100_000) % (97 + place) / 7 for place in range(12)})
    table["y"] = np.arange(100_000) % 2
    path = str(tmp_path / f"data.{form}")
    table.to_csv(path, index=False) if form == "csv" else table.to_parquet(path)
    ended = within("-d", 430, "-m", "fourfold", "inspect", path)
    assert ended.returncode == 0, ended.stderr
    assert "sample: 48,076 of 100,000 rows (625,000 cells are read at most, as memory is short)" in ended.stdout


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps nothing, or can't be asked")
def test_freed_memory_goes_back_to_the_system():
    """Small pieces below one that is in use: the C library keeps them when they are freed."""
    code = """
import ctypes
from pathlib import Path
from fourfold.core.machine import return_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
pieces = [libc.malloc(1000) for _ in range(50_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 1000)
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4096
for piece in pieces[:-1]:
    libc.free(piece)
before = resident()
return_memory()
print(before - resident())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000


def test_the_share_of_the_mappings_that_a_process_has():
    import mmap

    before = machine.mapped()
    more = [mmap.mmap(-1, 4096, prot=mmap.PROT_READ | (mmap.PROT_WRITE * (i % 2))) for i in range(1000)]
    most = int(Path("/proc/sys/vm/max_map_count").read_text())
    assert 0 < before < machine.mapped() <= before + 1100 / most
    del more


def following(words, cause):
    error = ImportError(words)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 8.00 GiB"),
        ImportError("libjax_common.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        OSError(12, "Cannot allocate memory"),
        SystemError("error return without exception set"),
        following("the install seems to be broken", ImportError("_matfuncs.so: failed to map segment from shared object")),
    ],
)
def test_memory_that_runs_out_is_said_in_one_line(error, monkeypatch, capsys):
    def command(**_):
        raise error

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as end:
        ending.run(command)
    assert end.value.code == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("fourfold: the machine has too little memory: got ") and "--rows N" in line
