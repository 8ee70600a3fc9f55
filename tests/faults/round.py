"""One round: a site, callers, the faults of a seed, quiet, and the verdict."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.against_model import unlike_the_model
from tests.faults.caller import all_run
from tests.faults.checker import violations
from tests.faults.collecting import collect, waiting
from tests.faults.evidence import Evidence
from tests.faults.exchange import steady_clock
from tests.faults.history import History
from tests.faults.log_rules import inexcusable
from tests.faults.party import SCENARIO, Party, invite, make_project
from tests.faults.plan import Plan
from tests.faults.site import Site
from tests.faults.striking import Striker
from tests.faults.violation import Violation
from tests.model.stored import stored_snapshot
from tests.services.waiting import wait_until

PROJECTS = 2
# Contract §4 Outages: 10 s after all is back; a busy machine gets more.
APPLIED_WITHIN_S = 20.0


@dataclass(frozen=True)
class Verdict:
    """What a round came to; `quiet_after_s` is counted from the end of the last blow."""

    plan: Plan
    violations: tuple[Violation, ...]
    operations: int
    answers: int
    unavailable: int
    unanswered: int
    took_s: float
    quiet_after_s: float
    told: list[tuple[History, Evidence]] = field(repr=False)


def play(site: Site, plan: Plan) -> Verdict:
    """Plays a seed's plan on a site that runs, and holds what came of it against the contract."""
    made = [make_project(site) for _ in range(PROJECTS)]
    clock_s = steady_clock()
    parties = [invite(site, plan, keys, clock_s) for keys in made]
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
    return list(unlike_the_model(SCENARIO.model(), history, evidence, stored))


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
