"""The parameters that an Application of Argo CD may set for this plugin: which there are, and which are set.

Argo CD shows what is announced and hands on only what is set, as JSON in the variable ARGOCD_APP_PARAMETERS: a list of
`{"name": ..., "string": ..., "array": [...], "map": {...}}`. It may be absent, empty, or `null`. Defaults are ours to
apply (docs/operator-manual/config-management-plugins.md). The variables PARAM_* say the same, but for two names they
can be one, so they are not read. Whoever may write to the repository may set parameters too (.argocd-source.yaml).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from transformer.errors import UsageError

VARIABLE = "ARGOCD_APP_PARAMETERS"
Values: TypeAlias = Mapping[str, Any]
"""What is set, by name: a text, or a list of texts."""


class Parameter(NamedTuple):
    """A parameter, how it is announced, and the kind of application that it is for; empty for any."""

    name: str
    title: str
    tooltip: str
    collection: Literal["string", "array"] = "string"
    kind: str = ""


# Argo CD's page shows the titles alone, and of a string one line.
PARAMETERS = (
    Parameter("type", "Type (kustomize, helm or directory)", "by default what Argo CD takes the folder for"),
    Parameter("config", "Config (a file in the repository)", "in the place of the operator's; it names no credentials"),
    Parameter("keep", "Images to keep (registries, or paths in them)", "they are not mirrored here", "array"),
    Parameter("release-name", "Release name", "by default the name of the application", kind="helm"),
    Parameter(
        "values-files",
        "Values files (in the repository)",
        "from this folder on or, behind a /, from the top",
        "array",
        "helm",
    ),
    Parameter("values", "Values (YAML, such as {a: 1})", "they come after all values files", kind="helm"),
    Parameter("recurse", "Recurse (true or false)", "whether manifests in folders below are read", kind="directory"),
)
_BY_NAME = {each.name: each for each in PARAMETERS}


def announced(kind: str) -> list[dict[str, Any]]:
    """Return the announcements for an application of a kind, each with its default."""
    defaults = {"type": kind, "recurse": "false"}
    return [
        {
            "name": each.name,
            "title": each.title,
            "tooltip": each.tooltip,
            "collectionType": each.collection,
            each.collection: defaults.get(each.name, "") if each.collection == "string" else [],
        }
        for each in PARAMETERS
        if each.kind in ("", kind)
    ]


def parsed(text: str) -> Values:
    """Return the parameters that are set to something. Raises UsageError with all that is wrong with them."""
    try:
        entries = json.loads(text or "null")
    except (ValueError, RecursionError):
        raise UsageError(f"{VARIABLE} is no JSON") from None
    entries = [] if entries is None else entries
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise UsageError(f"{VARIABLE} is no list of objects")
    wrong = [message for each in entries for message in _wrong(each)]
    names = [str(each.get("name")) for each in entries]
    wrong += [f"parameter {name}: it is set twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if wrong:
        raise UsageError("\n".join(wrong))
    values = {each["name"]: each[_BY_NAME[each["name"]].collection] for each in entries}
    return {name: value for name, value in values.items() if value}


def refuse_for_others(values: Values, kind: str) -> None:
    """Refuse parameters that mean nothing for an application of this kind. Raises UsageError naming all of them."""
    others = [each for each in PARAMETERS if each.name in values and each.kind not in ("", kind)]
    if others:
        lines = (f"parameter {each.name}: it is for {each.kind}, and this application is {kind}" for each in others)
        raise UsageError("\n".join(lines))


def _wrong(entry: dict[str, Any]) -> Iterator[str]:
    name = entry.get("name")
    parameter = _BY_NAME.get(name) if isinstance(name, str) else None
    if parameter is None:
        yield f"parameter {name!r} is unknown; there are {', '.join(_BY_NAME)}"
        return
    value = entry.get(parameter.collection)
    texts = value if parameter.collection == "array" else [value]
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts) or len(entry) > 2:
        what = "a string" if parameter.collection == "string" else "an array of strings"
        yield f"parameter {parameter.name}: it takes {what}, and nothing else"
