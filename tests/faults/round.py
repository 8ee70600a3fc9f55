"""One round: a site, callers, the faults of a seed, quiet, and the verdict."""

import itertools
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models.provisioning.projects import CreatedProject
from tests.faults.against_model import unlike_the_model
from tests.faults.caller import Caller, Terms, all_run, steady_clock
from tests.faults.checker import violations
from tests.faults.collecting import collect, waiting
from tests.faults.evidence import Evidence
from tests.faults.history import History
from tests.faults.log_rules import inexcusable
from tests.faults.plan import Plan
from tests.faults.script import Request, Wanted, backend_script, batch_script, visitor_script
from tests.faults.site import Site
from tests.faults.striking import Striker
from tests.faults.violation import Violation
from tests.model.projects import store_project
from tests.model.scenario import COMPANIES, Scenario
from tests.model.stored import stored_snapshot
from tests.services.waiting import wait_until
from workers.mailbox.layout import LANES

PROJECTS = 2
VISITORS = 3
REQUESTS = 400
LAST_WORDS = 12
# Contract §4 Outages: 10 s after all is back; a busy machine gets more.
APPLIED_WITHIN_S = 20.0
GIVE_UP_AFTER_S = 25.0
_rounds = itertools.count()


@dataclass(frozen=True)
class Verdict:
    """What a round came to; `quiet_after_s` the last blow nothing waited any more."""

    plan: Plan
    violations: tuple[Violation, ...]
    operations: int
    answers: int
    unavailable: int
    unanswered: int
    took_s: float
    quiet_after_s: float
    told: list[tuple[History, Evidence]] = field(repr=False)


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


def play(site: Site, plan: Plan) -> Verdict:
    """Plays a seed's plan on a site that runs, and holds what came of it against the contract."""
    made = [_made_project(site) for _ in range(PROJECTS)]
    clock_s = steady_clock()
    parties = [_party(site, plan, keys, clock_s) for keys in made]
    striker = Striker(site)
    threads = [thread for party in parties for thread in all_run(party.callers)]
    _strike_all(site, striker, plan, clock_s)
    for thread in threads:
        thread.join()
    striker.hold_workers()
    for thread in all_run([party.closing for party in parties]):
        thread.join()
    site.hands.submit(striker.last_blow, plan.last_blow).result()
    blown_s = clock_s()
    stranded = _await_quiet(site, parties)
    quiet_after_s = clock_s() - blown_s
    for seat in (*site.edges, *site.workers):
        seat.expect_alive()
    told = [(party.history(), _evidence(site, party)) for party in parties]
    found = [*stranded, *(Violation("trouble", "a process", each) for each in site.troubles)]
    found += inexcusable(site.folder.glob("*.log"))
    for party, (history, evidence) in zip(parties, told, strict=True):
        found += violations(history, evidence)
        found += _against_model(site, party, history, evidence)
    return _verdict(plan, found, told, clock_s(), quiet_after_s)


def _made_project(site: Site) -> CreatedProject:
    project_id = f"faults_{os.getpid()}_{next(_rounds)}"
    with site.database.transaction() as connection:
        return store_project(connection, project_id, _scenario())


def _party(site: Site, plan: Plan, keys: CreatedProject, clock_s: Callable[[], float]) -> Party:
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


def _scenario() -> Scenario:
    return Scenario({}, (), COMPANIES)


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


def _strike_all(site: Site, striker: Striker, plan: Plan, clock_s: Callable[[], float]) -> None:
    """Each fault by a hand of its own; returns when all that they ended is there again."""
    pause = threading.Event()
    struck = []
    for fault in plan.faults:
        pause.wait(max(0.0, fault.at_s - clock_s()))
        struck.append(site.hands.submit(striker.strike, fault))
    pause.wait(max(0.0, plan.lasts_s - clock_s()))
    for each in struck:
        each.result()


def _await_quiet(site: Site, parties: Sequence[Party]) -> list[Violation]:
    """Waits until no operation waits; those that do so for too long are told."""

    def nothing_waits() -> bool:
        return not any(any(waiting(site, party.keys.project_id).values()) for party in parties)

    try:
        wait_until(nothing_waits, APPLIED_WITHIN_S)
    except AssertionError:
        told = f"not applied {APPLIED_WITHIN_S:g} s after everything was back"
        return [Violation("stranded", "accepted operations", told)]
    return []


def _evidence(site: Site, party: Party) -> Evidence:
    return collect(site, party.keys.project_id, party.keys.secret_token)


def _against_model(
    site: Site, party: Party, history: History, evidence: Evidence
) -> list[Violation]:
    with site.database.reading() as connection:
        stored = stored_snapshot(connection, party.keys.project_id)
    return list(unlike_the_model(_scenario().model(), history, evidence, stored))


def _verdict(
    plan: Plan,
    found: Sequence[Violation],
    told: list[tuple[History, Evidence]],
    took_s: float,
    quiet_after_s: float,
) -> Verdict:
    answers = [a for history, _ in told for call in history.calls for a in call.answers]
    return Verdict(
        plan=plan,
        violations=tuple(found),
        operations=sum(len(evidence.ledger) for _, evidence in told),
        answers=len(answers),
        unavailable=sum(answer.status == 503 for answer in answers),
        unanswered=sum(answer.status is None for answer in answers),
        took_s=took_s,
        quiet_after_s=quiet_after_s,
        told=told,
    )
