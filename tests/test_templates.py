"""What is wrong with a template is said when the config is read, in one line."""

from __future__ import annotations

import pytest

from transformer.templates import landing, template_error

TEMPLATE_ERRORS = {
    "h.example/x": "",
    "h.example/{ path }": "",
    "h.example/{{ domain }}/{{ path }}/{{ name }}/{{ tag }}/{{ digest }}": "",
    "h.example/{% for part in path.split('/') %}{{ part }}{{ '-' if not loop.last }}{% endfor %}": "",
    "h.example/{{ domian }}": "no variable is called 'domian'; there are domain, path, name, tag, digest",
    "h.example/{{ repo }}/{{ org }}": "no variable is called 'org' or 'repo'; there are domain, path, name, tag",
    "h.example/{{ lipsum() }}": "no variable is called 'lipsum'; there are domain, path, name, tag, digest",
    "h.example/{{ path | random }}": "no Jinja2 template: No filter named 'random'.",
    "h.example/{{ path": "no Jinja2 template: unexpected end of template, expected 'end of print statement'.",
    "h.example/{{ }}": "no Jinja2 template: Expected an expression, got 'end of print statement'",
    "h.example/{% if tag %}x": "no Jinja2 template: Unexpected end of template.",
    "h.example/{{ path | nope }}": "no Jinja2 template: No filter named 'nope'.",
    "h.example/{# comment": "no Jinja2 template: Missing end of comment tag",
    "h.example/{{" + "(" * 5000: "no Jinja2 template: maximum recursion depth exceeded",
}


@pytest.mark.parametrize(("target", "message"), TEMPLATE_ERRORS.items(), ids=lambda text: text[:40])
def test_template_error_says_what_is_wrong(target: str, message: str) -> None:
    assert template_error(target).startswith(message)
    assert bool(template_error(target)) == bool(message)
    assert "\n" not in template_error(target)


LANDINGS = {
    "h.example/hub": (["h.example/hub", "h.example/hub/a", "H.example/hub/a"], ["h.example/hubris/a", "h.example"]),
    "h.example/{{ domain }}": (["h.example/quay.io/a"], ["quay.io/a"]),
    "{{ domain | replace('.', '-') }}.h.example": (["quay-io.h.example/a/b"], ["quay-io.h.example.org/a", "quay.io/a"]),
    "{{ domain }}.h.example/{{ path }}": (["quay.io.h.example/a"], ["h.example/a"]),
    "h.example/{% if tag %}t{% endif %}/{{ path }}": (["h.example/t/a", "h.example/a"], ["quay.io/a"]),
}


@pytest.mark.parametrize(("target", "names"), LANDINGS.items(), ids=lambda given: str(given)[:40])
def test_landing_knows_what_is_mirrored(target: str, names: tuple[list[str], list[str]]) -> None:
    pattern = landing(target)
    assert pattern is not None
    assert [[name for name in group if pattern.fullmatch(name)] for group in names] == [names[0], []]


@pytest.mark.parametrize(
    "target", ["{{ name }}", "{{ path }}/x", "{{ 'h.example' if tag else 'i.example' }}/{{ path }}"]
)
def test_landing_says_nothing_where_the_registry_is_not_written_out(target: str) -> None:
    assert landing(target) is None
