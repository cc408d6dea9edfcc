"""Blocks on disk: what is there is not trained again, what is damaged or lost is; failures are results."""

import gc
import io
import shutil
import weakref
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fourfold.data import from_arrays, plan, read
from fourfold.errors import AllFamiliesFailedError, MachineError, OptionError
from fourfold.study import blocks
from fourfold.study.baseline_blocks import Start
from fourfold.study.blocks import Block, Compilation, Run, batch_size, sweep_for, sweep_of, train
from fourfold.study.candidates import CANDIDATES
from fourfold.study.curves import curve
from fourfold.study.efforts import EFFORTS
from fourfold.study.measures import ease
from fourfold.study.prepared import prepare
from fourfold.study.price import price
from fourfold.study.runner import ATTEMPTS, run_blocks
from fourfold.study.study import Study
from fourfold.study.workers import Inline
from fourfold.training.replicas import STOPPED

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")
EFFORT = replace(EFFORTS["quick"], steps=10, sizes=("S",), learning_rates=(1e-2, 3e-2), extensions=0)


def study(folder, seeds=(0,), families=("dense",), effort=EFFORT):
    return Study(from_arrays(X, Y), effort, list(seeds), seeds[0], folder, families=tuple(families))


class Counting(Inline):
    """Runs blocks in this process and notes them."""

    def __init__(self):
        self.ran = []

    def submit(self, fn, /, *args, **kwargs):
        self.ran.append(next((getattr(a, "family", getattr(a, "name", None)) for a in args), None))
        return super().submit(fn, *args, **kwargs)


def files(folder):
    return {path.name: path.read_bytes() for path in (folder / "blocks").iterdir()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    return folder, study(folder).run(Inline())


def again(finished, tmp_path, **changed):
    """Another run in a copy of a finished folder: what was trained, and the trials."""
    shutil.copytree(finished[0], tmp_path / "copy")
    counting = Counting()
    trials = study(tmp_path / "copy", **changed).run(counting)
    return counting.ran, trials


def test_what_is_on_disk_is_not_trained_again(finished, tmp_path):
    ran, trials = again(finished, tmp_path)
    assert ran == [] and files(tmp_path / "copy") == files(finished[0])
    for mine, theirs in zip(trials["dense"].all, finished[1]["dense"].all, strict=True):
        assert mine.run == theirs.run and np.array_equal(mine.outputs, theirs.outputs)


def test_more_seeds_add_blocks_and_change_none(finished, tmp_path):
    ran, trials = again(finished, tmp_path, seeds=(0, 1))
    assert ran and set(ran) == {"dense"}
    before, after = files(finished[0]), files(tmp_path / "copy")
    assert before.items() < after.items()
    assert {trial.run.seed for trial in trials["dense"].all} == {0, 1}
    outputs = {trial.run.seed: trial.outputs for trial in trials["dense"].by_setting["S", 1e-2]}
    assert not np.array_equal(outputs[0], outputs[1])


def saved_with(path, **changed):
    """A file of arrays as NumPy would write it with some of them changed: no checksum of the archive tells."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    content = io.BytesIO()
    np.savez(content, **arrays | {name: change(arrays[name]) for name, change in changed.items()})
    return content.getvalue()


@pytest.mark.parametrize("damage", ["cut", "a bit", "empty", "gone", "others", "another's", "numbers", "fewer"])
def test_a_damaged_block_is_trained_again(finished, tmp_path, damage):
    shutil.copytree(finished[0], tmp_path / "copy")
    path, other = sorted((tmp_path / "copy" / "blocks").glob("dense-*.npz"))[:2]
    content = path.read_bytes()
    middle = len(content) // 2
    broken = {
        "cut": content[:-9],
        "a bit": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "empty": b"",
        "others": (path.parent / f"data-{study(tmp_path).prepared.key}.npz").read_bytes(),
        "another's": other.read_bytes(),
        "numbers": saved_with(path, outputs=lambda outputs: outputs + 1),
        "fewer": saved_with(path, outputs=lambda outputs: outputs[:, :7]),
    }
    path.unlink() if damage == "gone" else path.write_bytes(broken[damage])
    counting = Counting()
    study(tmp_path / "copy").run(counting)
    assert counting.ran == ["dense"] and files(tmp_path / "copy") == files(finished[0])


@pytest.mark.parametrize("damage", ["a bit", "numbers"])
def test_damaged_prepared_data_are_written_again(finished, tmp_path, damage):
    """Else no training that reads them could go on, or it would learn from others."""
    shutil.copytree(finished[0], tmp_path / "copy")
    path = tmp_path / "copy" / "blocks" / f"data-{study(tmp_path).prepared.key}.npz"
    content = path.read_bytes()
    third = len(content) // 3
    broken = {
        "a bit": content[:third] + bytes([content[third] ^ 1]) + content[third + 1 :],
        "numbers": saved_with(path, inputs=np.zeros_like),
    }
    path.write_bytes(broken[damage])
    next(path.parent.glob("dense-*.npz")).unlink()
    study(tmp_path / "copy").run(Inline())
    assert files(tmp_path / "copy") == files(finished[0])


def test_a_training_of_more_steps_takes_the_same_program(tmp_path):
    """Room for more steps changes no result; without it another number of steps compiles anew."""
    whole = study(tmp_path)
    (block,) = whole.blocks([1e-1])  # at which none stops early
    assert (block.steps, block.room) == (10, 20)
    tight = replace(block, room=0)
    assert tight.key == block.key != replace(block, steps=20).key
    without, roomy, longer = (train(b, whole.prepared) for b in (tight, block, replace(block, steps=20)))
    for mine, theirs in zip(without, roomy, strict=True):
        assert np.array_equal(mine.outputs, theirs.outputs) and mine.steps == theirs.steps == 10
    assert max(result.steps.item() for result in longer) == 20  # others may have stopped early
    compiled = sweep_for(block, whole.prepared)._train._cache_size()
    assert compiled > 0
    train(replace(block, steps=14), whole.prepared)
    assert sweep_for(block, whole.prepared)._train._cache_size() == compiled


def test_a_program_is_compiled_once_beside_others(tmp_path):
    """What was begun is waited for, and its result is that of a program compiled where it is needed."""
    whole = study(tmp_path)
    whole.prepared.save(tmp_path)
    (block,) = whole.blocks([1e-2])
    sweep_of.cache_clear()
    alone = train(block, whole.prepared)
    sweep_of.cache_clear()
    Compilation(block).run(tmp_path)
    assert sweep_for(block, whole.prepared) in blocks._begun
    beside = train(block, whole.prepared)
    assert not blocks._begun and sweep_for(block, whole.prepared)._train._cache_size() == 1
    for mine, theirs in zip(beside, alone, strict=True):
        assert np.array_equal(mine.outputs, theirs.outputs)


def test_where_memory_is_short_nothing_is_compiled_beside_a_training(tmp_path, monkeypatch):
    whole = study(tmp_path)
    whole.prepared.save(tmp_path)
    (block,) = whole.blocks([1e-2])
    for free, begun in ((2 * blocks.SCARCE, False), (2 * blocks.SCARCE + 1, True)):
        sweep_of.cache_clear()
        monkeypatch.setattr(blocks.machine, "available_memory", lambda free=free: free)
        Compilation(block).run(tmp_path)
        assert (blocks._begun.pop(sweep_for(block, whole.prepared), None) is not None) == begun


def test_where_memory_is_short_only_the_program_that_runs_is_kept(tmp_path, monkeypatch):
    whole = study(tmp_path, families=("dense", "recurrent"))
    some = whole.blocks([1e-2])
    sweep_of.cache_clear()
    plenty = [train(block, whole.prepared) for block in some]
    assert sweep_of.cache_info().currsize == len(some) == 2
    monkeypatch.setattr(blocks.machine, "available_memory", lambda: blocks.SCARCE - 1)
    for block, known in zip(some, plenty, strict=True):
        found = train(block, whole.prepared)
        assert sweep_of.cache_info().currsize == 1
        for mine, theirs in zip(found, known, strict=True):
            assert np.array_equal(mine.outputs, theirs.outputs)


def test_a_study_starts_to_compile_each_program_but_the_first(tmp_path, monkeypatch):
    whole = study(tmp_path, seeds=(0, 1), families=("dense", "recurrent", "attention"))
    planned = whole.blocks(whole.learning_rates)
    first = [(block.family, block.runs[0].seed) for block in whole._firsts(planned)]
    assert first == [("recurrent", 0), ("attention", 0)]
    monkeypatch.setattr("fourfold.study.study.LARGE", 0)  # of large data copies would be felt
    assert whole._firsts(planned) == []


def test_the_key_of_a_block_hashes_all_that_its_result_depends_on(finished):
    block = next(block for block in study(finished[0]).blocks([1e-2]) if isinstance(block, Block))
    changes = {
        "data": "other", "family": "attention", "size": "M", "problem": replace(block.problem, rows=1), "output": "linear",
        "steps": 11, "batch": 3, "runs": (Run(0.5, 0, 0),), "keep_weights": True,
        "variant": "order:whole", "settings": (("depth", 1),), "absolute": True,
    }  # fmt: skip
    keys = {replace(block, **{name: value}).key for name, value in changes.items()}
    assert len(keys) == len(changes) and block.key not in keys
    assert replace(block, capacity=99, room=99).key == block.key
    assert {*changes, "capacity", "room"} == set(block.__dataclass_fields__)


def test_the_weights_that_are_kept_are_those_of_the_trial(finished, tmp_path):
    folder, trials = finished
    small = study(folder)
    run, weights = small.keep(trials["dense"], Inline())
    assert run == trials["dense"].median().run
    tested = trials["dense"].answers()[run.seed, run.split]
    assert tested.run == run and tested.outputs.tolist() != trials["dense"].median().outputs.tolist()
    net = small.net("dense", "S")
    split = small.splits[run.split]
    got = net.trained.apply(weights, small.prepared.inputs[run.split][split.test]).outputs
    np.testing.assert_allclose(got, tested.outputs, rtol=1e-4, atol=1e-5)


def test_a_refit_that_failed_to_train_gives_way_to_the_chosen_trial(finished):
    trials = finished[1]["dense"]
    answers = trials.answers()
    (key, refit), *others = ((key, t) for key, t in trials.refits.items() if answers[key] is t)
    failed = replace(refit, validation_score=trials.chosen()[key].validation_score - 0.01)
    found = replace(trials, refits=trials.refits | {key: failed})
    assert found.answers()[key] is trials.chosen()[key]
    assert all(found.answers()[key] is t for key, t in others)
    assert found.answers().keys() == trials.chosen().keys()
    variants = {study(finished[0])._kept(some, refit.run).variant for some in (trials, found)}
    assert variants == ({"", "all"} if trials.best() == (refit.size, refit.run.learning_rate) else {""})


def test_a_run_that_stopped_is_drawn_and_timed_by_the_weights_that_it_kept(finished):
    """Its last check, at which it had fallen, is not where it ends."""
    trials = finished[1]["dense"]
    first = trials.by_setting[trials.best()][0]
    steps, fallen = np.array([2, 4, 6]), np.array([0.6, 0.9, 0.5])
    stopped = replace(
        first,
        status=STOPPED,
        check_steps=steps,
        validation_curve=fallen,
        validation_score=0.9,
        validation_losses=np.array([0.6, 0.3, 0.8]),
        validation_loss=0.3,
        training_losses=np.array([0.5, 0.4, 0.2]),
        training_loss=0.4,
    )
    ended = replace(
        first,
        check_steps=np.arange(2, 12, 2),
        validation_curve=np.full(5, 0.8),
        validation_score=0.8,
        validation_losses=np.array([0.4, 0.3, 0.4, 0.5, 0.6]),
        validation_loss=0.6,
        training_losses=np.array([0.5, 0.4, 0.3, 0.2, 0.1]),
        training_loss=0.1,
    )
    both = replace(trials, by_setting={trials.best(): [stopped, ended]})
    found = curve(study(finished[0]), both, 0.01)
    assert found["high"] == pytest.approx([0.8, 0.9, 0.9, 0.9, 0.9])
    assert found["mean"] == pytest.approx([0.7, 0.85, 0.85, 0.85, 0.85])
    assert found["validation_loss"] == pytest.approx([0.5, 0.3, 0.35, 0.4, 0.45])
    assert found["training_loss"] == pytest.approx([0.5, 0.4, 0.35, 0.3, 0.25])
    assert found["lowest_loss_step"] == 4 and found["overfits"]
    kept = curve(study(finished[0]), replace(trials, by_setting={trials.best(): [stopped]}), 0.01)
    assert kept["validation_loss"] == pytest.approx([0.6, 0.3, 0.3]) and not kept["overfits"]  # it went back
    assert ease.near_the_end(steps, fallen, 0.5, 0.9) == pytest.approx(2 + 2 * (0.5 + 0.9 * 0.4 - 0.6) / 0.3)


LOSSES = np.array([0.5, 0.3, 0.45]), np.array([0.5, 0.35, 0.25])  # of validation, of training


@pytest.mark.parametrize("kind, times, margin, said", [
    ("classification", 1.0, 0.01, True),
    ("classification", 0.1, 0.01, True),  # by 0.015 of 0.69
    ("classification", 1e-2, 0.01, False),  # by 0.0015 nats
    ("regression", 1.0, 0.1, True),  # the RMSE from 0.55 to 0.67
    ("regression", 1.0, 0.2, False),
    ("regression", 1e-6, 0.01, False),
])  # fmt: skip
def test_a_family_overfits_where_it_costs_more_than_matters(finished, kind, times, margin, said):
    others, learnt = (times * losses for losses in LOSSES)
    trials, of_classes = finished[1]["dense"], study(finished[0])
    task = SimpleNamespace(kind="regression", score="rmse")
    of_numbers = SimpleNamespace(dataset=SimpleNamespace(task=task), deviation=1.0)
    scores = np.array([0.8, 0.9, 0.9]) if kind == "classification" else -others
    run = replace(
        trials.by_setting[trials.best()][0],
        check_steps=np.array([2, 4, 6]),
        validation_curve=scores,
        validation_score=scores[-1],
        validation_losses=others,
        validation_loss=others[-1],
        training_losses=learnt,
        training_loss=learnt[-1],
    )
    found = curve(
        of_classes if kind == "classification" else of_numbers,
        replace(trials, by_setting={trials.best(): [run]}),
        margin,
    )
    assert (found["lowest_loss_step"], found["overfits"]) == (4, said)


def test_every_family_sees_the_same_rows_and_budget(finished):
    everything = study(finished[0], families=CANDIDATES)
    by_family = {}
    for block in everything.blocks(everything.learning_rates):
        by_family.setdefault(block.family, []).append((block.steps, block.batch, block.runs))
    assert list(by_family) == list(CANDIDATES)
    assert all(blocks == by_family["dense"] for blocks in by_family.values())


def test_the_price_knows_how_far_the_grid_may_grow(tmp_path):
    """A rate at each end, twice, on five splits with two seeds."""
    still, growing = (
        price(study(tmp_path, seeds=(0, 1), effort=replace(EFFORT, extensions=times)), 1) for times in (0, 2)
    )
    assert still.most == still.replicas == growing.replicas
    assert growing.most == growing.replicas + 2 * 2 * 5 * 2


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0.2, "under a minute"), (0.6, "about a minute"), (1.0, "1 to 2 minutes"), (1.51, "about 2 minutes"), (5.2, "5 to 8 minutes")],
)
def test_the_price_tells_the_time_of_fast_and_slow_machines(tmp_path, minutes, told):
    assert f", {told} on 2 idle cores" in replace(price(study(tmp_path), 2), minutes=minutes).line(2, 2**40)


def test_the_price_counts_the_memory_of_varied_hyperparameters(tmp_path):
    usual, varied = study(tmp_path), study(tmp_path)
    varied.hyperparameters = True
    assert price(varied, 1).megabytes - price(usual, 1).megabytes == pytest.approx(16 * 15)


def test_memory_that_is_short_is_said_before_it_is_taken(tmp_path):
    cost = replace(price(study(tmp_path), 2), megabytes=1_234.0)
    assert "about 1,234 MB of memory; --effort" in cost.line(2, 1.24e9)
    short = "about 1,234 MB of memory, more than the 700 MB that are free: slower, and a family may be lost; --effort"
    assert short in cost.line(2, 0.7e9)


def test_sizes_of_batches():
    assert [batch_size(rows) for rows in (5, 16, 100, 600, 10_000)] == [5, 16, 16, 32, 32]


# ---- failures ----------------------------------------------------------------------------------------------


class Losing(Inline):
    """A pool whose worker dies whenever it gets a block of a family, or a baseline."""

    _max_workers = 1

    def __init__(self, times, name="dense"):
        self.times, self.name, self.tried = times, name, 0

    def submit(self, fn, /, *args, **kwargs):
        names = [getattr(a, "family", getattr(a, "name", "")) for a in args]
        if self.name in names and self.tried < self.times:
            self.tried += 1
            lost: Future = Future()
            lost.set_exception(BrokenProcessPool("gone"))
            return lost
        return super().submit(fn, *args, **kwargs)


def test_a_lost_worker_is_tried_again(tmp_path, finished):
    pool = Losing(times=ATTEMPTS - 1)
    trials = study(tmp_path).run(pool)
    assert pool.tried == ATTEMPTS - 1
    assert np.array_equal(trials["dense"].all[0].outputs, finished[1]["dense"].all[0].outputs)


def test_a_verdict_is_not_given_without_a_baseline_that_was_lost(tmp_path):
    small = study(tmp_path)
    with pytest.raises(MachineError, match="baseline boosted trees could not be computed: got its worker was lost 3"):
        small.run(Losing(99, "boosted trees"))
    assert len([name for name in files(tmp_path) if name.startswith("dense")]) == 1
    ran = Counting()
    small.run(ran)
    assert ran.ran.count("dense") == 1  # the refits, not the sweep again


class Broken(Inline):
    """A pool that is done for when its worker dies, as the standard library's is."""

    _max_workers = 1

    def __init__(self):
        self.left = 1

    def submit(self, fn, /, *args, **kwargs):
        if self.left:
            self.left -= 1
            return super().submit(fn, *args, **kwargs)
        raise BrokenProcessPool("gone")


def test_an_executor_that_takes_no_more_tasks_is_said_and_nothing_is_lost(tmp_path):
    small = study(tmp_path)
    with pytest.raises(MachineError, match="takes no more tasks: got Broken") as raised:
        small.run(Broken())
    trained = [name for name in files(tmp_path) if name.startswith("dense")]
    assert raised.value.exit_code == 4 and len(trained) == 1
    ran = Counting()
    small.run(ran)
    assert ran.ran.count("dense") == 1  # the refits, not the sweep again


def test_a_baseline_that_was_begun_beside_the_trainings_is_the_same(tmp_path):
    whole = study(tmp_path)
    whole.prepared.save(tmp_path)
    block = next(block for block in whole.baseline_blocks() if block.name == "boosted trees")
    block.run(tmp_path)
    alone = block.path(tmp_path).read_bytes()
    block.path(tmp_path).unlink()
    Start(block).run(tmp_path)
    assert 0 < block.run(tmp_path) < 60 and block.path(tmp_path).read_bytes() == alone
    assert Start(block).load(tmp_path) is not None  # and so it is not begun again
    Start(replace(block, data="none")).run(tmp_path)
    with pytest.raises(MachineError, match="can't be read"):
        replace(block, data="none").run(tmp_path)


def test_a_family_that_is_lost_again_and_again_failed(tmp_path):
    ended = []
    small = study(tmp_path)
    with pytest.raises(
        AllFamiliesFailedError, match="no family could be trained: got dense: its worker was lost 3 times"
    ):
        small.run(Losing(times=99), ended.append)
    assert [done.failure for done in ended if done.failure] and AllFamiliesFailedError.exit_code == 5


class Task:
    """A block that ends as it is told."""

    def __init__(self, error=None):
        self.error = error

    def load(self, folder):
        return None

    def run(self, folder):
        if self.error is not None:
            raise self.error


def test_errors_of_blocks(tmp_path):
    good, refused = Task(), Task(OptionError("slug", "can't be built", do="another size"))
    ended = run_blocks([refused, good], tmp_path, Inline())
    assert [(done.block, done.failure) for done in ended] == [
        (refused, "can't be built. Do this: another size"),
        (good, ""),
    ]
    with pytest.raises(MachineError, match="the disk is full"):
        run_blocks([Task(MachineError("disk", "the disk is full"))], tmp_path, Inline())
    with pytest.raises(ZeroDivisionError):  # a bug of ours is not hidden
        run_blocks([Task(ZeroDivisionError())], tmp_path, Inline())


def test_a_block_is_a_pure_function(finished):
    small = study(finished[0])
    block = small.blocks([1e-2])[0]
    one, two = train(block, small.prepared), train(block, small.prepared)
    assert all(np.array_equal(a.outputs, b.outputs) for a, b in zip(one, two, strict=True))
    alone = train(replace(block, runs=block.runs[:1]), small.prepared)[0]
    assert np.array_equal(alone.outputs, one[0].outputs)


def test_what_preparation_makes_too_large_for_the_memory_is_refused_before_it_is_made(monkeypatch):
    levels = [f"k{number % 60}" for number in range(600)]
    data = read({"a": levels, "b": levels[::-1], "y": ["p", "q"] * 300})
    splits = plan(data, seed=0)
    monkeypatch.setattr("fourfold.data.memory.available_memory", lambda: 2**20)
    with pytest.raises(MachineError, match=r"prepared, does not fit into memory: got \d+.\d MiB") as caught:
        prepare(data, splits)
    assert caught.value.exit_code == 4


def test_programs_of_earlier_architectures_go_where_mappings_of_memory_run_short(tmp_path, monkeypatch):
    """Where a process has as many as Linux allows, XLA ends it."""
    small = study(tmp_path)
    small.run(Inline())
    block = next(block for block in small.blocks([1e-2]) if isinstance(block, Block))
    before = train(block, small.prepared)
    kept = weakref.ref(sweep_for(block, small.prepared))
    train(block, small.prepared)
    gc.collect()
    assert kept() is sweep_for(block, small.prepared)
    monkeypatch.setattr(blocks.machine, "mapped", lambda: 0.6)
    after = train(block, small.prepared)
    assert kept() is None and np.array_equal(before[0].outputs, after[0].outputs)
