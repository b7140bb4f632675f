"""Files of the user's: what they are given, what they have to make, and that no refusal shows a credential."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from forms.orders import LOGIN, behind, held, make, order, refusal, told
from passwords import AWKWARD_PASSWORD, PASSWORD, leaks
from programs import needs
from ruamel.yaml import YAML
from test_secret import kubectl

from transformer.config import PullSecret
from transformer.dockerconfig import Credentials, dockercfg, dockerconfigjson
from transformer.errors import CredentialsError
from transformer.forms import form
from transformer.forms.order import Order

FILE = "secrets/vault.yaml.j2"
HARBOR = PullSecret("harbor-pull", ("h.example",), emit="template", template=FILE)
HUB = HARBOR._replace(registries=("quay.io/team", "https://index.docker.io/v1/"))
FORM = form("template")

PASSWORD_HERE = "{{ auths['h.example'].password }}"
OBJECT = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ name }}\n"


def given(
    template: str | bytes | Exception,
    namespace: str = "shop",
    secret: PullSecret = HARBOR,
    *,
    home: str | None = None,
    name: str = "",
    login: Credentials = LOGIN,
) -> Order:
    """An order whose template is this file."""
    content = template.encode() if isinstance(template, str) else template
    return order(secret, namespace, home=home, name=name, login=login, files={FILE: content})


def message(template: str | bytes | Exception, namespace: str = "shop", *, home: str | None = None) -> str:
    """What a template is refused with, once it was found to show no password, neither in its message nor behind it."""
    error = refusal(given(template, namespace, home=home))
    assert leaks(told(error)) == []
    assert error.missing == (str(error),)
    start = f"pull secret harbor-pull: the template {FILE}: "
    assert str(error).startswith(start)
    return str(error).removeprefix(start)


# -- what is made -----------------------------------------------------------------------------------------------------

VAULT = """\
# For the Vault Secrets Operator.
apiVersion: secrets.hashicorp.com/v1beta1
kind: VaultStaticSecret
metadata:
  name: {{ name }}
{%- if namespace %}
  namespace: {{ namespace }}
{%- endif %}
  labels: {{ labels | tojson }}
  annotations: {{ annotations | tojson }}
spec:
  mount: kv   # version 2
  path: registries/{{ registries[0] }}
  refreshAfter: 1h
  destination: {create: true, name: {{ name }}, type: {{ type }}}
"""
MADE_FOR_VAULT = """\
# For the Vault Secrets Operator.
apiVersion: secrets.hashicorp.com/v1beta1
kind: VaultStaticSecret
metadata:
  name: harbor-pull
  namespace: shop
  labels: {"on": "1", "team": "shop"}
  annotations: {"by": "ops \\u0026 us"}
spec:
  mount: kv   # version 2
  path: registries/h.example
  refreshAfter: 1h
  destination: {create: true, name: harbor-pull, type: kubernetes.io/dockerconfigjson}
"""
LABELED = HARBOR._replace(labels=(("team", "shop"), ("on", "1")), annotations=(("by", "ops & us"),))

EACH = """\
{% for registry, login in auths.items() -%}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ name }}-{{ loop.index }}}
stringData: {registry: {{ registry | tojson }}, user: {{ login.username | tojson }}, mail: {{ login.email | tojson }}}
{% endfor -%}
---
# one for all: {{ registries | join(', ') }}
apiVersion: v1
kind: Secret
metadata: {name: {{ name }}}
type: {{ type }}
data: {.dockercfg: {{ dockerconfigjson | b64encode }}}
"""
MADE_FOR_EACH = """\
---
apiVersion: v1
kind: Secret
metadata: {name: harbor-pull-1}
stringData: {registry: "quay.io/team", user: "u", mail: "u@corp.example"}
---
apiVersion: v1
kind: Secret
metadata: {name: harbor-pull-2}
stringData: {registry: "https://index.docker.io/v1/", user: "u", mail: "u@corp.example"}
---
# one for all: quay.io/team, https://index.docker.io/v1/
apiVersion: v1
kind: Secret
metadata: {name: harbor-pull}
type: kubernetes.io/dockercfg
data: {.dockercfg: eyJodHRwczovL2luZGV4LmRvY2tlci5pby92MS8iOnsidXNlcm5hbWUiOiJ1IiwicGFzc3dvcmQiOiJwIiwiZW1haWwiOiJ1QGNv\
cnAuZXhhbXBsZSIsImF1dGgiOiJkVHB3In0sInF1YXkuaW8vdGVhbSI6eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAiLCJlbWFpbCI6InVAY29yc\
C5leGFtcGxlIiwiYXV0aCI6ImRUcHcifX0=}
"""

MADE: dict[str, tuple[Order, str]] = {
    "a reference to a vault": (given(VAULT, secret=LABELED), MADE_FOR_VAULT),
    "several documents": (
        given(EACH, secret=HUB._replace(is_legacy=True), login=Credentials(b"u", b"p", b"u@corp.example")),
        MADE_FOR_EACH,
    ),
    "the name of the demand": (
        given(OBJECT, name="shop-pull"),
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop-pull\n",
    ),
    "no line end": (
        given("{kind: A, apiVersion: b, metadata: {name: harbor-pull}}"),
        "{kind: A, apiVersion: b, metadata: {name: harbor-pull}}\n",
    ),
    "other line ends": (
        given("{kind: A, apiVersion: b,\r\n metadata: {name: harbor-pull}}\r\n"),
        "{kind: A, apiVersion: b,\n metadata: {name: harbor-pull}}\n",
    ),
    "a namespace that nobody says": (
        given("{kind: A, apiVersion: b, metadata: {name: '{{ name }}{{ namespace }}'}}", ""),
        "{kind: A, apiVersion: b, metadata: {name: 'harbor-pull'}}\n",
    ),
    "a namespace that only others say": (
        given("{kind: A, apiVersion: b, metadata: {name: '{{ name }}{{ namespace }}'}}", "", home="shop"),
        "{kind: A, apiVersion: b, metadata: {name: 'harbor-pull'}}\n",
    ),
    "the registries in use": (
        order(
            HUB,
            registries=("quay.io/team",),
            files={FILE: f"{OBJECT}x: {{{{ registries + (auths | list) }}}}\n".encode()},
        ),
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: harbor-pull\nx: ['quay.io/team', 'quay.io/team']\n",
    ),
    "comments and empty documents around it": (
        given(f"# {{# not this #}}first\n---\n---\nnull\n---\n{OBJECT}...\n# last\n"),
        "# first\n---\n---\nnull\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: harbor-pull\n...\n# last\n",
    ),
}


@pytest.mark.parametrize(("ordered", "expected"), MADE.values(), ids=MADE)
def test_make_gives_what_the_file_makes(ordered: Order, expected: str) -> None:
    assert make(ordered) == [expected]


def variable(expression: str, login: Credentials = LOGIN, secret: PullSecret = HARBOR) -> object:
    """What an expression comes to, written as JSON."""
    [text] = make(given(f"{OBJECT}x: {{{{ {expression} }}}}\n", secret=secret, login=login))
    return YAML(typ="safe", pure=True).load(text)["x"]


AWKWARD = Credentials("bjørn".encode(), AWKWARD_PASSWORD.encode(), b"b@corp.example")
VARIABLES = {
    "name | tojson": "harbor-pull",
    "namespace | tojson": "shop",
    "type | tojson": "kubernetes.io/dockerconfigjson",
    "registries | tojson": ["h.example"],
    "labels | tojson": {},
    "annotations | tojson": {},
    "auths | tojson": {
        "h.example": {
            "username": "bjørn",
            "password": AWKWARD_PASSWORD,
            "email": "b@corp.example",
            "auth": b64encode(f"bjørn:{AWKWARD_PASSWORD}".encode()).decode(),
        }
    },
    "auths['h.example'].password | tojson": AWKWARD_PASSWORD,
    "auths['h.example'].password | b64encode": b64encode(AWKWARD_PASSWORD.encode()).decode(),
    "dockerconfigjson | tojson": dockerconfigjson({"h.example": AWKWARD}).decode(),
    "dockerconfigjson | b64encode": b64encode(dockerconfigjson({"h.example": AWKWARD})).decode(),
}


@pytest.mark.parametrize(("expression", "expected"), VARIABLES.items(), ids=VARIABLES)
def test_make_gives_the_file_its_variables(expression: str, expected: object) -> None:
    assert variable(expression, AWKWARD) == expected


def test_make_gives_the_file_the_annotations_to_be_there_early() -> None:
    secret = HARBOR._replace(annotations=(("note", "mine"),))
    files = {FILE: f"{OBJECT}x: {{{{ annotations | tojson }}}}\n".encode()}
    [text] = make(order(secret, files=files, annotations=(("helm.sh/hook", "pre-install"),)))
    assert text.endswith('x: {"helm.sh/hook": "pre-install", "note": "mine"}\n')


def test_make_gives_the_content_of_the_type() -> None:
    older = HARBOR._replace(is_legacy=True)
    assert variable("type", secret=older) == "kubernetes.io/dockercfg"
    assert variable("dockerconfigjson | tojson", secret=older) == dockercfg({"h.example": LOGIN}).decode()


BYTES = Credentials(b"robot$ci", b"p\xff\xfe\x00\n")


def test_make_keeps_every_byte_of_a_password_in_base64() -> None:
    assert variable("auths['h.example'].password | b64encode", BYTES) == b64encode(BYTES.password).decode()
    assert variable("auths['h.example'].auth", BYTES) == b64encode(b"robot$ci:" + BYTES.password).decode()
    stored = dockerconfigjson({"h.example": BYTES})
    assert variable("dockerconfigjson | b64encode", BYTES) == b64encode(stored).decode()


HALVES = "tojson writes a character beyond U+FFFF as two halves, which kubectl takes for an error"


def test_tojson_writes_what_every_yaml_parser_reads() -> None:
    [text] = make(
        given(f"{OBJECT}x: {{{{ auths['h.example'].password | tojson }}}}\n", login=Credentials(b"u", "😀".encode()))
    )
    assert text.endswith('\nx: "😀"\n')


@needs("kubectl")
def test_kubectl_reads_what_tojson_writes(tmp_path: Path) -> None:
    template = f"{OBJECT}stringData: {{password: {{{{ auths['h.example'].password | tojson }}}}}}\n"
    [text] = make(given(template, login=Credentials(b"u", "😀".encode())))
    made = kubectl(tmp_path, "patch", "--local", "--filename=-", "--patch={}", stdin=text)
    assert made["stringData"] == {"password": "😀"}


# -- whether credentials are read -------------------------------------------------------------------------------------

USES = {
    VAULT: False,
    EACH: True,
    OBJECT: False,
    f"{OBJECT}x: {PASSWORD_HERE}": True,
    f"{OBJECT}x: {{{{ dockerconfigjson | b64encode }}}}": True,
    f"{OBJECT}{{% if auths %}}x: 1{{% endif %}}": True,
    f"{OBJECT}{{% if false %}}{{{{ dockerconfigjson }}}}{{% endif %}}": True,
    f"{OBJECT}# auths, dockerconfigjson {{# {{{{ auths }}}} #}}": False,
    f"{OBJECT}x: {{{{ 'auths' }}}}": False,
    f"{OBJECT}x: {{{{ labels.auths }}}}": False,
    f"{OBJECT}{{% set auths = 1 %}}x: {{{{ auths }}}}": False,
    f"{OBJECT}{{% raw %}}x: {{{{ auths }}}}{{% endraw %}}": False,
}


@pytest.mark.parametrize(("template", "uses"), USES.items(), ids=range(len(USES)))
def test_a_file_that_says_no_credential_needs_none(template: str, uses: bool) -> None:
    reach = given(template).reach
    assert FORM.needs_credentials(HARBOR, reach) == uses
    assert FORM.is_plain(HARBOR, reach) == uses


def test_make_needs_no_credentials_where_the_file_says_none() -> None:
    assert make(given(VAULT, secret=LABELED)._replace(auths={})) == [MADE_FOR_VAULT]


# -- what is refused --------------------------------------------------------------------------------------------------

VARIABLE_NAMES = "name, namespace, type, registries, labels, annotations, auths, dockerconfigjson"
READABLE: dict[str, tuple[str | bytes | Exception, str]] = {
    "missing": (FileNotFoundError(2, "No such file or directory"), "it cannot be read (No such file or directory)"),
    "a folder": (IsADirectoryError(21, "Is a directory"), "it cannot be read (Is a directory)"),
    "not UTF-8": (b"\xff\xfe", "it is no UTF-8 text"),
    "an open block": (f"{OBJECT}\n{{% if name %}}x", "no Jinja2 template in line 6: Unexpected end of template."),
    "an empty expression": (
        f"{OBJECT}x: {{{{ }}}}",
        "no Jinja2 template in line 5: Expected an expression, got 'end of print statement'",
    ),
    "an unknown filter": (f"{OBJECT}x: {{{{ name | b64 }}}}", "no Jinja2 template in line 5: No filter named 'b64'."),
    "an unknown variable": (
        f"{OBJECT}x: {{{{ password }}}}",
        f"no variable is called 'password'; there are {VARIABLE_NAMES}",
    ),
    "chance": (
        f"{OBJECT}x: {{{{ lipsum() }}}}",
        f"no variable is called 'lipsum'; there are {VARIABLE_NAMES}",
    ),
}


@pytest.mark.parametrize(("template", "expected"), READABLE.values(), ids=READABLE)
def test_a_file_that_is_no_template_is_refused_before_credentials_are_read(
    template: str | bytes | Exception, expected: str
) -> None:
    assert message(template).startswith(expected)
    for ask in (FORM.needs_credentials, FORM.is_plain):
        with pytest.raises(CredentialsError) as caught:
            ask(HARBOR, given(template).reach)
        assert str(caught.value).startswith(f"pull secret harbor-pull: the template {FILE}: {expected}")


FAILING = {
    "a key that is not there": (f"{OBJECT}x: {{{{ auths['quay.io'].password }}}}", "UndefinedError in line 5"),
    "a field that is not there": (
        f"{OBJECT}\n\n{{% for login in auths.values() %}}\nx: {{{{ login.token }}}}\n{{% endfor %}}",
        "UndefinedError in line 8",
    ),
    "a label that is not there": (f"{OBJECT}x: {{{{ labels['team'] }}}}", "UndefinedError in line 5"),
    "a registry that is not there": (f"{OBJECT}x: {{{{ registries[1] }}}}", "UndefinedError in line 5"),
    "a password for a key": (f"{OBJECT}x: {{{{ auths[auths['h.example'].password] }}}}", "UndefinedError in line 5"),
    "a password for a name": (
        f"{OBJECT}x: {{{{ labels[auths['h.example'].password].y }}}}",
        "UndefinedError in line 5",
    ),
    "a password for a number": (f"{OBJECT}x: {{{{ 1 + auths['h.example'].password }}}}", "TypeError in line 5"),
    "a password for a format": (
        f"{OBJECT}x: {{{{ (auths['h.example'].password ~ '%d') | format(dockerconfigjson) }}}}",
        "TypeError in line 5",
    ),
    "a password for a file": (f"{OBJECT}{{% include auths['h.example'].password %}}", "TypeError in line 5"),
    "inside a macro": (
        "{% macro field(of) %}\n{{ of.a.b }}\n{% endmacro %}\n" + OBJECT + "x: {{ field(name) }}",
        "UndefinedError in line 2",
    ),
    "nothing to divide by": (f"x: {{{{ 1 // 0 }}}}\n{OBJECT}", "ZeroDivisionError in line 1"),
}


@pytest.mark.parametrize(("template", "expected"), FAILING.values(), ids=FAILING)
def test_make_says_where_a_file_fails_and_not_on_what(template: str, expected: str) -> None:
    assert message(template) == f"the template fails: {expected}"


ESCAPES = {
    "a class": "{{ auths.__class__ }}",
    "a class by its key": "{{ auths['__class__'] }}",
    "a class by a filter": "{{ auths | attr('__class__') }}",
    "a class by a format": "{{ '{0.__class__}'.format(name) }}",
    "a class by another format": "{{ '{a.__class__}'.format_map({'a': name}) }}",
    "all classes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ cycler.__init__.__globals__.os.environ }}",
    "the context": "{{ self.__init__.__globals__ }}",
    "the context of the template": "{{ self._TemplateReference__context }}",
    "code": "{% macro m() %}{% endmacro %}{{ m._func.__code__ }}",
    "a generator": "{{ (auths | map('upper')).gi_frame.f_globals }}",
    "what is given, emptied": "{{ auths.clear() }}",
    "what is given, taken": "{{ auths.pop('h.example') }}",
    "what is given, written": "{{ labels.update({'a': 'b'}) }}",
    "what is given, longer": "{{ registries.append('quay.io') }}",
    "a long time": "{% for _ in range(1000000000) %}{% endfor %}",
    "a file": "{% include '/etc/passwd' %}",
    "a macro of a file": "{% import '/etc/passwd' as other %}",
    "a parent": "{% extends '/etc/passwd' %}",
}


@pytest.mark.parametrize("expression", ESCAPES.values(), ids=ESCAPES)
def test_make_refuses_what_leads_out_of_the_sandbox(expression: str) -> None:
    said = message(f"{OBJECT}x: {expression}\n")
    assert said.startswith("the template fails: ")
    assert said.removeprefix("the template fails: ") in {
        "SecurityError in line 5",
        "OverflowError in line 5",
        "TypeError in line 5",
    }


NOT_YAML = {
    "an open bracket": f"{OBJECT}x: [{PASSWORD_HERE}",
    "a password for an alias": f"{OBJECT}x: *{PASSWORD_HERE}",
    "a password for a tag": f"{OBJECT}x: !<{PASSWORD_HERE}",
    "a password for a directive": f"%{PASSWORD_HERE}\n---\n{OBJECT}",
    "two keys in a line": f"{OBJECT}x: y: {PASSWORD_HERE}",
    "no indentation": f"{OBJECT}x:\n  a: {PASSWORD_HERE}\n b: 1",
}


@pytest.mark.parametrize("template", NOT_YAML.values(), ids=NOT_YAML)
def test_make_quotes_nothing_of_what_is_not_yaml(template: str) -> None:
    said = message(template)
    assert said.startswith("what it makes is not YAML, near line ")
    assert said.endswith(" of a document")


def test_make_says_the_line_of_the_document() -> None:
    assert message(f"{OBJECT}---\n{OBJECT}\nx: *{PASSWORD_HERE}\n") == (
        "what it makes is not YAML, near line 7 of a document"
    )


def test_make_takes_no_password_that_is_no_utf_8() -> None:
    login = Credentials(b"robot$ci", PASSWORD.encode() + b"\xff")
    error = refusal(given(f"{OBJECT}x: '{PASSWORD_HERE}'\n", login=login))
    assert str(error).endswith("it writes a byte of a credential that is no UTF-8; encode it with b64encode")
    assert leaks(told(error)) == []


@pytest.mark.parametrize("password", [b"a\x00b", b"\x1b[31m"], ids=repr)
def test_make_takes_no_password_that_is_no_text(password: bytes) -> None:
    login = Credentials(b"robot$ci", PASSWORD.encode() + password)
    error = refusal(given(f"{OBJECT}x: '{PASSWORD_HERE}'\n", login=login))
    assert str(error).endswith(f"the template {FILE}: what it makes is not YAML, near line 5 of a document")
    assert leaks(told(error)) == []


NO_OBJECT = "what it makes is no Kubernetes object with apiVersion, kind and metadata.name"
NO_NAME = "nothing in it says the name harbor-pull, which pods refer to"
WRONG: dict[str, tuple[str, str]] = {
    "nothing": ("", "it makes no document"),
    "a comment": (f"# {PASSWORD_HERE}\n", "it makes no document"),
    "nulls": ("---\n---\n~\n", "it makes no document"),
    "a text": (PASSWORD_HERE, NO_OBJECT),
    "a list": (f"- {PASSWORD_HERE}\n- harbor-pull\n", NO_OBJECT),
    "no kind": (f"apiVersion: v1\nmetadata: {{name: harbor-pull}}\nx: {PASSWORD_HERE}\n", NO_OBJECT),
    "no apiVersion": ("kind: Secret\nmetadata: {name: harbor-pull}\n", NO_OBJECT),
    "no name": ("kind: Secret\napiVersion: v1\nmetadata: {namespace: shop}\nx: harbor-pull\n", NO_OBJECT),
    "no metadata": ("kind: Secret\napiVersion: v1\nmetadata: harbor-pull\n", NO_OBJECT),
    "one of two": (f"{OBJECT}---\nname: harbor-pull\n", NO_OBJECT),
    "another name": ("kind: Secret\napiVersion: v1\nmetadata: {name: harbor}\n", NO_NAME),
    "a longer name": ("kind: Secret\napiVersion: v1\nmetadata: {name: harbor-pull-2}\nx: my harbor-pull\n", NO_NAME),
    "a name in a comment": ("kind: Secret # harbor-pull\napiVersion: v1\nmetadata: {name: harbor}\n", NO_NAME),
}


@pytest.mark.parametrize(("template", "expected"), WRONG.values(), ids=WRONG)
def test_make_refuses_what_leads_to_no_secret(template: str, expected: str) -> None:
    assert message(template) == expected


NAMED = {
    "in its metadata": "{kind: A, apiVersion: b, metadata: {name: harbor-pull}}\n",
    "in its target": "{kind: A, apiVersion: b, metadata: {name: c}, spec: {destination: {name: harbor-pull}}}\n",
    "in a list": "{kind: A, apiVersion: b, metadata: {name: c}, spec: [[], [d, harbor-pull]]}\n",
    "as a key": "{kind: A, apiVersion: b, metadata: {name: c}, spec: {harbor-pull: {}}}\n",
    "behind an alias": "{kind: A, apiVersion: b, metadata: {name: &c harbor-pull}, spec: *c}\n",
    "in another document": "{kind: A, apiVersion: b, metadata: {name: c}}\n---\n"
    "{kind: A, apiVersion: b, metadata: {name: harbor-pull}}\n",
}


@pytest.mark.parametrize("template", NAMED.values(), ids=NAMED)
def test_make_finds_the_name_wherever_it_is_said(template: str) -> None:
    assert make(given(template)) == [template]


def test_make_finds_the_name_among_aliases_without_end() -> None:
    layers = "".join(f"x{depth}: &x{depth} [{', '.join([f'*x{depth - 1}'] * 9)}]\n" for depth in range(1, 40))
    template = f"{OBJECT}x0: &x0 [y]\n{layers}"
    assert make(given(template)) == [template.replace("{{ name }}", "harbor-pull")]


SOMEWHERE = "apiVersion: v1\nkind: Secret\nmetadata: {name: harbor-pull, namespace: %s}\n"
PLACES: dict[str, tuple[str, str, str, str]] = {
    "another": (SOMEWHERE % "mail", "shop", "shop", "what it makes says another namespace than shop"),
    "another than the default": (SOMEWHERE % "mail", "", "shop", "what it makes says another namespace than shop"),
    "one where none is known": (SOMEWHERE % "mail", "", "", "what it makes says another namespace than none"),
    "in the second document": (
        f"{OBJECT}---\n{SOMEWHERE % 'mail'}",
        "shop",
        "shop",
        "what it makes says another namespace than shop",
    ),
}


@pytest.mark.parametrize(("template", "namespace", "home", "expected"), PLACES.values(), ids=PLACES)
def test_make_refuses_another_namespace(template: str, namespace: str, home: str, expected: str) -> None:
    assert message(template, namespace, home=home) == expected


@pytest.mark.parametrize(
    ("template", "namespace", "home"),
    [
        (SOMEWHERE % "shop", "shop", "shop"),
        (SOMEWHERE % "shop", "", "shop"),
        (SOMEWHERE % "''", "shop", "shop"),
        (OBJECT.replace("{{ name }}", "harbor-pull"), "shop", "shop"),
        (OBJECT.replace("{{ name }}", "harbor-pull"), "", ""),
    ],
)
def test_make_takes_the_namespace_and_none(template: str, namespace: str, home: str) -> None:
    assert make(given(template, namespace, home=home)) == [template]


# -- what can be seen of a refusal ------------------------------------------------------------------------------------

MISPLACED = {
    "a namespace": SOMEWHERE % PASSWORD_HERE,
    "a kind": SOMEWHERE.replace("Secret", PASSWORD_HERE) % "mail",
}


@pytest.mark.parametrize("template", MISPLACED.values(), ids=MISPLACED)
def test_no_message_shows_a_password_that_a_file_puts_in_the_wrong_place(template: str) -> None:
    assert leaks(str(refusal(given(template)))) == []


def test_what_is_behind_an_error_is_looked_at() -> None:
    def fail() -> None:
        try:
            raise KeyError(PASSWORD)
        except KeyError:
            raise CredentialsError(["a message"]) from None

    with pytest.raises(CredentialsError) as caught:
        fail()
    assert leaks(told(caught.value)) == []
    assert [type(each) for each in behind(caught.value)] == [KeyError]
    assert leaks(held(caught.value)) != []


QUOTING = {name: FAILING[name][0] for name in ("a password for a key", "a password for a name")}
HIDDEN = "`from None` keeps out of sight an error that quotes a credential, and does not let go of it"


@pytest.mark.parametrize("template", QUOTING.values(), ids=QUOTING)
def test_no_error_behind_a_refusal_quotes_a_password(template: str) -> None:
    assert leaks(held(refusal(given(template)))) == []


def test_no_error_behind_a_refusal_quotes_an_alias() -> None:
    word = "correcthorsebatterystaple"
    error = refusal(given(f"{OBJECT}x: *{PASSWORD_HERE}\n", login=Credentials(b"robot$ci", word.encode())))
    assert word not in told(error)
    assert word not in held(error)


def test_no_error_behind_a_refusal_has_the_text_that_was_made() -> None:
    login = Credentials(b"robot$ci", PASSWORD.encode() + b"\xff")
    assert leaks(held(refusal(given(f"{OBJECT}x: {PASSWORD_HERE}\n", login=login)))) == []


REFUSED = {**READABLE, **FAILING, **WRONG, **{name: (template, "") for name, template in NOT_YAML.items()}}
HARMLESS = {name: template for name, (template, _) in REFUSED.items() if name not in QUOTING}


@pytest.mark.parametrize("template", HARMLESS.values(), ids=HARMLESS)
def test_nothing_behind_other_refusals_shows_a_password(template: str | bytes | Exception) -> None:
    assert leaks(held(refusal(given(template)))) == []
