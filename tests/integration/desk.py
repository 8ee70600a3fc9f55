"""Account writes through the real pipeline: a mailbox, a drain, a database, no edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from models.operations import OPERATION_TYPES, Operation, to_payload
from models.store.columns import table_of
from models.tables import ProjectTable
from tests.integration.pipeline import SMALL_BATCHES, Pipeline, raw_envelope
from tests.integration.stories import SETTINGS
from tests.model.scenario import Scenario
from tests.model.state import Json
from workers.drain_terms import DrainLimits
from workers.mailbox.envelope import Envelope, encode

ONE_BATCH: DrainLimits = replace(SMALL_BATCHES, batch_size=500)
TYPE_NAMES = {kind: name for name, kind in OPERATION_TYPES.items()}


class Desk(Pipeline):
    """A project with the stages Lead, Qualified, Proposal and Customer, and who writes to it."""

    def put(self, *operations: Operation | Envelope) -> list[str]:
        """Takes them into the mailbox, in order; returns their ids."""
        return [self.put_raw(encode(envelope_of(operation))) for operation in operations]

    def write(
        self, *operations: Operation | Envelope, limits: DrainLimits = ONE_BATCH
    ) -> list[Json]:
        """Takes them into the mailbox and drains it; returns their receipts."""
        ids = self.put(*operations)
        self.drain(limits).run(self.project_id)
        return [self.receipt(operation_id) for operation_id in ids]

    def record(self, operation: Operation) -> Json:
        """The written record, of an operation that must succeed."""
        (receipt,) = self.write(operation)
        assert receipt["problem"] is None, receipt["problem"]
        record: Json = receipt["outcome"]["record"]
        return record

    def rows(self, model: Any) -> list[Json]:
        """The project's rows of a table, by primary key."""
        table = table_of(model)
        owner = table.c.id if model is ProjectTable else table.c.project_id
        wanted = select(table).where(owner == self.project_id).order_by(*table.primary_key)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]


def envelope_of(operation: Operation | Envelope) -> Envelope:
    """An operation as the edge would send it."""
    if isinstance(operation, Envelope):
        return operation
    return raw_envelope(TYPE_NAMES[type(operation)], to_payload(operation))


@contextmanager
def open_desk(redis_url: str, database_url: str) -> Iterator[Desk]:
    """A desk, closed in the end."""
    desk = Desk(redis_url, database_url, Scenario(SETTINGS, (), companies=()))
    try:
        yield desk
    finally:
        desk.close()


def problem(receipt: Json) -> tuple[int, str] | None:
    """Status and code of a refusal; None for none."""
    refused = receipt["problem"]
    return refused and (refused["status"], refused["code"])
