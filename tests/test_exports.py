"""The public interface: these names and no more, each typed and documented."""

from __future__ import annotations

import inspect
import typing

import pytest

import transformer
from transformer.errors import TransformerError

FUNCTIONS = ["load_config", "parse", "rewrite"]
EXCEPTIONS = [
    "ConfigError",
    "CredentialsError",
    "InternalError",
    "InvalidReference",
    "ManifestSyntaxError",
    "TransformerError",
    "UsageError",
]


def test_the_public_names_are_these() -> None:
    assert transformer.__all__ == sorted(EXCEPTIONS + FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_is_typed_and_has_an_example(name: str) -> None:
    function = getattr(transformer, name)
    hints = typing.get_type_hints(function)
    assert set(inspect.signature(function).parameters) | {"return"} == set(hints)
    assert ">>> " in (function.__doc__ or "")


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_a_public_exception_is_documented_and_has_an_exit_code(name: str) -> None:
    error = getattr(transformer, name)
    assert issubclass(error, TransformerError)
    assert error.exit_code in (2, 3)
    assert error.__doc__
