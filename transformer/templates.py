"""Targets of mirrors that are Jinja2 templates; the only door to Jinja2.

Templates are sandboxed and their variables strict, and nothing in them gives another result another time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from transformer.errors import TransformerError
from transformer.reference import Reference

VARIABLES = ("domain", "path", "name", "tag", "digest")
_TEMPLATE = re.compile(r"\{[{%#]")
_EXPRESSION = re.compile(r"\{\{.*?\}\}")
_STATEMENT = re.compile(r"\{[%#]")


class InvalidTarget(TransformerError):
    """A mirror whose target, for some reference, is none that a pod could use."""


def is_template(target: str) -> bool:
    """Say whether a target has Jinja2 in it."""
    return bool(_TEMPLATE.search(target))


def template_error(target: str) -> str:
    """Return what is wrong with the Jinja2 of `target`, or an empty text."""
    try:
        template(target)
    except InvalidTarget as error:
        return str(error)
    return ""


def static_prefix(target: str) -> str:
    """Return the whole components of a target before its first template expression."""
    match = _TEMPLATE.search(target)
    return target[: match.start()].rpartition("/")[0] if match else target.rstrip("/")


def landing(target: str) -> re.Pattern[str] | None:
    """Return what the names of mirrored references look like, by the literal parts of a target.

    None where those say nothing of the registry. Names match in whole, without regard to case.
    """
    literal = [static_prefix(target)] if _STATEMENT.search(target) else _EXPRESSION.split(target.rstrip("/"))
    if not "".join(_EXPRESSION.split(target)).partition("/")[0].strip(".") or not any(literal):
        return None
    return re.compile(".+".join(map(re.escape, literal)) + "(?:/.*)?", re.IGNORECASE)


class Template(NamedTuple):
    """A compiled target: `render` gives it for a reference, `repeats_path` says whether it has the whole path in it."""

    render: Callable[[Reference], str]
    repeats_path: bool


@cache
def template(target: str) -> Template:
    """Return the compiled target; raises InvalidTarget where it is no template."""
    if not is_template(target):
        return Template(lambda _: target, repeats_path=False)
    from jinja2 import meta  # noqa: PLC0415  a config without templates does not need it

    environment = _environment()
    try:
        used = meta.find_undeclared_variables(environment.parse(target))
        compiled = environment.from_string(target)
    except Exception as error:  # Jinja2's own, and what deep nesting does to it and to Python's compiler
        raise InvalidTarget(f"no Jinja2 template: {_words(error)}") from None
    if unknown := sorted(used - {*VARIABLES}):
        raise InvalidTarget(
            f"no variable is called {' or '.join(map(repr, unknown))}; there are {', '.join(VARIABLES)}"
        )

    def render(reference: Reference) -> str:
        # The domain has no case, and as a part of a path it has to be lower case.
        reference = reference._replace(domain=reference.domain.lower())
        try:
            return str(compiled.render({name: getattr(reference, name) for name in VARIABLES})).strip()
        except Exception as error:  # a template can raise whatever its methods and filters do
            raise InvalidTarget(f"the template fails: {_words(error)}") from None

    return Template(render, repeats_path=bool(used & {"path", "name"}))


def _words(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", None) or error or type(error).__name__).split())


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415  a config without templates does not need it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    # What gives another result each time has no place where a second run has to change nothing.
    del environment.globals["lipsum"], environment.filters["random"]
    return environment
