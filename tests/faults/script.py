"""What callers ask for: drawn from the seed, dense enough that a lost or doubled step shows.

Visitors share a few people and companies, so that their operations meet in merges; each tracked
value and each number in metadata is its caller's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.faults.history import Json
from tests.model.naming import CONTACT_MADE_BY

STAGES = ("Lead", "Qualified", "Proposal", "Customer", "Nowhere")
USERS = ("u1", "u2", "u3")
EMAILS = ("ann@example.com", "bob@example.com", "eve@example.com")
COMPANIES = ("acme", "initech", "hooli")
PREFERENCES = ("", "", "wait=3", "respond-async", "respond-async")
LONGEST_PAUSE_S = 0.12
GIVES_UP = 0.06
BATCH_ITEMS = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """One operation of a script. A record that an earlier one of the same script made is named by
    that one's number.
    """

    operation_type: str
    body: Json


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller sends at once: one operation, or a batch in a lane; and how it behaves.

    After `pause_s` it sends; one that `gives_up` does not ask again when it gets no answer.
    """

    wanted: tuple[Wanted, ...]
    prefer: str
    pause_s: float
    gives_up: bool
    lane: str | None = None

    @property
    def is_batch(self) -> bool:
        return self.lane is not None


def visitor_script(seed: int, caller: str, requests: int) -> list[Request]:
    """What somebody's browser sends, one operation at a time."""
    chance = Random(f"visitor {seed} {caller}")
    return [_request(chance, (_widget_step(chance, caller, number),)) for number in range(requests)]


def backend_script(seed: int, caller: str, requests: int) -> list[Request]:
    """What a customer's backend sends: account writes, and widget operations now and then."""
    chance = Random(f"backend {seed} {caller}")
    made: list[int] = []
    script = []
    for number in range(requests):
        wanted = _account_step(chance, caller, number, made)
        if wanted.operation_type == "create_contact":
            made.append(number)
        script.append(_request(chance, (wanted,)))
    return script


def batch_script(seed: int, caller: str, requests: int, lanes: tuple[str, ...]) -> list[Request]:
    """What an import sends: many widget operations at once, in any of these lanes."""
    chance = Random(f"batch {seed} {caller}")
    script = []
    for number in range(requests):
        items = range(number * BATCH_ITEMS, number * BATCH_ITEMS + chance.randint(1, BATCH_ITEMS))
        wanted = tuple(_widget_step(chance, caller, item) for item in items)
        script.append(_request(chance, wanted, lane=chance.choice(lanes)))
    return script


def _request(chance: Random, wanted: tuple[Wanted, ...], lane: str | None = None) -> Request:
    return Request(
        wanted,
        prefer=chance.choice(PREFERENCES),
        pause_s=chance.uniform(0.0, LONGEST_PAUSE_S),
        gives_up=chance.random() < GIVES_UP,
        lane=lane,
    )


def _widget_step(chance: Random, caller: str, number: int) -> Wanted:
    visitor_id = f"{caller}-v{chance.randrange(2)}"
    draw = chance.choices(list(_WIDGET), weights=(3, 4, 2, 2, 2))[0]
    return Wanted(draw, {"visitor_id": visitor_id, **_WIDGET[draw](chance, f"{caller}-{number}")})


def _identify(chance: Random, mark: str) -> Json:
    who: Json = {"user_id": chance.choice(USERS)} if chance.random() < 0.6 else {}
    if chance.random() < 0.5:
        who["email"] = chance.choice(EMAILS)
    company: Json = {"company": {"id": chance.choice(COMPANIES)}} if chance.random() < 0.4 else {}
    return {**who, **company, "metadata": {"last": mark, f"by-{mark}": 1}}


def _track(chance: Random, mark: str) -> Json:
    return {
        "name": chance.choice(("login", "Plan.Upgraded")),
        "value": mark,
        "entity": chance.choice(("visitor", "visitor", "company")),
    }


def _set_properties(_: Random, mark: str) -> Json:
    return {"properties": {"last": mark, f"by-{mark}": 1}}


def _set_stage(chance: Random, _: str) -> Json:
    mode = chance.choice(("advance_only", "exact"))
    return {"stage_name": chance.choice(STAGES), "stage_update_mode": mode}


def _set_deal(chance: Random, mark: str) -> Json:
    return {"deal_value": chance.randrange(100_000), "notes": mark}


_WIDGET: dict[str, Callable[[Random, str], Json]] = {
    "identify": _identify,
    "track": _track,
    "set_properties": _set_properties,
    "set_stage": _set_stage,
    "set_deal": _set_deal,
}


def _account_step(chance: Random, caller: str, number: int, made: list[int]) -> Wanted:
    mark = f"{caller}-{number}"
    draw = chance.random()
    company = {"company_id": chance.choice(COMPANIES)}
    if draw < 0.2 or not made:
        return Wanted("create_contact", {"name": mark, "tags": [mark], "metadata": {"by": mark}})
    contact = {"contact_id": f"{CONTACT_MADE_BY}{chance.choice(made)}"}
    if draw < 0.45:
        return Wanted("update_contact", {**contact, "notes": mark, "metadata": {f"by-{mark}": 1}})
    if draw < 0.55:
        return Wanted("link_company", contact | company)
    if draw < 0.62:
        return Wanted("unlink_company", contact | company)
    if draw < 0.67:
        return Wanted("delete_contact", contact)
    if draw < 0.77:
        return Wanted("create_company", {"external_id": mark, "name": mark})
    if draw < 0.95:
        fields = {"stage": chance.choice(STAGES[:4]), "deal_value": number, "notes": mark}
        return Wanted("update_company", company | fields)
    return _widget_step(chance, caller, number)
