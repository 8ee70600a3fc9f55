"""Which handler decides an operation of which type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.operations import (
    Identify,
    Operation,
    SetDeal,
    SetProperties,
    SetStage,
    Track,
)
from models.operations.companies import CreateCompany, DeleteCompany, UpdateCompany
from models.operations.contacts import (
    CreateContact,
    DeleteContact,
    LinkCompany,
    UnlinkCompany,
    UpdateContact,
)
from models.operations.credentials import (
    CreateIdentitySecret,
    CreateKey,
    DeleteIdentitySecret,
    RevokeKey,
)
from models.operations.dead_letters import DiscardDeadLetter
from models.operations.project import UpdateProject
from models.operations.stages import CreateStage, DeleteStage, ReplaceStages, UpdateStage
from models.outcomes import Effect, Refusal
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from workers.handlers import (
    create_company,
    create_contact,
    create_identity_secret,
    create_key,
    create_stage,
    delete_company,
    delete_contact,
    delete_identity_secret,
    delete_stage,
    discard_dead_letter,
    identify,
    link_company,
    replace_stages,
    revoke_key,
    set_deal,
    set_properties,
    set_stage,
    track,
    unlink_company,
    update_company,
    update_contact,
    update_project,
    update_stage,
)


@dataclass(frozen=True, slots=True)
class Handler:
    """`reach` names the rows that the operation can touch, `apply` changes them or refuses."""

    reach: Callable[[Any, Reach], None]
    apply: Callable[[Any, WorkingSet], Effect | Refusal]


HANDLERS: dict[type[Operation], Handler] = {
    Identify: Handler(identify.reach, identify.apply),
    SetProperties: Handler(set_properties.reach, set_properties.apply),
    Track: Handler(track.reach, track.apply),
    SetStage: Handler(set_stage.reach, set_stage.apply),
    SetDeal: Handler(set_deal.reach, set_deal.apply),
    CreateContact: Handler(create_contact.reach, create_contact.apply),
    UpdateContact: Handler(update_contact.reach, update_contact.apply),
    DeleteContact: Handler(delete_contact.reach, delete_contact.apply),
    LinkCompany: Handler(link_company.reach, link_company.apply),
    UnlinkCompany: Handler(unlink_company.reach, unlink_company.apply),
    CreateCompany: Handler(create_company.reach, create_company.apply),
    UpdateCompany: Handler(update_company.reach, update_company.apply),
    DeleteCompany: Handler(delete_company.reach, delete_company.apply),
    CreateStage: Handler(create_stage.reach, create_stage.apply),
    UpdateStage: Handler(update_stage.reach, update_stage.apply),
    DeleteStage: Handler(delete_stage.reach, delete_stage.apply),
    ReplaceStages: Handler(replace_stages.reach, replace_stages.apply),
    UpdateProject: Handler(update_project.reach, update_project.apply),
    CreateKey: Handler(create_key.reach, create_key.apply),
    RevokeKey: Handler(revoke_key.reach, revoke_key.apply),
    CreateIdentitySecret: Handler(create_identity_secret.reach, create_identity_secret.apply),
    DeleteIdentitySecret: Handler(delete_identity_secret.reach, delete_identity_secret.apply),
    DiscardDeadLetter: Handler(discard_dead_letter.reach, discard_dead_letter.apply),
}
