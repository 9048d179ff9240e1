"""Which captures there are."""

from __future__ import annotations

import contextlib
import glob
import os
import socket
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.errors import CaptureError
from atfsm.replay import listing, replay
from atfsm.replay.globs import globbed
from atfsm.replay.listing import Input, LeftOut, _walked_remotely, listed


def put(folder: Path, *names: str) -> None:
    """Write small files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("AT\nOK\n", "utf-8")


def names_in(folder: Path, *named: str) -> list[str]:
    """What is listed, relative to *folder*."""
    found = listed(os.path.join(folder, name) for name in named)  # noqa: PTH118  a Path tidies
    return [os.path.relpath(each.name, folder) for each in found]


def test_a_folder_is_listed_in_the_order_of_whole_paths(tmp_path: Path) -> None:
    """The same order as sorting all paths, though only one folder at a time is in memory."""
    put(tmp_path, "b/2.log", "a.log", "a/z.log", "a-b.log", "a/b/c.log", "b/10.log", "B.log")

    found = names_in(tmp_path, "")

    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.log")) == found


def test_what_is_no_file_is_left_out_of_a_folder(tmp_path: Path) -> None:
    """Pipes would block, links to folders may go round in circles; dead links are told."""
    put(tmp_path, "a.log", "b/c.log")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "dead").symlink_to(tmp_path / "nothing")
    (tmp_path / "live").symlink_to(tmp_path / "a.log")

    assert ["a.log", "b/c.log", "dead"] == names_in(tmp_path, "")


@pytest.mark.parametrize("named", ["", "*", "**/*", "?*"])
def test_what_is_no_file_is_told(named: str, tmp_path: Path) -> None:
    """A folder and a glob leave pipes and sockets out, and say so; nobody waits for a writer."""
    put(tmp_path, "a.log")
    os.mkfifo(tmp_path / "b")
    with socket.socket(socket.AF_UNIX) as bound, contextlib.chdir(tmp_path):
        bound.bind("c")
        left_out = LeftOut()
        found = [each.name for each in listed([named or "."], left_out=left_out)]

    assert ["a.log"] == [name.removeprefix("./") for name in found]
    assert (2, "b") == (left_out.count, left_out.first.removeprefix("./"))
    assert str(left_out).endswith(
        "b and 1 more: are no regular files (a pipe, a socket, a device): left out"
    )


def test_a_pipe_that_is_named_is_for_one_process(tmp_path: Path) -> None:
    """One process reads it as it comes; several cannot, and would wait for ever."""
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)

    (one,) = listed([pipe], by_one_process=True)
    assert (pipe, -1, "") == (one.name, one.size_bytes, one.reason)
    (many,) = listed([pipe])
    assert many.reason.startswith(f"{pipe}: is no regular file (a pipe, a socket, a device): ")
    with pytest.raises(CaptureError, match=r"^/dev/fd/63 is one stream and cannot be read by sev"):
        list(listed(["/dev/fd/63"]))


@pytest.mark.parametrize("named", ["**/*.log", "**", "*/**/*.log", "*"])
def test_globs_do_not_go_round_in_circles(named: str, tmp_path: Path) -> None:
    """No wildcard goes through a link to a folder; a link that is written out is meant."""
    put(tmp_path, "a/1.log", "a/b/2.log")
    for name in ("a/up", "a/b/up", "a/b/top", "z"):
        (tmp_path / name).symlink_to(tmp_path)

    assert ["a/1.log", "a/b/2.log"] == names_in(tmp_path, named)
    assert ["z/a/1.log"] == names_in(tmp_path, "z/a/*.log")


# fmt: off
LINKED: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "in a folder":             (("d",),                        ["d/b.log", "d/far"]),
    "by a glob":               (("d/*",),                      ["d/a", "d/far"]),
    "by their names":          (("d/a", "d/b.log", "d/c"),     ["d/a"]),
    "the link, the folder":    (("d/a", "d"),                  ["d/a", "d/far"]),
    "the folder, the link":    (("d", "d/a"),                  ["d/b.log", "d/far"]),
    "the target":              (("d", "e"),                    ["d/b.log", "d/far"]),
    "the target first":        (("e", "d"),                    ["e/f.log", "d/b.log"]),
    "a link to the folder":    (("g", "d"),                    ["g/b.log", "g/far"]),
    "behind that":             (("d", "g", "g/b.log"),         ["d/b.log", "d/far"]),
    "hard links":              (("h",),                        ["h/1"]),
    "a hard link elsewhere":   (("h/2", "h"),                  ["h/2"]),
}
# fmt: on


@pytest.mark.parametrize("name", LINKED)
def test_a_file_of_many_names_counts_once(name: str, tmp_path: Path) -> None:
    """A link beside its target, a link from elsewhere, a hard link: one file is one capture."""
    put(tmp_path, "d/b.log", "e/f.log", "h/1")
    for link, target in (("d/a", "b.log"), ("d/c", "b.log"), ("d/far", "../e/f.log"), ("g", "d")):
        (tmp_path / link).symlink_to(target)
    (tmp_path / "h" / "2").hardlink_to(tmp_path / "h" / "1")
    named, expected = LINKED[name]

    assert expected == names_in(tmp_path, *named)


PARTS = ("a", "b", "*", "**", "?", "[ab]", ".*", "a*")


@given(
    before=st.lists(st.sampled_from(PARTS), max_size=3),
    last=st.sampled_from([part for part in PARTS if part != "**"]),
)
def test_globs_are_those_of_python(
    before: list[str], last: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the pattern, where there are no links."""
    folder = tmp_path_factory.getbasetemp() / "globs"
    if not folder.exists():
        put(folder, "a/a/b", "a/b/ab", "b/.a/a", ".b/a", "aa", "b/a/a/a")
    pattern = os.path.join(folder, *before, last)  # noqa: PTH118  a Path tidies
    expected = {name for name in glob.glob(pattern, recursive=True) if Path(name).is_file()}  # noqa: PTH207  what is compared
    found = [name for name in globbed(pattern) if Path(name).is_file()]

    assert sorted(expected) == found


def test_names_keep_their_order_and_globs_are_sorted(tmp_path: Path) -> None:
    """What was named first comes first, and once."""
    put(tmp_path, "x/1.log", "x/2.log", "x/3.txt", "y.log", "[odd].log")

    found = names_in(tmp_path, "y.log", "x/*.log", "**/*.txt", "[odd].log", "y.log", "no*.log")

    expected = ["y.log", "x/1.log", "x/2.log", "x/3.txt", "[odd].log", "no*.log"]
    assert expected == found


def test_a_file_has_its_size_and_changes_with_its_time(tmp_path: Path) -> None:
    """So that a changed capture is noticed when a run is resumed."""
    put(tmp_path, "a.log")
    path = tmp_path / "a.log"
    before = next(listed([str(path)]))
    os.utime(path, ns=(1, 1))
    after = next(listed([str(path)]))

    assert 6 == before.size_bytes == after.size_bytes
    assert before.state != after.state == "1"


def test_an_empty_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    """They are listed, with the reason, so that they get rows."""
    empty, missing = tmp_path / "empty", tmp_path / "missing.log"
    empty.mkdir()

    found = list(listed([str(empty), str(missing)]))

    assert [
        Input(str(empty), reason=f"{empty}: is a folder without files"),
        Input(str(missing), reason=f"{missing}: cannot be read: No such file or directory"),
    ] == found


# fmt: off
TWICE: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "a folder":                   (("a", "a"),           ["a/1.log", "a/b/2.log"]),
    "with another end":           (("a", "a/", "./a"),   ["a/1.log", "a/b/2.log"]),
    "a file of the folder":       (("a", "a/b/2.log"),   ["a/1.log", "a/b/2.log"]),
    "a file, then the folder":    (("a/b/2.log", "a"),   ["a/b/2.log", "a/1.log"]),
    "a folder in it":             (("a/b", "a"),         ["a/b/2.log", "a/1.log"]),
    "the folder around it":       (("a", "a/b"),         ["a/1.log", "a/b/2.log"]),
    "by a glob":                  (("a/*.log", "**/*.log"), ["a/1.log", "a/b/2.log", "ab/3.log"]),
    "one that begins alike":      (("a", "ab"),          ["a/1.log", "a/b/2.log", "ab/3.log"]),
    "around by the parent":       (("a", "a/b/.."),      ["a/1.log", "a/b/2.log"]),
}
# fmt: on


@pytest.mark.parametrize("name", TWICE)
def test_what_is_named_twice_counts_once(name: str, tmp_path: Path) -> None:
    """However it is named: a share of the report would be wrong otherwise."""
    put(tmp_path, "a/1.log", "a/b/2.log", "ab/3.log")
    named, expected = TWICE[name]

    assert expected == names_in(tmp_path, *named)


def test_standard_input_is_refused() -> None:
    """One stream cannot be read by several processes."""
    with pytest.raises(CaptureError, match="--files-from -"):
        list(listed(["-"]))


# --------------------------------------------------------------------------------- odd names


LONG = "x" * 5_000


# fmt: off
ODD: dict[str, tuple[str, str]] = {
    "too long":                (LONG,                  f"{LONG}: cannot be read: File name too long"),
    "too long, with a plus":   (f"{LONG}+b",           f"{LONG}+b: cannot be read: File name too long"),
    "too long, a glob":        (f"{LONG}*",            f"{LONG}*: matches nothing"),
    "a glob":                  ("no*.log",             "no*.log: matches nothing"),
    "empty":                   ("",                    "a name is empty: name a file, a folder or a glob"),
    "NUL":                     ("a\0b",                "a\0b: cannot be read: a name holds no NUL"),
    "NUL in a glob":           ("a\0/*",               "a\0/*: cannot be read: a name holds no NUL"),
}
# fmt: on


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_no_file_can_have_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, as for a file that is missing; the others are listed."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "a.log")
    named, reason = ODD[name]

    assert [("a.log", ""), (named, reason)] == [
        (each.name, each.reason) for each in listed(["a.log", named])
    ]


def test_folders_may_lie_very_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deeper than Python calls itself, in the order of whole paths."""
    monkeypatch.chdir(tmp_path)  # a path may have 4,096 characters
    depth = 1_500
    folders = ["/".join(["d"] * level) for level in range(1, depth + 1)]
    for folder in folders:
        Path(folder).mkdir()
    put(Path(), f"{folders[-1]}/z.log", "e.log", "d/a.log")
    try:
        found = [each.name for each in listed(["."])]
        by_glob = [each.name for each in listed(["**/*.log"])]
    finally:  # what tidies up after tests calls itself
        Path(f"{folders[-1]}/z.log").unlink()
        for folder in reversed(folders[1:]):
            Path(folder).rmdir()

    assert ["./d/a.log", f"./{folders[-1]}/z.log", "./e.log"] == found
    assert ["d/a.log", f"{folders[-1]}/z.log", "e.log"] == by_glob


def test_folders_of_a_store_may_lie_very_deep() -> None:
    """As on a disk."""
    asked: list[str] = []

    class Deep:
        """Lists one folder in each."""

        def ls(self, folder: str, *, detail: bool) -> list[dict[str, object]]:
            """One folder, and at last a file."""
            assert detail
            asked.append(folder)
            kind = "directory" if len(asked) < 3_000 else "file"
            return [{"name": f"{folder}/d", "type": kind}]

    assert 3_000 == next(_walked_remotely(Deep(), "f"))["name"].count("/d")


# ------------------------------------------------------------------------------------- pairs


def put_pair(folder: Path, sent: str, received: str) -> None:
    """Write the two sides of a capture."""
    (folder / sent).parent.mkdir(parents=True, exist_ok=True)
    (folder / sent).write_text("[2026-11-22 10:00:00.000] AT\n", "utf-8")
    (folder / received).write_text("[2026-11-22 10:00:00.100] OK\n", "utf-8")


# fmt: off
PAIRS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "in a folder":                 (("d",),                          ["d/a.log", "d/rx.log+", "d/z.log"]),
    "by a glob":                   (("d/?x.log",),                   ["d/rx.log+"]),
    "by their names":              (("d/tx.log", "d/z.log", "d/rx.log"), ["d/rx.log+", "d/z.log"]),
    "by the name of both":         (("d/tx.log+d/rx.log",),          ["d/rx.log+"]),
    "both, then the folder":       (("d/tx.log+d/rx.log", "d"),      ["d/rx.log+", "d/a.log", "d/z.log"]),
    "the folder, then both":       (("d", "d/tx.log+d/rx.log"),      ["d/a.log", "d/rx.log+", "d/z.log"]),
    "one side":                    (("d/tx.log",),                   ["d/tx.log"]),
}
# fmt: on


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_is_one_capture(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is named; it stands where the first of the two files stood."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "d/a.log", "d/z.log")
    put_pair(tmp_path, "d/tx.log", "d/rx.log")
    named, expected = PAIRS[name]
    found = list(listed(named))

    names = [each.replace("d/rx.log+", "d/tx.log+d/rx.log") for each in expected]
    assert names == [each.name for each in found]
    for each in found:
        if "+" in each.name:
            states = [Path(file).stat().st_mtime_ns for file in ("d/tx.log", "d/rx.log")]
            assert (58, "+".join(map(str, states)), "") == each[1:]


def test_half_a_pair_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says which file is not there."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "tx.log")

    reason = "tx.log+rx.log: of this pair, rx.log is not there"
    assert [Input("tx.log+rx.log", reason=reason)] == list(listed(["tx.log+rx.log"]))


def test_the_other_side_is_looked_for_within_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So memory does not grow with the number of files; a pair farther apart stays two."""
    monkeypatch.setattr(listing, "WINDOW_FILES", 3)
    put_pair(tmp_path, "tx.log", "rx.log")
    put(tmp_path, "s1", "s2", "s3")
    monkeypatch.chdir(tmp_path)

    near, far = ["rx.log", "s1", "s2", "tx.log", "s3"], ["rx.log", "s1", "s2", "s3", "tx.log"]
    assert ["tx.log+rx.log", "s1", "s2", "s3"] == [each.name for each in listed(near)]
    assert far == [each.name for each in listed(far)]


def test_pipes_are_not_looked_into(tmp_path: Path) -> None:
    """Named as two sides, they would block whoever lists them."""
    for name in ("tx.log", "rx.log"):
        os.mkfifo(tmp_path / name)

    assert ["tx.log", "rx.log"] == names_in(tmp_path, "tx.log", "rx.log")


# ------------------------------------------------------------------------ names with a protocol


@pytest.fixture
def store() -> str:
    """A store in memory, with a few captures."""
    filesystem = fsspec.filesystem("memory")
    for name in ("a/1.log", "a-b.log", "a/b/2.log", "c.log"):
        filesystem.pipe(f"/fleet/{name}", b"Tx: AT\nRx: OK\n")
    return "memory://fleet"


def test_a_store_is_listed_like_a_folder(store: str) -> None:
    """Folders, globs and files of a store are just names; what is named twice counts once."""
    found = [each.name for each in listed([store, f"{store}/a/*.log", f"{store}/c.log"])]

    whole = [f"memory:///fleet/{name}" for name in ("a-b.log", "a/1.log", "a/b/2.log", "c.log")]
    assert whole == found
    assert [whole[1], whole[0], *whole[2:]] == [
        each.name for each in listed([f"{store}/a/*.log", store])
    ]


def test_a_capture_in_a_store_is_replayed(store: str) -> None:
    """What was listed can be opened."""
    for each in listed([store]):
        assert "clean" == replay(each.name).verdict.value
        assert 14 == each.size_bytes


def test_what_is_not_in_a_store_is_told(store: str) -> None:
    """In one line, like a file that is missing."""
    found = list(listed([f"{store}/nothing.log"]))

    assert [f"{store}/nothing.log: cannot be read: No such file or directory"] == [
        each.reason for each in found
    ]
    with pytest.raises(CaptureError, match="cannot be read: No such file"):
        replay(f"{store}/nothing.log")


def test_a_folder_of_a_store_without_files_is_told() -> None:
    """It gets a row that says so, like an empty folder."""
    fsspec.filesystem("memory").mkdir("/fleet-empty/below")

    assert ["memory://fleet-empty: is a folder without files"] == [
        each.reason for each in listed(["memory://fleet-empty"])
    ]


def test_a_store_that_cannot_be_listed_is_told(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each store has errors of its own: no credentials, no network."""

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no credentials")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "ls", refuse)
    with pytest.raises(CaptureError, match=r"^memory://fleet: cannot be listed: no credentials$"):
        list(listed([store]))


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a row, and the folders beside it are listed."""
    put(tmp_path, "a/1.log", "b/2.log")
    scan = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = [(os.path.relpath(i.name, tmp_path), i.reason) for i in listed([str(tmp_path)])]

    reason = f"{tmp_path / 'a'}: cannot be listed: Permission denied"
    assert [("a", reason), ("b/2.log", "")] == found


def test_a_protocol_that_nobody_knows_is_told() -> None:
    """Fsspec says what it would need."""
    for say in (lambda url: list(listed([url])), replay):
        with pytest.raises(CaptureError, match="nope://x: cannot be opened: Protocol not known"):
            say("nope://x")


def test_a_file_url_is_a_file(tmp_path: Path) -> None:
    """The same captures, by another name."""
    put(tmp_path, "a/1.log", "b.log")

    found = [each.name for each in listed([f"file://{tmp_path}"])]

    assert [f"file://{tmp_path}/a/1.log", f"file://{tmp_path}/b.log"] == found
