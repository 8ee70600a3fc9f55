"""What a batch may touch, named by the requests themselves: the keys that are looked up."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Reach:
    """Gathered over a batch. `contacts_of`: visitors whose contact and companies matter too;
    `all_visitors_of`: contacts whose visitors are all wanted, as a merge turned out to need;
    `all_links_of`: companies whose links are, by id or external id; `keys` and `dead_letters` are
    ids, `identity_secrets` says whether the project's are wanted, `stage_use` whether it matters
    which stages companies stand in.
    """

    visitor_ids: set[str] = field(default_factory=set)
    contacts_of: set[str] = field(default_factory=set)
    user_ids: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)
    companies: set[str] = field(default_factory=set)
    all_visitors_of: set[str] = field(default_factory=set)
    all_links_of: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    dead_letters: set[str] = field(default_factory=set)
    identity_secrets: bool = False
    stage_use: bool = False

    def visitor(self, visitor_id: str, *, with_contact: bool = True) -> None:
        self.visitor_ids.add(visitor_id)
        if with_contact:
            self.contacts_of.add(visitor_id)

    def company(self, reference: str | None) -> None:
        if reference is not None:
            self.companies.add(reference)

    def identity(self, email: str | None, user_id: str | None) -> None:
        """Whoever holds one of these."""
        if email is not None:
            self.emails.add(email)
        if user_id is not None:
            self.user_ids.add(user_id)
