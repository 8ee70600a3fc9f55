"""The working set: the state that a batch reads and changes, and the words for changing it."""

from models.working_set import activity, companies, contacts, links, placeholders, visitors
from models.working_set.reach import Reach
from models.working_set.state import Occasion, Sweeping, WorkingSet

__all__ = [
    "Occasion",
    "Reach",
    "Sweeping",
    "WorkingSet",
    "activity",
    "companies",
    "contacts",
    "links",
    "placeholders",
    "visitors",
]
