"""The model tells whom an identify speaks of (contract §5.1, §5.2, §2 email_trust)."""

import pytest

from tests.unit.model.story import Story, codes


def test_an_identify_without_identity_leaves_the_visitor_anonymous_and_keeps_metadata_on_it() -> (
    None
):
    story = Story()
    result = story.identify("ann", metadata={"plan": "pro"}, user_id="Anonymous", email="")
    assert result.contact_id is None
    assert story.model.snapshot()["visitors"]["ann"] == {
        "contact_id": None,
        "active_company_id": None,
        "properties": {"plan": "pro"},
    }
    assert not story.model.state.contacts
    assert not story.model.state.companies.keys() - {"com_acme", "com_globex"}


def test_a_user_id_or_an_email_makes_a_contact_whose_id_derives_from_the_operation() -> None:
    story = Story()
    assert story.identify("ann", user_id=7).contact_id == "con_1"
    assert story.identify("bob", email=" Bob@Example.com ").contact_id == "con_2"
    assert story.contact("ann").user_id == "7"
    assert story.contact("bob").addresses == ["bob@example.com"]


def test_the_holder_of_the_user_id_is_the_contact_before_the_holder_of_the_email() -> None:
    story = Story()
    story.identify("one", user_id="u1", email="one@example.com")
    story.identify("two", user_id="u2", email="two@example.com")
    result = story.identify("three", user_id="u1", email="two@example.com")
    assert result.contact_id == "con_1"
    assert result.warnings == [("email_conflict", "/email")]
    assert story.contact("two").email == "two@example.com"


def test_the_holder_of_the_email_is_the_contact_when_nobody_holds_the_user_id() -> None:
    story = Story()
    story.identify("one", email="one@example.com")
    assert story.identify("two", user_id="u1", email="one@example.com").contact_id == "con_1"
    assert story.contact("one").user_id == "u1"


def test_an_already_linked_contact_is_reused() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    assert story.identify("ann", email="ann@example.com").contact_id == "con_1"
    assert story.identify("ann").contact_id == "con_1"
    assert story.contact("ann").email == "ann@example.com"


def test_a_linked_contact_of_another_user_id_is_left_as_it_is() -> None:
    story = Story()
    story.identify("browser", user_id="u1")
    result = story.identify("browser", user_id="u2")
    assert result.contact_id == "con_2"
    assert codes(result) == ["identity_conflict"]
    assert story.model.state.contacts.keys() == {"con_1", "con_2"}


def test_a_compatible_holder_of_the_email_is_merged_into_the_holder_of_the_user_id() -> None:
    story = Story()
    story.identify("mail", email="ann@example.com")
    story.identify("user", user_id="u1")
    result = story.identify("third", user_id="u1", email="ann@example.com")
    assert (result.contact_id, result.warnings) == ("con_2", [])
    assert story.model.snapshot()["merged"] == {"con_1": "con_2"}
    assert story.contact("mail").email == "ann@example.com"


def test_a_compatible_linked_contact_is_merged_into_the_chosen_one() -> None:
    story = Story()
    story.identify("browser", email="ann@example.com")
    story.identify("phone", user_id="u1")
    assert story.identify("browser", user_id="u1").contact_id == "con_2"
    assert story.model.snapshot()["merged"] == {"con_1": "con_2"}


def test_the_email_as_sent_is_judged_even_where_it_was_dropped() -> None:
    story = Story()
    story.identify("other", user_id="u9", email="nine@example.com")
    story.identify("browser", email="ann@example.com")
    story.identify("phone", user_id="u1")
    result = story.identify("browser", user_id="u1", email="nine@example.com")
    assert codes(result) == ["email_conflict", "identity_conflict"]
    assert story.contact("browser").email is None


def test_a_linked_holder_of_the_email_that_conflicts_is_warned_about_as_both() -> None:
    story = Story()
    story.identify("browser", user_id="u1", email="ann@example.com")
    result = story.identify("browser", user_id="u2", email="ann@example.com")
    assert codes(result) == ["email_conflict", "identity_conflict"]
    assert result.contact_id == "con_2"
    assert story.contact("browser").email is None


def test_a_new_email_becomes_the_contacts_and_the_old_one_keeps_matching() -> None:
    story = Story()
    story.identify("ann", email="old@example.com")
    story.identify("ann", email="new@example.com")
    assert story.identify("bob", email="old@example.com").contact_id == "con_1"
    assert story.contact("ann").email == "new@example.com"
    assert sorted(story.contact("ann").addresses) == ["new@example.com", "old@example.com"]


def test_an_email_of_another_user_id_is_not_given_to_the_requests_contact() -> None:
    story = Story()
    story.identify("one", user_id="u1", email="ann@example.com")
    result = story.identify("two", user_id="u2", email="ann@example.com")
    assert (result.contact_id, codes(result)) == ("con_2", ["email_conflict"])
    assert story.contact("two").addresses == []


def test_a_chain_of_merges_resolves_to_the_last_survivor() -> None:
    story = Story()
    story.identify("one", email="ann@example.com")
    story.identify("two", email="ann@example.com")
    story.identify("three", user_id="u1")
    story.identify("three", user_id="u1", email="ann@example.com")
    assert story.model.snapshot()["merged"] == {"con_1": "con_3"}
    assert [v.contact_id for v in story.model.state.visitors.values()] == ["con_3"] * 3


@pytest.mark.parametrize(
    ("email_trust", "email_signed", "trusted"),
    [
        ("any", False, True),
        ("unclaimed", False, False),
        ("unclaimed", True, True),
        ("signed", False, False),
        ("signed", True, True),
    ],
)
def test_an_untrusted_email_of_a_claimed_contact_counts_as_not_given(
    email_trust: str, email_signed: bool, trusted: bool
) -> None:
    story = Story(email_trust=email_trust)
    story.identify("ann", email="ann@example.com")
    result = story.identify("thief", email="ann@example.com", email_signed=email_signed)
    assert result.contact_id == ("con_1" if trusted else None)
    assert codes(result) == ([] if trusted else ["email_unverified"])


def test_an_unclaimed_contact_can_be_claimed_once() -> None:
    story = Story(email_trust="unclaimed")
    story.identify("import", email="ann@example.com")
    story.identify("import", user_id="u9")
    story.model.state.visitors.clear()
    assert codes(story.identify("thief", user_id="u1", email="ann@example.com")) == [
        "email_unverified"
    ]
    story.model.state.contacts["con_1"].user_id = None
    assert story.identify("first", email="ann@example.com").contact_id == "con_1"
    assert codes(story.identify("second", email="ann@example.com")) == ["email_unverified"]


def test_an_email_that_nobody_or_the_own_contact_holds_is_always_taken() -> None:
    story = Story(email_trust="signed")
    story.identify("ann", user_id="u1", email="ann@example.com")
    assert story.identify("ann", email="ann@example.com").warnings == []
    assert story.identify("phone", user_id="u1", email="ann@example.com").warnings == []


def test_names_and_phones_are_set_and_never_erased() -> None:
    story = Story()
    story.identify("ann", user_id="u1", name="Ann", phone="1")
    assert story.identify("ann", name="", phone=None).status == "unchanged"
    story.identify("ann", name="Anna")
    assert (story.contact("ann").name, story.contact("ann").phone) == ("Anna", "1")


def test_what_a_visitor_gathered_goes_under_the_contacts_metadata_and_the_requests_over_both() -> (
    None
):
    story = Story()
    story.identify("old", user_id="u1", metadata={"b": "contact", "c": "contact"})
    story.set_properties("new", a="visitor", b="visitor", c="visitor")
    story.identify("new", user_id="u1", metadata={"c": "request"})
    assert story.contact("new").metadata == {"a": "visitor", "b": "contact", "c": "request"}


def test_moving_from_one_contact_to_another_moves_no_properties_and_no_events() -> None:
    story = Story()
    story.identify("browser", user_id="u1")
    story.set_properties("browser", a=1)
    story.track("browser")
    story.identify("browser", user_id="u2")
    assert story.contact("browser").metadata == {}
    assert story.model.state.events[0].contact_id == "con_1"


def test_an_equal_identify_is_unchanged_and_1_is_not_true() -> None:
    story = Story()
    assert story.identify("ann", user_id="u1", metadata={"n": 1}).status == "applied"
    assert story.identify("ann", user_id="u1", metadata={"n": 1}).status == "unchanged"
    assert story.identify("ann", user_id="u1", metadata={"n": True}).status == "applied"
