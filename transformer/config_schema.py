"""Check plain data against the JSON Schema of the config; the only door to jsonschema.

jsonschema is the authority, and importing it takes longer than rendering a small overlay. So `errors` first asks
`accepts`, which knows the few keywords our schema uses and says yes only to what is surely valid; jsonschema is
imported to explain everything else. The tests hold both against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pkgutil import get_data
from typing import Any, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}
_NO_CONSTRAINT = {"$schema", "$id", "$defs", "title", "description"}


class SchemaError(NamedTuple):
    """One thing wrong: the path to it, keys and indices; whether its key is meant; and the words.

    The words quote no value but where the schema lists the ones allowed: a password may stand where none belongs.
    """

    path: Path
    at_key: bool
    message: str


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a MirrorConfig, as it is shipped."""
    loaded: dict[str, Any] = json.loads(get_data("transformer", "schemas/mirrorconfig.schema.json") or "")
    return loaded


def errors(data: object) -> list[SchemaError]:
    """Return everything the schema has against `data`, plain data."""
    if accepts(data, schema()):
        return []
    from jsonschema import Draft202012Validator  # noqa: PLC0415  see above

    return [said for error in Draft202012Validator(schema()).iter_errors(data) for said in _explain(error)]


def accepts(data: object, rules: dict[str, Any]) -> bool:
    """Say whether `data` is surely valid by `rules`, a part of our schema; an unknown keyword makes it unsure."""
    return all(_holds(keyword, wanted, data, rules) for keyword, wanted in rules.items())


def key_path(path: Path) -> str:
    """Return `path` as messages write it: `spec.keep[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _holds(keyword: str, wanted: Any, data: Any, rules: dict[str, Any]) -> bool:
    match keyword:
        case "$ref":
            return accepts(data, schema()["$defs"][wanted.rpartition("/")[2]])
        case "additionalProperties":
            others = [value for key, value in data.items() if key not in rules.get("properties", ())]
            return not others if wanted is False else all(accepts(value, wanted) for value in others)
        case "properties":
            return all(accepts(data[key], part) for key, part in wanted.items() if key in data)
        case "items":
            return all(accepts(item, wanted) for item in data)
    return keyword in _NO_CONSTRAINT or _fits(keyword, wanted, data)


def _fits(keyword: str, wanted: Any, data: Any) -> bool:
    match keyword:
        case "const":
            return type(data) is type(wanted) and bool(data == wanted)
        case "enum":
            return isinstance(data, str) and data in wanted
        case "type":
            return isinstance(data, _TYPES.get(wanted, ()))
        case "minLength" | "minItems" | "minProperties":
            return len(data) >= int(wanted)
        case "maxProperties":
            return len(data) <= int(wanted)
        case "required":
            return all(key in data for key in wanted)
        case "pattern":
            return re.search(wanted, data) is not None
        case "uniqueItems":
            return all(item not in data[:index] for index, item in enumerate(data))
    return False


def _explain(error: Any) -> Iterator[SchemaError]:
    """Say in our words what jsonschema found, an error for each key."""
    path, value = tuple(error.absolute_path), error.instance
    match error.validator:
        case "additionalProperties":
            known = list(error.schema["properties"])
            for key in (key for key in value if key not in known):
                yield SchemaError((*path, key), True, f"unknown key {key!r}{_hint(str(key), known)}")
        case "required":
            missing = next(key for key in error.validator_value if repr(key) in error.message)
            yield SchemaError(path, False, f"the key {missing!r} is missing")
        case "type":
            yield SchemaError(
                path, False, f"expected {_noun(error.validator_value)}, found {_found(value)}{_quoting(error)}"
            )
        case "enum":
            yield SchemaError(path, False, _not_one_of(error.validator_value, value))
        case "const":
            yield SchemaError(path, False, _not_one_of([error.validator_value], value))
        case "minLength" | "minItems" | "minProperties":
            yield SchemaError(path, False, _too_little(error))
        case "maxProperties":
            yield SchemaError(path, False, f"expected only one of {_either(list(error.schema['properties']))}")
        case "uniqueItems":
            yield from _repeated(path, value)
        case "pattern":
            yield SchemaError(path, False, f"expected {error.schema['description']}")
        case keyword:  # a keyword new to the schema; jsonschema's own words would quote the value
            yield SchemaError(path, False, f"it does not fit the schema ({keyword})")


def _repeated(path: Path, items: list[Any]) -> Iterator[SchemaError]:
    for index, item in enumerate(items):
        if (first := items.index(item)) != index:
            yield SchemaError((*path, index), False, f"it stands at {key_path((*path, first))} already")


def _too_little(error: Any) -> str:
    if isinstance(error.instance, dict):
        known = [key for key in error.schema["properties"] if key not in error.schema.get("required", ())]
        return f"expected at least one of {', '.join(known)}"
    return "expected at least one entry, found none" if isinstance(error.instance, list) else "it is empty"


def _hint(value: object, known: list[str]) -> str:
    if not isinstance(value, str):
        return ""
    from difflib import get_close_matches  # noqa: PLC0415  only an error needs it

    by_case = {word.lower(): word for word in known}
    near = get_close_matches(value.lower(), by_case, n=1, cutoff=0.6)
    return f"; did you mean {by_case[near[0]]!r}?" if near else ""


def _either(words: list[str]) -> str:
    return " or ".join(repr(word) for word in words)


def _noun(name: str) -> str:
    return {"object": "a mapping", "array": "a list", "string": "a text", "boolean": "true or false"}[name]


def _not_one_of(allowed: list[str], value: object) -> str:
    found = repr(value) if isinstance(value, str) else _found(value)
    return f"expected {_either(allowed)}, found {found}{_hint(value, allowed)}"


def _found(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"


def _quoting(error: Any) -> str:
    """Hint at what is read as another type than the text it was meant to be: `7.4`, `true`, `{{ path }}`."""
    if error.validator_value != "string" or isinstance(error.instance, list) or error.instance is None:
        return ""
    return "; a template goes in quotes" if isinstance(error.instance, dict) else "; put it in quotes"
