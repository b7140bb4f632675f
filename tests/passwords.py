"""The sample passwords of the tests, and the search for one where none belongs.

A password counts as seen as it is, in the spellings of JSON, Python and URLs, and in the base64 of any of these, at
whatever place in a longer text that was encoded: `user:password`, or the whole content of a registry Secret.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

PASSWORD = "correct-horse-battery/staple+7"
# What formats trip over: quotes, a backslash, what HTML would, a colon as after the user, and more than ASCII.
AWKWARD_PASSWORD = 'it\'s "quoted"\\<&>+/:pässwörd'

# Tests with a password of their own give it a name here. It has to be one that no text holds by chance.
SAMPLES = {"PASSWORD": PASSWORD, "AWKWARD_PASSWORD": AWKWARD_PASSWORD, "test_config_file": "hunter2"}


def leaks(text: str | bytes, *, encoded: bool = True) -> list[str]:
    """Return which passwords are seen in `text` and how, in words without the password itself.

    Without `encoded`, base64 does not count.
    """
    octets = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    octets = octets.replace(b"\0", b"")  # ASCII in UTF-16 and UTF-32 becomes ASCII
    return [
        f"{name}, {form}"
        for name, form, spelled in _SEARCHED
        if spelled in octets and (encoded or not form.endswith("base64"))
    ]


def spellings(password: str) -> dict[str, str]:
    """Return the ways to write a password that can be read as they are, by name."""
    go = password.replace("\\", "\\\\").replace('"', '\\"')
    for character in "<>&":
        go = go.replace(character, f"\\u{ord(character):04x}")
    return {
        "as it is": password,
        "as JSON": json.dumps(password, ensure_ascii=False)[1:-1],
        "as JSON in ASCII": json.dumps(password)[1:-1],
        "as Go's JSON": go,
        "as Python": repr(password)[1:-1],
        "as bytes of Python": repr(password.encode())[2:-1],
        "in a URL": quote(password, safe=""),
    }


def base64_within(text: str) -> Iterator[str]:
    """Yield the base64 of `text` as it stands in that of a longer text: three ways, without the ends that vary."""
    for before in range(3):
        whole = b64encode(b"x" * before + text.encode()).decode()
        first, end = -(-before * 8 // 6), (before + len(text.encode())) * 8 // 6
        yield whole[first:end]


def _searched() -> Iterator[tuple[str, str, bytes]]:
    for name, password in SAMPLES.items():
        forms: dict[str, str] = {}
        for form, text in spellings(password).items():
            forms.setdefault(text, form)  # for most passwords, most spellings are one text
        for text, form in forms.items():
            yield name, form, text.encode()
            for encoded in base64_within(text):
                yield name, f"{form}, in base64", encoded.encode()
                if (for_urls := encoded.translate(str.maketrans("+/", "-_"))) != encoded:
                    yield name, f"{form}, in URL-safe base64", for_urls.encode()


_SEARCHED = tuple(_searched())
