"""One document as the rules see it: its text, its fields, and what is known beyond it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TypedDict

from transformer.aliases import aliased, uses
from transformer.config import Config, PullSecret
from transformer.directives import comment_behind, why_kept
from transformer.documents import LINE_BREAK, Document
from transformer.edits import Edit, apply, merge
from transformer.image_fields import Fields, ImageField, fields
from transformer.node_edits import content_start
from transformer.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    column,
    end,
    is_flow,
    line,
    resolve,
    start,
    text_of,
)
from transformer.resources import Resource, ResourceRef
from transformer.secret_names import secret_name
from transformer.spellings import parts
from transformer.spots import Spot, spots
from transformer.survey import Survey
from transformer.texts import Text, texts
from transformer.verdicts import Verdict, verdict

_LINE_BREAK = re.compile(LINE_BREAK)


class Where(TypedDict):
    """What a finding says of where it was found."""

    line: int
    column: int
    resource: ResourceRef
    namespace: str


class Manifest:
    """A composed document, its root node, and what is known beyond it; nothing of it changes."""

    def __init__(self, document: Document, root: Node | None, config: Config, known: Survey) -> None:
        self.document = document
        self.root = root
        self.config = config
        self.known = known
        self._verdicts: dict[int, Verdict | None] = {}
        self._comments: dict[int, list[str]] = {}

    @property
    def text(self) -> str:
        """The text that the offsets of the nodes count in."""
        return self.document.text

    def line(self, node: Node) -> int:
        """Return the line of the stream, from 1, on which `node` begins."""
        return self.document.line_of(line(node))

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line of the stream and the column, both from 1, of an offset in the text."""
        row = bisect_right(self._lines, offset)
        return self.document.line_of(row), offset - self._lines[row - 1] + 1

    @cached_property
    def _lines(self) -> list[int]:
        """The offsets at which the lines of the text begin."""
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]

    def where(self, resource: Resource, node: Node) -> Where:
        """Return what a finding says of where it was found: at a node of an object."""
        return Where(line=self.line(node), column=column(node), resource=resource.ref, namespace=resource.namespace)

    def in_stream(self, edit: Edit) -> Edit:
        """Return an edit of the document as one of the stream."""
        return edit.moved(self.document.start)

    def comment(self, node: Node) -> str:
        """Return the comment on the line on which a node ends, or begins in block style; of a mapping, on its key's."""
        if isinstance(node, (Mapping, Sequence)) and not is_flow(node):
            if content_start(self.text, node) > start(node):  # an anchor stands beside the key
                return self.comment_behind(start(node))
            line_before = self.text.rfind("\n", 0, start(node))
            return self.comment_behind(self.text.rfind("\n", 0, max(line_before, 0)) + 1)
        is_block = isinstance(node, Scalar) and node.style in ("|", ">")
        return self.comment_behind(content_start(self.text, node) if is_block else end(node))

    def comment_behind(self, offset: int) -> str:
        """Return the comment that ends the line of an offset in the text; an empty text where none does."""
        # JSON may be one line of a megabyte with thousands of images, and has no comment.
        line_end = self.text.find("\n", offset)
        has_one = self.text.find("#", offset, line_end if line_end >= 0 else len(self.text)) >= 0
        return comment_behind(self.text, offset) if has_one else ""

    def comments(self, field: ImageField) -> list[str]:
        """Return the comments by an image: where it stands, and by each of its parts that is to change."""
        if id(field) not in self._comments:
            found = self.verdict(field)
            changed = [part.node for part, _ in found.changes if part.node is not field.value] if found else []
            self._comments[id(field)] = [self.comment(node) for node in (field.value, *changed)]
        return self._comments[id(field)]

    def why_stays(self, field: ImageField) -> str:
        """Return why an image stays, whatever becomes of such images by the config, or an empty text."""
        return field.not_run or next(filter(None, map(why_kept, self.comments(field))), "")

    def secret_name(self, secret: PullSecret, namespace: str) -> str:
        """Return what the Secret of a pull secret is called in a namespace, as objects say that."""
        return self.base_name(secret, namespace) + self.known.suffix(secret, self.config.home(namespace))

    def name_for(self, secret: PullSecret, referrer: Resource) -> str:
        """Return the name by which an object has to refer to the Secret of a pull secret."""
        namespace = referrer.namespace
        return self.known.name_for(namespace, self.secret_name(secret, namespace), referrer)

    def base_name(self, secret: PullSecret, namespace: str) -> str:
        """Return the same without the hash that it may get. Raises ConfigError where a template leaves none."""
        return secret_name(secret, namespace, self.config)

    @cached_property
    def fields(self) -> Fields:
        """The images of the document, and the places for pull secrets."""
        return fields(self.root, self.config)

    @cached_property
    def texts(self) -> tuple[tuple[Text, tuple[Spot, ...]], ...]:
        """The other texts of the document in which an image may stand, with what is likely one in each."""
        return tuple((text, self._spots(text)) for text in texts(self.fields))

    def _spots(self, text: Text) -> tuple[Spot, ...]:
        value = resolve(text.value)
        return tuple(spots(str(value.value), text.name, self.config)) if isinstance(value, Scalar) else ()

    def verdict(self, field: ImageField) -> Verdict | None:
        """Return what becomes of one of the document's images, as `verdicts.verdict` does."""
        if id(field) not in self._verdicts:
            self._verdicts[id(field)] = verdict(field, self.config)
        return self._verdicts[id(field)]

    @property
    def certain(self) -> Iterator[str]:
        """The images that the document has for certain, as it spells them."""
        for field in self.fields.images:
            found = self.verdict(field) if field.confidence != "likely" and field.holds != "prefix" else None
            if found is not None and found.reference is not None:
                yield found.before

    def is_left(self, field: ImageField) -> bool:
        """Say whether a field stays though it may hold an image: it is not run, or only likely and not asked for."""
        return bool(field.not_run) or (field.confidence == "likely" and "values" not in self.config.likely)

    def is_shared(self, scalar: Scalar) -> bool:
        """Say whether something says the same scalar, by an anchor and an alias, that is not to say what it will say.

        That can be an anchor of the scalar itself, or of what it stands in.
        """
        if "&" not in self.text:
            return False
        if id(scalar) in self._kept:
            return True
        if scalar.anchor is None:
            return False
        said = self._said.get(id(scalar), {})
        return self._uses[id(scalar)] > max(1, len(said)) or len({*said.values()}) > 1

    def is_stuck(self, found: Verdict) -> bool:
        """Say whether a scalar that has to change for a verdict is shared."""
        scalars = (resolve(part.node) for part, _ in found.changes)
        return any(isinstance(scalar, Scalar) and self.is_shared(scalar) for scalar in scalars)

    @cached_property
    def _kept(self) -> frozenset[int]:
        """The scalars that images say which stay, and those of texts that a comment keeps."""
        kept = (field for field in self.fields.images if self.is_left(field) or self._is_kept(field.value))
        parts_of = (part for field in kept for part in parts(field.value, field.holder, field.siblings))
        texts = (text.value for text, _ in self._anchored_texts if text.not_run or self._is_kept(text.value))
        return frozenset(id(resolve(node)) for node in (*(part.node for part in parts_of), *texts))

    def _is_kept(self, value: Node) -> bool:
        """Say whether a comment keeps what others may say too."""
        return bool(why_kept(self.comment(value)))

    @cached_property
    def _said(self) -> dict[int, dict[int, str]]:
        """What each scalar with an anchor is to say where it stands and where its aliases do, if an image is there."""
        said: defaultdict[int, dict[int, str]] = defaultdict(dict)
        for field in self.fields.images:
            found = None if self.is_left(field) else self.verdict(field)
            changes = {id(part.node): text for part, text in found.changes} if found else {}
            for part in parts(field.value, field.holder, field.siblings):
                said[id(resolve(part.node))][id(part.node)] = changes.get(id(part.node), text_of(part.node))
        for text, inside in self._anchored_texts:
            scalar = resolve(text.value)
            if isinstance(scalar, Scalar) and not text.not_run and text.place in self.config.likely:
                edits = merge(edit for spot in inside for edit in spot.edits or ())
                said[id(scalar)][id(text.value)] = apply(str(scalar.value), edits)
        return said

    @cached_property
    def aliased(self) -> frozenset[int]:
        """The ids of all nodes that an alias says too, or that stand in what one says."""
        return aliased(self.root) if "&" in self.text else frozenset()

    @property
    def _anchored_texts(self) -> Iterator[tuple[Text, tuple[Spot, ...]]]:
        return (each for each in self.texts if getattr(resolve(each[0].value), "anchor", None) is not None)

    @cached_property
    def _uses(self) -> Counter[int]:
        """How often each scalar with an anchor is said: once where it stands, and once for each alias."""
        return uses(self.root)
