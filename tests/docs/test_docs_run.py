"""The guide is true: its code runs and prints what the pages say, its tables are its data, its links lead somewhere."""

import ast
import contextlib
import doctest
import importlib.util
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from fourfold.comparison import plan
from fourfold.loading import load_data
from fourfold.options import Options
from fourfold.study.efforts import EFFORTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BESIDE = [ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```\s*?$", re.M | re.S)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.I)


@dataclass(frozen=True)
class Fenced:
    """A fenced block: its language, its further words, its text, its line, and what stands before it."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int
    before: str


def blocks(page: Path) -> list[Fenced]:
    text, found, end = page.read_text(encoding="utf-8"), [], 0
    for match in FENCE.finditer(text):
        language, *words = match["info"].split() or [""]
        line = text.count("\n", 0, match.start()) + 1
        found.append(Fenced(language, tuple(words), match["body"], line, text[end : match.start()].strip()))
        end = match.end()
    return found


def run(code: str, namespace: dict, name: str) -> str:
    """What a block prints; the value of a last expression is printed, too, as a notebook does."""
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, name, "exec"), namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
            if value is not None:
                print(repr(value))
    return printed.getvalue()


def differs(got: str, wanted: str, tolerance: float) -> str:
    """Why two outputs differ, or nothing: words must be equal, numbers near, white space is free."""
    words = [" ".join(NUMBER.sub("#", text).split()) for text in (got, wanted)]
    if re.sub(r"(?<=[\[(]) | (?=[\])])", "", words[0]) != re.sub(r"(?<=[\[(]) | (?=[\])])", "", words[1]):
        return f"printed\n{got}\nbut the page says\n{wanted}"
    for one, other in zip(NUMBER.findall(got), NUMBER.findall(wanted)):
        if not math.isclose(float(one), float(other), rel_tol=1e-5, abs_tol=tolerance):
            return f"printed {one}, but the page says {other}, in\n{got}"
    return ""


def sessions(code: str) -> list[tuple[str, str]]:
    """The examples of a doctest block: source and what it should print."""
    return [(example.source, example.want) for example in doctest.DocTestParser().get_examples(code)]


def steps(page: Path) -> list[tuple[str, str | None, float, int]]:
    """Code, expected output (None where the page shows none), tolerance, line; in the page's order."""
    found, listed = [], blocks(page)
    for block, following in zip(listed, [*listed[1:], Fenced("", (), "", 0, "x")]):
        if block.language != "python" or "not-run" in block.words:
            continue
        if block.text.lstrip().startswith(">>>"):
            found += [(source, want, 1e-6, block.line) for source, want in sessions(block.text)]
            continue
        shows = following.language == "text" and not following.before
        given = [word.removeprefix("tolerance=") for word in following.words if word.startswith("tolerance=")]
        tolerance = float(given[0]) if given and shows else 1e-6
        found.append((block.text, following.text if shows else None, tolerance, block.line))
    return found


@pytest.mark.parametrize("page", [p for p in PAGES if steps(p)], ids=lambda page: page.name)
def test_code_prints_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace: dict = {"__name__": "__main__"}
    for code, wanted, tolerance, line in steps(page):
        got = run(code, namespace, f"{page.name}:{line}")
        if wanted is not None:
            assert not (why := differs(got, wanted, tolerance)), f"{page.name}, block at line {line}: {why}"


def test_the_runner_sees_differences():
    assert not differs("[[ 0.5  1. ]\n [2. 3.]] ok", "[[0.5 1.] [2. 3.0000001]] ok", 1e-6)
    assert "0.6" in differs("0.5", "0.6", 1e-6)
    assert differs("a 1", "b 1", 1.0) and differs("1 2", "1", 1.0)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ +(.*?)\s*$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower().replace("`", "")).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(file), f"{page.name}: {target}"


def test_every_page_can_be_reached_from_the_index():
    seen, waiting = set(), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        links = re.findall(r"\]\(([\w./-]+\.md)(?:#[\w-]+)?\)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links]
    assert set(PAGES) - {ROOT / "README.md"} <= seen


def test_the_index_names_every_page_beside_it():
    links = re.findall(r"\]\(([\w-]+\.md)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8"))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"} <= set(links)


def _make():
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_are_what_their_source_gives(page):
    text = page.read_text(encoding="utf-8")
    assert _make().filled(text) == text, f"{page.name} is stale: uv run python docs/make.py pages"


@pytest.mark.parametrize("name", _make().RUNS)
def test_what_the_pages_count_is_what_the_code_counts(name, tmp_path):
    found, _ = _make().load(name)
    options = Options(effort=found["design"]["effort"])
    study = plan(load_data(name, None, options), options, tmp_path)
    for row in found["families"]:
        net = study.net(row["family"], row["size"])
        counted = (net.parameters, net.cost.flops, net.cost.span)
        stale = f"{row['family']} of docs/data/{name}.json is stale: uv run python docs/make.py runs {name}"
        assert (row["parameters"], row["flops"], row["sequential_steps"]) == counted, stale


def _commands(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    inline = re.findall(r"`(fourfold (?:compare|inspect|predict|export|report|explain) [^`]*)`", text)
    fenced = [
        line
        for block in blocks(page)
        if block.language in ("sh", "bash")
        for line in block.text.splitlines()
        if re.match(r"(?:.*\buv run )?fourfold ", line)
    ]
    indented = re.findall(r"^ {4}(fourfold .*)", FENCE.sub("", text), re.M)
    return [command[command.index("fourfold ") :] for command in [*inline, *fenced, *indented]]


def test_commands_of_the_pages_exist():
    import typer.main

    from fourfold.cli import app

    group = typer.main.get_command(app)
    commands = [(page.name, command) for page in PAGES for command in _commands(page)]
    assert len(commands) > 10
    for name, command in commands:
        words = command.split()
        known = {o for p in group.commands[words[1]].params for o in p.opts} | {"--help"}
        used = {word.split("=")[0].strip("[]") for word in words[2:] if re.match(r"\[?--\w", word)}
        assert used <= known, f"{name}: {command}"


def test_every_option_has_its_line_on_the_page():
    import typer.main

    from fourfold.cli import app

    text = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
    for command in typer.main.get_command(app).commands.values():
        for option in {o for p in command.params for o in p.opts if o.startswith("--")} - {"--help"}:
            assert f"`{option}" in text, option
    assert all(f"`{name}`" in text for name in EFFORTS)
