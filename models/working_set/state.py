"""The rows that one batch can touch, in memory, as they stand after the operations so far.

What is saved in the end is the difference between the rows as loaded and as they stand then
(models/store/save.py). Whoever changes a row does it through the functions of this package.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from models.records import (
    Activity,
    Company,
    Contact,
    ContactEmail,
    ContactMerge,
    DeadLetter,
    IdentitySecret,
    Json,
    Key,
    Link,
    Project,
    ProjectSettings,
    Stage,
    Visitor,
)
from models.working_set.journal import Journal

Members = defaultdict[Any, dict[str, bool]]


def members() -> Members:
    return defaultdict(dict)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The operation that is being applied: all that its handler knows of the world outside.

    `visitor_id` is the visitor that asks, None for account writes.
    """

    operation_id: str
    type: str
    caller: str
    accepted_at_ms: int
    sequence: int
    visitor_id: str | None = None

    @property
    def stem(self) -> str:
        """What the ids of the rows that it makes are derived from: a replay makes the same."""
        return self.operation_id[3:]


SweptValue = str | int | Json


@dataclass(frozen=True, slots=True)
class Sweeping:
    """A change of stored rows that need not be loaded: a statement's name and its parameters.

    `source` is the visitor, contact, company, stage or key whose rows it changes.
    """

    statement: str
    source: str
    values: tuple[SweptValue, ...] = ()


# The most links and activity rows of one operation: a company that is deleted may have very many.
RANKS_PER_OPERATION = 2**20


@dataclass(slots=True)
class WorkingSet:
    """All state that the operations of one batch of one project read and write."""

    project: Project = field(default_factory=Project)
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    """What deciding needs of the project, always as its row stands."""
    stages: dict[str, Stage] = field(default_factory=dict)
    stage_by_key: dict[str, Stage] = field(default_factory=dict)
    used_stages: frozenset[str] = frozenset()
    """Stages in which companies stand, if the batch asks for them."""

    visitors: dict[str, Visitor] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    emails: dict[str, ContactEmail] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    merges: dict[str, ContactMerge] = field(default_factory=dict)
    survivors: dict[str, str] = field(default_factory=dict)
    """Who contacts are now that earlier batches merged."""
    activity: dict[str, Activity] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    identity_secrets: dict[str, IdentitySecret] = field(default_factory=dict)
    dead_letters: dict[str, DeadLetter] = field(default_factory=dict)
    sweepings: list[Sweeping] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    """Contacts whose visitors are all here."""
    incomplete: set[str] = field(default_factory=set)
    """Contacts whose visitors were needed and are not: the batch must be gathered anew."""
    complete_companies: set[str] = field(default_factory=set)
    """Companies whose links are all here."""
    incomplete_companies: set[str] = field(default_factory=set)
    """Companies whose links were needed and are not."""

    contact_id_by_user_id: dict[str, str] = field(default_factory=dict)
    company_id_by_external_id: dict[str, str] = field(default_factory=dict)
    links_of_contact: defaultdict[str, dict[str, Link]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    contacts_of_company: Members = field(default_factory=members)
    visitors_of_contact: Members = field(default_factory=members)
    visitors_of_active: Members = field(default_factory=members)
    emails_of_contact: Members = field(default_factory=members)
    activity_of_contact: Members = field(default_factory=members)
    activity_of_company: Members = field(default_factory=members)
    unclaimed_activity: Members = field(default_factory=members)

    journal: Journal = field(default_factory=Journal)
    kept_sweepings: int = 0
    tables: frozenset[int] = frozenset()
    rank: int = 0
    made: int = 0
    occasion: Occasion = Occasion("op_", "", "", 0, 0)

    def __post_init__(self) -> None:
        stored: tuple[dict[Any, Any], ...] = (
            self.visitors,
            self.contacts,
            self.emails,
            self.companies,
            self.links,
            self.stages,
            self.keys,
            self.identity_secrets,
            self.dead_letters,
        )
        self.tables = frozenset(id(table) for table in stored)

    def begin(self, occasion: Occasion) -> None:
        """Starts an operation; what earlier ones did stays."""
        self.occasion = occasion
        self.journal.mark()
        self.kept_sweepings = len(self.sweepings)
        self.rank = occasion.sequence * RANKS_PER_OPERATION
        self.made = 0

    def undo(self) -> None:
        """Takes back everything since `begin`."""
        self.journal.undo()
        del self.sweepings[self.kept_sweepings :]

    def is_stored(self) -> None:
        """What happened so far is stored: rows that are only added are not at hand any more."""
        self.survivors.update((each.merged_id, each.survivor_id) for each in self.merges.values())
        for table in (
            self.merges,
            self.activity,
            self.activity_of_contact,
            self.activity_of_company,
            self.unclaimed_activity,
        ):
            table.clear()
        self.sweepings.clear()
        self.journal.forget()

    def next_rank(self) -> int:
        """A place in the project's one order, finer than the operation's sequence."""
        self.rank += 1
        return self.rank

    def sweep(self, statement: str, source: str, *values: SweptValue) -> None:
        self.sweepings.append(Sweeping(statement, source, values))

    def contact_of(self, visitor: Visitor | None) -> Contact | None:
        if visitor is None or visitor.contact_id is None:
            return None
        return self.contacts[visitor.contact_id]

    def contact_by_id(self, contact_id: str) -> Contact | None:
        """A contact by its id, or by that of one that was merged into it (contract §5.3)."""
        while contact_id not in self.contacts:
            merge = self.merges.get(contact_id)
            survivor_id = self.survivors.get(contact_id) if merge is None else merge.survivor_id
            if survivor_id is None:
                return None
            contact_id = survivor_id
        return self.contacts[contact_id]

    def contact_by_user_id(self, user_id: str | None) -> Contact | None:
        contact_id = None if user_id is None else self.contact_id_by_user_id.get(user_id)
        return None if contact_id is None else self.contacts[contact_id]

    def contact_by_email(self, email: str | None) -> Contact | None:
        row = None if email is None else self.emails.get(email)
        return None if row is None else self.contacts[row.contact_id]

    def company_by_reference(self, reference: str) -> Company | None:
        """A company by `id` first, then by `external_id` (contract §1)."""
        found = self.companies.get(reference)
        if found is None:
            company_id = self.company_id_by_external_id.get(reference)
            found = None if company_id is None else self.companies[company_id]
        return found

    def companies_of(self, contact: Contact) -> list[Company]:
        """The contact's companies, oldest link first."""
        links = self.links_of_contact[contact.id]
        if len(links) == 1:
            return [self.companies[company_id] for company_id in links]
        ordered = sorted(links.values(), key=lambda link: link.age_rank)
        return [self.companies[link.company_id] for link in ordered]

    # Rows as the store read them: not changes, so not in the journal.

    def add_visitor(self, visitor: Visitor) -> None:
        self.visitors[visitor.visitor_id] = visitor
        if visitor.contact_id is not None:
            self.visitors_of_contact[visitor.contact_id][visitor.visitor_id] = True
        if visitor.active_company_id is not None:
            self.visitors_of_active[visitor.active_company_id][visitor.visitor_id] = True

    def add_contact(self, contact: Contact) -> None:
        self.contacts[contact.id] = contact
        if contact.user_id is not None:
            self.contact_id_by_user_id[contact.user_id] = contact.id

    def add_merge(self, merge: ContactMerge) -> None:
        self.survivors[merge.merged_id] = merge.survivor_id

    def add_email(self, row: ContactEmail) -> None:
        self.emails[row.email] = row
        self.emails_of_contact[row.contact_id][row.email] = True

    def add_company(self, company: Company) -> None:
        self.companies[company.id] = company
        if company.external_id is not None:
            self.company_id_by_external_id[company.external_id] = company.id

    def add_link(self, link: Link) -> None:
        self.links[link.contact_id, link.company_id] = link
        self.links_of_contact[link.contact_id][link.company_id] = link
        self.contacts_of_company[link.company_id][link.contact_id] = True

    def add_stage(self, stage: Stage) -> None:
        self.stages[stage.id] = stage
        self.stage_by_key[stage.name_key] = stage

    def add_key(self, key: Key) -> None:
        self.keys[key.id] = key

    def add_identity_secret(self, secret: IdentitySecret) -> None:
        self.identity_secrets[secret.id] = secret

    def add_dead_letter(self, letter: DeadLetter) -> None:
        self.dead_letters[letter.operation_id] = letter
