"""The house rules that a machine can check: what lies where, who may import whom, what is said."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import atfsm

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TEST_MODULES = sorted((ROOT / "tests").rglob("test_*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

LINES_AT_MOST = 400

TOP_LEVEL = {
    *("pyproject.toml", "src", "fsm_diagrams", "tests", "docs"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", ".ci"),
    *(".editorconfig", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"),
}

HEAVY = {"transitions", "serial", "graphviz", "pygraphviz", "zstandard", "hypothesis"}

# The patterns are put together from pieces, so that this file does not contain what it forbids.
FORBIDDEN_TEXT = {
    "the host of a package registry": "|".join(
        re.escape(".".join(labels))
        for labels in (
            ("pypi", "org"),
            ("python" + "hosted", "org"),
            ("npm" + "js", "org"),
            ("npm" + "js", "com"),
            ("debian", "org"),
            ("ubuntu", "com"),
            ("anaconda", "org"),
            ("crates", "io"),
            ("proxy", "golang", "org"),
        )
    ),
    "an absolute path of somebody's machine": rf"(?<![\w.~$/-])/(?:{'wo' + 'rk'}|{'r' + 'oot'})/\w",
    "a word about how the text came about": (
        rf"(?i){'sub' + '-?agent'}|\b{'AGE' + 'NTS'}\.md|\bshared/(?:{'des' + 'ign'}|{'refer' + 'ence'})"
    ),
}
LOCK_FILE = re.compile(r"(?:.*[.-])?lock(?:\.(?:json|ya?ml|toml))?|requirements.*\.txt|pylock\..*")


def git_files() -> list[str]:
    """List the files that git knows, or skip the test where this is no checkout."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    files = [name for name in answer.stdout.decode().split("\0") if (ROOT / name).is_file()]
    if "pyproject.toml" not in files:
        pytest.skip("this folder is not the root of a git checkout, or nothing is added yet")
    return files


def modules_imported_by(*arguments: str) -> set[str]:
    """Run Python with *arguments* and name the top-level packages that it imported."""
    answer = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert answer.returncode == 0, answer.stderr
    lines = (line for line in answer.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def anchors(page: Path) -> set[str]:
    """Name the headings of *page* the way a link does."""
    headings = re.findall(r"^#+ +(.+?) *$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# ------------------------------------------------------------------------------ what lies where


def test_the_top_level_holds_only_what_was_agreed() -> None:
    """A newcomer finds a handful of things on the first page, and no stray file among them."""
    strays = {name.partition("/")[0] for name in git_files()} - TOP_LEVEL

    assert set() == strays


def test_no_lock_file_is_committed() -> None:
    """Lower bounds are the promise; a lock file would pin users and record download addresses."""
    locks = [name for name in git_files() if LOCK_FILE.fullmatch(name.rpartition("/")[2])]

    assert [] == locks


@pytest.mark.parametrize("what", FORBIDDEN_TEXT)
def test_no_file_names(what: str) -> None:
    """The project builds on any machine, from any registry, and speaks of its subject only."""
    pattern = re.compile(FORBIDDEN_TEXT[what])
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name in git_files()
        for number, line in enumerate(
            (ROOT / name).read_bytes().decode("utf-8", "replace").split("\n"), start=1
        )
        if pattern.search(line)
    ]

    assert [] == found


@pytest.mark.parametrize("text", ["/{}/x", "see /{}/x", '"/{}/x"', "(/{}/x)"])
@pytest.mark.parametrize("folder", ["wo" + "rk", "r" + "oot"])
def test_a_path_of_a_machine_is_recognised(text: str, folder: str) -> None:
    """A check that finds nothing has to be able to find something."""
    pattern = FORBIDDEN_TEXT["an absolute path of somebody's machine"]

    assert re.search(pattern, text.format(folder))
    assert not re.search(pattern, f"docs/{folder}/x and ~/{folder}/x")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("uv.lock", True),
        ("poetry.lock", True),
        ("package-lock.json", True),
        ("pylock.toml", True),
        ("requirements-dev.txt", True),
        ("clock.py", False),
        ("block.log", False),
        ("lockstep.md", False),
    ],
)
def test_a_lock_file_is_recognised(name: str, expected: bool) -> None:
    """Known lock files are found; names that merely contain the word are not."""
    assert expected is bool(LOCK_FILE.fullmatch(name))


def test_dependencies_have_a_floor_and_no_ceiling() -> None:
    """A library that pins what it needs cannot be installed beside another that does."""
    with_ceiling = [d for d in PROJECT["dependencies"] if not re.fullmatch(r"[\w-]+>=[\d.]+", d)]

    assert [] == with_ceiling


def test_the_changelog_begins_with_the_version() -> None:
    """Whoever reads the changelog reads about the version that is installed."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    top = re.search(r"^## \[(.+?)\] - (?:unreleased|\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)

    assert top is not None, "the top entry must read: ## [1.2.3] - unreleased (or a date)"
    assert PROJECT["version"] == top[1]
    assert PROJECT["version"] == importlib.metadata.version("atfsm")


# -------------------------------------------------------------------------- who may import whom


def test_imports_point_down_only() -> None:
    """The floors of the house, as the contracts in pyproject.toml draw them."""
    command = "import sys; from importlinter.cli import lint_imports as lint; sys.exit(lint({}))"
    answer = subprocess.run(
        [sys.executable, "-c", command.format("no_cache=True, no_logo=True")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    "arguments", [("-c", "import atfsm"), ("-m", "atfsm", "--help")], ids=" ".join
)
def test_the_start_is_light(arguments: tuple[str, ...]) -> None:
    """Whoever asks for help, or for one class, does not wait for what draws or drives."""
    imported = modules_imported_by(*arguments)

    assert "atfsm" in imported
    assert set() == imported & HEAVY


# ---------------------------------------------------------------------------------- what is said


@pytest.mark.parametrize("name", sorted(atfsm.__all__))
def test_every_public_name_is_explained(name: str) -> None:
    """``help(atfsm.X)`` has an answer, written by a person and not by ``@dataclass``."""
    thing = getattr(atfsm, name)
    text = thing.__doc__ if inspect.isclass(thing) else inspect.getdoc(thing)

    assert text, f"atfsm.{name} has no docstring"
    assert not text.startswith(f"{name}("), f"atfsm.{name} has only a generated docstring"


def test_the_public_names_are_listed_once() -> None:
    """``__all__`` is the public surface: no name twice, and each one is there."""
    names = list(atfsm.__all__)

    assert sorted(set(names)) == sorted(names)
    assert [] == [name for name in names if not hasattr(atfsm, name)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_module_is_longer_than_its_budget(path: Path) -> None:
    """What does not fit a reader's head is two modules."""
    length = len(path.read_text("utf-8").splitlines())

    assert length <= LINES_AT_MOST


@pytest.mark.parametrize("path", TEST_MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_states_its_requirement(path: Path) -> None:
    """A test without a docstring says what is done, but not what is promised."""
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    silent = [f.name for f in functions if f.name.startswith("test") and not ast.get_docstring(f)]

    assert [] == silent


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_dead(page: Path) -> None:
    """Every link into the repository leads to a file, and to a heading where it names one."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)

    assert [] == dead


def test_every_page_is_in_the_index() -> None:
    """What ``docs/README.md`` does not list, nobody finds."""
    index = ROOT / "docs" / "README.md"
    listed = {
        (index.parent / link).resolve()
        for link in re.findall(r"\]\(([^)#\s]+)\)", index.read_text("utf-8"))
    }
    lost = [str(page.relative_to(ROOT)) for page in PAGES if page not in listed | {index}]

    assert [] == lost
