"""report.html as a document: one offline file, a policy that holds, semantics that a screen reader needs."""

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest
from report_measures import figure, measurement
from report_samples import SAMPLES, choose

from fourfold.report import html

VOID = {"meta", "link", "br", "img", "input", "hr"}
ASSETS = files("fourfold.report") / "assets"


class Document(HTMLParser):
    """All elements with their attributes and their own text, in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "path": [e["tag"] for e in self.open]}
        self.elements.append(element)
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(element)

    def handle_endtag(self, tag):
        if tag not in VOID and not (self.open and self.open[-1]["tag"] != tag):
            self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, *tags):
        return [e for e in self.elements if e["tag"] in tags]


@pytest.fixture(scope="module", params=list(SAMPLES))
def document(request):
    text = html.render(*SAMPLES[request.param]())
    assert len(text.encode()) < 5_000_000
    return Document(text)


def test_is_one_file_that_asks_for_nothing(document):
    for element in document.elements:
        attributes = element["attrs"]
        assert "style" not in attributes and not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "action", "data", "srcset"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    for picture in document.all("img"):
        assert picture["attrs"]["src"].startswith("data:image/png;base64,") and picture["attrs"]["alt"]
    assert not document.all("iframe", "object", "embed", "form", "base")


def test_policy_names_exactly_the_scripts_and_the_style_that_are_there(document):
    policy = next(e for e in document.all("meta") if "http-equiv" in e["attrs"])["attrs"]["content"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == ["'none'"] and rules["img-src"] == ["data:"]
    assert "unsafe" not in policy and "eval" not in policy

    def hashes(elements):
        digests = [hashlib.sha256(e["text"].encode()).digest() for e in elements]
        return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]

    scripts = [e for e in document.all("script") if e["attrs"].get("type") != "application/json"]
    assert len(scripts) == 4 and rules["script-src"] == hashes(scripts)
    assert rules["style-src"] == hashes(document.all("style"))


def test_semantics(document):
    assert document.all("html")[0]["attrs"]["lang"] == "en"
    assert len(document.all("main")) == len(document.all("h1")) == 1
    levels = [int(e["tag"][1]) for e in document.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    ids = [e["attrs"]["id"] for e in document.elements if "id" in e["attrs"]]
    assert len(ids) == len(set(ids))
    for element in document.elements:
        attributes = element["attrs"]
        assert attributes.get("aria-labelledby", ids[0]) in ids
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids
        if element["tag"] == "svg" and "svg" not in element["path"]:
            assert attributes.get("aria-hidden") == "true"
        if "data-chart" in attributes:
            assert attributes["role"] == "img" and len(attributes["aria-label"]) > 10
        if attributes.get("class") == "scroll":
            assert attributes["tabindex"] == "0" and attributes["role"] == "group"
        if element["tag"] == "section" and "aria-labelledby" in attributes:  # a landmark, of which there are few
            assert "section" not in element["path"]
    controls = [e["text"] for e in document.all("summary") if ": " in e["text"]]
    assert len(controls) == len(set(controls)) > 5
    for details in document.all("details"):  # without scripts all is there
        assert ("open" in details["attrs"]) is (details["attrs"].get("class") == "more")
    for cell in document.all("th"):
        assert cell["attrs"]["scope"] in ("col", "row")
    assert len(document.all("table")) == len(document.all("caption"))


def test_answers_come_in_the_order_in_which_people_ask():
    text = html.render(*choose())
    places = [
        text.index(f'id="{name}"')
        for name in ("verdict", "results", "differences", "curves", "rates", "study", "use")
    ]
    assert places == sorted(places)


def test_does_without_timings_and_says_what_it_read():
    results, timings = choose()
    with_seconds, without = html.render(results, timings), html.render(results)
    assert "1 min 11 s" in with_seconds and "1 min 11 s" not in without
    (body,) = Document(without).all("body")
    for words in (
        results["design"]["estimand"],
        results["families"][2]["architecture"],
        "--target",
        results["command"],
        "FLOPs: operations to predict one example.",
    ):
        assert words in body["text"]


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast(theme):
    """WCAG: 4.5 for text, 3 for what is drawn."""
    css = (ASSETS / "report.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[theme]))
    for ground in ("paper", "card"):
        for name, colour in colours.items():
            need = 4.5 if name in ("ink", "muted", "link") else 3 if re.fullmatch(r"c\d", name) else 0
            high, low = sorted((_luminance(colour), _luminance(colours[ground])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= need, (name, ground)


def test_vendored_files_are_those_that_are_listed():
    listed = dict(
        re.findall(r"^\| ([\w.-]+\.js) \|.*\| ([0-9a-f]{64}) \|$", (ASSETS / "VENDORED.md").read_text(), re.M)
    )
    present = {path.name for path in ASSETS.iterdir() if path.name.endswith(".min.js")}
    assert set(listed) == present == {name for name in html.SCRIPTS if name != "report.js"}
    for name, digest in listed.items():
        content = (ASSETS / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert len(content) < 1_500_000
        assert b"</script" not in content.lower() and b"<!--" not in content


def test_loads_no_jax():
    code = (
        "import sys\n"
        "from fourfold.report import html, progress, table, terminal\n"
        "print([name for name in ('jax', 'jaxlib', 'sklearn', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_line_ends_between_a_number_and_its_unit():
    results, timings = choose()
    results["verdict"]["sentence"] = "Choose it: 4.7 points better, at 97.1 % and 1.2 times the price."
    assert "4.7\xa0points better, at 97.1\xa0% and 1.2\xa0times the" in html.render(results, timings)


@pytest.mark.parametrize("line", ["fourfold compare '5 points & --more.csv' --target a", "--out <b>\nx"])
def test_a_command_is_copied_as_it_is(line):
    show = html._environment().from_string('{% from "parts.html.j2" import command %}{{ command("Do", line) }}')
    (told,) = Document(show.render(line=line)).all("code")
    assert told["text"] == line


@pytest.mark.parametrize(("rows", "folded"), [(20, False), (38, True)])
def test_a_table_of_many_rows_is_folded(rows, folded):
    results, timings = choose()
    levels = [{"family": "dense", "level": str(i)} for i in range(rows)]
    one = figure("levels", "table", "Levels", levels, columns=["family", "level"])
    results["measures"] = [measurement("hyperparameters", "Hyperparameters", one)]
    document = Document(html.render(results, timings))
    shown = next(e for e in document.all("caption") if e["text"] == "Levels")
    behind_the_answer = 1
    assert shown["path"].count("details") == behind_the_answer + folded
    summaries = [e["text"] for e in document.all("summary")]
    assert (f"Show the {rows} rows" in summaries) is folded
