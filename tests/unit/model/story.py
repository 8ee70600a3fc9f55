"""A project told operation by operation."""

from typing import Any

from tests.model.outcome import Result
from tests.model.sequential import Model
from tests.model.state import Company, Contact, Json

NOON_MS = 1_750_000_000_000


class Story:
    """The model with operation ids and times filled in; `ann` and the like are visitor ids."""

    def __init__(self, **settings: object) -> None:
        self.model = Model(settings, ["Lead", "Qualified", "Customer"])
        self.model.add_company("com_acme", "acme", "Acme")
        self.model.add_company("com_globex", "globex")
        self.count = 0

    def apply(self, operation_type: str, body: Json, *, email_signed: bool = False) -> Result:
        """The next operation, a second after the one before."""
        self.count += 1
        return self.model.apply(
            operation_type,
            body,
            operation_id=f"op_{self.count}",
            accepted_at_ms=NOON_MS + 1000 * self.count,
            email_signed=email_signed,
        )

    def identify(self, visitor_id: str, *, email_signed: bool = False, **fields: Any) -> Result:
        """An identify of this visitor."""
        body = {"visitor_id": visitor_id, **fields}
        return self.apply("identify", body, email_signed=email_signed)

    def set_properties(self, visitor_id: str, **properties: Any) -> Result:
        """These properties of this visitor."""
        body = {"visitor_id": visitor_id, "properties": properties}
        return self.apply("set_properties", body)

    def track(self, visitor_id: str, **fields: Any) -> Result:
        """An event of this visitor, named `login` unless told otherwise."""
        return self.apply("track", {"visitor_id": visitor_id, "name": "login", **fields})

    def set_stage(self, visitor_id: str, stage_name: str, **fields: Any) -> Result:
        """A set-stage of this visitor."""
        body = {"visitor_id": visitor_id, "stage_name": stage_name, **fields}
        return self.apply("set_stage", body)

    def set_deal(self, visitor_id: str, deal_value: float | None, **fields: Any) -> Result:
        """A set-deal of this visitor."""
        body = {"visitor_id": visitor_id, "deal_value": deal_value, **fields}
        return self.apply("set_deal", body)

    def contact(self, visitor_id: str) -> Contact:
        """The contact of this visitor."""
        contact = self.model.state.contact_of(self.model.state.visitors[visitor_id])
        assert contact is not None
        return contact

    def companies(self, visitor_id: str) -> list[Company]:
        """The companies of this visitor's contact, oldest link first."""
        return self.model.state.companies_of(self.contact(visitor_id))

    def company_ids(self, visitor_id: str) -> list[str]:
        """Their ids."""
        return [company.id for company in self.companies(visitor_id)]

    def active(self, visitor_id: str) -> str | None:
        """The visitor's active company."""
        return self.model.state.visitors[visitor_id].active_company_id

    def company(self, company_id: str) -> Company:
        """A company by its id."""
        return self.model.state.companies[company_id]


def codes(result: Result) -> list[str]:
    """The codes of the warnings."""
    return [code for code, _ in result.warnings]
