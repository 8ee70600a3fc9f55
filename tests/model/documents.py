"""Records as an account route answers with them (contract §11)."""

from datetime import UTC, datetime

from tests.model.outcome import Result
from tests.model.project import effective_email_trust
from tests.model.state import Company, Contact, Json, Stage, State


def written_record(state: State, operation_type: str, result: Result) -> Json | None:
    """What the operation of this type answers with; None after a removal or a widget write."""
    match operation_type:
        case "create_contact" | "update_contact":
            return contact_document(state, state.contacts[str(result.contact_id)])
        case "create_company" | "update_company":
            return company_document(state.companies[str(result.company_id)])
        case "create_stage" | "update_stage":
            written = [stage for stage in state.stages if stage.id == result.stage_id]
            return stage_document(state, written[0])
        case "replace_stages":
            return {"items": [stage_document(state, stage) for stage in state.stages]}
        case "update_project":
            return project_document(state)
    return None


def contact_document(state: State, contact: Contact) -> Json:
    """A contact with its companies, oldest link first."""
    fields = ("id", "email", "user_id", "name", "phone", "notes", "tags", "metadata")
    return {
        **{field: getattr(contact, field) for field in fields},
        "company_ids": [company.id for company in state.companies_of(contact)],
        **_times(contact),
    }


def company_document(company: Company) -> Json:
    """A company; its deal value is a Decimal."""
    fields = ("id", "external_id", "name", "domain", "industry", "stage", "deal_value", "notes")
    return {
        **{field: getattr(company, field) for field in fields},
        "metadata": company.metadata,
        "placeholder": company.placeholder,
        **_times(company),
    }


def stage_document(state: State, stage: Stage) -> Json:
    """A stage; the first one's position is 0."""
    return {"id": stage.id, "name": stage.name, "position": state.stages.index(stage)}


def project_document(state: State) -> Json:
    """The project's settings; the model does not know its id."""
    trust = {"email_trust": effective_email_trust(state.settings)}
    return {**state.settings, **trust, **_times(state)}


def _times(record: Contact | Company | State) -> Json:
    return {
        "created_at": iso(record.created_at_ms),
        "updated_at": iso(record.updated_at_ms),
    }


def iso(epoch_ms: int) -> str:
    """Milliseconds since 1970 as ISO 8601."""
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
