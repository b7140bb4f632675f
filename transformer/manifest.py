"""One document as the rules see it: its text, its pod specs, and what is known beyond it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from transformer.config import Config
from transformer.documents import Document
from transformer.edits import Edit
from transformer.nodes import Mapping, Node, Scalar, Sequence, line, resolve
from transformer.pod_specs import ImageField, PodSpec, image_fields, pod_specs
from transformer.resources import Resource, resources
from transformer.survey import Accounts


class Manifest:
    """A composed document, its root node, and what is known beyond it; nothing of it changes."""

    def __init__(self, document: Document, root: Node | None, config: Config, accounts: Accounts) -> None:
        self.document = document
        self.root = root
        self.config = config
        self.accounts = accounts

    @property
    def text(self) -> str:
        """The text that the offsets of the nodes count in."""
        return self.document.text

    def line(self, node: Node) -> int:
        """Return the line of the stream, from 1, on which `node` begins."""
        return self.document.line_of(line(node))

    def in_stream(self, edit: Edit) -> Edit:
        """Return an edit of the document as one of the stream."""
        return edit.moved(self.document.start)

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The objects of the document."""
        return tuple(resources(self.root))

    @cached_property
    def pod_specs(self) -> tuple[tuple[PodSpec, tuple[ImageField, ...]], ...]:
        """Every pod spec of the document, with its image fields."""
        return tuple(
            (pod_spec, tuple(image_fields(pod_spec))) for resource in self.resources for pod_spec in pod_specs(resource)
        )

    def is_shared(self, scalar: Scalar) -> bool:
        """Say whether something that is no image field to rewrite says the same scalar, by an anchor and an alias.

        That can be an anchor of the scalar itself, or of what it stands in.
        """
        if id(scalar) in self._kept:
            return True
        return scalar.anchor is not None and self._image_uses[id(scalar)] < self._uses[id(scalar)]

    @cached_property
    def _kept(self) -> frozenset[int]:
        kept = (fields for pod_spec, fields in self.pod_specs if pod_spec.not_run)
        return frozenset(id(resolve(field.value)) for fields in kept for field in fields)

    @cached_property
    def _image_uses(self) -> Counter[int]:
        running = (fields for pod_spec, fields in self.pod_specs if not pod_spec.not_run)
        occurrences = {id(field.value): field.value for fields in running for field in fields}
        return Counter(id(resolve(node)) for node in occurrences.values())

    @cached_property
    def _uses(self) -> Counter[int]:
        """How often each scalar with an anchor is said: once where it stands, and once for each alias."""
        uses: Counter[int] = Counter()
        for node in _walk(self.root):
            target = resolve(node)
            if isinstance(target, Scalar) and target.anchor is not None:
                uses[id(target)] += 1
        return uses


def _walk(root: Node | None) -> Iterator[Node]:
    """Yield every node where it stands, an alias as itself."""
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (Mapping, Sequence)):
            waiting.extend(node.children)
