"""The catalog: where images and pull secrets stand in the kinds that are known, outside the containers of a pod spec.

Its rows are in catalog.txt, which says at its top how they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pkgutil import get_data
from typing import Literal, NamedTuple, TypeAlias, cast

from transformer.field_paths import Steps, common, dotted

Value: TypeAlias = Literal[
    "image",
    "imageOrName",
    "imageOrTag",
    "prefix",
    "url",
    "urlPrefix",
    "values",
    "valuesText",
    "none",
    "pullSecrets",
    "pullSecretNames",
    "pullSecretName",
    "pullSecretRef",
]

_SIBLINGS = ("registry", "tag", "digest")


class Row(NamedTuple):
    """A row of the catalog; the group without a name is an empty text. `options` are the words KEY=VALUE."""

    group: str
    kind: str
    path: str
    value: Value
    options: tuple[tuple[str, str], ...]

    @property
    def steps(self) -> Steps:
        """The steps of the path."""
        return dotted(self.path)

    @property
    def siblings(self) -> tuple[tuple[str, str], ...]:
        """The parts of an image that stand in keys beside it, and those keys."""
        return tuple(option for option in self.options if option[0] in _SIBLINGS)

    @property
    def kind_of_image(self) -> str:
        """What an object at the path says of itself as its `kind` where it names an image; empty where it need not."""
        return next((text for name, text in self.options if name == "kind"), "")

    @property
    def serves(self) -> tuple[int, str] | None:
        """What a pull secret serves: how many steps of its own path lead there, and the path from there.

        None where that is the mapping that holds it.
        """
        served = next((dotted(path) for name, path in self.options if name == "for"), None)
        if served is None:
            return None
        shared = common(served, self.steps)
        return shared, ".".join(served[shared:])


def rows() -> Iterator[Row]:
    """Yield the rows of the catalog, in their order."""
    yield from map(_row, (line for line in _text().split("\n") if line and not line.startswith("#")))


def of_kind(group: str, kind: str) -> Iterator[Row]:
    """Yield the rows of a kind, whatever case it is written in."""
    text, begin = _text(), f"\n{group or 'core'} "
    at = text.find(begin)
    while at >= 0:
        line = text[at + 1 : text.find("\n", at + 1)]
        if line.split(" ")[1].lower() == kind.lower():
            yield _row(line)
        at = text.find(begin, at + 1)


@cache
def _text() -> str:
    data = get_data("transformer", "catalog.txt") or b""
    return data.decode()


def _row(line: str) -> Row:
    group, kind, path, value, *words = line.split(" ")
    options = tuple((key, text) for key, _, text in (word.partition("=") for word in words))
    return Row("" if group == "core" else group, kind, path, cast("Value", value), options)
