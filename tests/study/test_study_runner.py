"""When a task that is away is taken for lost."""

from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import pytest

from fourfold.errors import MachineError, OptionError
from fourfold.study.blocks import Block, Run
from fourfold.study.candidates import Problem
from fourfold.study.runner import ATTEMPTS, run_blocks


@dataclass(frozen=True)
class Slow:
    """A task that should take so long."""

    expected_seconds: float
    data: str = ""

    def run(self, folder):
        return None

    def load(self, folder):
        return None


class Silent(Executor):
    """Answers after half a second, and says which tasks it had to let go of."""

    def __init__(self):
        self.sent, self.given_up = 0, 0

    def submit(self, function, *args):
        self.sent += 1
        future = Future()
        Timer(0.5, future.set_result, [0.5]).start()
        return future

    def give_up(self, future):
        self.given_up += 1


@pytest.mark.parametrize("expected, lost", [(1.0, False), (0.0, True)])
def test_a_task_is_waited_for_as_long_as_it_should_take_and_more(tmp_path, expected, lost):
    pool = Silent()
    (done,) = run_blocks([Slow(expected)], tmp_path, pool, patience=0.1)
    assert (pool.given_up, pool.sent) == ((ATTEMPTS, ATTEMPTS) if lost else (0, 1))
    assert bool(done.failure) is lost


class Odd(Executor):
    """Gives what it is told to give for the first tasks, and takes no more then if it is told so."""

    def __init__(self, given, most=100):
        self.given, self.most = given, most

    def submit(self, function, *args):
        if not self.most:
            raise RuntimeError("cannot schedule new futures after shutdown")
        self.most -= 1
        return self.given()


def cancelled():
    future = Future()
    future.cancel()
    return future


@dataclass(frozen=True)
class Writes:
    """A task that leaves a file in the folder."""

    data: str = ""

    def run(self, folder):
        (folder / "written").touch()

    def load(self, folder):
        return None


def test_a_folder_is_the_one_that_was_meant_in_a_worker_that_began_elsewhere(tmp_path, monkeypatch):
    """The local worker is kept, and a notebook may go to another folder meanwhile."""
    for name in "ab":
        (tmp_path / name / "out").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / name)
        (done,) = run_blocks([Writes()], Path("out"))
        assert not done.failure and (tmp_path / name / "out" / "written").exists()


@pytest.mark.timeout(60)
def test_tasks_that_an_executor_cancels_are_lost_and_not_waited_for(tmp_path):
    (done,) = run_blocks([Slow(0.0)], tmp_path, Odd(cancelled))
    assert "lost 3 times" in done.failure
    with pytest.raises(MachineError, match="takes no more tasks: got Odd, wanted"):
        run_blocks([Slow(0.0)], tmp_path, Odd(cancelled, most=1))


def failed(*errors):
    """Gives futures with these errors, and then one that is done."""
    left = iter(errors)

    def given():
        future, error = Future(), next(left, None)
        future.set_result(0.5) if error is None else future.set_exception(error)
        return future

    return given


@pytest.mark.timeout(60)
@pytest.mark.parametrize("error", [MemoryError(), SystemError("error return without exception set"), OSError(12, "Cannot allocate memory")])
def test_tasks_whose_memory_ran_out_run_again(error, tmp_path):
    assert not run_blocks([Slow(0.0)], tmp_path, Odd(failed(error, error)))[0].failure
    (done,) = run_blocks([Slow(0.0)], tmp_path, Odd(failed(*[error] * ATTEMPTS)))
    assert "lost 3 times, as when memory runs out" in done.failure
    with pytest.raises(SystemError, match="of another kind"):
        run_blocks([Slow(0.0)], tmp_path, Odd(failed(SystemError("of another kind"))))


@pytest.mark.timeout(60)
def test_an_executor_that_gives_no_task_back_ends_the_run(tmp_path):
    with pytest.raises(MachineError, match="takes no more tasks: got Odd, which gives none back, wanted"):
        run_blocks([Slow(0.0)] * 3, tmp_path, Odd(Future), patience=0.1)


def test_a_script_whose_processes_end_at_once_is_told_of_the_guard(tmp_path):
    pool = ProcessPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(MachineError, match="takes no more tasks: got ProcessPoolExecutor, .*__main__"):
        run_blocks([Slow(0.0)], tmp_path, pool)


def test_what_is_no_future_is_refused(tmp_path):
    with pytest.raises(OptionError, match="something else than futures: got builtins.NoneType of Odd.submit"):
        run_blocks([Slow(0.0)], tmp_path, Odd(lambda: None))


def test_what_a_block_should_take_grows_with_its_runs_and_steps():
    def block(runs, steps):
        problem = Problem("flat", (8,), 1, 1000)
        return Block("", "dense", "S", problem, "linear", steps, 32, tuple(Run(1e-2, 0, i) for i in range(runs)), 4)

    once = block(1, 100).expected_seconds
    assert 0 < once < 1
    assert block(4, 300).expected_seconds == pytest.approx(12 * once)
