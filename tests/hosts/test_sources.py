"""Files come in as they are, whatever their encoding and wherever they lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command import POD, lay_out

from transformer.errors import UsageError
from transformer.hosts.sources import Source, mirrored, read, source_of


def names(*paths: str | Path, leave_out: tuple[Path, ...] = ()) -> list[str]:
    return [source.name for source in read([str(path) for path in paths], leave_out=leave_out)]


# -- what bytes say ---------------------------------------------------------------------------------------------------

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_source_of_finds_the_encoding_and_gives_the_same_bytes_back(encoding: str) -> None:
    text = "kind: Pod # ✓ 🐳\r\n"
    data = ("\ufeff" + text if encoding.endswith("-be") else text).encode(encoding)
    source = source_of("x.yaml", data)
    assert source.text.removeprefix("\ufeff") == text
    assert source.encode(source.text) == data


NO_TEXT = {
    "latin-1": (b"kind: Pod\nname: caf\xe9\n", (2, 10, "no UTF-8 text: invalid continuation byte")),
    "cut off": (b"name: \xe2\x82", (1, 7, "no UTF-8 text: unexpected end of data")),
    "half a UTF-16 character": (
        "\ufeffa: 1\nb".encode("utf-16-le") + b"x",
        (2, 2, "no UTF-16-LE text: truncated data"),
    ),
}


@pytest.mark.parametrize(("data", "broken"), NO_TEXT.values(), ids=NO_TEXT.keys())
def test_source_of_says_where_bytes_are_no_text_and_keeps_them(data: bytes, broken: tuple[int, int, str]) -> None:
    source = source_of("x.yaml", data)
    assert source.broken == broken
    assert source.encode(source.text) == data


# -- reading ----------------------------------------------------------------------------------------------------------


def test_read_takes_the_manifests_of_a_folder_in_order(tmp_path: Path) -> None:
    files = ["b/2.yml", "b/10.yaml", "a.yaml", "c.json", "README.md", "c.yaml.bak", ".hidden.yaml"]
    files += [".git/x.yaml", ".hg/x.yaml", ".svn/x.yaml", ".github/x.yaml"]
    lay_out(tmp_path, dict.fromkeys(files, POD) | {"package.json": '{"name": "x"}'})
    found = [".hidden.yaml", "a.yaml", "c.json", ".github/x.yaml", "b/10.yaml", "b/2.yml"]
    assert names(tmp_path) == [f"{tmp_path}/{name}" for name in found]


def test_read_takes_what_is_named_whatever_it_is_called(tmp_path: Path) -> None:
    lay_out(tmp_path, {"notes.txt": "x", ".hidden.yaml": "x", ".git/x.yaml": "x", "package.json": "{}"})
    paths = [tmp_path / name for name in ("notes.txt", ".hidden.yaml", "package.json")]
    assert names(*paths) == [str(path) for path in paths]
    assert names(tmp_path / ".git") == [str(tmp_path / ".git/x.yaml")]


def test_read_takes_a_file_once(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/x.yaml": "a: 1\n", "a/y.yaml": "b: 1\n"})
    (tmp_path / "a" / "z.yaml").symlink_to("x.yaml")
    found = read([str(tmp_path / "a"), str(tmp_path / "a" / "." / "y.yaml"), str(tmp_path / "a" / ".." / "a")])
    assert [Path(source.name).name for source in found] == ["x.yaml", "y.yaml", "z.yaml"]


def test_read_passes_over_what_is_left_out(tmp_path: Path) -> None:
    lay_out(tmp_path, dict.fromkeys(["repoint.yaml", "out/x.yaml", "web.yaml"], POD))
    left_out = (tmp_path / "repoint.yaml", tmp_path / "out")
    assert names(tmp_path, leave_out=left_out) == [str(tmp_path / "web.yaml")]


def test_read_passes_over_pipes_and_linked_folders(tmp_path: Path) -> None:
    lay_out(tmp_path, {"tree/web.yaml": POD, "elsewhere/x.yaml": POD})
    os.mkfifo(tmp_path / "tree/pipe.yaml")
    (tmp_path / "tree/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "tree/link.yaml").symlink_to(tmp_path / "elsewhere/x.yaml")
    assert names(tmp_path / "tree") == [str(tmp_path / "tree/link.yaml"), str(tmp_path / "tree/web.yaml")]


def test_read_names_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("a.yaml")
    with pytest.raises(UsageError, match=r"a\.yaml: Too many levels of symbolic links\Z"):
        read([str(tmp_path)])


def test_read_takes_json_that_is_all_but_an_object(tmp_path: Path) -> None:
    """Which is worth a warning, unlike what other programs have in JSON."""
    all_but_one = '{"kind": "Pod", "metadata": {"name": "web"}}'
    others = {"b.json": f"[{all_but_one}]", "c.json": f"{all_but_one},", "d.json": '{"a": {"kind": 1, "metadata": 2}}'}
    lay_out(tmp_path, {"a.json": all_but_one, **others})
    assert names(tmp_path) == [str(tmp_path / "a.json")]


def test_read_names_every_path_that_cannot_be_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"tree/web.yaml": POD, "file": ""})
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / "tree" / name).symlink_to("nowhere")
    paths = [tmp_path / "missing.yaml", tmp_path / "tree", tmp_path / "file/x.yaml"]
    with pytest.raises(UsageError) as raised:
        names(*paths)
    assert str(raised.value).splitlines() == [
        f"{tmp_path}/missing.yaml: No such file or directory",
        f"{tmp_path}/tree/a.yaml: No such file or directory",
        f"{tmp_path}/tree/b.yaml: No such file or directory",
        f"{tmp_path}/file/x.yaml: Not a directory",
    ]


def test_read_names_a_folder_that_may_not_be_listed(shared_folder: Path) -> None:
    lay_out(shared_folder, {"tree/web.yaml": POD, "tree/private/db.yaml": POD})
    (shared_folder / "tree/private").chmod(0)
    with pytest.raises(UsageError, match=r"tree/private: Permission denied\Z"):
        names(shared_folder / "tree")
    with pytest.raises(UsageError, match=r"tree/private/db.yaml: Permission denied\Z"):
        names(shared_folder / "tree/private/db.yaml")
    (shared_folder / "tree/private").chmod(0o700)


# -- where a tree is mirrored to --------------------------------------------------------------------------------------

PLACES = {
    "a folder": (["k8s"], ["k8s/web.yaml", "k8s/db/db.yaml"], ["out/web.yaml", "out/db/db.yaml"]),
    "two folders": (["k8s/db", "k8s/lb"], ["k8s/db/x.yaml", "k8s/lb/x.yaml"], ["out/db/x.yaml", "out/lb/x.yaml"]),
    "a file": (["k8s/web.yaml"], ["k8s/web.yaml"], ["out/web.yaml"]),
    "files": (["k8s/web.yaml", "x.yaml"], ["k8s/web.yaml", "x.yaml"], ["out/k8s/web.yaml", "out/x.yaml"]),
    "with dots": (["./k8s/../k8s"], ["k8s/../k8s/web.yaml"], ["out/web.yaml"]),
    "beside": (["../other", "k8s"], ["../other/x.yaml", "k8s/web.yaml"], ["out/other/x.yaml", "out/here/k8s/web.yaml"]),
}


@pytest.mark.parametrize(("paths", "files", "places"), PLACES.values(), ids=PLACES.keys())
def test_mirrored_never_leaves_the_folder(
    paths: list[str], files: list[str], places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    lay_out(here, dict.fromkeys(files, POD))
    sources = [Source(file, POD, file=Path(file)) for file in files]
    assert [str(place) for place in mirrored(sources, paths, Path("out"))] == places
