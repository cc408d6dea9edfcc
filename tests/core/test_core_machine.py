"""How much memory there is, where something limits it."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("limit", [resource.RLIMIT_AS, resource.RLIMIT_DATA])
def test_the_limits_of_the_process_hold(limit):
    code = "from fourfold.core.machine import available_memory; print(available_memory())"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(limit, (GIB, GIB)),
    )
    assert GIB // 2 < int(ended.stdout) < GIB
