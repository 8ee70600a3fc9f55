"""`hal-ingest contacts`: show (contract §11)."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from ingest_api.cli.answer import Answer, AsJson, print_table, readable
from ingest_api.cli.project import ProjectId
from ingest_api.cli.refusing import answering
from ingest_api.cli.stored_data import stored_data
from models.email_address import EmailError, normal_email
from models.provisioning.project_row import require_project
from models.provisioning.refusals import NotFound
from models.queries.companies import CompanyFilters, list_companies
from models.queries.contacts import ContactFilters, find_contact, list_contacts
from models.queries.identities import addresses_of, visitors_of
from models.queries.page import Page
from models.queries.timeline import contact_timeline

app = typer.Typer(
    name="contacts", help="Show a contact and what happened to it.", no_args_is_help=True
)

MOST_SHOWN = 200
COMPANY_COLUMNS = ("id", "external_id", "name", "stage", "deal_value", "placeholder")
ROW_COLUMNS = ("occurred_at", "kind", "company_id", "operation_id")
NOT_SAID_AGAIN = frozenset({*ROW_COLUMNS, "id", "contact_id", "recorded_at"})


@app.callback()
def _contacts() -> None:
    """Show a contact and what happened to it."""


@app.command()
def show(
    project: ProjectId,
    contact: Annotated[
        str,
        typer.Argument(
            metavar="CONTACT", help="Its id (a merged one too), any email of it, or its user_id."
        ),
    ],
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_SHOWN, help="How many rows of its timeline at most.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Show a contact with its companies, visitors, addresses, and the latest of its timeline.

    Example: hal-ingest contacts show proj_123 ann@example.com
    """
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            require_project(connection, project)
            found = _find(connection, project, contact)
            if found is None:
                raise NotFound(f"There is no contact {contact} in this project.")
            shown = _with_all(connection, project, found, limit)
        if as_json:
            answer.record(shown)
        else:
            _print(answer, shown)


def _find(connection: Connection, project_id: str, text: str) -> dict[str, Any] | None:
    """The contact by its id, else by an address, else by its user_id."""
    if "\0" in text:
        return None
    by_id = find_contact(connection, project_id, text)
    if by_id is not None:
        return by_id
    filters = [ContactFilters(user_id=text)]
    with suppress(EmailError):
        filters.insert(0, ContactFilters(email=normal_email(text)))
    for each in filters:
        found = list_contacts(connection, project_id, each, Page(1)).items
        if found:
            return found[0]
    return None


def _with_all(
    connection: Connection, project_id: str, contact: dict[str, Any], limit: int
) -> dict[str, Any]:
    contact_id = contact["id"]
    companies = CompanyFilters(contact_id=contact_id)
    timeline = contact_timeline(connection, project_id, contact_id, Page(limit))
    return {
        **contact,
        "emails": addresses_of(connection, project_id, contact_id, MOST_SHOWN),
        "visitors": visitors_of(connection, project_id, contact_id, MOST_SHOWN),
        "companies": list_companies(connection, project_id, companies, Page(MOST_SHOWN)).items,
        "timeline": [] if timeline is None else timeline.items,
    }


def _print(answer: Answer, shown: Mapping[str, Any]) -> None:
    tables = ("companies", "timeline", "company_ids")
    answer.record({name: value for name, value in shown.items() if name not in tables})
    _table("companies", COMPANY_COLUMNS, shown["companies"])
    rows = [{**row, "what": _what(row)} for row in shown["timeline"]]
    _table("timeline, newest first", (*ROW_COLUMNS, "what"), rows)


def _table(title: str, names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if rows:
        sys.stdout.write(f"\n{title}:\n")
        print_table(names, [[row.get(name) for name in names] for row in rows])


def _what(row: Mapping[str, Any]) -> str:
    """The fields of a row's kind, in one cell."""
    told = {
        name: value
        for name, value in row.items()
        if name not in NOT_SAID_AGAIN and value is not None
    }
    return ", ".join(f"{name} {readable(value)}" for name, value in told.items())
