"""Files go out all together or not at all."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from command import contents, lay_out

from transformer.errors import UsageError
from transformer.hosts.outputs import Output, write


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_write_makes_folders_and_leaves_nothing_else(tmp_path: Path) -> None:
    write([Output(tmp_path / "a/b/x.yaml", b"x"), Output(tmp_path / "y.yaml", b"y")])
    assert contents(tmp_path) == {"a/": b"", "a/b/": b"", "a/b/x.yaml": b"x", "y.yaml": b"y"}


def test_write_replaces_a_file_at_once(tmp_path: Path) -> None:
    """Who reads the old file goes on reading it to its end."""
    file = tmp_path / "x.yaml"
    file.write_bytes(b"old")
    with file.open("rb") as reader:
        write([Output(file, b"new")])
        assert reader.read() == b"old"
    assert contents(tmp_path) == {"x.yaml": b"new"}


@pytest.mark.parametrize("bits", [0o644, 0o600, 0o755, 0o444])
def test_write_keeps_the_mode_of_a_file(bits: int, tmp_path: Path) -> None:
    file, like = tmp_path / "x.yaml", tmp_path / "like.yaml"
    lay_out(tmp_path, {"x.yaml": "old", "like.yaml": ""})
    file.chmod(bits)
    write([Output(file, b"new", like=like)])
    assert mode(file) == bits


@pytest.mark.usefixtures("umask")
def test_write_gives_a_new_file_the_mode_that_the_umask_allows(tmp_path: Path) -> None:
    lay_out(tmp_path, {"like.yaml": ""})
    (tmp_path / "like.yaml").chmod(0o755)
    write(
        [
            Output(tmp_path / "plain", b""),
            Output(tmp_path / "copy", b"", like=tmp_path / "like.yaml"),
            Output(tmp_path / "private", b"", mode=0o600),
        ]
    )
    assert [oct(mode(tmp_path / name)) for name in ("plain", "copy", "private")] == ["0o640", "0o750", "0o600"]


def test_write_makes_an_existing_file_private(tmp_path: Path) -> None:
    file = tmp_path / "secrets.yaml"
    file.write_text("old")
    file.chmod(0o644)
    write([Output(file, b"new", mode=0o600)])
    assert mode(file) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_write_keeps_the_owner(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("old")
    os.chown(file, 1234, 1235)
    write([Output(file, b"new")])
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 1235)


@pytest.mark.parametrize("target", ["real/x.yaml", "real/new.yaml"])
def test_write_follows_a_link_and_leaves_it(target: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {"real/x.yaml": "old"})
    link = tmp_path / "link.yaml"
    link.symlink_to(target)
    write([Output(link, b"new")])
    assert str(link.readlink()) == target
    assert (tmp_path / target).read_bytes() == b"new"


def test_write_writes_into_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write([Output(pipe, b"text")])
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()


def test_write_takes_a_name_as_long_as_the_file_system_does(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 250 + ".yaml")
    write([Output(file, b"text")])
    assert file.read_bytes() == b"text"


FAILURES = {
    "a folder stands in its place": ("folder", "Is a directory"),
    "its folder is a file": ("file/x.yaml", "Not a directory"),
    "its folder is a file, further up": ("new/../file/x/y.yaml", "Not a directory"),
    "its name is too long": ("new/" + "x" * 300, "File name too long"),
    "a full device": ("full", "No space left on device"),
}


@pytest.mark.parametrize("order", [1, -1], ids=["last", "first"])
@pytest.mark.parametrize(("place", "reason"), FAILURES.values(), ids=FAILURES.keys())
def test_write_leaves_everything_as_it_was_when_one_file_fails(
    place: str, reason: str, order: int, tmp_path: Path
) -> None:
    lay_out(tmp_path, {"a.yaml": "old", "file": "", "folder/x": "x"})
    (tmp_path / "full").symlink_to("/dev/full")
    before, moment = contents(tmp_path), (tmp_path / "a.yaml").stat().st_mtime_ns
    outputs = [Output(tmp_path / name, b"new") for name in ("a.yaml", "new/b/c.yaml", place)][::order]
    with pytest.raises(UsageError) as raised:
        write(outputs)
    assert str(raised.value) == f"{tmp_path / place}: {reason}; no file was changed"
    assert contents(tmp_path) == before
    assert (tmp_path / "a.yaml").stat().st_mtime_ns == moment


@pytest.mark.parametrize("has_links", [True, False])
def test_write_puts_back_what_it_replaced_when_a_later_file_cannot_be(
    has_links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a file is a mount of its own, which nothing but trying tells; with hard links, and without."""
    lay_out(tmp_path, {"a.yaml": "old", "mounted.yaml": "old"})
    before = contents(tmp_path)
    replace = Path.replace

    def replace_but_no_mount(self: Path, target: Path) -> Path:
        if target.name == "mounted.yaml":
            raise OSError(16, "Device or resource busy", str(self), None, str(target))
        return replace(self, target)

    def link_nothing(file: Path, name: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(file), None, str(name))

    monkeypatch.setattr(Path, "replace", replace_but_no_mount)
    if not has_links:
        monkeypatch.setattr(os, "link", link_nothing)
    with pytest.raises(UsageError, match=r"mounted\.yaml: Device or resource busy; no file was changed\Z"):
        write([Output(tmp_path / name, b"new") for name in ("a.yaml", "new/b.yaml", "mounted.yaml")])
    assert contents(tmp_path) == before


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(params=ENDING)
def alarm_interrupts(request: pytest.FixtureRequest) -> Iterator[None]:
    """SIGALRM is an interrupt, by each signal for one, and what a test leaves of the signals is as it was."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDING}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(request.param))
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("alarm_interrupts")
def test_write_leaves_all_or_nothing_whenever_it_is_interrupted(tmp_path: Path) -> None:
    old = {f"{number}.yaml": b"old" for number in range(10)}
    new = dict.fromkeys([*old, "more.yaml"], b"new")
    for tenths in range(1, 100):
        lay_out(tmp_path, old)
        with suppress(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, tenths / 10_000)
            write([Output(tmp_path / name, data) for name, data in new.items()])
            signal.setitimer(signal.ITIMER_REAL, 0)
            contents(tmp_path)  # long enough for one that was on its way
        assert contents(tmp_path) in (old, new)
        (tmp_path / "more.yaml").unlink(missing_ok=True)


@pytest.mark.usefixtures("alarm_interrupts")
def test_write_blocks_no_signal_when_it_is_over_however_it_ended(tmp_path: Path) -> None:
    """A signal that comes just before write blocks it raises just after; often enough, one hits that moment."""
    for number in range(1_500):
        with suppress(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, (number % 1_000 + 1) / 1_000_000)
            write([Output(tmp_path / "a.yaml", b"new")])
            signal.setitimer(signal.ITIMER_REAL, 0)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


def test_write_refuses_a_folder_it_may_not_write_to(shared_folder: Path) -> None:
    lay_out(shared_folder, {"open/a.yaml": "old", "closed/b.yaml": "old"})
    (shared_folder / "closed").chmod(0o500)
    before = contents(shared_folder)
    with pytest.raises(UsageError, match=r"closed/b\.yaml: Permission denied; no file was changed\Z"):
        write([Output(shared_folder / name, b"new") for name in ("open/a.yaml", "closed/b.yaml")])
    assert contents(shared_folder) == before


def test_write_refuses_two_outputs_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("x.yaml")
    with pytest.raises(UsageError, match=r"link\.yaml: two different things would be written to it"):
        write([Output(tmp_path / name, b"new") for name in ("x.yaml", "link.yaml")])
    assert not (tmp_path / "x.yaml").exists()
