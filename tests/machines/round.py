"""Traffic through both edges, one fault after the other, and what came of it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.provisioning.projects import CreatedProject
from tests.faults.caller import Caller, all_run
from tests.faults.checker import violations
from tests.faults.collecting import collect, waiting
from tests.faults.exchange import Terms, steady_clock
from tests.faults.history import History
from tests.faults.script import Request, backend_script, visitor_script
from tests.faults.violation import Violation
from tests.machines.faults import Fault, faults_of
from tests.machines.figures import Felt, Struck, felt
from tests.machines.site import Site
from tests.model.projects import store_project
from tests.model.scenario import COMPANIES, Scenario
from tests.services.waiting import wait_until

PROJECT_ID = "machines"
VISITORS = 8
BACKENDS = 2
REQUESTS = 20_000
TURN_S = 15.0
QUIET_S = 5.0
GIVE_UP_AFTER_S = 30.0
# Contract §4 Outages: 10 s after all is back; a busy machine gets more.
APPLIED_WITHIN_S = 20.0


@dataclass(frozen=True)
class Verdict:
    """What the round came to."""

    felt: list[Felt]
    violations: list[Violation]
    operations: int
    took_s: float


def play(site: Site, seed: int, tell: Callable[[str], None]) -> Verdict:
    """Let each fault happen in its turn, and hold what is there against contract §4."""
    with site.database.transaction() as connection:
        keys = store_project(connection, PROJECT_ID, Scenario({}, (), COMPANIES))
    clock_s = steady_clock()
    faults = faults_of(site)
    until_s = TURN_S * (len(faults) + 2)
    callers = _callers(site, keys, seed, clock_s, until_s)
    threads = all_run(callers)
    struck = [
        _strike(fault, TURN_S * number, clock_s, tell) for number, fault in enumerate(faults, 1)
    ]
    for thread in threads:
        thread.join()
    stranded = _await_quiet(site)
    history = History(
        tuple(call for caller in callers for call in caller.calls),
        tuple(look for caller in callers for look in caller.looks),
    )
    evidence = collect(site, PROJECT_ID, keys.secret_token)
    troubles = [Violation("trouble", "a process", each) for each in site.troubles]
    answers = [answer for call in history.calls for answer in call.answers]
    return Verdict(
        felt=[felt(each, answers, until_s) for each in struck],
        violations=[*stranded, *troubles, *violations(history, evidence)],
        operations=len(evidence.ledger),
        took_s=clock_s(),
    )


def _callers(
    site: Site, keys: CreatedProject, seed: int, clock_s: Callable[[], float], until_s: float
) -> list[Caller]:
    def caller(name: str, script: Sequence[Request], *, is_backend: bool) -> Caller:
        credential = keys.secret_token if is_backend else keys.publishable_key
        give_up_s = until_s + GIVE_UP_AFTER_S
        terms = Terms(site.urls, credential, is_backend, clock_s, until_s, give_up_s)
        return Caller(name, script, terms, seed)

    visitors = [f"visitor{number}" for number in range(VISITORS)]
    backends = [f"backend{number}" for number in range(BACKENDS)]
    return [
        *(caller(who, visitor_script(seed, who, REQUESTS), is_backend=False) for who in visitors),
        *(caller(who, backend_script(seed, who, REQUESTS), is_backend=True) for who in backends),
    ]


def _strike(
    fault: Fault, at_s: float, clock_s: Callable[[], float], tell: Callable[[str], None]
) -> Struck:
    pause = threading.Event()
    pause.wait(max(0.0, at_s - clock_s()))
    began_s = clock_s()
    tell(f"{began_s:6.1f} s  {fault.name}")
    fault.strike()
    back_s = clock_s()
    pause.wait(max(QUIET_S, at_s + TURN_S - clock_s()))
    return Struck(fault.name, began_s, back_s, clock_s())


def _await_quiet(site: Site) -> list[Violation]:
    try:
        wait_until(lambda: not any(waiting(site, PROJECT_ID).values()), APPLIED_WITHIN_S)
    except AssertionError:
        told = f"not applied {APPLIED_WITHIN_S:g} s after everything was back"
        return [Violation("stranded", "accepted operations", told)]
    return []
