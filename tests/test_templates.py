"""What is wrong with a template is said when the config is read, in one line."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passwords import AWKWARD_PASSWORD, PASSWORD, leaks

from transformer.templates import (
    InvalidTemplate,
    file_template,
    is_template,
    landing,
    name_template,
    template_error,
)

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


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "": False,
        "harbor-pull": False,
        "{namespace}": False,
        "a{": False,
        "{{ namespace }}": True,
        "a-{% if namespace %}": True,
        "a{# b": True,
    }.items(),
)
def test_is_template_knows_one_by_its_braces(text: str, expected: bool) -> None:
    assert is_template(text) == expected


# -- names of Secrets -------------------------------------------------------------------------------------------------

SAID = {"namespace": "shop", "registry": "h.example:5000", "config": "Mirror"}
NAMES = {
    "harbor-pull": "harbor-pull",
    " {namespace} ": " {namespace} ",
    "{{ namespace }}-pull": "shop-pull",
    "{{ config }}/{{ registry }}": "Mirror/h.example:5000",
    "{{ registry | replace(':', '-') | upper }}": "H.EXAMPLE-5000",
    "  {{ namespace }}\n": "shop",
    "{# a comment #}": "",
    "{% if namespace == 'shop' %}a{% else %}b{% endif %}": "a",
    "{{ registry.split(':') | first }}": "h.example",
    "{{ namespace | b64encode }}": "c2hvcA==",
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items(), ids=NAMES)
def test_name_template_makes_the_name(name: str, expected: str) -> None:
    assert name_template(name)(SAID) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    {
        "{{ domain }}": "no variable is called 'domain'; there are namespace, registry, config, application",
        "{{ name }}-{{ auths }}": "no variable is called 'auths' or 'name'; "
        "there are namespace, registry, config, application",
        "{{ namespace": "no Jinja2 template: unexpected end of template, expected 'end of print statement'.",
        "{{ namespace |\n}}": "no Jinja2 template in line 2: expected token 'name', got 'end of print statement'",
        "{{ namespace | random }}": "no Jinja2 template: No filter named 'random'.",
    }.items(),
)
def test_name_template_says_what_is_wrong_before_it_is_used(name: str, message: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        name_template(name)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    {
        "{{ namespace.team }}": "the template fails: 'str object' has no attribute 'team'",
        "{{ namespace.__class__ }}": ("the template fails: access to attribute '__class__' of 'str' object is unsafe."),
        "{% include namespace %}": "the template fails: no loader for this environment specified",
    }.items(),
)
def test_name_template_says_what_fails(name: str, message: str) -> None:
    render = name_template(name)
    with pytest.raises(InvalidTemplate) as caught:
        render(SAID)
    assert str(caught.value) == message


# -- files of the user's ----------------------------------------------------------------------------------------------

VARIABLES = ("name", "labels", "auths")
FILE: dict[str, Any] = {
    "name": "harbor",
    "labels": {"b": "2", "a": "1"},
    "auths": {"h.example": {"password": PASSWORD}},
}

USED = {
    "name: harbor": set(),
    "{{ name }} {{ labels }}": {"name", "labels"},
    "{# {{ auths }} #}{% raw %}{{ auths }}{% endraw %} auths": set(),
    "{% for key in auths %}{{ key }}{% endfor %}": {"auths"},
    "{% set name = 1 %}{{ name }}": set(),
    "{% set x = name %}{{ x }}": {"name"},
    "{% macro m(name) %}{{ name }}{% endmacro %}{{ m(labels) }}": {"labels"},
    "{% if false %}{{ auths }}{% endif %}": {"auths"},
    "{{ name if true else auths['x'].password }}": {"name", "auths"},
    "{{ range(3) | list }}{{ dict(a=1) }}": set(),
}


@pytest.mark.parametrize(("text", "used"), USED.items(), ids=USED)
def test_file_template_says_which_variables_it_uses(text: str, used: set[str]) -> None:
    assert file_template(text, VARIABLES).used == used


RENDERED = {
    "": "",
    "a": "a",
    "a\n": "a\n",
    "a\n\n": "a\n\n",
    "\r\na\r\n": "\na\n",
    "  {{ name }}  \n": "  harbor  \n",
    "{{ labels | tojson }}": '{"a": "1", "b": "2"}',
    "{{ '<&>' | tojson }}": '"\\u003c\\u0026\\u003e"',
    "{{ '<&>\"' }}": '<&>"',
    "{{ name | b64encode }}": "aGFyYm9y",
    "{{ 1 | b64encode }}": "MQ==",
    "{{ '' | b64encode }}": "",
    "{% for key in labels %}\n- {{ key }}\n{% endfor %}": "\n- b\n\n- a\n",
    "{% for key in labels -%}\n- {{ key }}\n{% endfor %}": "- b\n- a\n",
    "{{ range(3) | join(',') }}": "0,1,2",
    "{{ 'a\nb' | indent(2, true) }}": "  a\n  b",
}


@pytest.mark.parametrize(("text", "expected"), RENDERED.items(), ids=map(repr, RENDERED))
def test_file_template_renders(text: str, expected: str) -> None:
    assert file_template(text, VARIABLES).render(FILE) == expected


@given(st.binary())
def test_b64encode_takes_any_bytes(octets: bytes) -> None:
    values = {"name": octets.decode("utf-8", "surrogateescape")}
    assert file_template("{{ name | b64encode }}", VARIABLES).render(values) == b64encode(octets).decode()


@given(st.text())
def test_tojson_reads_back(text: str) -> None:
    assert json.loads(file_template("{{ name | tojson }}", VARIABLES).render({"name": text})) == text


@pytest.mark.parametrize(
    ("text", "message"),
    {
        "\n{% for %}": "no Jinja2 template in line 2: Expected an expression, got 'end of statement block'",
        "{% for %}": "no Jinja2 template: Expected an expression, got 'end of statement block'",
        "{% nope %}": "no Jinja2 template: Encountered unknown tag 'nope'.",
        "a: {{ b }}\nc: {{ d }}": "no variable is called 'b' or 'd'; there are name, labels, auths",
        "{{ now() }}": "no variable is called 'now'; there are name, labels, auths",
        "{{ name | random }}": "no Jinja2 template: No filter named 'random'.",
        "{{ lipsum() }}": "no variable is called 'lipsum'; there are name, labels, auths",
        "{{" + "(" * 5000: "no Jinja2 template: maximum recursion depth exceeded",
    }.items(),
    ids=lambda text: text[:40],
)
def test_file_template_says_what_is_wrong_before_it_is_used(text: str, message: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        file_template(text, VARIABLES)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    {
        "{{ auths['x'] }}": "the template fails: UndefinedError in line 1",
        "a\n\n{{ auths['x'].password }}": "the template fails: UndefinedError in line 3",
        "{{ auths[auths['h.example'].password] }}": "the template fails: UndefinedError in line 1",
        "\n{{ auths['h.example'].password + 1 }}": "the template fails: TypeError in line 2",
        "\n{% include auths['h.example'].password %}": "the template fails: TypeError in line 2",
        "{{ auths.__class__ }}": "the template fails: SecurityError in line 1",
        "{{ auths.clear() }}": "the template fails: SecurityError in line 1",
        "{% macro m(x) %}\n{{ x.y.z }}\n{% endmacro %}\n{{ m(name) }}": "the template fails: UndefinedError in line 2",
        "{% set x = name %}\n{{ x() }}": "the template fails: TypeError in line 2",
        "{% for x in range(100001) %}{% endfor %}": "the template fails: OverflowError in line 1",
    }.items(),
    ids=lambda text: text[:40],
)
@pytest.mark.parametrize("password", [PASSWORD, AWKWARD_PASSWORD], ids=["plain", "awkward"])
def test_file_template_says_where_it_fails_and_not_on_what(text: str, message: str, password: str) -> None:
    values = FILE | {"auths": {"h.example": {"password": password}}}
    with pytest.raises(InvalidTemplate) as caught:
        file_template(text, VARIABLES).render(values)
    assert str(caught.value) == message
    assert leaks(str(caught.value)) == []


def test_file_template_leaves_its_values_as_they_are() -> None:
    template = file_template("{% set labels = {} %}{% for key in auths %}{% set name = key %}{% endfor %}", VARIABLES)
    values = {"name": "harbor", "labels": {"a": "1"}, "auths": {"h.example": {}}}
    assert template.render(values) == ""
    assert values == {"name": "harbor", "labels": {"a": "1"}, "auths": {"h.example": {}}}
