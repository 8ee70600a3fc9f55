"""A project as its callers and its operators see it: answers, receipts, and what is stored."""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
from sqlalchemy import Table, delete, insert, select, update

from models.database import Database
from models.provisioning.companies import create_company
from models.provisioning.projects import CreatedProject
from models.store.columns import table_of
from models.tables import ActivityTable, ContactEmailTable, ContactTable, LinkTable, OperationTable
from tests.model.state import Json
from tests.model.stored import stored_snapshot
from tests.services.waiting import wait_until

CONTACTS: Table = table_of(ContactTable)
EMAILS: Table = table_of(ContactEmailTable)
FINAL = {"applied", "unchanged", "rejected", "failed"}


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    body: Json
    headers: Mapping[str, str]

    @property
    def operation_id(self) -> str:
        """The operation that the answer speaks of."""
        return self.headers["x-operation-id"]

    @property
    def result(self) -> str:
        """`applied`, `unchanged` or `queued`, of an answer that is no problem."""
        return str(self.body["status"])

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of an answer that is a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.status == self.body["status"]
        return self.status, str(self.body["code"])

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """(code, pointer) of each warning."""
        return [(each["code"], each["pointer"]) for each in self.body["warnings"]]

    @property
    def stage(self) -> tuple[str, str | None, str] | None:
        """Change, from, to."""
        stage = self.body["stage"]
        return None if stage is None else (stage["change"], stage["from"], stage["to"])


class Widget:
    """A caller of one project's widget routes; `ann` and the like are visitor ids."""

    def __init__(self, client: httpx2.Client, project_id: str, key: str | None) -> None:
        self._client = client
        self._named = {} if key else {"app_id": project_id}
        self._headers = {"authorization": f"Bearer {key}"} if key else {}

    def post(self, route: str, body: Json, **headers: str) -> Answer:
        """Post a write; headers as `Idempotency_Key="k"`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self._client.post(
            f"/api/widget/{route}", json=self._named | body, headers=self._headers | sent
        )
        return Answer(response.status_code, response.json(), response.headers)

    def identify(self, visitor_id: object, **fields: Any) -> Answer:
        return self.post("identify", {"visitor_id": visitor_id, **fields})

    def set_properties(self, visitor_id: object, properties: object) -> Answer:
        return self.post("set-properties", {"visitor_id": visitor_id, "properties": properties})

    def track(self, visitor_id: object, name: object = "login", **fields: Any) -> Answer:
        return self.post("track", {"visitor_id": visitor_id, "name": name, **fields})

    def set_stage(self, visitor_id: object, stage_name: object, **fields: Any) -> Answer:
        return self.post(
            "set-stage", {"visitor_id": visitor_id, "stage_name": stage_name, **fields}
        )

    def set_deal(self, visitor_id: object, deal_value: object, **fields: Any) -> Answer:
        return self.post("set-deal", {"visitor_id": visitor_id, "deal_value": deal_value, **fields})

    def receipt(self, operation_id: str) -> Answer:
        """The receipt of an operation."""
        response = self._client.get(
            f"/api/widget/operations/{operation_id}", params=self._named, headers=self._headers
        )
        return Answer(response.status_code, response.json(), response.headers)

    def settled(self, operation_id: str, within_s: float = 20.0) -> Json:
        """The receipt of an operation, once it is final."""
        receipts: list[Json] = []

        def is_final() -> bool:
            answer = self.receipt(operation_id)
            assert answer.status == 200, answer.body
            receipts.append(answer.body)
            return answer.body["status"] in FINAL

        wait_until(is_final, within_s, f"{operation_id} is applied")
        return receipts[-1]


class Project(Widget):
    """A project, called with its secret token, and what is stored of it."""

    def __init__(self, created: CreatedProject, client: httpx2.Client, database: Database) -> None:
        super().__init__(client, created.project_id, created.secret_token)
        self.id = created.project_id
        self.created = created
        self.database = database
        self.browser = Widget(client, created.project_id, None)
        """A caller that sends the project's id alone."""
        self.site = Widget(client, created.project_id, created.publishable_key)
        """A caller with the publishable key."""
        self.ids: dict[str, str] = {}
        """Ids of the companies that were added, by external id."""

    # -- what an operator or an import does --------------------------------------------------

    def add_company(self, external_id: str | None, name: str | None = None) -> str:
        """Make a company by hand; return its id."""
        with self.database.transaction() as connection:
            made = create_company(connection, self.id, external_id, name, _now_ms())
        if external_id is not None:
            self.ids[external_id] = made.id
        return made.id

    def import_contact(self, contact_id: str, email: str | None = None, **fields: Any) -> None:
        """Store a contact as an import does: no visitor is linked to it."""
        fields = {"tags": [], "metadata": {}, "email": email} | fields
        times = {"created_at_ms": _now_ms(), "updated_at_ms": _now_ms()}
        with self.database.transaction() as connection:
            row = {"project_id": self.id, "id": contact_id, **times, **fields}
            connection.execute(insert(CONTACTS).values(row))
            if email is not None:
                address = {"project_id": self.id, "email": email, "contact_id": contact_id}
                connection.execute(insert(EMAILS).values(address))

    def change(self, model: Any, values: Json, **where: object) -> None:
        """Change stored rows of this project, past every rule."""
        table: Table = table_of(model)
        wanted = update(table).where(table.c.project_id == self.id).values(values)
        for column, value in where.items():
            wanted = wanted.where(table.c[column] == value)
        self.write(lambda connection: connection.execute(wanted))

    def unlink_everything(self) -> None:
        """Take every link away, as account routes can."""
        links = table_of(LinkTable)
        self.write(lambda c: c.execute(delete(links).where(links.c.project_id == self.id)))

    def user_hash(self, visitor_id: str) -> str:
        """What the customer's backend proves a visitor id with."""
        secret = self.created.identity_secret.encode()
        return hmac.new(secret, visitor_id.encode(), hashlib.sha256).hexdigest()

    def user_token(self, **claims: object) -> str:
        """What the customer's backend vouches for, valid for ten minutes."""
        expiring = {"exp": time.time() + 600, **claims}
        return jwt.encode(expiring, self.created.identity_secret, algorithm="HS256")

    def write(self, change: Callable[[Any], object]) -> None:
        """Run a change in a transaction of its own."""
        with self.database.transaction() as connection:
            change(connection)

    # -- what is stored ----------------------------------------------------------------------

    def stored(self) -> Json:
        """Everything that the project's operations wrote."""
        with self.database.reading() as connection:
            return stored_snapshot(connection, self.id)

    def visitor(self, visitor_id: str) -> Json:
        """A stored visitor."""
        visitor: Json = self.stored()["visitors"][visitor_id]
        return visitor

    def contact(self, visitor_id: str) -> Json:
        """The contact that a visitor is linked to, with its `id`."""
        stored = self.stored()
        contact_id = stored["visitors"][visitor_id]["contact_id"]
        return {"id": contact_id, **stored["contacts"][contact_id]}

    def companies(self, visitor_id: str) -> list[Json]:
        """The companies of a visitor's contact, oldest link first, each with its `id`."""
        stored = self.stored()
        contact = stored["contacts"][stored["visitors"][visitor_id]["contact_id"]]
        return [{"id": each, **stored["companies"][each]} for each in contact["companies"]]

    def names_of_companies(self, visitor_id: str) -> list[str]:
        """Their external ids; `placeholder` and `named ...` for those that have none."""
        return [_known_as(company) for company in self.companies(visitor_id)]

    def company(self, external_id: str) -> Json:
        """The company with this external id, with its `id`."""
        (found,) = (
            {"id": key, **company}
            for key, company in self.stored()["companies"].items()
            if company["external_id"] == external_id
        )
        return found

    def activity(self, kind: str) -> list[Json]:
        """The timeline rows of one kind, in the order of acceptance."""
        rows = [row for row in self.rows(ActivityTable) if row["kind"] == kind]
        return sorted(rows, key=lambda row: row["rank"])

    def operations(self, operation_id: str) -> list[Json]:
        """The ledger's rows of one operation."""
        return [row for row in self.rows_of_ledger() if row["id"] == operation_id]

    def rows_of_ledger(self) -> list[Json]:
        """The ledger's rows of all operations."""
        return self.rows(OperationTable)

    def rows(self, model: Any) -> list[Json]:
        """This project's rows of a table."""
        table: Table = table_of(model)
        wanted = select(table).where(table.c.project_id == self.id)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]


def _known_as(company: Json) -> str:
    if company["placeholder"]:
        return "placeholder"
    return str(company["external_id"] or f"named {company['name']}")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
