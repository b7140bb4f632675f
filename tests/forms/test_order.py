"""What every form is given of a Secret: its type, its data and its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pytest
from forms.orders import LOGIN, order

from transformer.config import Emit, PullSecret
from transformer.dockerconfig import Credentials, dockercfg, dockerconfigjson
from transformer.forms import FORMS
from transformer.forms import form as form_of
from transformer.forms.order import JSON, LEGACY, Order, content, type_of

HARBOR = PullSecret("harbor", ("h.example", "i.example"), emit="Secret")
OLDER = HARBOR._replace(is_legacy=True)
LABELED = HARBOR._replace(labels=(("team", "shop"),), annotations=(("note", "by hand"), ("owner", "ops")))


def test_the_types_are_those_of_kubernetes() -> None:
    assert (type_of(HARBOR), type_of(OLDER)) == ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")
    assert (type_of(HARBOR), type_of(OLDER)) == (JSON, LEGACY)


def test_data_is_under_the_key_of_its_type() -> None:
    auths = {"h.example": LOGIN, "i.example": LOGIN}
    assert order(HARBOR).data == {".dockerconfigjson": dockerconfigjson(auths)}
    assert order(OLDER).data == {".dockercfg": dockercfg(auths)}


def test_data_has_the_registries_of_the_order_alone() -> None:
    assert order(HARBOR, registries=("i.example",)).data == {
        ".dockerconfigjson": dockerconfigjson({"i.example": LOGIN})
    }


def test_content_goes_by_the_type() -> None:
    auths = {"h.example": Credentials(b"u", b"p")}
    assert content(JSON, auths) == b'{"auths":{"h.example":{"username":"u","password":"p","auth":"dTpw"}}}'
    assert content(LEGACY, auths) == b'{"h.example":{"username":"u","password":"p","auth":"dTpw"}}'


METADATA: dict[str, tuple[Order, str, Mapping[str, str] | None, list[object]]] = {
    "as little as there is": (order(HARBOR), "", None, ["harbor", None, None, None]),
    "the name of the demand": (
        order(HARBOR, name="harbor-h5889d7482"),
        "",
        None,
        ["harbor-h5889d7482", None, None, None],
    ),
    "a namespace": (order(HARBOR, "mail"), "shop", None, ["harbor", "shop", None, None]),
    "labels and annotations": (
        order(LABELED),
        "shop",
        None,
        ["harbor", "shop", {"team": "shop"}, {"note": "by hand", "owner": "ops"}],
    ),
    "one annotation more": (
        order(LABELED),
        "shop",
        {"scope": "wide", "owner": "us"},
        ["harbor", "shop", {"team": "shop"}, {"note": "by hand", "owner": "us", "scope": "wide"}],
    ),
    "only the one more": (order(HARBOR), "shop", {"scope": "wide"}, ["harbor", "shop", None, {"scope": "wide"}]),
    "none more": (order(HARBOR), "shop", {}, ["harbor", "shop", None, None]),
}


@pytest.mark.parametrize(("ordered", "namespace", "more", "expected"), METADATA.values(), ids=METADATA)
def test_metadata_says_what_there_is_in_the_order_of_kubectl(
    ordered: Order, namespace: str, more: Mapping[str, str] | None, expected: list[object]
) -> None:
    metadata = ordered.metadata(namespace, more)
    assert list(metadata) == ["name", "namespace", "labels", "annotations"]
    assert list(metadata.values()) == expected


def test_metadata_leaves_the_pull_secret_as_it_is() -> None:
    order(LABELED).metadata("shop", {"owner": "us"})
    assert LABELED.annotations == (("note", "by hand"), ("owner", "ops"))


def test_every_form_that_a_config_can_name_is_there() -> None:
    assert {*FORMS} == {*get_args(Emit)} - {"none"}


PLAIN = {"Secret": (True, True), "SealedSecret": (True, False), "ExternalSecret": (False, False)}


@pytest.mark.parametrize(("form", "expected"), PLAIN.items(), ids=PLAIN)
def test_a_form_says_whether_it_takes_credentials_and_whether_others_can_read_them(
    form: str, expected: tuple[bool, bool]
) -> None:
    given = order(HARBOR)
    found = form_of(form)
    asked = (found.needs_credentials(HARBOR, given.reach), found.is_plain(HARBOR, given.reach))
    assert asked == expected
