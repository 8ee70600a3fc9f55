"""What a write is answered with once it is settled: its outcome, its record, nothing (§4, §11)."""

from typing import Any

from ingest_api.answers import NO_CONTENT, NO_STORE, Answer, Header, json_answer
from ingest_api.exact_json import exact_answer
from ingest_api.submission import Submission
from ingest_api.verdicts import outcome_document
from models.documents.exact import in_contract_units
from models.queries.operations import SettledRecord


def outcome_answer(submission: Submission) -> Answer:
    """200 with the outcome, as widget writes answer. Raises the worker's refusal as Problem."""
    kind = submission.asked.caller.kind

    def settled(record: SettledRecord, headers: tuple[Header, ...]) -> Answer:
        return json_answer(200, outcome_document(record, kind), *headers)

    return submission.answer(settled)


def replay_answer(submission: Submission) -> Answer:
    """The same for an operation of any type that a secret token had replayed."""
    kind = submission.asked.caller.kind

    def settled(record: SettledRecord, headers: tuple[Header, ...]) -> Answer:
        return exact_answer(200, outcome_document(record, kind), *headers)

    return submission.answer(settled)


def record_answer(submission: Submission, status: int, **shown_once: Any) -> Answer:
    """The record as it was written, or 204 without a body; 202 while that is not known.

    `shown_once` stands in the body of the first 201 and 202, and is null in every repeat. Raises
    the worker's refusal as Problem.
    """
    extra = dict.fromkeys(shown_once) if submission.is_repeat else shown_once

    def settled(record: SettledRecord, headers: tuple[Header, ...]) -> Answer:
        if status == NO_CONTENT:
            return Answer(NO_CONTENT, headers=(NO_STORE, *headers))
        written = (record["outcome"] or {})["record"]
        return exact_answer(status, {**in_contract_units(written), **extra}, *headers)

    return submission.answer(settled, **extra)
