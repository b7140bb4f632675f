"""A KRM function, for kustomize and kpt: a ResourceList in and out (kustomize, cmd/config/docs/api-conventions).

As a transformer it returns the list as it came, but for what is rewritten, with what is made behind its items and what
was found as `results`. As a generator of kustomize, whose one item is the functionConfig itself, it returns the
registry Secrets alone. Nothing is printed after an error: the host takes whatever it can parse for the outcome.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from collections.abc import Sequence as Several
from pathlib import Path
from typing import Any, NamedTuple

from transformer.authored import document
from transformer.config import Config
from transformer.config_file import config_in
from transformer.documents import Document, split
from transformer.edits import apply
from transformer.errors import ConfigError, InternalError, ManifestSyntaxError, UsageError
from transformer.hosts import outputs, run
from transformer.hosts.loading import load_config
from transformer.hosts.planning import Plan, config_of, plan, plan_build, plan_whole, with_namespace
from transformer.hosts.report import Located, at_object
from transformer.hosts.sources import Source
from transformer.item_edits import append_objects
from transformer.kustomize import ordering_hashes
from transformer.nodes import Mapping, Sequence, compose, get, is_null, own, pairs, plain, text_of
from transformer.registry_secrets import in_plaintext
from transformer.resources import Resource, annotation, as_resource

_CALLED = "functionConfig"
_KNOWN_DATA = ("config", "namespace")
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
        found = get(self.root, _CALLED)
        return found if isinstance(found, Mapping) else None


def resource_list(source: Source) -> ResourceList | None:
    """Return the ResourceList that a source is; None where it is anything else.

    Any apiVersion does, since orchestrators have sent several. Raises UsageError where it has none.
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
    items = get(root, "items")
    return ResourceList(source, root, tuple(map(as_resource, items.children)) if isinstance(items, Sequence) else ())


def rewrite(found: ResourceList, options: argparse.Namespace) -> int:
    """Print what becomes of a ResourceList, and return the exit code."""
    _refuse_what_is_no_list(found)
    called, config = _config(found, options)
    if _is_of_generator(found):
        return _generate(found, called, config, options)
    planned = _plan(found, called, config, options)
    if run.is_wrong(planned):
        # Of what is said, kpt shows four lines.
        errors_first = sorted(planned.located, key=lambda each: each.finding.severity != "error")
        return run.refuse(options, planned._replace(located=errors_first))
    _refuse_plaintext(found, planned, options)
    made = run.make_all(planned)
    text = _completed(found, planned, made.texts)
    outputs.write([], printed=text.encode(found.source.encoding, "surrogateescape"))
    run.say(options, planned, run.about_made(options, planned, written=True), made=made)
    return run.DONE


def _refuse_what_is_no_list(found: ResourceList) -> None:
    """Refuse what stands in the place of a list, so that nothing can be appended to it."""
    for key in ("items", "results"):
        value = get(found.root, key)
        is_list = isinstance(value, Sequence) and value is own(found.root, key)
        if value is not None and not is_list and not is_null(value):
            raise UsageError(f"{key} of the ResourceList: expected a list, written there, and not by an alias")


# -- the config -------------------------------------------------------------------------------------------------------


def _config(found: ResourceList, options: argparse.Namespace) -> tuple[str | Path, Config]:
    """Return the config, and how messages call it: of -c, else the functionConfig, else of the file that it names."""
    given = found.function_config
    kind = text_of(get(given, "kind")) if given is not None else ""
    data = _data(given) if given is not None and kind == "ConfigMap" else {}
    called, config = _loaded(given, kind, data, options)
    config = with_namespace(config, data.get("namespace"), said="data.namespace")
    return called, with_namespace(config, options.namespace)


def _loaded(
    given: Mapping | None, kind: str, data: dict[str, str], options: argparse.Namespace
) -> tuple[str | Path, Config]:
    if options.config or given is None or not kind or (kind == "ConfigMap" and "config" not in data):
        return config_of(options)
    if kind == "MirrorConfig":
        return _CALLED, config_in(given, called=_CALLED, folder=str(Path.cwd()))
    if kind == "ConfigMap":
        return data["config"], load_config(data["config"])
    expected = "expected a MirrorConfig, or a ConfigMap that says under data.config which file has one"
    raise ConfigError([f"{_CALLED}: {expected}, found {kind}"])


def _data(config_map: Mapping) -> dict[str, str]:
    found = get(config_map, "data")
    data = {text_of(key): text_of(value) for key, value in pairs(found)} if isinstance(found, Mapping) else {}
    unknown = [key for key in data if key not in _KNOWN_DATA]
    if unknown:
        raise ConfigError([f"{_CALLED}: data.{key}: expected one of {', '.join(_KNOWN_DATA)}" for key in unknown])
    return data


# -- a generator ------------------------------------------------------------------------------------------------------


def _is_of_generator(found: ResourceList) -> bool:
    """Say whether the one item is the functionConfig, as kustomize passes it to a generator.

    It passes the same to a transformer that has nothing to transform. An item of a package has a path.
    """
    given = found.function_config
    [item] = found.items if len(found.items) == 1 else [None]
    if given is None or item is None or annotation(item, _LOCAL_CONFIG) != "true" or _said(item, _PATHS):
        return False
    same = as_resource(given)
    return same is not None and same.ref == item.ref and _content(given) == _content(item.node)


def _content(node: Mapping) -> Any:
    return {key: value for key, value in plain(node).items() if key != "metadata"}


def _generate(found: ResourceList, called: str | Path, config: Config, options: argparse.Namespace) -> int:
    planned = plan_whole([config.default_namespace], called, ordering_hashes(config))
    head = {key: text_of(get(found.root, key)) for key in ("apiVersion", "kind")}
    return run.print_made(planned, options, lambda made: _appended(document(head), {"items": made}))


# -- a transformer ----------------------------------------------------------------------------------------------------


def _plan(found: ResourceList, called: str | Path, config: Config, options: argparse.Namespace) -> Plan:
    given = [found.source] if found.items else []  # a list without items has nothing but the config in it
    planned = (plan_build if _is_build(found) else plan)(given, called, config, quiet=options.quiet)
    return planned._replace(located=[at_object(each, _at(each, found)) for each in planned.located])


def _is_build(found: ResourceList) -> bool:
    """Say whether `kustomize build` has passed the items, each of which it notes, and not what keeps them in files."""
    return all(item is not None and annotation(item, _BUILD_ID) for item in found.items)


def _refuse_plaintext(found: ResourceList, planned: Plan, options: argparse.Namespace) -> None:
    """Refuse to have credentials written as plain text into the files that the items come from."""
    is_of_files = not _is_build(found) and any(item is not None and _said(item, _PATHS) for item in found.items)
    if not is_of_files or options.allow_plaintext_secrets:
        return
    written = [*map(str, in_plaintext(planned.demands, planned.reach))]
    written += [str(each.finding.resource) for each in planned.located if each.finding.outcome == "updated"]
    if written:
        message = (
            f"the credentials of {', '.join(written)} would be written as plain text into the package that the items "
            "come from; use emit: SealedSecret, ExternalSecret or none, or say --allow-plaintext-secrets"
        )
        raise UsageError(message)


def _completed(found: ResourceList, planned: Plan, made: Several[str]) -> str:
    """Return the list as it is rewritten, with what is made and the results."""
    text = planned.parts[0][1].text if planned.parts else found.source.text
    results = [document(each) for each in _results(found, planned.located)]
    completed = _appended(text, {"items": made, "results": results})
    after = get(_root(completed)[1], "items")
    if not isinstance(after, Sequence) or len(after.children) != len(found.items) + len(made):
        raise InternalError("the ResourceList would not read back with the items that it has")
    return completed


def _root(text: str) -> tuple[Document, Mapping]:
    """Return the document of a ResourceList in a text, and its root."""
    found = ((each, compose(each.text)) for each in split(text))
    return next((each, root) for each, root in found if isinstance(root, Mapping))


def _appended(text: str, objects: Table[str, Several[str]]) -> str:
    """Return the text of a ResourceList with objects, the texts of documents, appended to its lists by their keys."""
    each, root = _root(text)
    lacks_items = not isinstance(get(root, "items"), Sequence)
    changed = ((key, new) for key, new in objects.items() if new or (key == "items" and lacks_items))
    edits = [append_objects(each.text, root, key, new) for key, new in changed]
    return text[: each.start] + apply(each.text, edits) + text[each.start + len(each.text) :]


# -- what was found ---------------------------------------------------------------------------------------------------


def _results(found: ResourceList, located: Several[Located]) -> Iterator[dict[str, Any]]:
    """Yield what the host is told: warnings, and what has changed (functions-spec.md, ResourceList.results)."""
    for _, finding, *_ in located:
        if finding.severity == "info" and not finding.is_to_do:
            continue
        ref, item = finding.resource, _item(found, finding.field)
        result: dict[str, Any] = {"message": finding.message, "severity": finding.severity}
        if ref is not None and ref.name:
            result["resourceRef"] = {
                "apiVersion": ref.api_version,
                "kind": ref.kind,
                "name": ref.name,
                "namespace": ref.namespace or None,
            }
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


def _at(located: Located, found: ResourceList) -> str:
    """Return the place of a finding for a person, who does not see the list: its file, its object and its field."""
    finding = located.finding
    item = _item(found, finding.field)
    path = _said(item, _PATHS) if item is not None else ""
    parts = (path, str(finding.resource or ""), _ITEM.sub("", finding.field, count=1))
    return ": ".join(filter(None, parts))
