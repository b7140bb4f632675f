"""Name places in an object, and walk to them: paths with slashes as kustomize writes them, with dots as messages do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Generic, NamedTuple, TypeVar

from transformer.nodes import Mapping, Node, Sequence, merged, pairs, resolve, text_of

EVERY_ITEM = "[*]"
EVERY_VALUE = "*"

Steps = tuple[str, ...]
Wanted = TypeVar("Wanted")

_DOTTED = re.compile(r'\["([^"]*)"\]|(\[\*\])|([^.\[\]]+)')
_STEP = re.compile(r'\.?(?:\["[^"]*"\]|\[\d+\]|[^.\[\]]+)')
_SLASHED = re.compile(r"(?:\\.|[^/\\])+")
_LIST_MARKS = re.compile(r"(.*?)((?:\[\*?\])*)", re.DOTALL)
_INDEX = re.compile(r"\[\d+\]\Z")


class Entry(NamedTuple):
    """A place: the mapping or sequence it is written in, what stands there (an alias as such), and its path."""

    holder: Mapping | Sequence
    value: Node
    path: str


class Places(Generic[Wanted]):
    """Paths in a tree, so that an object is walked once however many of them there are."""

    __slots__ = ("below", "here")

    def __init__(self, paths: Iterable[tuple[Steps, Wanted]] = ()) -> None:
        self.below: dict[str, Places[Wanted]] = {}
        self.here: list[Wanted] = []
        for steps, wanted in paths:
            places = self
            for step in steps:
                places = places.below.setdefault(step, Places())
            places.here.append(wanted)


def slashed(path: str) -> Steps:
    r"""Return the steps of a path in the words of kustomize's fieldSpecs.

    `a/b[]/c` and `a/b/[*]/c` go through every item of a list, `a/*/c` through every value of a mapping, and `\/` is
    a slash in a key. Raises ValueError, with the reason, where `path` is none.
    """
    found: list[str] = []
    rest = path.removeprefix("/")
    parts = _SLASHED.findall(rest)
    if not rest or "/".join(parts) != rest:
        raise ValueError(f"{path!r} has an empty step" if rest else "a path has at least one key")
    for part in parts:
        match = _LIST_MARKS.fullmatch(part)
        key, marks = (match[1].replace("\\/", "/"), match[2]) if match else (part, "")
        if key.isdigit() or _INDEX.search(key):
            raise ValueError(f"{path!r} names one item of a list; write [] for every item")
        found += [*([key] if key else []), *[EVERY_ITEM] * marks.count("[")]
    if all(step in (EVERY_ITEM, EVERY_VALUE) for step in found):
        raise ValueError(f"{path!r} names no key")
    if len(found) == 1 and "." in found[0].strip("."):
        hint = found[0].replace(".", "/")
        raise ValueError(f"{path!r} is one key with dots in it; steps are joined by '/': did you mean {hint!r}?")
    return tuple(found)


def dotted(path: str) -> Steps:
    """Return the steps of a path as messages write it: `a.b[*].c`, and `["a.b"]` for a key with dots in it."""
    return tuple(quoted or mark or key for quoted, mark, key in _DOTTED.findall(path))


def as_slashed(path: str) -> str:
    """Return a path as messages write it in the words of kustomize's fieldSpecs, every index as every item."""
    steps = (step.removeprefix(".") for step in _STEP.findall(path))
    words = ("[]" if step.startswith("[") and step[1].isdigit() else _bare(step) for step in steps)
    return "".join(word if word == "[]" else "/" + word.replace("/", "\\/") for word in words).removeprefix("/")


def _bare(step: str) -> str:
    """Return a key without its quotes; one that would read as an index as any key."""
    key = step.removeprefix('["').removesuffix('"]')
    return EVERY_VALUE if key.isdigit() else key


def join(path: str, step: str) -> str:
    """Return the path of what stands at `step`, a key or an index in brackets, below `path`."""
    if step.startswith("["):
        return path + step
    if not step or "." in step or "/" in step:
        return f'{path}["{step}"]'
    return f"{path}.{step}" if path else step


def concat(path: str, below: str) -> str:
    """Return the path of what stands at the path `below` in what stands at `path`."""
    return f"{path}.{below}" if path and below and not below.startswith("[") else path + below


def upward(path: str) -> Iterator[str]:
    """Yield `path` and each path above it, up to the empty one."""
    yield from (path[: match.end()] for match in reversed([*_STEP.finditer(path)]))
    yield ""


def common(one: Iterable[str], other: Iterable[str]) -> int:
    """Return how many steps, or characters, two paths begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def is_at_or_below(path: str, other: str) -> bool:
    """Say whether `path` is `other` or leads to something in it."""
    return not other or path == other or path.startswith((f"{other}.", f"{other}["))


def first(path: str, number: int) -> str:
    """Return the path of its first steps."""
    found = [match.end() for match in _STEP.finditer(path)]
    return path[: found[number - 1]] if number else ""


def walk(root: Mapping, places: Places[Wanted]) -> Iterator[tuple[Wanted, Entry]]:
    """Yield what is wanted at each place in `root` that there is, and the place; each node once for one place.

    As in kustomize, a list on the way is gone through where a path does not say so. Of equal keys each one counts.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [(Entry(root, root, ""), places, True)]
    while waiting:
        entry, here, is_there = waiting.pop()
        yield from ((wanted, entry) for wanted in here.here if is_there)
        node = resolve(entry.value)
        if here.below and (id(node), id(here)) not in seen:
            seen.add((id(node), id(here)))
            waiting += reversed([*_below(node, entry.path, here)])


def _below(node: Node, path: str, places: Places[Wanted]) -> Iterator[tuple[Entry, Places[Wanted], bool]]:
    """Yield what is below `node`, with the places to look for there, and whether it is itself at one."""
    if isinstance(node, Mapping):
        for holder, key, value in entries(node):
            for step in dict.fromkeys((key, EVERY_VALUE)) if key != "<<" else ():
                if (found := places.below.get(step)) is not None:
                    yield Entry(holder, value, join(path, key)), found, True
    elif isinstance(node, Sequence):
        every = places.below.get(EVERY_ITEM)
        for index, child in enumerate(node.children):
            item = Entry(node, child, f"{path}[{index}]")
            if every is not None:
                yield item, every, True
            yield item, places, False


def children(node: Mapping | Sequence) -> Iterator[tuple[Node, str]]:
    """Yield what stands in a collection, each with its step of a path: a key, or an index in brackets."""
    if isinstance(node, Sequence):
        yield from ((child, f"[{index}]") for index, child in enumerate(node.children))
    else:
        yield from ((value, text_of(key)) for key, value in pairs(node))


def entries(mapping: Mapping) -> Iterator[tuple[Mapping, str, Node]]:
    """Yield the entries of `mapping` behind the mapping each is written in: its own, then those it merges in.

    A key that stands behind `<<` hides what that merges in. One before it does so by the YAML specification, and not
    to Kubernetes' parser, so that both values count.
    """
    own = [(mapping, text_of(key), value) for key, value in pairs(mapping)]
    yield from own
    names = [name for _, name, _ in own]
    hidden = set(names[names.index("<<") :]) if "<<" in names else set()
    for holder in merged(mapping) if hidden else ():
        based = [(holder, text_of(key), value) for key, value in pairs(holder)]
        yield from (entry for entry in based if entry[1] not in hidden)
        hidden.update(name for _, name, _ in based)
