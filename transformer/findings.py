"""What a rule has to say about one place of the input, and the edits that go with it.

A finding carries its edits, so that a report and a rewrite come from the same value and cannot disagree.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from transformer.edits import Edit
from transformer.hooks import NORMAL, Timing
from transformer.node_edits import NamesForm
from transformer.resources import ResourceRef

Confidence: TypeAlias = Literal["certain", "declared", "likely"]

Severity: TypeAlias = Literal["error", "warning", "info"]

Outcome: TypeAlias = Literal[
    "rewritten",  # a reference now names the mirror
    "kept",  # a reference stays, and the rule says why
    "unmapped",  # no rule covers a reference
    "invalid",  # a value is no reference
    "refused",  # a reference cannot be rewritten: its target would be wrong
    "likely",  # a text likely names an image, and is not to be rewritten
    "uncovered",  # a field that nothing is known of is named and spelled like an image
    "undone",  # a program will write the image back
    "attached",  # a pod spec now names a pull secret
    "present",  # a pod has the pull secret it needs
    "unattached",  # a pod needs a pull secret that cannot be written into it
    "account",  # something to check about a ServiceAccount that the input lacks
    "renamed",  # a reference to a pull secret follows its new name
    "marked",  # an object gets the annotation that says that this program ran
    "unmarked",  # an object cannot be given it
    "updated",  # a Secret of the input gets other credentials
    "opened",  # an image that needs credentials has them: which Secret, and which key of it
    "unopened",  # no pull secret that a pod has opens one of its images
    "anonymous",  # an image is pulled without credentials, though there are some for its registry
    "missing",  # a pod names a Secret that is neither in the input nor emitted
    "late",  # a Secret of the input that is applied only after a hook that needs it
    "hidden",  # a key would open an image, and is not tried
    "broken",  # a Secret of the input that the kubelet cannot read, or does not
    "conflict",  # a Secret of the input that must not be there, or cannot be updated
    "directive",  # a comment asks for something that there is not
    "untyped",  # what is all but an object lacks half of its type, so that nothing looks into it
    "unreadable",  # a document is not YAML
]

# Outcomes of an image reference, as opposed to those of a pod spec or a document.
OF_REFERENCES: tuple[Outcome, ...] = ("rewritten", "kept", "unmapped", "invalid", "refused", "likely", "uncovered")

# Outcomes of a pod that names a pull secret, or whose account does or should.
IN_USE: tuple[Outcome, ...] = ("attached", "present", "account")

# Outcomes on which `check` fails: what would change, and a comment that asks for what there is not.
_TO_DO: tuple[Outcome, ...] = ("rewritten", "attached", "renamed", "marked", "updated", "directive")

# Outcomes of pulling an image.
OF_PULLS: tuple[Outcome, ...] = ("opened", "unopened", "anonymous", "hidden")


class Said(NamedTuple):
    """A change of what a scalar says: the offset in the stream at which it begins, and an edit of its value."""

    scalar: int
    edit: Edit


class Grown(NamedTuple):
    """A mapping whose pull secrets are extended: the offset in the stream at which it begins, their key and form."""

    holder: int
    key: str
    form: NamesForm


class Added(NamedTuple):
    """A mapping that gets a text: the offset in the stream at which it begins, the keys that lead to it, and it."""

    holder: int
    keys: tuple[str, ...]
    text: str

    @property
    def key(self) -> str:
        """The key in the mapping itself."""
        return self.keys[0]


class Finding(NamedTuple):
    """What was found at one place.

    `line` and `column` count from 1, characters, in the stream. `field` is the path in the document,
    `spec.containers[0].image`; `before` and `after` are the reference as it stood and as it stands now; `rule` is
    what decided, `confidence` how sure it is that this is an image. `edits` have offsets in the stream; `said` is what
    scalars say after them, and `grown` where they add names of pull secrets, or a text. `pull_secret` is the name in
    the config of the pull secret that a pod uses, `secret` that of the Secret, `namespace` where the pod says it is,
    `keys` the keys that open its images, and `timing` when its object is applied. `account` is the ServiceAccount that
    has to name it, or that a pod merely runs as, by namespace and name.

    A finding with `evidence` counts only where that, an image or the host of one, is known for certain in the input.
    Of several warnings with the same `subject` only the first is one; the others are for the report.
    """

    severity: Severity
    outcome: Outcome
    message: str
    line: int
    column: int
    resource: ResourceRef | None = None
    field: str = ""
    before: str = ""
    after: str = ""
    rule: str = ""
    confidence: Confidence | None = None
    edits: tuple[Edit, ...] = ()
    said: tuple[Said, ...] = ()
    grown: Grown | Added | None = None
    pull_secret: str = ""
    secret: str = ""
    namespace: str = ""
    keys: tuple[str, ...] = ()
    timing: Timing = NORMAL
    account: tuple[str, str] | None = None
    evidence: str = ""
    subject: tuple[str, ...] = ()

    @property
    def is_to_do(self) -> bool:
        """Whether `check` fails on it: something would change, or a reference is left that should not be."""
        if self.outcome in ("unmapped", "invalid", "refused", "unopened", "broken", "untyped"):
            return self.severity != "info"
        return self.outcome in _TO_DO or self.severity == "error"


def unreadable(message: str, line: int, column: int, *, skip: bool, hint: str = "") -> Finding:
    """Return the finding of a text that cannot be read: an error, and with `skip` a warning that it is passed on.

    `line` and `column` count from 1 in the stream; `hint` says what to do about an error.
    """
    severity: Severity = "warning" if skip else "error"
    remark = ", passed on as it came" if skip else hint
    return Finding(severity=severity, outcome="unreadable", message=message + remark, line=line, column=column)
