"""An email address has one normal form (§3)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.email_address import EmailError, normal_email


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alice@acme.com", "alice@acme.com"),
        ("  Alice@ACME.Com\n", "alice@acme.com"),
        ("a+tag@sub.acme.co.uk", "a+tag@sub.acme.co.uk"),
        ("o'brien@acme.com", "o'brien@acme.com"),
        ("a@b--c.com", "a@b--c.com"),
        ("a@1and1.com", "a@1and1.com"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@bu\u0308cher.example", "a@xn--bcher-kva.example"),
        ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("a@例え。テスト", "a@xn--r8jz45g.xn--zckzah"),
        ("JOSÉ@acme.com", "josé@acme.com"),
        ("jose\u0301@acme.com", "josé@acme.com"),
        ("用户@acme.com", "用户@acme.com"),
        ("x" * 64 + "@acme.com", "x" * 64 + "@acme.com"),
    ],
)
def test_the_normal_form_of(text: str, expected: str) -> None:
    assert normal_email(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "@",
        "@acme.com",
        "alice@",
        "alice@acme",
        "alice@.com",
        "alice@acme.",
        "alice@acme..com",
        "alice@acme.com.",
        "al ice@acme.com",
        "alice@ac me.com",
        "alice@acme.com, bob@acme.com",
        "Alice <alice@acme.com>",
        '"alice"@acme.com',
        "a@b@acme.com",
        ".alice@acme.com",
        "alice.@acme.com",
        "al..ice@acme.com",
        "al\x00ice@acme.com",
        "al\nice@acme.com",
        "al\u200bice@acme.com",
        "al\u00a0ice@acmé.com",
        "alice@[127.0.0.1]",
        "alice@127.0.0.1",
        "alice@-acme.com",
        "alice@acme-.com",
        "alice@ac_me.com",
        "alice@xn--zzzzzz.com",
        "alice@xn--.com",
        "alice@💩.la",
        "alice@a\u0301\u200d.com",
        "x" * 65 + "@acme.com",
        "alice@" + "x" * 64 + ".com",
        "alice@" + "x." * 130 + "com",
        "a@" + "ü" * 240 + ".com",
        "a" * 300_000,
        "\ud800@acme.com",
        "a@\ud800.com",
    ],
)
def test_no_address(text: str) -> None:
    with pytest.raises(EmailError) as refused:
        normal_email(text)
    assert text == "" or text not in str(refused.value)


@given(
    st.text(st.characters(codec=None), max_size=12),
    st.text(max_size=12),
    st.sampled_from(["com", "de", "みんな"]),
)
def test_a_normal_form_is_its_own(local: str, name: str, suffix: str) -> None:
    try:
        email = normal_email(f"{local}@{name}.{suffix}")
    except EmailError:
        return
    assert normal_email(email) == email
    assert email == email.strip().lower()


@given(st.text())
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    with contextlib.suppress(EmailError):
        assert "@" in normal_email(text)
