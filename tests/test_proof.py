"""A rewritten document that does not read back as planned is a bug, and nothing of it gets out."""

from __future__ import annotations

import pytest

from transformer import pipeline
from transformer.config import Config, Mirror, PullSecret
from transformer.documents import Document
from transformer.edits import Edit
from transformer.errors import InternalError
from transformer.findings import Added, Finding, Grown, Said
from transformer.nodes import compose
from transformer.pipeline import rewrite
from transformer.proof import prove

BEFORE = "kind: Pod # first\nspec:\n  containers:\n  - {name: a, image: nginx}\n  imagePullSecrets:\n  - name: one\n"
IMAGE = Finding(
    severity="info",
    outcome="rewritten",
    message="",
    line=14,
    column=22,
    before="nginx",
    after="h.example/nginx",
    said=(Said(BEFORE.index("nginx"), Edit(0, 5, "h.example/nginx")),),
    grown=Grown(BEFORE.index("containers"), "imagePullSecrets", "pullSecrets"),
)


ROOT_GROWS = IMAGE._replace(grown=Grown(0, "imagePullSecrets", "pullSecrets"))


def hold(after: str, before: str = BEFORE, *found: Finding) -> None:
    root = compose(before)
    assert root is not None
    prove(Document(before, 11, 0), root, after, found or [IMAGE])


RIGHT = {
    "nothing changed": BEFORE,
    "the image": BEFORE.replace("nginx", "h.example/nginx"),
    "a name more": BEFORE + "  - name: two\n",
    "another form": BEFORE.replace("- {name: a, image: nginx}", "- name: a\n    image: nginx"),
    "the list in flow style": BEFORE.replace("\n  - name: one", " [{name: one}, {name: two}]"),
}

WRONG = {
    "not YAML": ("a: [\n", "line 12 would be not YAML: did not find expected node content"),
    "nothing left": ("", "line 11 would begin an empty document"),
    "another image": (BEFORE.replace("nginx", "redis"), "line 14 would not"),
    "the name, which is no image": (BEFORE.replace("name: a", "name: h.example/nginx"), "line 14 would not"),
    "a key": (BEFORE.replace("kind", "Kind"), "line 11 would not"),
    "an entry more": (BEFORE + "other: x\n", "line 11 would not"),
    "an entry less": (BEFORE.replace("{name: a, image: nginx}", "{name: a}"), "line 14 would not"),
    "a list for a text": (BEFORE.replace("name: a", "name: [a]"), "line 14 would not"),
    "a list of something else": (
        BEFORE.replace("  imagePullSecrets:", "  - x\n  imagePullSecrets:"),
        "line 14 would not",
    ),
    "a container more": (BEFORE.replace("  imagePull", "  - {name: b, image: evil}\n  imagePull"), "line 14 would not"),
    "the list is gone": (BEFORE.replace("  imagePullSecrets:\n  - name: one\n", ""), "line 13 would not"),
    "a number for a text": (BEFORE.replace("name: a", "name: 'a'"), "line 14 would not"),
    "a tag": (BEFORE.replace("name: a", "name: !!str a"), "line 14 would not"),
    "the list begins with another": (BEFORE.replace("- name: one", "- name: two\n  - name: one"), "line 16 would not"),
    "the list without its entry": (BEFORE.replace("\n  - name: one", " []"), "line 13 would not"),
}


@pytest.mark.parametrize("after", RIGHT.values(), ids=RIGHT.keys())
def test_prove_takes_what_was_planned(after: str) -> None:
    hold(after)


@pytest.mark.parametrize(("after", "words"), WRONG.values(), ids=WRONG.keys())
def test_prove_refuses_everything_else(after: str, words: str) -> None:
    with pytest.raises(InternalError) as raised:
        hold(after)
    assert words in str(raised.value)


LISTS = {
    "a missing list": ("a: x\n", "a: x\nimagePullSecrets: [{name: one}]\n", True),
    "a null": ("imagePullSecrets:\n", "imagePullSecrets: [{name: one}]\n", True),
    "an alias": (
        "a: &a [{name: x}]\nimagePullSecrets: *a\n",
        "a: &a [{name: x}]\nimagePullSecrets: [{name: x}, {name: one}]\n",
        True,
    ),
    "another alias": ("a: &a x\nb: &b x\nc: *a\n", "a: &a x\nb: &b x\nc: *b\n", False),
    "another list": ("volumes:\n", "volumes: [{name: one}]\n", False),
    "an item more that is no name": ("imagePullSecrets: []\n", "imagePullSecrets: [{name: one}, x]\n", False),
    "an alias that lost a name": (
        "a: &a [{name: x}]\nimagePullSecrets: *a\n",
        "a: &a [{name: x}]\nimagePullSecrets: [{name: one}]\n",
        False,
    ),
    "a text": ("imagePullSecrets: x\n", "imagePullSecrets: [{name: one}]\n", False),
    "no names": ("imagePullSecrets: []\n", "imagePullSecrets: [x]\n", False),
}


@pytest.mark.parametrize(("before", "after", "is_right"), LISTS.values(), ids=LISTS.keys())
def test_a_list_of_pull_secrets_may_grow_at_its_end(before: str, after: str, is_right: bool) -> None:
    if is_right:
        hold(after, before, ROOT_GROWS)
    else:
        with pytest.raises(InternalError):
            hold(after, before, ROOT_GROWS)


M = ("metadata", "mark")
# Keys that lead to the text `yes` in the root, before, after, and whether that is right.
TEXTS: dict[str, tuple[tuple[str, ...], str, str, bool]] = {
    "a text": (M[1:], "a: x\n", "a: x\nmark: 'yes'\n", True),
    "a text in front": (M[1:], "{a: x}\n", "{'mark': \"yes\", a: x}\n", True),
    "a text for nothing": (M[1:], "mark:\na: x\n", "mark: 'yes'\na: x\n", True),
    "a mapping": (M, "a: x\n", "a: x\nmetadata: {mark: 'yes'}\n", True),
    "a mapping for nothing": (M, "metadata:\na: x\n", "metadata: {mark: 'yes'}\na: x\n", True),
    "a mapping for an empty one": (M, "metadata: {}\na: x\n", "metadata:\n  mark: 'yes'\na: x\n", True),
    "the last of equal keys": (M[1:], "mark: x\nmark:\n", "mark: x\nmark: 'yes'\n", True),
    "nothing added": (M[1:], "a: x\n", "a: x\n", False),
    "another text": (M[1:], "a: x\n", "a: x\nmark: 'no'\n", False),
    "no text": (M[1:], "a: x\n", "a: x\nmark: yes\n", False),
    "an alias of the text": (M[1:], "a: &a 'yes'\n", "a: &a 'yes'\nmark: *a\n", False),
    "a list": (M[1:], "a: x\n", "a: x\nmark: ['yes']\n", False),
    "another key": (M[1:], "a: x\n", "a: x\nother: 'yes'\n", False),
    "another key too": (M[1:], "a: x\n", "a: x\nmark: 'yes'\nother: 'yes'\n", False),
    "another key in the mapping": (M, "a: x\n", "a: x\nmetadata: {other: 'yes'}\n", False),
    "another key too in the mapping": (M, "a: x\n", "a: x\nmetadata: {mark: 'yes', other: 'yes'}\n", False),
    "a text for the mapping": (M, "a: x\n", "a: x\nmetadata: 'yes'\n", False),
    "a text for another": (M[1:], "mark: x\n", "mark: 'yes'\n", False),
    "a mapping for a full one": (M, "metadata: {a: x}\n", "metadata: {mark: 'yes'}\n", False),
    "something else changed": (M[1:], "a: x\n", "a: z\nmark: 'yes'\n", False),
}


@pytest.mark.parametrize(("keys", "before", "after", "is_right"), TEXTS.values(), ids=TEXTS)
def test_a_text_may_be_added(keys: tuple[str, ...], before: str, after: str, is_right: bool) -> None:
    found = IMAGE._replace(said=(), grown=Added(0, keys, "yes"))
    if is_right:
        hold(after, before, found)
    else:
        with pytest.raises(InternalError):
            hold(after, before, found)


def test_a_mapping_may_get_a_text_and_names() -> None:
    text = IMAGE._replace(said=(), grown=Added(0, ("mark",), "yes"))
    hold("a: x\nimagePullSecrets: [{name: one}]\nmark: 'yes'\n", "a: x\n", text, ROOT_GROWS)
    with pytest.raises(InternalError):
        hold("a: x\nmark: 'yes'\n", "a: x\n", text, ROOT_GROWS)


def test_a_rewrite_that_breaks_a_document_gets_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a rule to plan edits that do not fit, nothing of the result would be returned."""
    config = Config(mirrors=(Mirror("docker.io", "h.example"),), pull_secrets=(PullSecret("one", ("h.example",)),))
    pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx\n"
    monkeypatch.setattr(pipeline, "apply", lambda text, edits: text + "  broken: [" * bool(edits))
    with pytest.raises(InternalError, match="would be not YAML"):
        rewrite(pod, config)
