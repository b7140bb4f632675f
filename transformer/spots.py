"""Find every image in a text: in the fields of the YAML or JSON that it is, and likely ones in whatever else."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from transformer.config import Config
from transformer.documents import Document, split
from transformer.edits import Edit
from transformer.errors import ManifestSyntaxError
from transformer.image_fields import ImageField, fields
from transformer.likely import hits
from transformer.nodes import Node, Scalar, Sequence, compose, end, is_flow, resolve, start, text_of
from transformer.not_run import why_not_run
from transformer.reference import is_registry
from transformer.spellings import Part, parts
from transformer.value_edits import offsets, replace_within, whole
from transformer.verdicts import Verdict, of_reference, verdict

_MAY_HAVE_FIELDS = re.compile(r"[Ii]mage|repo|[Rr]egistry|\bhub\b")


class Spot(NamedTuple):
    """An image in a text: what becomes of it, where it stands in the text, and the edits of the text for it.

    `is_field` says whether it stands in a field that would be one for certain in a document of its own. `edits` is
    None where the text cannot be edited there. `evidence` is what has to be known for it to be an image.
    """

    found: Verdict
    start: int
    end: int
    edits: tuple[Edit, ...] | None
    is_field: bool = False
    evidence: str = ""


Span: TypeAlias = tuple[int, int]


def spots(text: str, name: str, config: Config) -> list[Spot]:
    """Return the images in `text`, which stands under `name`, in the order in which they stand."""
    inside = [*_in_documents(text, config)]
    found = [each for each in inside if isinstance(each, Spot)]
    known = _joined(each for each in inside if not isinstance(each, Spot))
    for hit in hits(text, name, config):
        if bisect_right(known, hit.start) % 2 == 0 and bisect_right(known, hit.end - 1) % 2 == 0:
            judged = of_reference(hit.reference, config)
            edits = (Edit(hit.start, hit.end, judged.after),) if judged.after != judged.before else ()
            found.append(Spot(judged, hit.start, hit.end, edits, evidence=hit.evidence))
    return sorted(found, key=lambda spot: spot.start)


def _joined(spans: Iterable[Span]) -> list[int]:
    """Return where spans begin and end, in turns and in order, those that touch as one."""
    found: list[int] = []
    for first, last in sorted(spans):
        if found and first <= found[-1]:
            found[-1] = max(found[-1], last)
        elif first < last:
            found += [first, last]
    return found


def _in_documents(text: str, config: Config) -> Iterator[Spot | Span]:
    """Yield what stands in the fields of the YAML or JSON documents that `text` is, and what of it is known by that."""
    is_structured = ("\n" in text or text[:1] in "[{") and ":" in text
    if not is_structured or not _MAY_HAVE_FIELDS.search(text):
        return
    for document in split(text):
        with suppress(ManifestSyntaxError):
            root = compose(document.text)
            for item in root.children if isinstance(root, Sequence) else [root] if root is not None else []:
                yield from _in_object(document, resolve(item), config)


def _in_object(document: Document, item: Node, config: Config) -> Iterator[Spot | Span]:
    """Yield the images of an object and those that other data spells as charts do, and the spans that they fill.

    What is not run stays as a whole.
    """
    found = fields(item, config._replace(helm_values=True))
    not_run = (resource.node for resource in found.resources if why_not_run(resource))
    for node in (*not_run, *found.not_images):
        yield _span(document, node)
    for field in found.images:
        judged = verdict(field, config)
        if judged is not None and judged.main is not None and judged.outcome != "invalid":
            nodes = [part.node for part in parts(field.value, field.holder, field.siblings)]
            yield from (_span(document, each) for node in nodes for each in (node, resolve(node)))
            if not field.not_run and not _is_word(field, judged.before):
                yield _of_field(document, field, judged, judged.main)


def _is_word(field: ImageField, text: str) -> bool:
    """Say whether a field that is likely an image says no more than a word, which may be much else."""
    is_host = field.holds == "prefix" and is_registry(text)
    return field.confidence == "likely" and not is_host and not {"/", ":"} & {*text}


def _span(document: Document, node: Node) -> Span:
    return document.start + start(node), document.start + end(node)


def _of_field(document: Document, field: ImageField, found: Verdict, name: Part) -> Spot:
    """Return the spot of an image in a field; `name` is the part that names it."""
    edits: list[Edit] = []
    can_be_edited = True
    for part, said in found.changes:
        changed = None
        if isinstance(part.node, Scalar) and part.node.anchor is None:
            changed = replace_within(document.text, part.node, [whole(part.node, said)], flow=is_flow(part.holder))
        can_be_edited = can_be_edited and changed is not None
        edits += [_within_quotes(document.text, edit).moved(document.start) for edit in changed or ()]
    main = resolve(name.node)
    length = len(text_of(main).rstrip("\n"))
    first = start(main)
    if isinstance(main, Scalar):
        (first,) = offsets(document.text, main, [whole(main, "")])
    begin = document.start + first
    is_sure = field.confidence != "likely"
    return Spot(found, begin, begin + length, tuple(edits) if can_be_edited else None, is_sure)


def _within_quotes(text: str, edit: Edit) -> Edit:
    """Return an edit without the quotes that stay: the text around may write them in another way."""
    quote = text[edit.start]
    stays = quote in "\"'" and text[edit.end - 1] == quote == edit.replacement[0] == edit.replacement[-1]
    return Edit(edit.start + 1, edit.end - 1, edit.replacement[1:-1]) if stays else edit
