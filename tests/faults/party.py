"""A project of a round, and those who call on it."""

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.provisioning.projects import CreatedProject
from tests.faults.caller import Caller
from tests.faults.exchange import Terms
from tests.faults.history import History
from tests.faults.plan import Plan
from tests.faults.script import Request, Wanted, backend_script, batch_script, visitor_script
from tests.faults.site import Site
from tests.model.projects import store_project
from tests.model.scenario import COMPANIES, Scenario
from workers.mailbox.layout import LANES

VISITORS = 3
REQUESTS = 400
LAST_WORDS = 12
GIVE_UP_AFTER_S = 25.0
SCENARIO = Scenario({}, (), COMPANIES)
"""The project before the first operation."""
_rounds = itertools.count()


@dataclass(frozen=True)
class Party:
    """A project and those who call on it."""

    keys: CreatedProject
    callers: list[Caller]
    closing: Caller

    def history(self) -> History:
        """What all of them saw."""
        everyone = [*self.callers, self.closing]
        return History(
            tuple(call for caller in everyone for call in caller.calls),
            tuple(look for caller in everyone for look in caller.looks),
        )


def make_project(site: Site) -> CreatedProject:
    """Stores a project that nobody has called on yet."""
    project_id = f"faults_{os.getpid()}_{next(_rounds)}"
    with site.database.transaction() as connection:
        return store_project(connection, project_id, SCENARIO)


def invite(site: Site, plan: Plan, keys: CreatedProject, clock_s: Callable[[], float]) -> Party:
    """The callers of a project, with the scripts of the plan's seed; nobody has called yet."""
    seed = plan.seed

    def caller(name: str, script: Sequence[Request], *, is_backend: bool, until_s: float) -> Caller:
        credential = keys.secret_token if is_backend else keys.publishable_key
        give_up_s = plan.lasts_s + GIVE_UP_AFTER_S
        terms = Terms(site.urls, credential, is_backend, clock_s, until_s, give_up_s)
        return Caller(name, script, terms, seed)

    names = [f"visitor{number}" for number in range(VISITORS)]
    callers = [
        caller(name, visitor_script(seed, name, REQUESTS), is_backend=False, until_s=plan.lasts_s)
        for name in names
    ]
    scripts = {
        "backend": backend_script(seed, "backend", REQUESTS),
        "import": batch_script(seed, "import", REQUESTS, LANES),
    }
    callers += [
        caller(name, script, is_backend=True, until_s=plan.lasts_s)
        for name, script in scripts.items()
    ]
    closing = caller("last", _last_words(), is_backend=True, until_s=float("inf"))
    return Party(keys, callers, closing)


def _last_words() -> list[Request]:
    """Operations after which nobody asks for anything any more: nobody's call wakes a drain."""
    bodies = [
        {"visitor_id": "last-v", "name": "last", "value": f"last-{number}"}
        for number in range(LAST_WORDS)
    ]
    return [
        Request((Wanted("track", body),), prefer="respond-async", pause_s=0.0, gives_up=False)
        for body in bodies
    ]
