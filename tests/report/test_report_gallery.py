"""Rows of the user: drawn as they are, said to be there, and gone without a trace when left out."""

import base64
import io
import re

import pytest
from PIL import Image
from report_measures import SERIES, TABLE, TEXT, examples
from report_samples import choose

from fourfold.report import html, pictures
from fourfold.report.page import build


def decoded(source):
    data = base64.b64decode(source.removeprefix("data:image/png;base64,"))
    return Image.open(io.BytesIO(data)).convert("RGBA")


def test_pictures_hold_the_pixels():
    grey = decoded(pictures.image([[0, 128, 255], [1, 2, 3]]))
    assert grey.size == (3, 2) and grey.getpixel((1, 0)) == (128, 128, 128, 255)
    assert decoded(pictures.image([[[10, 20, 30]]])).getpixel((0, 0)) == (10, 20, 30, 255)


def test_a_map_is_as_opaque_as_it_is_strong_and_its_hue_is_its_sign():
    found = decoded(pictures.heat([[2.0, -1.0, 0.0]]))
    assert [found.getpixel((x, 0)) for x in range(3)] == [
        (*pictures.FOR, 255),
        (*pictures.AGAINST, 128),
        (*pictures.AGAINST, 0),
    ]
    assert decoded(pictures.heat([[0.0]])).getpixel((0, 0))[3] == 0


@pytest.fixture
def gallery():
    return build(*choose()).gallery


def test_a_view_that_failed_its_check_is_named_but_not_drawn(gallery):
    *shown, failed = gallery.views
    assert all(view.examples for view in shown)
    assert failed.examples == () and "0.94" in failed.check
    assert [view.title for view in shown[:3]] == [
        "Fully connected: saliency",
        "Attention: attention maps",
        "Convolution: filters",
    ]


def test_every_layout_is_drawn_with_its_map(gallery):
    image, attention, filters, series, table, text = gallery.views[:-1]
    assert len(image.examples) == 4
    assert [picture.title for picture in image.examples[0].pictures] == ["input", "map 1"]
    assert "row" in image.examples[0].pictures[1].label
    assert len(attention.examples[0].pictures) == 3  # the input and two heads
    assert [picture.title for picture in filters.examples[0].pictures] == [f"layer 1, filter {i}" for i in range(4)]
    assert "weights are above zero" in filters.legend and len(filters.examples) == 1

    ground = series.examples[0].panels[0].spec["layer"][:2]
    assert [(d["from"], d["to"]) for layer in ground for d in layer["data"]["values"]] == [
        (0.0, 16.0), (32.0, 48.0), (48.0, 64.0), (16.0, 32.0),
    ]  # fmt: skip
    assert "strongest at steps 33 to 48" in series.examples[0].panels[0].label
    traces = [
        layer for layer in series.examples[0].panels[0].spec["layer"] if layer["mark"]["type"] == "line"
    ]
    assert [d["value"] for d in traces[0]["data"]["values"]] == SERIES["values"][0]

    bars = [d for layer in table.examples[0].panels[0].spec["layer"] for d in layer["data"]["values"]]
    assert len(bars) == 12 and table.examples[0].panels[0].note == "map 1, the strongest 12 of 14"
    assert table.examples[0].panels[0].label.startswith("Strongest first: column 13 = 13.5: -0.9286")

    words = text.examples[0].texts[0].words
    assert [word.text for word in words] == TEXT["words"]
    assert [word.level for word in words[:3]] == [0, -4, 1] and words[-1].level == 3


def test_of_many_channels_those_that_vary_most_are_drawn_each_in_a_colour_of_its_own():
    results, _ = choose()
    item = results["examples"]["families"][3]["items"][0]
    spread = (1.0, 90.0, 0.5, 30.0, None, 7.0)
    item["input"] = {
        "kind": "series",
        "channels": [f"channel {i}" for i in range(6)],
        "values": [[0.0, 0.0 if high is None else high, None] for high in spread],
    }
    example = build(results).gallery.views[3].examples[0]
    assert [title for _, title in example.key] == ["channel 0", "channel 1", "channel 3", "channel 5"]
    assert len({colour for colour, _ in example.key}) == 4
    (panel,) = example.panels
    assert panel.note == "map 1, the 4 channels that vary most of the first 6" and "channel 2" not in panel.label
    lines = [layer for layer in panel.spec["layer"] if layer["mark"]["type"] == "line"]
    assert [line["data"]["values"][1]["value"] for line in lines] == [1.0, 90.0, 30.0, 7.0]


@pytest.mark.parametrize(("bands", "read"), [(True, False), (False, True)])
def test_heights_of_lines_that_stand_above_each_other_are_no_numbers(bands, read):
    results, _ = choose()
    item = results["examples"]["families"][3]["items"][0]
    item["input"] = {
        "kind": "series",
        "channels": ["true", "recurrent"],
        "values": [[1.0, 1.7, 1.35], [0.0, 0.7, 0.7]],
        "families": [None, "recurrent"],
        **({"bands": True} if bands else {}),
    }
    (panel,) = build(results).gallery.views[3].examples[0].panels
    axes = [layer["encoding"]["y"]["axis"] for layer in panel.spec["layer"] if layer["mark"]["type"] == "line"]
    assert len(axes) == 2 and all(axis.get("labels", True) is read for axis in axes)


def forecast(past=20, ahead=3, every=1):
    """A results' first series with a map, as a window of which ``ahead`` steps are forecast."""
    results, _ = choose()
    item = results["examples"]["families"][3]["items"][0]
    item["input"] = {
        "kind": "series",
        "channels": ["sales", "recurrent"],
        "values": [[float(i) for i in range(past + ahead)], [None] * past + [0.5 + i for i in range(ahead)]],
        "families": [None, "recurrent"],
        "ahead": ahead,
        "every": every,
    }
    item["maps"] = [{"title": "saliency", "values": [0.1] * (past - 1) + [1.0]}]
    return build(results).gallery.views[3].examples[0]


def test_a_forecast_is_drawn_after_its_window_what_is_true_on_top():
    example = forecast()
    assert [name for _, name in example.key] == ["sales", "Recurrent"]
    (panel,) = example.panels
    layers = panel.spec["layer"]
    assert layers[0]["mark"]["style"] == "margin" and layers[0]["data"]["values"] == [{"from": 0, "to": 3}]
    ground = [part for layer in layers[1:3] for part in layer["data"]["values"]]
    assert (ground[0]["from"], ground[-1]["to"]) == (-20, 0)  # the map lies along the window alone
    lines = [layer for layer in layers if layer["mark"]["type"] == "line"]
    assert [line["mark"]["style"] for line in lines] == ["family-2", "family-4"]
    assert [d["x"] for d in lines[1]["data"]["values"]][-4:] == [-0.5, 0.5, 1.5, 2.5]
    points = [layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "point"]
    assert [[d["value"] for d in each] for each in points] == [[0.5, 1.5, 2.5], [20.0, 21.0, 22.0]]
    assert panel.label == (
        "sales over 20 steps, strongest at step 20; the 3 steps after them: sales 20, 21, 22; Recurrent 0.5, 1.5, 2.5"
    )


def test_of_a_long_forecast_words_hold_some_steps_and_steps_that_are_left_out_count():
    (panel,) = forecast(past=40, ahead=24, every=2).panels
    assert panel.spec["layer"][0]["data"]["values"] == [{"from": 0, "to": 48}]
    assert not [layer for layer in panel.spec["layer"] if layer["mark"]["type"] == "point"]
    assert "over 80 steps, strongest at steps 79 to 80; the 48 steps after them, every 4 steps: sales 40, 42," in panel.label
    assert panel.label.count(",") < 40


def test_a_cell_without_a_value_is_said_to_be_missing():
    results, _ = choose()
    item = next(i for v in results["examples"]["families"] for i in v["items"] if (i["input"] or {}).get("kind") == "table")
    item["input"]["values"][13] = ""
    label = build(results).gallery.views[4].examples[0].panels[0].label
    assert label.startswith("Strongest first: column 13 is missing: -0.9286")


def test_mistakes_show_the_row_and_what_each_family_said(gallery):
    image, series, table, text = gallery.mistakes
    assert [said.text for said in image.said] == ["0 (90 %)", "1 (80 %)", "2 (70 %)", "3 (60 %)"]
    assert image.facts[0].value == "3" and image.note and len(image.pictures) == 1
    assert len(series.panels) == 1 and [title for _, title in series.key] == SERIES["channels"]
    assert [fact.value for fact in table.values] == TABLE["values"] and table.panels == ()
    assert [word.level for word in text.texts[0].words] == [0] * len(TEXT["words"])


def test_words_stand_apart_and_characters_do_not():
    results, timings = choose()
    item = results["examples"]["mistakes"][3]
    item["input"] = {"kind": "text", "words": ["w1", "w2"], "joined": False}
    assert '<p class="words">w1 w2 </p>' in html.render(results, timings)
    item["input"] = {"kind": "text", "words": list("AC GT"), "joined": True}
    assert '<p class="words">AC GT</p>' in html.render(results, timings)


def test_views_that_are_left_out_stand_in_one_list_after_those_that_are_drawn():
    text = html.render(*choose())
    section = text[text.index('<section id="gallery"') : text.index('<section id="worst"')]
    assert section.count("Not shown") == 1 and section.index("Not shown") > section.rindex('class="examples"')
    (line,) = re.findall(r"<li>(.*?)</li>", section[section.index('class="left-out"') :], re.S)
    assert "0.94" in line


def test_a_zero_is_a_label_too():
    results, _ = choose()
    results["examples"]["mistakes"][0]["true"] = 0
    assert build(results).gallery.mistakes[0].facts[0].value == "0"


def test_the_page_says_that_it_holds_rows_and_is_silent_without_them():
    results, timings = choose()
    shown = [item for view in examples()["families"][:-1] for item in view["items"]] + examples()["mistakes"]
    count = len({item["title"] for item in shown if item["input"]})  # a filter is no row, and a row counts once
    text = html.render(results, timings)
    assert f"{count} examples" in text and "--no-examples" in text
    results["examples"] = None
    text = html.render(results, timings)
    assert "--no-examples" not in text and "holds some of your data" not in text and "<img" not in text


def test_an_error_section_of_examples_alone_is_shown():
    results, timings = choose()
    results["measures"] = []
    assert [group.name for group in build(results).groups][-1] == "errors"
    assert 'id="worst"' in html.render(results, timings)
