"""A caller as real ones are: it asks again under the same key until it knows, and notes it all."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from tests.acceptance.step_requests import request_of
from tests.faults.exchange import Exchange, Terms
from tests.faults.history import ACCEPTED, Answer, Call, Json, Look, Place
from tests.faults.script import Request, Wanted
from tests.model.naming import name_made

FIRST_BACK_OFF_S = 0.05
LONGEST_BACK_OFF_S = 0.8
LOOKS_AFTER_202 = 0.5
BATCH_PATH = {"secret": "/api/batch", "publishable": "/api/widget/batch"}


class Caller:
    """One of a round's callers; `run` is for a thread of its own, the rest is read after it."""

    def __init__(self, name: str, script: Sequence[Request], terms: Terms, seed: int) -> None:
        self.name = name
        self.calls: list[Call] = []
        self.looks: list[Look] = []
        self._script = script
        self._terms = terms
        self._chance = Random(f"caller {seed} {name}")
        self._exchange = Exchange(terms, self._chance.randrange(len(terms.urls)))
        self._made: dict[int, str] = {}
        self._pause = threading.Event()

    def run(self) -> None:
        """Sends the script's requests, one after the other, until it or the round ends."""
        with self._exchange:
            for number, request in enumerate(self._script):
                self._pause.wait(request.pause_s)
                if self._terms.clock_s() >= self._terms.until_s:
                    return
                self._ask(number, request)

    def _ask(self, number: int, request: Request) -> None:
        bodies = [self._named(wanted) for wanted in request.wanted]
        if None in bodies:
            return  # it speaks of a record of which the caller never heard
        calls = [
            Call(
                self.name,
                wanted.operation_type,
                body or {},
                f"{self.name}-{number}-{index}",
                (),
                request.lane or "live",
                Place(f"{self.name}-{number}", index) if request.is_batch else None,
            )
            for index, (wanted, body) in enumerate(zip(request.wanted, bodies, strict=True))
        ]
        self.calls += self._until_final(request, calls)
        last = self.calls[-1]
        if last.final is not None and last.final.operation_id and not request.is_batch:
            self._made[number] = last.final.operation_id

    def _named(self, wanted: Wanted) -> Json | None:
        """The body with the ids of records that this caller made; None if one is not known."""
        known = [self._made.get(each, "") for each in range(max(self._made, default=-1) + 1)]
        try:
            body: Json = name_made(wanted.body, known)
        except IndexError:
            return None
        return None if body.get("contact_id") == "con_" else body

    def _until_final(self, request: Request, calls: list[Call]) -> list[Call]:
        back_off_s = FIRST_BACK_OFF_S
        while True:
            answers = self._send(request, calls)
            calls = [
                replace(call, answers=(*call.answers, answer))
                for call, answer in zip(calls, answers, strict=True)
            ]
            is_over = request.gives_up or self._terms.clock_s() >= self._terms.give_up_s
            if is_over or all(call.final for call in calls):
                return calls
            self._pause.wait(max(back_off_s, _wanted_pause_s(answers)) * self._chance.random())
            back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)

    def _send(self, request: Request, calls: list[Call]) -> list[Answer]:
        if request.is_batch:
            return self._send_batch(request, calls)
        (call,) = calls
        asked = request_of(call.operation_type, call.body)
        headers = {"idempotency-key": call.key, **_preferring(request.prefer)}
        answer, location = self._exchange.ask(asked.method, asked.path, asked.body, headers)
        if location and self._chance.random() < LOOKS_AFTER_202:
            self._look(location, str(answer.operation_id))
        return [answer]

    def _send_batch(self, request: Request, calls: list[Call]) -> list[Answer]:
        items = [
            {"type": call.operation_type, **call.body, "message_id": call.key} for call in calls
        ]
        path = BATCH_PATH["secret" if self._terms.is_backend else "publishable"]
        lane = {"lane": request.lane} if self._terms.is_backend else {}
        body = {"operations": items, **lane}
        answer, _ = self._exchange.ask("POST", path, body, _preferring(request.prefer))
        if answer.status not in ACCEPTED:
            return [answer] * len(calls)
        return [_answer_of_item(answer, item) for item in answer.body["results"]]

    def _look(self, location: str, operation_id: str) -> None:
        answer, _ = self._exchange.ask("GET", location, None, {})
        self.looks.append(Look(self.name, operation_id, answer))


def _preferring(prefer: str) -> dict[str, str]:
    return {"prefer": prefer} if prefer else {}


def _wanted_pause_s(answers: Sequence[Answer]) -> float:
    return max((float(each.retry_after) for each in answers if each.retry_after), default=0.0)


def _answer_of_item(answer: Answer, item: Json) -> Answer:
    """What a batch's answer says of one operation, as if it had been asked for alone."""
    problem = item.get("problem")
    told: Json = problem if problem is not None else item["outcome"]
    if problem is not None:
        status = int(problem["status"])
    else:
        status = 202 if told["status"] == "queued" else 200
    return replace(answer, status=status, body=told, operation_id=item["operation_id"])


def all_run(callers: Sequence[Caller]) -> list[threading.Thread]:
    """Starts every caller in a thread; each ends by itself."""
    threads = [threading.Thread(target=each.run, name=each.name) for each in callers]
    for thread in threads:
        thread.start()
    return threads
