"""Which contact an identify speaks of (contract §5.2), as a table of all that can meet."""

from dataclasses import dataclass

import pytest

from models.rules.identity import (
    Identification,
    compatible,
    effective_email_trust,
    email_is_trusted,
    identify_contact,
)


@dataclass(frozen=True)
class Someone:
    id: str
    user_id: str | None = None
    email: str | None = None


ADA = Someone("ada", user_id="u1", email="ada@example.com")
ADA_BY_MAIL = Someone("ada-by-mail", email="ada@example.com")
ADA_NAMELESS = Someone("ada-nameless")
BOB = Someone("bob", user_id="u2", email="bob@example.com")


@pytest.mark.parametrize(
    ("case", "user_id", "email", "by_user_id", "by_email", "linked", "expected"),
    [
        ("nobody is named", None, None, None, None, None, Identification("anonymous")),
        ("a new user id", "u1", None, None, None, None, Identification("new")),
        ("a new email", None, "ada@example.com", None, None, None, Identification("new")),
        ("a known user id", "u1", None, ADA, None, None, Identification("by_user_id")),
        (
            "a known email",
            None,
            "ada@example.com",
            None,
            ADA_BY_MAIL,
            None,
            Identification("by_email"),
        ),
        (
            "a known email brings a new user id",
            "u1",
            "ada@example.com",
            None,
            ADA_BY_MAIL,
            None,
            Identification("by_email"),
        ),
        ("nobody named, but linked", None, None, None, None, BOB, Identification("linked")),
        (
            "a new email on a linked visitor",
            None,
            "new@example.com",
            None,
            None,
            ADA_BY_MAIL,
            Identification("linked"),
        ),
        (
            "another user id than the linked contact's",
            "u1",
            None,
            None,
            None,
            BOB,
            Identification("new", identity_conflict=True),
        ),
        (
            "the email's holder is the same person as the user id's",
            "u1",
            "ada@example.com",
            Someone("ada", user_id="u1"),
            ADA_BY_MAIL,
            None,
            Identification("by_user_id", merge_holder=True),
        ),
        (
            "the email belongs to another user",
            "u1",
            "bob@example.com",
            Someone("ada", user_id="u1"),
            BOB,
            None,
            Identification("by_user_id", email_conflict=True),
        ),
        (
            "the user has another email than the holder's",
            "u1",
            "bob@example.com",
            ADA,
            Someone("bob-by-mail", email="bob@example.com"),
            None,
            Identification("by_user_id", email_conflict=True),
        ),
        (
            "the email was an older one of its holder",
            "u1",
            "old@example.com",
            Someone("ada", user_id="u1"),
            ADA_BY_MAIL,
            None,
            Identification("by_user_id", email_conflict=True),
        ),
        (
            "an unknown user id with another user's email",
            "u1",
            "bob@example.com",
            None,
            BOB,
            None,
            Identification("new", email_conflict=True),
        ),
        (
            "the same, on a linked visitor without a user id",
            "u1",
            "bob@example.com",
            None,
            BOB,
            ADA_NAMELESS,
            Identification("linked", email_conflict=True),
        ),
        (
            "the linked contact is the same person",
            "u1",
            None,
            ADA,
            None,
            ADA_NAMELESS,
            Identification("by_user_id", merge_linked=True),
        ),
        (
            "the linked contact is somebody else",
            "u1",
            None,
            ADA,
            None,
            BOB,
            Identification("by_user_id", identity_conflict=True),
        ),
        (
            "the linked contact holds the email and is the same person",
            "u1",
            "ada@example.com",
            Someone("ada", user_id="u1"),
            ADA_BY_MAIL,
            ADA_BY_MAIL,
            Identification("by_user_id", merge_holder=True),
        ),
        (
            "the linked contact holds the email and is somebody else",
            "u1",
            "bob@example.com",
            ADA,
            BOB,
            BOB,
            Identification("by_user_id", email_conflict=True, identity_conflict=True),
        ),
        (
            "the email as sent keeps two people apart, also when it was dropped",
            "u1",
            "bob@example.com",
            ADA,
            BOB,
            ADA_NAMELESS,
            Identification("by_user_id", email_conflict=True, identity_conflict=True),
        ),
    ],
)
def test_the_contact_is_chosen_and_people_are_united_only_if_they_are_one(
    case: str,
    user_id: str | None,
    email: str | None,
    by_user_id: Someone | None,
    by_email: Someone | None,
    linked: Someone | None,
    expected: Identification,
) -> None:
    assert identify_contact(user_id, email, by_user_id, by_email, linked) == expected, case


def test_people_are_compatible_until_a_user_id_or_an_email_has_two_values() -> None:
    assert compatible("u1", None, ADA, ADA_BY_MAIL)
    assert not compatible("u2", None, ADA, ADA_BY_MAIL)
    assert not compatible(None, "bob@example.com", ADA)
    assert not compatible(None, None, ADA, BOB)


@pytest.mark.parametrize(
    ("trust", "signed", "user_id", "holder_user_id", "others", "expected"),
    [
        ("any", False, None, "u2", True, True),
        ("signed", False, None, None, False, False),
        ("signed", True, None, "u2", True, True),
        ("unclaimed", False, None, None, False, True),
        ("unclaimed", False, None, None, True, False),
        ("unclaimed", False, None, "u2", False, False),
        ("unclaimed", False, "u2", "u2", False, True),
        ("unclaimed", True, None, "u2", True, True),
    ],
)
def test_an_email_leads_to_another_contact_as_far_as_the_project_trusts_it(
    trust: str,
    signed: bool,
    user_id: str | None,
    holder_user_id: str | None,
    others: bool,
    expected: bool,
) -> None:
    holder = Someone("holder", user_id=holder_user_id, email="ada@example.com")
    trusted = email_is_trusted(
        trust,
        signed=signed,
        user_id=user_id,
        holder=holder,
        by_user_id=None,
        linked=None,
        held_by_other_visitors=others,
    )
    assert trusted is expected


@pytest.mark.parametrize("own", ["by_user_id", "linked"])
def test_an_email_of_the_visitors_own_contact_is_always_taken(own: str) -> None:
    people = {"by_user_id": None, "linked": None, own: BOB}
    assert email_is_trusted(
        "signed", signed=False, user_id="u2", holder=BOB, held_by_other_visitors=True, **people
    )


def test_unset_email_trust_follows_identity_verification() -> None:
    assert effective_email_trust(None, "off") == "any"
    assert effective_email_trust(None, "required") == "unclaimed"
    assert effective_email_trust("signed", "off") == "signed"
