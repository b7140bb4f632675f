"""A ResourceList: what it holds, what is appended to it, and the results that tell a host what was found.

(kustomize, cmd/config/docs/api-conventions, functions-spec.md and the annotations of kyaml/kio/kioutil.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from collections.abc import Sequence as Several
from typing import Any, NamedTuple

from transformer.authored import document
from transformer.documents import Document, split
from transformer.edits import apply
from transformer.errors import InternalError, ManifestSyntaxError, UsageError
from transformer.hosts.report import Located, identity
from transformer.hosts.sources import Source
from transformer.item_edits import append_objects
from transformer.nodes import Mapping, Sequence, compose, get, is_null, own, plain, text_of
from transformer.resources import Resource, annotation, as_resource

FUNCTION_CONFIG = "functionConfig"
_LOCAL_CONFIG = "config.kubernetes.io/local-config"
_BUILD_ID = "kustomize.config.k8s.io/id"
_PATHS = ("config.kubernetes.io/path", "internal.config.kubernetes.io/path")
_INDICES = ("config.kubernetes.io/index", "internal.config.kubernetes.io/index")
_INDEX = re.compile(r"[0-9]{1,9}")
_ITEM = re.compile(r"items\[(\d+)\]\.?")


class ResourceList(NamedTuple):
    """A ResourceList: the source it is in, its root, and its items, None for what is no object."""

    source: Source
    root: Mapping
    items: tuple[Resource | None, ...]

    @property
    def function_config(self) -> Mapping | None:
        """Its functionConfig, where it has one."""
        found = get(self.root, FUNCTION_CONFIG)
        return found if isinstance(found, Mapping) else None

    @property
    def is_of_generator(self) -> bool:
        """Whether the one item is the functionConfig, as kustomize passes it to a generator.

        It passes the same to a transformer that has nothing to transform. An item of a package has a path.
        """
        given = self.function_config
        [item] = self.items if len(self.items) == 1 else [None]
        if given is None or item is None or annotation(item, _LOCAL_CONFIG) != "true" or _said(item, _PATHS):
            return False
        same = as_resource(given)
        return same is not None and same.ref == item.ref and _content(given) == _content(item.node)

    @property
    def is_build(self) -> bool:
        """Whether `kustomize build` has passed the items, each of which it notes, and not what keeps them in files."""
        return all(item is not None and annotation(item, _BUILD_ID) for item in self.items)

    @property
    def is_of_files(self) -> bool:
        """Whether what becomes of the items is written to files."""
        return not self.is_build and any(item is not None and _said(item, _PATHS) for item in self.items)


def resource_list(source: Source) -> ResourceList | None:
    """Return the ResourceList that a source is; None where it is anything else.

    Any apiVersion does, since orchestrators have sent several. Raises UsageError where it has none, or where what has
    to be a list is none.
    """
    if "ResourceList" not in source.text or source.broken:
        return None
    try:
        roots = [root for each in split(source.text) if (root := compose(each.text)) is not None]
    except ManifestSyntaxError:
        return None
    root = roots[0] if len(roots) == 1 else None
    if not isinstance(root, Mapping) or text_of(get(root, "kind")) != "ResourceList":
        return None
    if as_resource(root) is None:
        raise UsageError("the ResourceList says no apiVersion")
    _refuse_what_is_no_list(root)
    items = get(root, "items")
    return ResourceList(source, root, tuple(map(as_resource, items.children)) if isinstance(items, Sequence) else ())


def _refuse_what_is_no_list(root: Mapping) -> None:
    """Refuse what stands in the place of a list, so that nothing can be appended to it."""
    for key in ("items", "results"):
        value = get(root, key)
        is_list = isinstance(value, Sequence) and value is own(root, key)
        if value is not None and not is_list and not is_null(value):
            raise UsageError(f"{key} of the ResourceList: expected a list, written there, and not by an alias")


def _content(node: Mapping) -> Any:
    return {key: value for key, value in plain(node).items() if key != "metadata"}


def completed(found: ResourceList, text: str, made: Several[str], located: Several[Located]) -> str:
    """Return `text`, that of a list as it is rewritten, with the documents that are made as items, and the results."""
    results = [document(each) for each in _results(found, located)]
    whole = appended(text, {"items": made, "results": results})
    after = get(_root(whole)[1], "items")
    if not isinstance(after, Sequence) or len(after.children) != len(found.items) + len(made):
        raise InternalError("the ResourceList would not read back with the items that it has")
    return whole


def _root(text: str) -> tuple[Document, Mapping]:
    """Return the document of a ResourceList in a text, and its root."""
    found = ((each, compose(each.text)) for each in split(text))
    return next((each, root) for each, root in found if isinstance(root, Mapping))


def appended(text: str, objects: Table[str, Several[str]]) -> str:
    """Return the text of a ResourceList with objects, the texts of documents, appended to its lists by their keys."""
    each, root = _root(text)
    lacks_items = not isinstance(get(root, "items"), Sequence)
    changed = ((key, new) for key, new in objects.items() if new or (key == "items" and lacks_items))
    edits = [append_objects(each.text, root, key, new) for key, new in changed]
    return text[: each.start] + apply(each.text, edits) + text[each.start + len(each.text) :]


def _results(found: ResourceList, located: Several[Located]) -> Iterator[dict[str, Any]]:
    """Yield what the host is told: warnings, and what has changed (functions-spec.md, ResourceList.results)."""
    for _, finding, *_ in located:
        if finding.severity == "info" and not finding.is_to_do:
            continue
        ref, item = finding.resource, _item(found, finding.field)
        result: dict[str, Any] = {"message": finding.message, "severity": finding.severity}
        if ref is not None and ref.name:
            result["resourceRef"] = {key: value or None for key, value in identity(ref).items()}
            if finding.field:
                result["field"] = {
                    "path": _ITEM.sub("", finding.field, count=1),
                    "currentValue": finding.before or None,
                    "proposedValue": finding.after if finding.after != finding.before else None,
                }
        if item is not None and (path := _said(item, _PATHS)):
            index = _said(item, _INDICES)
            result["file"] = {"path": path, "index": int(index) if _INDEX.fullmatch(index) else None}
        yield result


def _item(found: ResourceList, field: str) -> Resource | None:
    """Return the item in which a field is, by its path."""
    place = _ITEM.match(field)
    return found.items[int(place[1])] if place else None


def _said(item: Resource, names: Several[str]) -> str:
    return next(filter(None, (annotation(item, name) for name in names)), "")


def place_of(located: Located, found: ResourceList) -> str:
    """Return the place of a finding for a person, who does not see the list: its file, its object and its field."""
    finding = located.finding
    item = _item(found, finding.field)
    path = _said(item, _PATHS) if item is not None else ""
    parts = (path, str(finding.resource or ""), _ITEM.sub("", finding.field, count=1))
    return ": ".join(filter(None, parts))
