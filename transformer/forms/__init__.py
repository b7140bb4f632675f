"""What is made of credentials: a module for each form, which makes the documents of one Secret."""

from __future__ import annotations

from importlib import import_module

from transformer.forms.order import Form

# The module of each form; only those that a config asks for are imported.
FORMS = {
    "Secret": "secret",
    "SealedSecret": "sealed_secret",
    "ExternalSecret": "external_secret",
    "template": "template",
}


def form(emit: str) -> Form:
    """Return the form that the config calls `emit`."""
    found: Form = import_module(f"{__name__}.{FORMS[emit]}").FORM
    return found
