"""Each filter of a list has its index, and no list reads a whole table (contract §11)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from models.database import Database
from models.queries.companies import CompanyFilters, find_company, list_companies
from models.queries.contacts import ContactFilters, find_contact, list_contacts
from models.queries.dead_letters import list_dead_letters
from models.queries.identities import addresses_of, ids_of, visitors_of
from models.queries.ledger import OperationFilters, list_settled
from models.queries.operations import find_by_key, find_receipt, find_settled
from models.queries.page import Page
from models.queries.settling import settled_after
from models.queries.timeline import company_activity, contact_timeline
from models.queries.visitors import find_visitor
from tests.integration.store.many_rows import (
    BUSY_CONTACT,
    CONTACTS,
    LARGE_COMPANY,
    NOW_MS,
    PROJECT,
    fill,
)
from tests.integration.store.plans import Call, Plan, postgresql_plan, sqlite_plan

pytestmark = pytest.mark.slow

ROWS_OF_A_PAGE = 201
OPERATION_IDS = [f"op_{100000000000000000 + n}00000000000000" for n in (7, 49, 4_000)]
FIRST: Page[Any] = Page(50)
FURTHER: Page[Any] = Page(50, "con_1050000")
FURTHER_COMPANIES: Page[Any] = Page(50, "com_1010000")
FURTHER_OPERATIONS: Page[Any] = Page(50, "op_100000000000025000")
FURTHER_MOMENTS: Page[Any] = Page(50, (NOW_MS + 500_000, 5_000))


@dataclass(frozen=True)
class Case:
    """A read, the index that leads it, and how many rows a step of it may meet."""

    name: str
    call: Call
    index: str
    most_rows: int = ROWS_OF_A_PAGE
    or_index: str = ""
    """What serves as well where the filter lets most rows pass."""
    may_sort: bool = False
    """Where it is one record's own rows."""


def contacts(page: Page[Any] = FURTHER, **filters: Any) -> Call:
    return partial(list_contacts, project_id=PROJECT, filters=ContactFilters(**filters), page=page)


def companies(page: Page[Any] = FURTHER_COMPANIES, **filters: Any) -> Call:
    return partial(list_companies, project_id=PROJECT, filters=CompanyFilters(**filters), page=page)


def operations(page: Page[Any] = FURTHER_OPERATIONS, **filters: Any) -> Call:
    return partial(list_settled, project_id=PROJECT, filters=OperationFilters(**filters), page=page)


def one(find: Callable[..., object], **named: object) -> Call:
    return partial(find, project_id=PROJECT, **named)


def settled_next() -> Call:
    return partial(
        settled_after, project_id=PROJECT, sequence=40_000, filters=OperationFilters(), limit=100
    )


CASES = [
    Case("a contact", one(find_contact, contact_id="con_1000005"), "contacts_pkey"),
    Case("a company", one(find_company, company_id="com_1000005"), "companies_pkey"),
    Case("by external id", one(find_company, company_id="ext_7"), "companies_by_external_id"),
    Case("a visitor", one(find_visitor, visitor_id="v7"), "visitors_pkey"),
    Case("all contacts", contacts(FIRST), "contacts_pkey"),
    Case("more contacts", contacts(), "contacts_pkey"),
    Case("200 contacts", contacts(Page(200)), "contacts_pkey"),
    Case("contacts by email", contacts(FIRST, email="p7@example.com"), "contact_emails_pkey"),
    Case("contacts by user_id", contacts(FIRST, user_id="user_7"), "contacts_by_user_id"),
    Case("contacts by company", contacts(company_id=LARGE_COMPANY), "links_of_company"),
    Case("contacts by its external id", contacts(company_id="ext_0"), "links_of_company"),
    Case("contacts by tag", contacts(tag="t7"), "contact_tags_pkey"),
    Case("contacts by no tag of theirs", contacts(tag="none"), "contact_tags_pkey"),
    Case("contacts by a frequent word", contacts(q=("person",)), "contacts_to_search"),
    Case("contacts by a rare word", contacts(q=("p99@",)), "contacts_to_search", CONTACTS),
    Case(
        "contacts by email and tag",
        contacts(FIRST, email="p7@example.com", tag="t7", q=("person",)),
        "contact_emails_pkey",
    ),
    Case(
        "contacts by company and tag",
        contacts(company_id=LARGE_COMPANY, tag="t10"),
        "links_of_company",
        2_000,
    ),
    Case(
        "contacts by tag and word",
        contacts(tag="t7", q=("person", "7")),
        "contact_tags_pkey",
        1_000,
    ),
    Case("all companies", companies(Page(50)), "companies_pkey"),
    Case("more companies", companies(), "companies_pkey"),
    Case(
        "companies by external id",
        companies(Page(50), external_id="ext_7"),
        "companies_by_external_id",
    ),
    Case("companies by domain", companies(domain="d7.example"), "companies_by_domain"),
    Case("companies by stage", companies(stage="lead"), "companies_by_stage"),
    Case("companies by an empty stage", companies(stage="customer"), "companies_by_stage"),
    Case("companies by no stage", companies(stage="none"), "companies_by_stage"),
    Case("placeholders", companies(placeholder=True), "companies_by_placeholder"),
    Case(
        "real companies",
        companies(placeholder=False),
        "companies_by_placeholder",
        or_index="companies_pkey",
    ),
    Case("companies by contact", companies(Page(50), contact_id=BUSY_CONTACT), "links_pkey"),
    Case("companies by a frequent word", companies(q=("company",)), "companies_to_search"),
    Case(
        "companies by domain and stage",
        companies(domain="d6.example", stage="lead"),
        "companies_by_domain",
    ),
    Case(
        "placeholders by stage",
        companies(stage="lead", placeholder=True),
        "companies_by_stage",
        1_000,
    ),
    Case("all operations", operations(Page(50)), "operations_pkey"),
    Case("more operations", operations(), "operations_pkey"),
    Case("operations by visitor", operations(visitor_id="v7"), "operations_of_visitor"),
    Case("operations by contact", operations(contact_id="con_1004999"), "operations_of_contact"),
    Case("by a contact", operations(contact_id="con_1000007"), "operations_of_contact"),
    Case("of its merged ones", operations(contact_id="con_1000007"), "merges_into_contact"),
    Case("by a merged contact", operations(contact_id="con_1002507"), "merges_into_contact"),
    Case("operations by type", operations(type="set_deal"), "operations_by_type"),
    Case("operations by no type", operations(type="track"), "operations_by_type"),
    Case("rejected operations", operations(status="rejected"), "operations_not_applied"),
    Case("failed operations", operations(status="failed"), "operations_not_applied"),
    Case("unchanged operations", operations(status="unchanged"), "operations_not_applied"),
    Case("applied operations", operations(status="applied"), "operations_pkey", 1_000),
    Case(
        "operations since a time",
        operations(least_id="op_100000000000024900"),
        "operations_pkey",
    ),
    Case(
        "operations by visitor, type and time",
        operations(visitor_id="v7", type="identify", least_id="op_100000000000024000"),
        "operations_of_visitor",
    ),
    Case("a receipt", one(find_receipt, operation_id=OPERATION_IDS[0]), "operations_pkey"),
    Case("by an idempotency key", one(find_by_key, idempotency_key="k"), "operations_by_key"),
    Case(
        "what became of some of several projects",
        partial(
            find_settled,
            operations=[(PROJECT, each) for each in OPERATION_IDS]
            + [("proj_other", each) for each in OPERATION_IDS[:2]],
        ),
        "operations_pkey",
    ),
    Case("what settled next", settled_next(), "operations_in_sequence"),
    Case(
        "addresses of a contact",
        one(addresses_of, contact_id=BUSY_CONTACT, limit=9),
        "emails_of_contact",
        may_sort=True,
    ),
    Case(
        "visitors of a contact",
        one(visitors_of, contact_id=BUSY_CONTACT, limit=9),
        "visitors_of_contact",
        may_sort=True,
    ),
    Case("ids of a contact", one(ids_of, contact_id="con_1002507"), "merges_into_contact"),
    Case(
        "dead letters",
        partial(list_dead_letters, project_id=PROJECT, page=FIRST),
        "dead_letters_pkey",
    ),
    Case(
        "a timeline",
        partial(contact_timeline, project_id=PROJECT, contact_id=BUSY_CONTACT, page=FIRST),
        "timeline",
    ),
    Case(
        "more of a timeline",
        partial(
            contact_timeline, project_id=PROJECT, contact_id=BUSY_CONTACT, page=FURTHER_MOMENTS
        ),
        "timeline",
    ),
    Case(
        "an activity",
        partial(company_activity, project_id=PROJECT, company_id=LARGE_COMPANY, page=FIRST),
        "company_activity",
    ),
    Case(
        "more of an activity",
        partial(company_activity, project_id=PROJECT, company_id="ext_0", page=FURTHER_MOMENTS),
        "company_activity",
    ),
]

NEVER_ANALYZED = {
    "contacts by email and tag": {"index": "contact_tags_pkey", "most_rows": 2_000},
}
"""What is led otherwise until PostgreSQL knows its tables."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, statement_timeout_s=120.0)
    yield database
    database.close()


@pytest.mark.parametrize("analyzed", [True, False])
def test_each_list_is_led_by_the_index_of_its_filter(database: Database, *, analyzed: bool) -> None:
    fill(database, analyzed=analyzed)
    otherwise: dict[str, Any] = NEVER_ANALYZED if database.is_postgresql and not analyzed else {}
    cases = [replace(case, **otherwise.get(case.name, {})) for case in CASES]
    complaints = [
        f"{case.name}: {complaint}" for case in cases for complaint in _complaints(database, case)
    ]
    assert not complaints, "\n".join(complaints)


def _complaints(database: Database, case: Case) -> Iterator[str]:
    for kind, plan in _plans(database, case.call):
        wanted = (case.index, case.or_index)
        if not any(_is_index(used, each) for used in plan.indexes for each in wanted):
            yield f"{kind} uses {sorted(plan.indexes)} and not {case.index}"
        if plan.most_rows > case.most_rows:
            yield f"{kind} meets {plan.most_rows} rows in one step"
        for fault in plan.faults:
            if not (case.may_sort and fault.startswith("USE TEMP B-TREE")):
                yield f"{kind}: {fault}"


def _plans(database: Database, call: Call) -> Iterator[tuple[str, Plan]]:
    if database.is_postgresql:
        yield "postgresql", postgresql_plan(database, call, generic=False)
        yield "postgresql, prepared", postgresql_plan(database, call, generic=True)
    else:
        yield "sqlite", sqlite_plan(database, call)


def _is_index(used: str, wanted: str) -> bool:
    """SQLite calls primary keys by names of its own."""
    table = wanted.removesuffix("_pkey")
    return used in (wanted, f"sqlite_autoindex_{table}_1") or (
        table != wanted and used == "PRIMARY KEY"
    )
