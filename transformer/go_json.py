"""Read JSON as Go's encoding/json reads it into a struct.

The case of field names does not count, of fields and keys given twice the last counts, maps given twice are merged,
null leaves a text as it was and empties a map, fields that are not known are passed over, what follows the first value
is not looked at, and each byte that is no UTF-8 becomes U+FFFD.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from transformer.errors import LoginError
from transformer.keyring import shown

_SPACE = " \t\r\n"
_NAMES: dict[type, str] = {tuple: "object", str: "string", list: "array"}
_LOST = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

T = TypeVar("T")


def _refuse(constant: str) -> object:
    raise ValueError(constant)


# An object is the tuple of its pairs, as they stand. No number is wanted, but even one too long for int is read past.
_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_int=float, parse_constant=_refuse)


def first_json(text: str, *, required: bool = True) -> tuple[object, str]:
    """Read the first JSON value of a text, in which a byte that is no UTF-8 is a surrogate; return it and the rest.

    An empty text is null unless a value is `required`. Raises LoginError, reason bad-json.
    """
    start = len(text) - len(text.lstrip(_SPACE))
    if start == len(text) and not required:
        return None, ""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        where = f", at line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        where = ""
    else:
        return value, text[end:].lstrip(_SPACE)
    # Not raised above, where it would keep the decoder's error, and with it the whole text.
    raise LoginError("bad-json", f"not JSON{where}")


def json_fields(
    value: object, where: str, *, readers: Mapping[str, Callable[[object, str], Any]], closed: bool = False
) -> dict[str, Any]:
    """Read the fields of an object as into a Go struct: each one that is there, by its name in `readers`.

    `where` names the object in messages, "" for the whole. With `closed`, a field that is not in `readers` is an error.

    Raises LoginError with the reason wrong-json-type or unknown-field.
    """
    fields: dict[str, Any] = {}
    names = {name.lower(): name for name in readers}
    for key, inner in typed(value, tuple, where) or ():
        # To Go the long s, too, is a lower case of "S".
        name = names.get(key.replace("\u017f", "s").lower())
        if name is None:
            if closed:
                raise LoginError("unknown-field", f"{where or 'the object'} has a field besides {', '.join(readers)}")
            continue
        read = readers[name](inner, f"{name} of {where}" if where else name)
        if isinstance(read, dict):
            fields[name] = fields.get(name, {}) | read if inner is not None else {}
        elif inner is not None:
            fields[name] = read
    return fields


def json_map(value: object, where: str, *, read: Callable[[object, str], T], named: bool = True) -> dict[str, T]:
    """Read an object as into a Go map, its values with `read`; unless `named`, messages leave out its keys.

    Raises LoginError, reason wrong-json-type, and what `read` raises.
    """
    within = f" in {where}" if where else ""
    return {
        key.translate(_LOST): read(inner, (f"the entry for {shown(key)}" if named else "a value") + within)
        for key, inner in typed(value, tuple, where) or ()
    }


def json_text(value: object, where: str) -> str:
    """Read a string, "" for null. Raises LoginError, reason wrong-json-type."""
    return (typed(value, str, where) or "").translate(_LOST)


def typed(value: object, kind: type[T], where: str) -> T | None:
    """Return a value of the type that an object, a string or an array is decoded to, or None for null."""
    if value is None or isinstance(value, kind):
        return value
    is_not = f"{where} is not" if where else "not"
    raise LoginError("wrong-json-type", f"{is_not} a JSON {_NAMES[kind]}")
