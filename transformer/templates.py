"""Texts that are Jinja2 templates: targets of mirrors, names of Secrets, files of the user's; the only door to Jinja2.

Templates are sandboxed and their variables strict, and nothing in them gives another result another time.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from transformer.errors import TransformerError
from transformer.reference import Reference

VARIABLES = ("domain", "path", "name", "tag", "digest")
NAME_VARIABLES = ("namespace", "registry", "config", "application")
_TEMPLATE = re.compile(r"\{[{%#]")
_EXPRESSION = re.compile(r"\{\{.*?\}\}")
_STATEMENT = re.compile(r"\{[%#]")


class InvalidTemplate(TransformerError):
    """A text that is no Jinja2 template, or one that fails."""


class InvalidTarget(InvalidTemplate):
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
    try:
        compiled, used = _compiled(target, VARIABLES)
    except InvalidTemplate as error:
        raise InvalidTarget(str(error)) from None

    def render(reference: Reference) -> str:
        # The domain has no case, and as a part of a path it has to be lower case.
        reference = reference._replace(domain=reference.domain.lower())
        try:
            return str(compiled.render({name: getattr(reference, name) for name in VARIABLES})).strip()
        except Exception as error:  # a template can raise whatever its methods and filters do
            raise InvalidTarget(f"the template fails: {_words(error)}") from None

    return Template(render, repeats_path=bool(used & {"path", "name"}))


@cache
def name_template(name: str) -> Callable[[Mapping[str, str]], str]:
    """Return what makes the name of a Secret of NAME_VARIABLES; raises InvalidTemplate, as the result does."""
    if not is_template(name):
        return lambda _: name
    compiled, _ = _compiled(name, NAME_VARIABLES)

    def render(values: Mapping[str, str]) -> str:
        try:
            return str(compiled.render(values)).strip()
        except Exception as error:  # a template can raise whatever its methods and filters do
            raise InvalidTemplate(f"the template fails: {_words(error)}") from None

    return render


class FileTemplate(NamedTuple):
    """A compiled file: `render` gives its text for values of the variables, of which it uses those in `used`."""

    render: Callable[[Mapping[str, Any]], str]
    used: frozenset[str]


def file_template(text: str, variables: Iterable[str]) -> FileTemplate:
    """Return the compiled text of a file; raises InvalidTemplate, as `render` does, without a value in the message."""
    compiled, used = _compiled(text, tuple(variables))

    def render(values: Mapping[str, Any]) -> str:
        try:
            return str(compiled.render(values))
        except Exception as error:  # what filters and methods say can quote what they were given
            problem = f"the template fails: {type(error).__name__}{_line_in_template(error)}"
        # Not raised above, where the error would stay behind this one.
        raise InvalidTemplate(problem)

    return FileTemplate(render, frozenset(used))


def _compiled(text: str, variables: tuple[str, ...]) -> tuple[Any, set[str]]:
    """Return the compiled template and the variables it uses; raises InvalidTemplate, also where it uses others."""
    from jinja2 import meta  # noqa: PLC0415  a config without templates does not need it

    environment = _environment()
    try:
        used = meta.find_undeclared_variables(environment.parse(text))
        compiled = environment.from_string(text)
    except Exception as error:  # Jinja2's own, and what deep nesting does to it and to Python's compiler
        line = f" in line {error.lineno}" if "\n" in text and hasattr(error, "lineno") else ""
        raise InvalidTemplate(f"no Jinja2 template{line}: {_words(error)}") from None
    if unknown := sorted(used - {*variables}):
        raise InvalidTemplate(
            f"no variable is called {' or '.join(map(repr, unknown))}; there are {', '.join(variables)}"
        )
    return compiled, used


def _line_in_template(error: Exception) -> str:
    """Return the line of a template in which it failed: Jinja2 gives its frames the template's lines."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            frames.append(trace.tb_lineno)
        trace = trace.tb_next
    return f" in line {frames[-1]}" if frames else ""


def _words(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", None) or error or type(error).__name__).split())


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415  a config without templates does not need it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["b64encode"] = lambda text: b64encode(str(text).encode("utf-8", "surrogateescape")).decode()
    # Escaped, a character beyond U+FFFF is two halves, which is JSON and no YAML.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}
    # What gives another result each time has no place where a second run has to change nothing.
    del environment.globals["lipsum"], environment.filters["random"]
    return environment
