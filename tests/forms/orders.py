"""Orders as a host gives them to the forms, and what can be seen of an order that is refused."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from passwords import PASSWORD

from transformer.config import PullSecret
from transformer.credentials.reach import Reach
from transformer.demands import Demand
from transformer.dockerconfig import Credentials
from transformer.errors import CredentialsError
from transformer.forms import form
from transformer.forms.order import Order
from transformer.hooks import Annotations

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOGIN = Credentials(b"robot$ci", PASSWORD.encode())


def reach(files: Mapping[str, bytes | Exception], now: datetime = NOW) -> Reach:
    """What a host with these files would give; an exception is raised. Nothing but files and the time can be had."""

    def file(path: str) -> bytes:
        content = files.get(path, FileNotFoundError(2, "No such file or directory"))
        if isinstance(content, Exception):
            raise content
        return content

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("forms take credentials from their order")

    return Reach(variable=refuse, file=file, docker_config=refuse, helper=refuse, now=lambda: now)


def order(
    secret: PullSecret,
    namespace: str = "shop",
    *,
    home: str | None = None,
    name: str = "",
    registries: tuple[str, ...] = (),
    login: Credentials = LOGIN,
    files: Mapping[str, bytes | Exception] | None = None,
    now: datetime = NOW,
    annotations: Annotations = (),
) -> Order:
    """An order of `secret` with one login for all its registries, or for these of them."""
    keys = registries or secret.registries
    demand = Demand(secret, name or secret.name, namespace, namespace if home is None else home, keys, annotations)
    return Order(demand, dict.fromkeys(keys, login), reach(files or {}, now))


def make(order: Order) -> list[str]:
    """The documents that the form of the order's pull secret makes."""
    return list(form(order.secret.emit).make(order))


def refusal(order: Order) -> CredentialsError:
    """The error with which the form refuses an order."""
    with pytest.raises(CredentialsError) as caught:
        make(order)
    return caught.value


def told(error: BaseException) -> str:
    """What is printed of an error: its message, and the traceback as Python formats it."""
    return f"{error}\n{error!r}\n" + "".join(traceback.format_exception(error))


def behind(error: BaseException) -> Iterator[BaseException]:
    """What an error still holds on to: the errors that it was raised for or while handling, printed or not."""
    waiting, seen = [error.__cause__, error.__context__], {id(error)}
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__]


def held(error: BaseException) -> str:
    """What is said in the errors behind an error, their arguments included."""
    return "\n".join(f"{each}\n{each.args!r}" for each in behind(error))
