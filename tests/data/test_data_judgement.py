"""What is wrong with data is found where it was put in, and not where it was not."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from data_samples import N, found, table

from fourfold.data import from_arrays, read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement import case
from fourfold.data.judgement.findings import as_lines, as_plain, judge
from fourfold.data.series.ahead import Ahead


def test_good_data_have_no_findings():
    assert set(found(table())) == {"resolution"}
    assert not any(finding.important for name in ("digits", "wine", "diabetes", "moved-motifs")
                   for finding in judge(read(name)) if finding.slug != "few-rows")  # fmt: skip
    same = found(table(), test=table(seed=1))
    assert set(same) <= {"resolution", "few-rows"}


NUMBER = np.random.default_rng(5).normal(size=N)
LEAKS = {
    "a copy": lambda f: f.assign(leak=f["kind"].map({"a": "x", "b": "y"})),
    "a code": lambda f: f.assign(leak=f["kind"].map({"a": 1.0, "b": 0.0})),
    "a threshold": lambda f: f.assign(leak=np.where(f["kind"] == "a", 1, -1) * (1 + np.abs(NUMBER))),
    "what is missing": lambda f: f.assign(leak=np.where(f["kind"] == "a", np.nan, NUMBER)),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_column_that_gives_the_class_away(name):
    finding = found(LEAKS[name](table()))["gives-target-away"]
    assert finding.columns == ("leak",) and finding.number > 0.98 and finding.important


@pytest.mark.parametrize("target, leak", [("kind", "word"), ("kind", "number"), ("size", "word"), ("size", "number")])
def test_a_column_gives_the_target_away_where_it_does_of_the_rows_that_count(target, leak):
    """It tells nine rows in ten, and the others' weight is a thousandth of theirs, or a thousand times as much."""
    draw = np.random.default_rng(0)
    kind, told = draw.integers(0, 2, N), np.arange(N) % 10 > 0
    said = np.where(told, kind, 1 - kind)
    leaks = np.where(said == 1, "x", "y") if leak == "word" else said + 0.1 * draw.random(N)
    targets = np.where(kind == 1, "b", "a") if target == "kind" else kind + 0.001 * draw.random(N)
    frame = table().drop(columns="kind").assign(**{"leak": leaks, target: targets})
    for light, gives in ((~told, True), (told, False)):
        weighed = found(frame.assign(w=np.where(light, 0.001, 1.0)), target=target, roles=Roles(weight="w"))
        assert ("gives-target-away" in weighed and weighed["gives-target-away"].columns == ("leak",)) == gives
    assert "gives-target-away" not in found(frame, target=target)


def nameless(columns: list, tmp_path) -> dict:
    path = tmp_path / "nameless.csv"
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in zip(*columns)))
    return {finding.slug: finding for finding in judge(read(path))}


def test_the_only_column_of_classes_in_a_table_without_names_is_pointed_out(tmp_path):
    rng = np.random.default_rng(0)
    numbers = [rng.permutation(N) + 30, rng.normal(size=N).round(4), rng.normal(size=N).round(4)]
    kinds, words = np.arange(N) % 3 + 1, np.array(["M", "B"])[np.arange(N) % 2]
    of_numbers, of_words = nameless([kinds, *numbers], tmp_path), nameless([numbers[0], words, *numbers], tmp_path)
    assert of_numbers["classes-elsewhere"].do == "--target x0, if these are the classes"
    assert of_words["classes-elsewhere"].do == "--target x1, if these are the classes"
    letters = np.array([*"ABCDEFGHIJKLMNOPQRSTUVWXYZ"] * 40)
    counts = [rng.integers(0, 16, len(letters)) for _ in range(4)]
    assert nameless([letters, *counts], tmp_path)["classes-elsewhere"].do == "--target x0, if these are the classes"
    assert "classes-elsewhere" not in nameless([letters[:390], *(one[:390] for one in counts)], tmp_path)
    assert "classes-elsewhere" not in nameless([kinds, *numbers, kinds], tmp_path)
    assert "classes-elsewhere" not in nameless([kinds, kinds[::-1], *numbers], tmp_path)
    assert "classes-elsewhere" not in nameless([words, *numbers, words], tmp_path)


def test_a_word_of_a_list_is_not_proposed_as_the_target():
    lists = ["price;quality", "price", "quality;place", "place", "price;place", "quality", "price;quality;place"]
    data = read({"v": np.arange(70) % 9 / 4, "asked": lists * 10, "again": ["yes", "no"] * 35})
    assert "asked = quality" in data.source_columns
    assert "classes-elsewhere" not in {one.slug for one in judge(data)}


def test_classes_before_whole_numbers_or_in_the_first_column_of_a_table_without_names_are_pointed_out(tmp_path):
    rng = np.random.default_rng(0)
    protocols, states = (np.array(words)[rng.integers(0, 3, N)] for words in (["tcp", "udp", "icmp"], ["SF", "S0", "REJ"]))
    attacks = np.array(["normal", "smurf", "satan", "neptune"])[np.arange(N) % 4]
    levels, numbers = rng.integers(8, 21, N), rng.normal(size=N).round(4)
    before = nameless([numbers, protocols, states, attacks, levels], tmp_path)["classes-elsewhere"]
    assert before.important and before.do == "--target x3, if these are the classes"
    assert "classes-elsewhere" not in nameless([numbers, protocols, states, attacks, numbers[::-1]], tmp_path)
    edible = np.array(["e", "p"])[rng.integers(0, 2, N)]
    first = nameless([edible, protocols, states, attacks], tmp_path)["classes-elsewhere"]
    assert not first.important and first.do == "--target x0, if these are the classes"
    binary = [rng.integers(1, 3, N) for _ in range(4)]
    assert nameless([*binary, levels * 7 % 90, binary[0][::-1]], tmp_path)["classes-elsewhere"].columns == ("x0",)
    assert "classes-elsewhere" not in nameless([protocols, edible, states, attacks], tmp_path)
    assert "classes-elsewhere" not in nameless([attacks, protocols, edible], tmp_path)


# name: (columns before the last one, the last one, the one that is pointed out)
CALLED = {
    "a price before words": ({"rooms": "whole", "median_house_value": "number"}, {"ocean_proximity": "words"}, "median_house_value"),
    "a price before counts": ({"total_bill": "number", "tip": "number", "day": "words"}, {"size": "whole"}, "tip"),
    "species first": ({"species": "words", "length": "number"}, {"sex": "words"}, "species"),
    "several": ({"price": "number", "sales": "number"}, {"kind": "words"}, ""),
    "called so itself": ({"price": "number", "size": "number"}, {"species": "words"}, ""),
    "a number": ({"price": "number", "size": "number"}, {"area": "number"}, ""),
    "a usual name": ({"price": "number", "size": "number"}, {"label": "words"}, ""),
    "within a name": ({"price_list": "number", "size": "number"}, {"kind": "words"}, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLED)
def test_a_column_called_as_targets_are_is_pointed_out_where_the_last_one_was_taken(name):
    rng = np.random.default_rng(0)
    drawn = {
        "whole": lambda: rng.integers(1, 7, N), "number": lambda: rng.gamma(2, size=N).round(3),
        "words": lambda: rng.choice(["red", "green", "blue"], N),
    }  # fmt: skip
    before, last, told = CALLED[name]
    frame = pd.DataFrame({column: drawn[kind]() for column, kind in {**before, **last}.items()})
    findings = [one for one in judge(read(frame)) if one.slug == "classes-elsewhere"]
    assert [one.columns for one in findings] == [(told,)] * bool(told)
    assert all(one.important and one.do.startswith(f"--target {told}, if ") for one in findings)
    assert "classes-elsewhere" not in found(frame, target=frame.columns[-1])


def test_many_columns_to_drop_are_counted_and_not_named():
    """The names of all are in the finding, which ``--json`` prints."""
    rng, kind = np.random.default_rng(0), table()["kind"]
    for count in (5, 60):
        leaks = {f"v{k}": (kind == "b") * 3 + rng.random(N) for k in range(count)}
        leak = found(table().assign(**leaks))["gives-target-away"]
        equal = found(table().assign(**{f"v{k}": leaks["v0"] for k in range(count)}))["equal-columns"]
        for finding in (leak, equal):
            assert len(finding.columns) == count and len(finding.do) < 170
        if count == 5:
            assert leak.do.startswith("--drop v0,v1,v2,v3,v4, if they are not known before the target is")
            assert equal.do.startswith("--drop v1,v2,v3,v4: they say nothing new")
        else:
            all_of_them = "--drop with the names of all 60, which fourfold inspect DATA --json lists, "
            assert leak.do.startswith(all_of_them + "if they are") and equal.do.startswith(all_of_them + "but one of them: they")


def test_many_columns_of_nearly_one_value_are_not_advised_one_by_one():
    few, many = (table().assign(**{f"flag{k}": np.arange(N) == 7 + k for k in range(count)}) for count in (3, 30))
    assert found(few)["nearly-constant"].do.startswith("--drop flag0,flag1,flag2, if")
    assert not found(many)["nearly-constant"].do


def test_a_column_that_gives_a_number_away():
    frame = (
        table()
        .drop(columns="kind")
        .assign(target=NUMBER, leak=np.exp(NUMBER), noisy=NUMBER + np.sin(np.arange(N)))
    )
    finding = found(frame, target="target")["gives-target-away"]
    assert finding.columns == ("leak",)


@pytest.mark.parametrize("groups", [40, 2])
def test_a_column_that_may_name_groups_is_advised_as_one(groups):
    """Leaving it out would leave rows of one patient on both sides of the split; two values are no groups."""
    patient = np.arange(N) * groups // N
    frame = table().assign(patient=[f"P{number}" for number in patient], kind=np.where(patient % 2, "a", "b"))
    do = found(frame)["gives-target-away"].do
    assert do.startswith("--group patient" if groups == 40 else "--drop patient")
    assert ("--id patient --time COLUMN" in do) == (groups == 40) and "--drop patient" in do


COLUMNS = {
    "counts-rows": lambda f: f.assign(serial=np.arange(N) * 3 + 7),
    "in-order-of-time": lambda f: f.assign(day=pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(N) // 2, "D")),
    "nearly-constant": lambda f: f.assign(flag=np.arange(N) == 7),
    "constant-columns": lambda f: f.assign(same=1),
    "imbalance": lambda f: f.assign(kind=np.where(np.arange(N) % 20, "a", "b")),
    "rare-classes": lambda f: f.assign(kind=np.where(np.arange(N) < 3, "c", f["kind"])),
    "many-classes": lambda f: f.assign(kind=[f"k{i % 130}" for i in range(N)]),
    "numbers-as-classes": lambda f: f.assign(kind=np.arange(N) % 30),
}  # fmt: skip


@pytest.mark.parametrize("slug", COLUMNS)
def test_columns_and_targets(slug):
    assert slug in found(COLUMNS[slug](table()))
    assert slug not in found(table())


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("order", 10_000 + np.arange(N), True),
        ("order", np.random.default_rng(0).permutation(N), True),
        ("order_id", 10**9 + np.cumsum(1 + np.arange(N) % 7), True),
        ("order", 10**9 + np.cumsum(1 + np.arange(N) % 7), False),
        ("order_id", np.arange(N) // 2, False),
        ("year", 1600 + np.random.default_rng(0).permutation(N), False),
        ("year", 5 + np.random.default_rng(0).permutation(N), True),
        ("world rank", 1 + np.random.default_rng(0).permutation(N), False),
    ],
)
def test_a_target_that_numbers_the_rows(name, values, said):
    frame = table().assign(**{name: values.astype(float)})
    assert ("target-numbers-rows" in found(frame, target=name, task="regression")) == said


def test_ranks_in_the_order_of_the_rows_may_be_what_is_asked_for():
    finding = found(table().assign(rank=1.0 + np.arange(N)), target="rank")["target-numbers-rows"]
    assert not finding.important


def test_texts_of_nothing_are_counted():
    texts = [f"text number {i} of it" for i in range(N)]
    frame = pd.DataFrame({"review": ["", None, " ", *texts[3:]], "kind": ["a", "b"] * (N // 2)})
    finding = found(frame)["missing-texts"]
    assert "column 'review' is empty in 3 of 400 texts" in finding.what and not finding.important
    assert "missing-texts" not in found(frame.assign(review=texts))


def test_a_number_with_few_values():
    frame = table().assign(kind=np.arange(N) % 7 / 2)
    finding = found(frame)["few-values"]
    assert finding.number == 7 and "--task classification" in finding.do


def test_a_count_one_value_of_which_stands_in_one_row_is_a_number_and_found():
    frame = table().assign(kind=[9] + [i % 4 for i in range(1, N)])
    data = read(frame, target="kind")
    assert data.task.kind == "regression" and found(frame)["few-values"].important
    assert "(its values are 5 different numbers, 9 in one row alone); --task" in next(
        str(note) for note in data.notes if note.what.startswith("task")
    )
    assert read(frame.assign(kind=[9, 9] + [i % 4 for i in range(2, N)]), target="kind").task.kind == "classification"


def test_test_rows_from_elsewhere():
    moved = table(seed=1).assign(weight=lambda f: f["weight"] + 2)
    both = found(table(), test=moved)
    assert both["shifted-columns"].columns == ("weight",) and 0.2 < both["shifted-columns"].number < 1
    assert both["test-rows-told"].number > 0.65
    recoloured = table(seed=2).assign(colour="red")
    assert found(table(), test=recoloured)["shifted-columns"].columns == ("colour",)
    bright = np.random.default_rng(0).normal(size=(300, 6, 6, 1))
    y = np.arange(300) % 2
    assert "test-rows-told" in {f.slug for f in judge(from_arrays(bright, y, x_test=bright + 1, y_test=y))}
    assert "test-rows-told" not in {f.slug for f in judge(from_arrays(bright, y, x_test=-bright, y_test=y))}


def test_test_rows_half_a_deviation_away_are_found_and_few_that_are_not():
    def seen(seed, by):
        draw = np.random.default_rng(seed)
        x, y = draw.normal(size=(550, 3)), np.arange(550) % 2
        x[400:, 1] += by
        return "shifted-columns" in {finding.slug for finding in judge(from_arrays(x[:400], y[:400], x_test=x[400:], y_test=y[400:]))}

    assert sum(seen(seed, 0.5) for seed in range(20)) >= 17
    assert not any(seen(seed, 0.0) for seed in range(40))


def test_how_many_rows_decide_what():
    """2.8 sqrt(0.1 / n) for an accuracy, 1.25 / sqrt(n) for an error."""
    few = found(table(rows=100))["few-rows"]
    assert few.important and few.number == pytest.approx(2.8 * np.sqrt(0.1 / 100))
    fewer = found(table(rows=40))["few-rows"]  # a tenth that differ could show no more than 10 points
    assert fewer.number == pytest.approx(2.8**2 / 40) and "(if models differ on 20 % of them)" in fewer.what
    number = found(table(rows=900).assign(kind=np.random.default_rng(1).normal(size=900)))["resolution"]
    assert number.number == pytest.approx(1.25 / 30) and not number.important


def test_rows_of_a_rare_class_decide_what_its_score_can_show():
    """Of 600 rows 42: as many as 156 of two equal classes, since 1 / 156 = (1 / 42 + 1 / 558) / 4."""
    few = found(table(rows=600).assign(kind=["yes"] * 42 + ["no"] * 558))["few-rows"]
    assert few.number == pytest.approx(2.8 * np.sqrt(0.1 / 156.24), rel=1e-3)
    assert "about 7.1 points of balanced accuracy" in few.what
    weights = np.where(np.arange(600) < 42, np.tile([0.1, 0.9], 300), 1.0)  # 42 rows of 0.1 and 0.9 say as much as 25.61
    frame = table(rows=600).assign(kind=["yes"] * 42 + ["no"] * 558, w=weights)
    weighed = found(frame, roles=Roles(weight="w"))["few-rows"]
    assert weighed.number == pytest.approx(2.8 * np.sqrt(0.1 * (1 / 25.61 + 1 / 558) / 4), rel=1e-3)


def test_series_of_steps_show_more_than_as_many_rows_and_less_than_as_many_steps():
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 2, (200, 50))
    series = judge(from_arrays(draw.normal(size=(200, 50, 2)), labels))
    (said,) = [finding for finding in series if finding.slug == "resolution"]
    assert "about 0.9 points of accuracy, if steps are right or wrong each for itself, to 6.3," in said.what
    assert said.number == pytest.approx(2.8 * np.sqrt(0.1 / 10_000)) and not said.important


def test_steps_of_a_rare_class_decide_what_their_balanced_accuracy_can_show():
    """10 of 100 series have 25 rare steps of 50: 250 and 4,750 steps count as 950 of two equal classes, since
    1 / 950 = (1 / 250 + 1 / 4750) / 4; a series with rare steps counts (1 / 10 + 1 / 190) / 2, another 1 / 95 / 2."""
    labels = np.full((100, 50), "usual", dtype=object)
    labels[:10, :25] = "rare"
    (said,) = [
        finding
        for finding in judge(from_arrays(np.random.default_rng(0).normal(size=(100, 50, 2)), labels))
        if finding.slug in ("few-rows", "resolution")
    ]
    series = 1 / ((10 * (1 / 10 + 1 / 190) ** 2 + 90 / 95**2) / 4)
    each, whole = 2.8 * np.sqrt(2.8**2 / series / 950), 2.8 * np.sqrt(2.8**2 / series / series)
    assert said.number == pytest.approx(each)
    assert f"about {100 * each:.1f} points of balanced accuracy, if steps are" in said.what
    assert f"to {100 * whole:.1f}, if whole series are" in said.what


def test_rows_of_groups_and_of_unequal_weights_show_less():
    """30 rows of a group count as 30 / (1 + 29 0.2), weights of 1 and 9 as (Σ w)² / Σ w²."""
    frame = table(rows=600).assign(kind=np.random.default_rng(1).normal(size=600), who=np.arange(600) // 30)
    grouped = found(frame, roles=Roles(group="who"))["few-rows"]
    assert grouped.number == pytest.approx(1.25 / np.sqrt(600 / 6.8))
    assert grouped.what.startswith("600 tested rows of 20 groups can show") and "a group at 0.2)" in grouped.what
    assert grouped.do == "collect rows of more groups, if smaller differences matter"
    weighed = found(table(rows=600).assign(w=[1.0] * 300 + [9.0] * 300), roles=Roles(weight="w"))["resolution"]
    assert weighed.number == pytest.approx(2.8 * np.sqrt(0.1 / (3000**2 / (300 * 82))))
    assert "600 tested rows, by their weights as good as 366, can show" in weighed.what


def test_rows_of_which_a_few_have_all_the_weight_show_nothing():
    weights = np.where(np.arange(N) < 6, 1000.0, 0.01)
    finding = found(table().assign(w=weights), roles=Roles(weight="w"))["few-rows"]
    assert "as good as 6, can show no difference, however large (if models differ" in finding.what
    assert finding.important and finding.do == "collect more rows" and "missed" not in finding.what


def test_rows_in_order_of_time_are_taken_as_independent_and_this_is_said():
    said = found(table(), roles=Roles(time_ordered=True))
    assert "rows near each other in time err each for itself)" in (said.get("resolution") or said["few-rows"]).what


def test_forecasts_show_what_lies_between_independent_tests_and_values():
    """Absolute errors, which are scaled: 1.34 / √n."""
    sales = np.random.default_rng(0).normal(100, 5, 400)
    frame = pd.DataFrame({"day": pd.date_range("2023-01-01", periods=400), "sales": sales})
    data = read(frame, ahead=Ahead(7))
    (said,) = [finding for finding in judge(data) if finding.slug in ("few-rows", "resolution")]
    tests = int(said.what.split()[0])
    assert said.number == pytest.approx(1.34 / np.sqrt(tests))
    assert f"{100 * said.number:.1f} % of the error, as its 7 values err each for itself or alike" in said.what


def test_findings_are_plain_data_and_lines():
    data = read(table().assign(leak=lambda f: f["kind"] + "!"), target="kind")
    data = replace(data, findings=judge(data))
    plain = json.loads(json.dumps(as_plain(data)))
    assert plain["findings"][0]["slug"] == "gives-target-away" and plain["findings"][0]["number"] == 1.0
    lines = list(as_lines(data))
    assert lines[0] == "data: 400 rows of 4 used columns"
    assert lines[-2].startswith(
        "! column 'leak' alone tells the target (100.0 % of what guessing misses). Do this:"
    )


def test_a_target_of_which_one_row_decides_the_score():
    x = np.random.default_rng(0).normal(size=(100, 2))
    said = str(judge(from_arrays(x, x[:, 0] + 1e3 * (np.arange(100) == 7))))
    assert "1 row of 100 holds " in said and "of the target's variance, and decides the score" in said


@pytest.mark.parametrize(
    "scale, do",
    [(0.5, ""), (2.5, "compare log(y), if it matters"), (-2.5, "leave these rows out, if they are slips")],
)
def test_targets_of_which_a_few_decide_the_score(scale, do):
    """Exponentials of normal values; both ends of them."""
    rng = np.random.default_rng(0)
    y = np.sign(scale) ** np.arange(300) * np.exp(abs(scale) * rng.normal(size=300))
    found = {finding.slug: finding for finding in judge(from_arrays(rng.normal(size=(300, 2)), y))}
    assert ("uneven-target" in found) is bool(do)
    if do:
        squares = np.sort((y - y.mean()) ** 2)
        assert found["uneven-target"].number == pytest.approx(squares[-3:].sum() / squares.sum())
        assert str(found["uneven-target"]).startswith("3 rows of 300 hold ")
        assert do in found["uneven-target"].do and not {"few-rows", "resolution"} & {*found}


@pytest.mark.parametrize("parts", [["train", "test"], ["Train", "val", "TEST"]])
def test_a_column_that_names_the_parts_of_a_split_is_said(parts):
    frame = pd.DataFrame({"set": [parts[place % len(parts)] for place in range(60)], "v": np.arange(60) % 7})
    frame["kind"] = np.arange(60) % 2
    found = {finding.slug: finding for finding in judge(read(frame, target="kind"))}
    assert "--test FILE" in found["names-parts"].do and "--drop set" in found["names-parts"].do
    other = frame.assign(set=["train", "bus", "car"] * 20)
    assert "names-parts" not in {finding.slug for finding in judge(read(other, target="kind"))}


@pytest.mark.parametrize("none, classes, important", [(-100, 2, True), (-1, 4, True), (-1, 2, False), (-2, 4, None)])
@pytest.mark.parametrize("steps", [(), (6,)])
def test_a_class_that_may_mean_that_there_is_no_label(none, classes, important, steps):
    """-100 and -1 are written for what is not labelled; left empty, it is not counted."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(90, 6, 2)), rng.integers(0, classes, (90, *steps))
    y[rng.random(y.shape) < 0.2] = none
    slugs = {finding.slug: finding for finding in judge(from_arrays(x, y))}
    assert ("class-for-no-label" in slugs) == (important is not None)
    if important is not None:
        said = slugs["class-for-no-label"]
        assert said.important is important and f"of the {'steps' if steps else 'series'} have" in said.what
        assert said.number == pytest.approx((y == none).mean())
        left = from_arrays(x, np.where(y == none, np.nan, y))
        assert len(left.task.classes) == classes and "class-for-no-label" not in {one.slug for one in judge(left)}


@pytest.mark.parametrize("target", ["sales", "kind"])
def test_rows_in_order_of_time_are_offered_a_forecast_of_numbers_alone(target):
    frame = table().assign(sales=lambda f: f["size"] * 3)
    for slug, time in (
        ("in-order-of-time", pd.date_range("2020-01-01", periods=N)),
        ("rises-throughout", np.arange(N) / 7),
        ("counts-rows", np.arange(N)),
    ):
        do = found(frame.assign(when=time), target=target)[slug].do
        assert "--time-ordered, " in do and do.endswith("or --window STEPS if the rows are steps of one series")
        assert ("--forecast HORIZON if the next values of the target are asked for" in do) == (target == "sales")


def test_what_is_called_a_time_is_not_asked_to_be_one():
    rising = found(table().assign(time=np.arange(N) / 12), target="size")["rises-throughout"]
    assert rising.what.endswith("from row to row: random splits let models learn from the future")
    assert rising.do.startswith("--time-ordered, --forecast HORIZON")
    years = found(table().assign(Year=1500 + np.arange(N)), target="size")["counts-rows"]
    assert years.do.startswith("--time-ordered, --forecast") and years.do.endswith("; else --drop Year")
    ordered = found(table().assign(Year=1500 + np.arange(N)), target="size", roles=Roles(time_ordered=True))
    assert ordered["counts-rows"].do == "--id Year, or --drop Year"


@pytest.mark.parametrize("time", [pd.date_range("2020-01-01", periods=N), 1500 + np.arange(N)])
def test_what_grows_with_a_time_is_no_time_itself(time):
    frame = table().assign(pop=1000 + 3 * np.arange(N), wage=np.arange(N) / 7)
    assert {"counts-rows", "rises-throughout"} <= found(frame, target="size").keys()
    columns = [finding.columns for finding in judge(read(frame.assign(year=time), target="size")) if finding.important]
    assert ("year",) in columns and ("pop",) not in columns and ("wage",) not in columns


def numbered(names, last, inputs=lambda r: r.normal(size=60)):
    random = np.random.default_rng(0)
    table = {name: inputs(random) for name in names}
    return {one.slug: one for one in judge(read(table | last(random)))}


COUNTS = [f"W{k}" for k in range(20)]


@pytest.mark.parametrize("inputs", [lambda r: r.normal(size=60), lambda r: r.integers(0, 7, 60)], ids=["fractions", "counts"])
def test_a_last_column_that_is_called_as_all_inputs_are(inputs):
    like = numbered(COUNTS, lambda r: {"W20": inputs(r)}, inputs)["target-called-like-inputs"]
    assert like.important and "--forecast HORIZON" in like.do
    assert like.what == "the last column, 'W20', was taken for the target, and is called as all inputs are, 'W0' to 'W19'"


def test_years_as_the_world_bank_calls_them_are_called_alike():
    names = [f"{year} [YR{year}]" for year in range(2000, 2020)]
    like = numbered(names[:-1], lambda r: {names[-1]: r.normal(size=60)})["target-called-like-inputs"]
    assert like.what.endswith("is called as all inputs are, '2000 [YR2000]' to '2018 [YR2018]'")


@pytest.mark.parametrize("beside", [["Lat", "Long"], []])
def test_a_last_column_that_is_called_by_a_date_as_those_before_it(beside):
    """Places need not be steps: the series of Johns Hopkins University have them."""
    days = [f"1/{day}/20" for day in range(1, 21)]
    like = numbered([*beside, *days[:-1]], lambda r: {days[-1]: r.normal(size=60)})["target-called-like-inputs"]
    assert like.important and like.do.startswith("--forecast HORIZON, if each row is a series") and len(like.columns) == 19
    assert like.what.endswith("is called by a date, as those before it are, '1/1/20' to '1/19/20'")
    assert "target-called-like-inputs" not in numbered([*days, *beside], lambda r: {"deaths": r.normal(size=60)})


def of_years(flag, count=15):
    """Values of years beside their flags, of rows that a code and a word name."""
    random = np.random.default_rng(0)
    years = {name: random.normal(size=60) for name in (f"Y{2000 + place}" for place in range(count))}
    beside = {name: {name: values, f"{name}F": flag(random)} for name, values in years.items()}
    codes = {"Area Code": np.arange(60) // 2, "Item": np.array(["rye", "oat"] * 30)}
    return codes | {name: values for pair in beside.values() for name, values in pair.items()}


ONE_FLAG, FLAGS = lambda random: np.full(60, "A"), lambda random: np.array(["A", "E"])[random.integers(0, 2, 60)]


@pytest.mark.parametrize("flag", [ONE_FLAG, FLAGS], ids=["one flag", "flags"])
def test_flags_between_years_and_codes_before_them_hide_no_target_that_is_called_alike(flag):
    like = {one.slug: one for one in judge(read(of_years(flag) | {"Y2014F": [None] * 60}))}
    assert like["target-called-like-inputs"].what.endswith("as all inputs are, 'Y2000' to 'Y2013'")


def test_a_target_among_flags_is_told():
    told = {one.slug: one for one in judge(read(of_years(FLAGS)))}["flags-as-target"]
    assert told.what.startswith("column 'Y2014F' was taken for the target, and is called as the flags of 'Y2014' are")
    assert told.do == "--target Y2014, or another column" and told.important
    for other in (read(of_years(ONE_FLAG)), read(of_years(FLAGS), target="Y2014F"), read(of_years(FLAGS, 2))):
        assert "flags-as-target" not in {one.slug for one in judge(other)}


def test_series_that_end_early_hide_no_target_that_is_called_as_all_inputs_are():
    ends = [np.where(np.arange(60) < 60 - 2 * step, step, np.nan) + np.arange(60) for step in range(20)]
    like = numbered(COUNTS, lambda r: {f"W{20 + step}": values for step, values in enumerate(ends)})
    found = like["target-called-like-inputs"]
    assert found.what == "column 'W35' was taken for the target, and is called as all inputs are, 'W0' to 'W39'"


@pytest.mark.parametrize(
    ("names", "last"),
    [
        (COUNTS, lambda r: {"total": r.normal(size=60)}),
        (COUNTS, lambda r: {"W20": np.array(["a", "b"])[r.integers(0, 2, 60)]}),
        (COUNTS, lambda r: {"W20": r.integers(0, 2, 60)}),
        (COUNTS, lambda r: {"W99": r.normal(size=60)}),
        ([f"x{k}" for k in range(20)], lambda r: {"x20": r.normal(size=60)}),
        (COUNTS[:4], lambda r: {"W4": r.normal(size=60)}),
        (["area code", *COUNTS, "v"], lambda r: {"W20": r.normal(size=60)}),
        (["age", *COUNTS], lambda r: {"W20": r.normal(size=60)}),
    ],
    ids=["another name", "words", "two classes", "another number", "no names", "few", "a code and another input", "another input"],
)
def test_a_last_column_of_another_kind_is_not_told(names, last):
    assert "target-called-like-inputs" not in numbered(names, last)


def test_words_of_a_column_are_numbered_once_for_all_that_is_judged(monkeypatch):
    counted = Counter()
    numbered_once = case.numbered

    def counting(values, rows=slice(None)):
        counted[id(values)] += values.dtype == object
        return numbered_once(values, rows)

    data = read(table())
    monkeypatch.setattr(case, "numbered", counting)
    judge(data)
    assert counted[id(data.inputs["colour"])] <= 3  # the keys of rows are made of the column itself


def test_columns_without_names_of_which_the_first_never_varies_are_not_called_alike():
    table = {"x0": np.zeros(60)} | {f"x{k}": np.random.default_rng(k).normal(size=60) for k in range(1, 21)}
    data = read(table)
    assert data.target_name == "x20"  # and not x0, which is no class
    assert "target-called-like-inputs" not in {one.slug for one in judge(data)}


@pytest.mark.parametrize(
    ("names", "found"), [("X Y area", True), ("x y dy", True), ("v y area", False), ("v x y", False), ("x v y", False)]
)
def test_a_target_that_may_be_a_coordinate_is_told(names, found):
    random = np.random.default_rng(0)
    data = read({name: random.normal(size=60) for name in names.split()})
    told = {one.slug: one for one in judge(data)}.get("target-among-coordinates")
    assert data.target_name.casefold() == "y" and (told is not None) == found
    assert not found or (told.important and f"--target {names.split()[-1]}" in told.do)


EQUAL = {
    "numbers": lambda f: f.assign(twice=NUMBER, again=NUMBER),
    "numbers, some missing": lambda f: f.assign(
        twice=np.where(np.arange(N) % 3 == 0, np.nan, NUMBER), again=np.where(np.arange(N) % 3 == 0, np.nan, NUMBER)
    ),
    "words for each other": lambda f: f.assign(
        twice=np.where(NUMBER > 0.3, "up", "down"), again=np.where(NUMBER > 0.3, "rise", "fall")
    ),
}


@pytest.mark.parametrize("name", EQUAL)
def test_columns_that_say_the_same(name):
    finding = found(EQUAL[name](table()))["equal-columns"]
    assert finding.columns == ("twice", "again") and not finding.important
    assert "columns 'twice', 'again' say the same in every row. Do this: --drop again: it says nothing new" in str(finding)


def test_columns_that_differ_in_one_row_or_are_constant_say_not_the_same():
    other = NUMBER.copy()
    other[-1] += 1
    frame = table().assign(twice=NUMBER, again=other, one=1.0, more=1.0)
    assert "equal-columns" not in found(frame)
