"""A study inside a worker of the standard library's pools, which waits for its own children when it ends."""

import multiprocessing
import subprocess
import sys

import pytest

SCRIPT = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor

def measured():
    from fourfold.study.workers import local_worker
    return local_worker().submit(abs, -3).result()

if __name__ == "__main__":
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(sys.argv[1])) as pool:
        print(pool.submit(measured).result())
"""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_pool_whose_worker_ran_a_study_ends(tmp_path, method):
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py", method], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr
