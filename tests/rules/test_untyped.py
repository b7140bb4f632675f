"""What is all but an object is named, since nothing looks into it; what is none, or is one, is not."""

from __future__ import annotations

import pytest

from transformer.config import Config, Mirror
from transformer.findings import Finding
from transformer.pipeline import rewrite

CONFIG = Config(mirrors=(Mirror("docker.io", "h.example/hub"),))
REST = "metadata:\n  name: web\nspec:\n  containers:\n  - image: nginx\n"
LIST = "apiVersion: v1\nkind: List\nitems:\n"
NO_VERSION = "web: without apiVersion this is no Kubernetes object, and nothing in it was looked at"
NO_KIND = NO_VERSION.replace("apiVersion", "kind")

# A stream, and of what is named in it the line, the column, the field and the message.
NAMED = {
    "no apiVersion": (f"kind: Pod\n{REST}", (1, 1, "", NO_VERSION)),
    "one that says nothing": (f"---\napiVersion:\nkind: Pod\n{REST}", (2, 1, "", NO_VERSION)),
    "an empty one": (f"apiVersion: ''\nkind: Pod\n{REST}", (1, 1, "", NO_VERSION)),
    "a misspelled one": (
        f"a: 1\n---\n# web\napiversion: v1\nkind: Pod\n{REST}",
        (4, 1, "", f"{NO_VERSION}; did you mean 'apiVersion' where it says 'apiversion'?"),
    ),
    "a misspelled kind": (
        f"apiVersion: v1\nKind: Pod\n{REST}",
        (1, 1, "", f"{NO_KIND}; did you mean 'kind' where it says 'Kind'?"),
    ),
    "a list": ("kind: List\nitems: []\n", (1, 1, "", NO_VERSION.replace("web", "List"))),
    "a list with a misspelled kind": (
        "apiVersion: v1\nKind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: web}}]\n",
        (1, 1, "", f"{NO_KIND.replace('web', 'List')}; did you mean 'kind' where it says 'Kind'?"),
    ),
    "in a list in a list": (
        f"{LIST}- apiVersion: v1\n  kind: List\n  items:\n  - {{kind: Pod, metadata: {{name: web}}}}\n",
        (7, 5, "items[0].items[0]", NO_VERSION),
    ),
    "to be named": ("kind: Job\nmetadata: {generateName: web}\n", (1, 1, "", NO_VERSION)),
    "in JSON": ('{"kind": "Pod", "metadata": {"name": "web"}}', (1, 1, "", NO_VERSION)),
    "in a list": (f"{LIST}- {{kind: Pod, metadata: {{name: web}}}}\n", (4, 3, "items[0]", NO_VERSION)),
    "in a list, by an alias": (
        f"{LIST}- {{apiVersion: v1, kind: Pod, x: &x {{kind: Pod, metadata: {{name: web}}}}}}\n- *x\n",
        (4, 34, "items[1]", NO_VERSION),
    ),
}

UNNAMED = {
    "nothing": "",
    "an object": f"apiVersion: v1\nkind: Pod\n{REST}",
    "neither": REST,
    "neither in a list": f"{LIST}- {{metadata: {{name: web}}}}\n",
    "items of a known kind": "apiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: web}}\n",
    "no name": "kind: Deployment\nmetadata: {}\nimage: nginx\n",
    "Helm values": "kind: Deployment\nmetadata: web\nimage: nginx\n",
    "a program's own": f"apiVersion: score.dev/v1b1\n{REST}",
    "a list": f"- kind: Pod\n  {REST.replace(chr(10), chr(10) + '  ')}\n",
    "a text": "kind",
    "kept": "kind: Pod\nmetadata: {name: web, annotations: {repoint.dev/keep: 'true'}}\n",
    "local": "kind: Pod\nmetadata: {name: web, annotations: {config.kubernetes.io/local-config: 'true'}}\n",
    "kustomize's": "kind: Kustomization\nmetadata: {name: web}\nresources: [web.yaml]\n",
}


def found(text: str) -> list[Finding]:
    result = rewrite(text, CONFIG)
    return [each for each in result.findings if each.outcome == "untyped"]


@pytest.mark.parametrize(("text", "expected"), NAMED.values(), ids=NAMED)
def test_what_lacks_half_of_its_type_is_a_warning_that_check_fails_on(
    text: str, expected: tuple[int, int, str, str]
) -> None:
    [finding] = found(text)
    assert (finding.line, finding.column, finding.field, finding.message) == expected
    assert (finding.severity, finding.is_to_do) == ("warning", True)


@pytest.mark.parametrize("text", UNNAMED.values(), ids=UNNAMED)
def test_nothing_else_is(text: str) -> None:
    assert found(text) == []


def test_it_passes_as_it_came() -> None:
    text, _ = NAMED["a misspelled one"]
    assert rewrite(text, CONFIG).text == text


def test_values_of_a_chart_are_looked_at() -> None:
    text = f"kind: Pod\n{REST}"
    assert [each.outcome for each in rewrite(text, CONFIG._replace(helm_values=True)).findings] == ["likely"]
