"""The model links, makes, upgrades and folds companies (contract §5.5, §5.6)."""

import pytest

from tests.model.state import Json
from tests.unit.model.story import Story, codes


def test_company_ids_link_what_exists_and_warn_about_the_rest() -> None:
    story = Story()
    result = story.identify("ann", user_id="u1", company_ids=["acme", "hooli", "com_globex"])
    assert story.company_ids("ann") == ["com_acme", "com_globex"]
    assert result.warnings == [("company_not_found", "/company_ids/1")]
    assert story.active("ann") is None


def test_an_existing_company_id_is_linked_and_active_and_no_placeholder_is_made() -> None:
    story = Story()
    result = story.identify("ann", user_id="u1", company={"id": "acme"})
    assert story.company_ids("ann") == ["com_acme"]
    assert (story.active("ann"), result.company_id) == ("com_acme", "com_acme")
    assert story.model.state.companies.keys() == {"com_acme", "com_globex"}


def test_a_contact_without_a_company_gets_one_placeholder_and_reuses_it() -> None:
    story = Story()
    assert story.identify("ann", user_id="u1").company_id == "com_1"
    assert story.identify("ann", user_id="u1").company_id == "com_1"
    assert story.company("com_1").placeholder
    assert story.active("ann") is None


@pytest.mark.parametrize("has_placeholder", [False, True])
def test_an_unknown_id_with_a_name_upgrades_the_placeholder_in_place(has_placeholder: bool) -> None:
    story = Story()
    if has_placeholder:
        story.identify("ann", user_id="u1")
        story.set_stage("ann", "Lead")
    story.identify("ann", user_id="u1", company={"id": 99, "name": "Hooli"})
    (company,) = story.companies("ann")
    assert company.id == "com_1"
    assert (company.external_id, company.name, company.placeholder) == ("99", "Hooli", False)
    assert company.stage == ("Lead" if has_placeholder else None)
    assert story.active("ann") == "com_1"


@pytest.mark.parametrize(
    ("company_ids", "company"),
    [([], {"id": "hooli", "stage": "Lead"}), (["acme"], {"id": "hooli", "name": "Hooli"})],
)
def test_an_unknown_id_otherwise_changes_nothing(company_ids: list[str], company: Json) -> None:
    story = Story()
    result = story.identify("ann", user_id="u1", company_ids=company_ids, company=company)
    assert result.warnings == [("company_not_found", "/company/id")]
    assert result.stage is None
    assert story.active("ann") is None


def test_create_unknown_companies_upgrades_the_placeholder_without_a_name() -> None:
    story = Story(create_unknown_companies=True)
    story.identify("ann", user_id="u1")
    story.identify("ann", user_id="u1", company={"id": "hooli"})
    assert story.company_ids("ann") == ["com_1"]
    assert story.company("com_1").external_id == "hooli"
    assert (story.company("com_1").placeholder, story.active("ann")) == (False, "com_1")


def test_create_unknown_companies_creates_one_beside_another_company() -> None:
    story = Story(create_unknown_companies=True)
    story.identify("ann", user_id="u1", company={"id": "acme"})
    result = story.identify("ann", user_id="u1", company={"id": "hooli", "name": "Hooli"})
    assert story.company_ids("ann") == ["com_acme", "com_2"]
    assert (result.company_id, story.active("ann")) == ("com_2", "com_2")


def test_a_company_without_id_upgrades_the_only_placeholder_by_its_name() -> None:
    story = Story()
    result = story.identify("ann", user_id="u1", company={"name": "Hooli", "stage": "lead "})
    company = story.company("com_1")
    assert (company.name, company.placeholder, company.external_id) == ("Hooli", False, None)
    assert result.stage == {"change": "set", "from": None, "to": "Lead"}
    assert story.active("ann") is None


def test_a_name_fills_only_what_is_empty() -> None:
    story = Story()
    story.identify("ann", user_id="u1", company={"id": "acme", "name": "New"})
    story.identify("bob", user_id="u2", company={"id": "globex", "name": "Globex"})
    story.identify("bob", user_id="u2", company={"name": "Other"})
    assert story.company("com_acme").name == "Acme"
    assert story.company("com_globex").name == "Globex"


def test_a_company_without_id_speaks_of_the_active_one_then_of_the_oldest_link() -> None:
    story = Story()
    story.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    result = story.identify("ann", company={"metadata": {"a": 1}})
    assert (result.company_id, codes(result)) == ("com_acme", ["first_linked_fallback"])
    story.identify("ann", company={"id": "globex"})
    result = story.identify("ann", company={"metadata": {"a": 2}})
    assert (result.company_id, codes(result)) == ("com_globex", [])


def test_an_ambiguous_company_without_id_changes_nothing() -> None:
    story = Story(first_linked_fallback=False)
    story.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    result = story.identify("ann", company={"metadata": {"a": 1}, "stage": "Lead"})
    assert (result.status, codes(result)) == ("unchanged", ["company_ambiguous"])
    assert result.company_id is None


@pytest.mark.parametrize("company", [{}, None, {"name": "", "stage": None}])
def test_an_empty_company_is_a_no_op(company: Json | None) -> None:
    story = Story(first_linked_fallback=False)
    story.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    result = story.identify("ann", company=company)
    assert (result.status, result.warnings) == ("unchanged", [])
    assert story.identify("new", company=company, company_ids=[]).warnings == []


def test_a_placeholder_folds_into_the_company_made_active() -> None:
    story = Story()
    story.identify("ann", user_id="u1", company={"metadata": {"a": 1, "b": 1}})
    story.set_deal("ann", 5, stage_name="Lead", notes="mine")
    story.track("ann", entity="company")
    story.identify("ann", company_ids=["acme"], company={"id": "globex", "metadata": {"b": 2}})
    globex = story.company("com_globex")
    assert story.company_ids("ann") == ["com_acme", "com_globex"]
    assert (globex.stage, str(globex.deal_value), globex.notes) == ("Lead", "5", "mine")
    assert globex.metadata == {"a": 1, "b": 2}
    assert story.model.state.events[0].company_id == "com_globex"
    assert "com_1" not in story.model.state.companies
    assert story.model.snapshot()["deal_changes"][-1]["company_id"] == "com_globex"


def test_a_fold_fills_only_what_is_empty() -> None:
    story = Story()
    story.identify("bob", user_id="u2", company={"id": "acme", "stage": "Qualified"})
    story.set_deal("bob", 7, notes="theirs")
    story.identify("ann", user_id="u1")
    story.set_deal("ann", 5, stage_name="Lead", notes="mine")
    story.identify("ann", company={"id": "acme"})
    acme = story.company("com_acme")
    assert (acme.stage, str(acme.deal_value), acme.notes) == ("Qualified", "7", "theirs")


def test_a_placeholder_folds_into_the_oldest_real_link_where_none_became_active() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    story.set_stage("ann", "Lead")
    story.identify("ann", company_ids=["globex", "acme"])
    assert story.company("com_globex").stage == "Lead"
    assert story.company("com_acme").stage is None


def test_an_active_placeholder_that_is_folded_hands_over_to_its_target() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    story.identify("ann", company={"id": "com_1"})
    story.identify("browser", user_id="u1", company={"id": "com_1"})
    story.identify("browser", user_id="u2")
    story.identify("phone", user_id="u1", company_ids=["acme"])
    assert story.active("ann") == "com_acme"
    assert story.active("browser") is None


def test_a_shared_placeholder_stays_with_its_events_while_another_is_linked() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    story.track("ann", entity="company")
    story.identify("bob", user_id="u2", company={"id": "com_1"})
    story.identify("ann", company={"id": "acme"})
    assert story.company_ids("bob") == ["com_1"]
    assert story.active("bob") == "com_1"
    assert story.model.state.events[0].company_id == "com_1"


def test_linking_another_contacts_placeholder_beside_a_real_company_folds_nothing() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    story.identify("bob", user_id="u2", company={"id": "acme"})
    story.identify("bob", company={"id": "com_1"})
    assert story.company_ids("bob") == ["com_acme", "com_1"]
    assert story.active("bob") == "com_1"


def test_a_placeholders_own_id_with_a_name_makes_it_a_real_company() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    story.identify("ann", company={"id": "com_1", "name": "Hooli"})
    assert (story.company("com_1").name, story.company("com_1").placeholder) == ("Hooli", False)


def test_naming_a_shared_placeholder_without_id_folds_the_own_one_at_the_next_identify() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    story.identify("bob", user_id="u2")
    story.identify("bob", company={"id": "com_1"})
    story.identify("bob", company={"name": "Hooli"})
    assert story.company_ids("bob") == ["com_2", "com_1"]
    assert not story.company("com_1").placeholder
    assert story.identify("bob").status == "applied"
    assert story.company_ids("bob") == ["com_1"]


def test_an_own_placeholder_named_beside_a_new_real_link_is_real_and_not_folded() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    company = {"id": "com_1", "name": "Hooli"}
    result = story.identify("ann", company_ids=["acme"], company=company)
    assert (result.company_id, story.company("com_1").name) == ("com_1", "Hooli")
    assert story.company_ids("ann") == ["com_1", "com_acme"]


def test_an_own_placeholder_named_by_id_beside_a_new_real_link_hands_its_metadata_over() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    company = {"id": "com_1", "metadata": {"a": 1}}
    result = story.identify("ann", company_ids=["acme"], company=company)
    assert (result.company_id, story.active("ann")) == ("com_acme", "com_acme")
    assert story.company("com_acme").metadata == {"a": 1}


def test_an_unknown_stage_is_warned_about_and_the_rest_applied() -> None:
    story = Story()
    company = {"id": "acme", "stage": "Churned", "metadata": {"a": 1}}
    result = story.identify("ann", user_id="u1", company=company)
    assert result.warnings == [("stage_not_found", "/company/stage")]
    assert story.company("com_acme").metadata == {"a": 1}


def test_companies_of_a_visitor_without_a_contact_change_nothing() -> None:
    story = Story()
    result = story.identify("ann", company={"id": "acme", "stage": "Lead"}, company_ids=["acme"])
    assert result.warnings == [
        ("contact_required", "/company_ids"),
        ("contact_required", "/company"),
    ]
    assert story.company("com_acme").stage is None


def test_metadata_over_its_limit_after_merging_writes_nothing() -> None:
    story = Story()
    for key in ("a", "b"):
        story.identify("ann", user_id="u1", company={"metadata": {key: "x" * 30_000}})
    before = story.model.snapshot()
    result = story.identify("ann", name="Ann", company={"metadata": {"c": "x" * 30_000}})
    assert (result.status, result.http_status) == ("rejected", 400)
    assert result.code == "metadata_too_large"
    assert story.model.snapshot() == before
