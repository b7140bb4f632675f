"""Judge a field that holds an image: what becomes of it by the config, and what each scalar of it then has to say."""

from __future__ import annotations

from typing import NamedTuple

from transformer.config import Config
from transformer.findings import Outcome
from transformer.image_fields import ImageField
from transformer.mirrors import Decision, decide_prefix, decider
from transformer.nodes import Mapping, Node, Scalar, is_null, is_string, resolve, text_of
from transformer.reference import Reference, begins_with_registry, parse
from transformer.spellings import Misfit, Part, parts, respelled, spelled

_BRACES = "{{ ... }}"


class Verdict(NamedTuple):
    """What becomes of an image: an outcome, the words for it, and the rule that decided.

    `before` and `after` are what it says as a whole. `reference` is the one it stands for from now on, None where it
    is none. `changes` are the parts that have to say something else, and what. `main` is the part that names it.
    """

    outcome: Outcome
    message: str
    rule: str = ""
    before: str = ""
    after: str = ""
    reference: Reference | None = None
    changes: tuple[tuple[Part, str], ...] = ()
    main: Part | None = None

    def staying(self, outcome: Outcome, message: str, rule: str = "") -> Verdict:
        """Return the verdict that the image stays as it is, for a reason of its own."""
        return self._replace(outcome=outcome, message=message, rule=rule or self.rule, after=self.before, changes=())


def verdict(field: ImageField, config: Config) -> Verdict | None:
    """Return what becomes of `field`; None where there is no image in it to speak of, such as a URL of a website."""
    is_text = field.holds != "reference" or isinstance(resolve(field.value), Scalar)
    image = parts(field.value, field.holder, field.siblings) if is_text else ()
    main = next((part for part in image if part.role in ("repository", "name")), None)
    if main is None and field.holds != "reference" and isinstance(resolve(field.value), Scalar):
        return None
    if main is None or not is_string(resolve(main.node)):
        node = resolve(main.node if main else field.value)
        said = _BRACES if _is_in_braces(node) else text_of(node)
        return Verdict("invalid", f"expected an image reference, found {_words(field, main)}", before=said, after=said)
    said = spelled(image)
    before = main.scheme + said
    if field.holds in ("url", "urlPrefix") and not main.scheme:
        message = f"expected a URL with oci:// or docker://, found {before!r}"
        is_ours = field.confidence == "declared"
        return Verdict("invalid", message, before=before, after=before, main=main) if is_ours else None
    if field.holds == "imageOrTag" and not {":", "/", "@"} & {*said}:
        return None
    if field.holds == "imageOrName" and not begins_with_registry(said):
        reason = "its controller puts a registry before it"
        return Verdict("kept", reason, reason, before, before, main=main)
    if field.holds in ("prefix", "urlPrefix"):
        return _of_prefix(config, said, main)
    found = of_reference(said, config, scheme=main.scheme)._replace(main=main)
    if found.outcome != "rewritten" or found.reference is None:
        return found
    try:
        return found._replace(changes=tuple(respelled(image, parse(said), found.reference)))
    except Misfit as error:
        message = f"not rewritten to {found.after}: {error}"
        return found.staying("refused", message)._replace(reference=parse(said))


def of_reference(text: str, config: Config, *, scheme: str = "") -> Verdict:
    """Return what becomes of a reference that stands as one text, behind `scheme`; the verdict has no `changes`."""
    decision = decider(config)(text)
    before = scheme + text
    if decision.outcome != "rewritten":
        return Verdict(decision.outcome, _message(decision), decision.rule, before, before, decision.reference)
    after = f"{scheme}{decision.reference}"
    return Verdict("rewritten", f"{before} -> {after}", decision.rule, before, after, decision.reference)


def _of_prefix(config: Config, said: str, main: Part) -> Verdict:
    decision, after = decide_prefix(config, said)
    before, after = main.scheme + said, main.scheme + after
    message = f"{before} -> {after}" if decision.outcome == "rewritten" else _message(decision)
    changes = ((main, after),) if decision.outcome == "rewritten" else ()
    return Verdict(decision.outcome, message, decision.rule, before, after, decision.reference, changes, main)


def _message(decision: Decision) -> str:
    return decision.message or f"stays: {decision.rule}"


def _words(field: ImageField, main: Part | None) -> str:
    value = resolve(main.node if main else field.value)
    if isinstance(value, Scalar):
        return "nothing" if is_null(value) else repr(value.value)
    if _is_in_braces(value):
        return _BRACES
    return "an object without a repository" if isinstance(value, Mapping) else "no text"


def _is_in_braces(node: Node) -> bool:
    """Say whether a node is what YAML makes of `{{ .Values.image }}`: a mapping with one for its key."""
    return isinstance(node, Mapping) and isinstance(next(iter(node.children), None), Mapping)
