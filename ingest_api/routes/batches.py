"""The two batch routes (contract §10)."""

from collections.abc import Sequence

from ingest_api.answers import Answer
from ingest_api.asked import Asked
from ingest_api.batches.judge import Item
from ingest_api.batches.reading import read_account_batch, read_widget_batch
from ingest_api.batches.results import batch_answer
from ingest_api.batches.taking import take
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.preferences import read_preferences
from ingest_api.submit import usual_wait_s
from workers.mailbox.layout import Lane


async def widget_batch(edge: Edge, incoming: Incoming) -> Answer:
    """Judges and takes in the batch of a widget request."""
    caller, items = await read_widget_batch(edge, incoming)
    return await _answered(edge, incoming, caller, items, "live")


async def account_batch(edge: Edge, incoming: Incoming) -> Answer:
    """Judges and takes in the batch of a backend, as JSON or as lines."""
    items, lane = await read_account_batch(edge, incoming)
    return await _answered(edge, incoming, incoming.caller, items, lane)


async def _answered(
    edge: Edge,
    incoming: Incoming,
    caller: Caller,
    items: Sequence[Item],
    lane: Lane,
) -> Answer:
    preferences = read_preferences(incoming.header_values(b"prefer"))
    usual_s = usual_wait_s(edge.settings, caller.family)
    if lane == "bulk" and not preferences.waits:
        # Who sends a backfill wants it taken in, not to watch it.
        usual_s = 0.0
    budget_s = preferences.wait_budget_s(usual_s, edge.settings.max_wait_s)
    asked = [item for item in items if isinstance(item, Asked)]
    taken = await take(edge, incoming, caller, asked, lane, budget_s)
    return batch_answer(edge, caller, items, taken, preferences)
