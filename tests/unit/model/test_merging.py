"""The model merges contacts (contract §5.3)."""

from tests.unit.model.story import Story


def two_people() -> Story:
    """`a` (email, con_1) and `b` (user_id, con_2), compatible."""
    story = Story()
    story.identify("a", email="ann@example.com")
    story.identify("b", user_id="u1")
    return story


def test_b_keeps_its_values_and_its_empty_fields_are_filled_from_a() -> None:
    story = two_people()
    story.identify("a", name="A", phone="1", metadata={"x": "a", "y": {"p": 1, "q": 1}})
    story.identify("b", name="B", metadata={"x": "b", "y": {"q": 2}})
    a, b = story.contact("a"), story.contact("b")
    a.tags, b.tags = ["vip", "beta"], ["beta"]
    a.notes, b.notes = "of a", "of b"
    story.identify("a", user_id="u1")
    merged = story.contact("a")
    assert (merged.id, merged.name, merged.phone, merged.email) == (
        "con_2",
        "B",
        "1",
        "ann@example.com",
    )
    assert merged.metadata == {"x": "b", "y": {"p": 1, "q": 2}}
    assert (merged.tags, merged.notes) == (["beta", "vip"], "of b\n\nof a")


def test_bs_empty_name_and_user_id_are_filled_from_a() -> None:
    story = Story()
    story.identify("mail", email="ann@example.com")
    story.identify("user", user_id="u1", name="Ann")
    assert story.identify("user", email="ann@example.com").contact_id == "con_1"
    assert (story.contact("user").user_id, story.contact("user").name) == ("u1", "Ann")


def test_ids_that_were_merged_earlier_resolve_to_the_last_survivor() -> None:
    story = Story()
    story.identify("one", user_id="u1")
    story.identify("two", email="ann@example.com")
    story.identify("one", email="ann@example.com")
    story.model.state.contacts["con_2"].user_id = None
    story.identify("three", user_id="u3")
    story.identify("two", user_id="u3", email="ann@example.com")
    assert story.model.snapshot()["merged"] == {"con_1": "con_4", "con_2": "con_4"}


def test_visitors_events_links_and_matching_addresses_move_to_b() -> None:
    story = two_people()
    story.track("a")
    story.identify("a", email="new@example.com", company_ids=["acme"])
    story.identify("b", user_id="u1", email="new@example.com")
    contact = story.contact("a")
    assert contact.id == story.contact("b").id == "con_2"
    assert sorted(contact.addresses) == ["ann@example.com", "new@example.com"]
    assert story.model.state.events[0].contact_id == "con_2"
    assert story.company_ids("b") == ["com_acme"]


def test_a_link_that_both_had_keeps_the_older_age() -> None:
    story = two_people()
    story.identify("a", company_ids=["acme"])
    story.identify("b", company_ids=["globex", "acme"])
    story.identify("a", user_id="u1")
    assert story.company_ids("b") == ["com_acme", "com_globex"]


def test_bs_placeholder_stays_and_absorbs_as() -> None:
    story = two_people()
    story.set_deal("a", 10, stage_name="Lead", notes="of a")
    story.set_deal("b", 20)
    story.track("a", entity="company")
    result = story.identify("a", user_id="u1")
    assert story.company_ids("a") == ["com_2"]
    company = story.company("com_2")
    assert (company.stage, str(company.deal_value), company.notes) == ("Lead", "20", "of a")
    assert "com_1" not in story.model.state.companies
    assert story.model.state.events[0].company_id == "com_2"
    assert story.model.snapshot()["stage_changes"][-1] == {
        "company_id": "com_2",
        "from": None,
        "to": "Lead",
    }
    assert result.stage is None


def test_as_placeholder_stays_with_its_events_while_another_contact_is_linked_to_it() -> None:
    story = two_people()
    story.identify("c", user_id="u3", company_ids=["com_1"])
    story.track("a", entity="company")
    story.identify("a", user_id="u1")
    assert story.company_ids("a") == ["com_2"]
    assert story.company_ids("c") == ["com_1"]
    assert story.model.state.events[0].company_id == "com_1"


def test_as_placeholder_becomes_bs_own_and_is_folded_beside_bs_real_company() -> None:
    story = two_people()
    story.identify("b", company={"id": "acme"})
    story.set_stage("a", "Lead")
    story.identify("a", user_id="u1")
    assert story.company_ids("b") == ["com_acme"]
    assert story.company("com_acme").stage == "Lead"


def test_as_active_company_is_kept_by_its_visitors() -> None:
    story = two_people()
    story.identify("a", company={"id": "acme"})
    story.identify("b", company={"id": "globex"})
    story.identify("a", user_id="u1")
    assert (story.active("a"), story.active("b")) == ("com_acme", "com_globex")
