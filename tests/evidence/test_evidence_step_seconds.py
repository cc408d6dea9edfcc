"""What seconds of steps come to: figures of the settings that differ in one number, a sentence of their ratios."""

import pytest

from fourfold.evidence.step_seconds import LENGTHS, measured

TITLES = {"dense": "Fully connected", "recurrent": "Recurrent"}
QUICK, STANDARD = [(8, 32)], [(8, 32), (16, 32), (8, 64)]


def steps(settings, cores=(1, 2), grows=True):
    """Times that grow with the batch, the recurrent ones with the length, too, and that all cores share well; or
    times that are the same everywhere."""
    return {
        family: [
            {"length": n, "batch": b, "cores": c, "milliseconds": slow * growth(n, b, c, slow) if grows else slow}
            for n, b in settings
            for c in cores
        ]
        for family, slow in (("dense", 0.25), ("recurrent", 2.0))
    }


def growth(length, batch, cores, slow):
    return batch / 32 * (length / 8) ** (slow > 1) / cores


def drawn(found):
    return {f.title: {(row["series"], row["x"]): row["value"] for row in f.rows} for f in found.figures}


def test_each_figure_holds_the_settings_that_differ_in_one_number():
    found = measured(steps(STANDARD), "sequence", TITLES)
    assert drawn(found) == {
        "By length": {("dense", 8): 0.25, ("dense", 16): 0.25, ("recurrent", 8): 2.0, ("recurrent", 16): 4.0},
        "By batch": {("dense", 32): 0.25, ("dense", 64): 0.5, ("recurrent", 32): 2.0, ("recurrent", 64): 4.0},
        "By cores": {("dense", 1): 0.25, ("dense", 2): 0.125, ("recurrent", 1): 2.0, ("recurrent", 2): 1.0},
    }
    assert all(figure.x.log and figure.y.log and figure.kind == "lines" for figure in found.figures)
    assert found.figures[0].x.title == "steps of a series"
    assert found.figures[0].note.startswith("Where they do not vary: 8 steps of a series, batches of 32 and 1 core.")


@pytest.mark.parametrize("layout", ["flat", *LENGTHS])
@pytest.mark.parametrize("settings", [QUICK, STANDARD], ids=["quick", "standard"])
@pytest.mark.parametrize("cores", [(1,), (1, 2), (16,)], ids=str)
@pytest.mark.parametrize("families", [1, 2])
@pytest.mark.parametrize("grows", [True, False], ids=["grows", "hardly"])
def test_the_sentence_is_held_against_the_times(held, layout, settings, cores, families, grows):
    found = measured(dict([*steps(settings, cores, grows).items()][:families]), layout, TITLES)
    held(found.answer, found.evidence)
    assert grows or found.answer.count("hardly grow") == found.answer.count(" times at most") == found.answer.count(";")
    assert ("twice the length" in found.answer) is (settings == STANDARD and layout != "flat")
    assert ("twice the batch" in found.answer) is (settings == STANDARD)
    assert ("on 2 cores" in found.answer) is (cores == (1, 2))


def test_the_sentence_says_who_is_fast_and_what_grows():
    assert measured(steps(STANDARD), "image", TITLES).answer == (
        "A training step takes least time in Fully connected, 0.250 ms, and most in Recurrent, 2.00 ms; "
        "at twice the length it grows most in Recurrent, 2.0 times; "
        "at twice the batch it grows most in Fully connected, 2.0 times; "
        "on 2 cores, a run on each, steps a second grow most in Fully connected, 2.0 times."
    )
    one = {"dense": steps(STANDARD)["dense"]}
    assert "at twice the length it hardly grows, 1.0 times at most;" in measured(one, "text", TITLES).answer


@pytest.mark.parametrize("gain, said", [(2.0, False), (2.08, False), (2.7, True)])
def test_more_speed_than_cores_can_give_is_said_to_be_no_gain_of_the_family(held, gain, said):
    times = steps(QUICK)
    times["recurrent"][1]["milliseconds"] = 2.0 / gain
    found = measured(times, "image", TITLES)
    held(found.answer, found.evidence)
    assert (", more than the cores can give: other programs disturbed these times." in found.answer) is said


def test_a_table_has_no_length():
    assert [*drawn(measured(steps(STANDARD), "flat", TITLES))] == ["By batch", "By cores"]


def test_one_length_and_one_batch_are_said_to_be_more_at_more_effort():
    found = measured(steps(QUICK), "image", TITLES)
    assert [*drawn(found)] == ["By cores"]
    assert "Other lengths and batches are timed from standard effort on." in found.figures[0].note
    table = measured(steps(QUICK), "flat", TITLES).figures[0].note
    assert "Where they do not vary: batches of 32 and 1 core." in table and " Other batches are timed " in table
    assert "standard" not in measured(steps(STANDARD), "image", TITLES).figures[0].note


def test_what_is_no_time_is_left_out():
    rows = [{"length": 8, "milliseconds": 1.0}, {"length": 8, "batch": 32, "cores": 1, "milliseconds": 0.0}]
    assert measured({"dense": rows}, "image", TITLES) is None
    assert measured({"dense": 3.0, "unheard of": steps(QUICK)["dense"]}, "image", TITLES) is None
    some = steps(STANDARD)
    del some["dense"][0]  # its time at the study's own setting: no ratio to it
    found = measured(some, "image", TITLES)
    assert {e.subject for e in found.evidence} == {"recurrent"} and "in Recurrent" in found.answer
    assert ("dense", 16) in drawn(found)["By length"]
