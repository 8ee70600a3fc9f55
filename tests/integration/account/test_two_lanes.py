"""A backfill beside account writes that overtake it: keys, dead letters, stages, lists (§10)."""

from collections.abc import Sequence
from dataclasses import replace

from models.operations import SetProperties, to_payload
from models.operations.stages import DeleteStage
from models.tables import VisitorTable
from tests.integration.desk import Desk, envelope_of, problem
from tests.integration.pipeline import envelope, raw_envelope
from tests.model.state import Json
from workers.mailbox.envelope import Envelope, encode
from workers.mailbox.layout import Lane


def put(desk: Desk, envelopes: Sequence[Envelope], lane: Lane) -> list[str]:
    return [desk.put_raw(encode(each), lane) for each in envelopes]


def keyed(key: str, **properties: int) -> Envelope:
    payload = to_payload(SetProperties("v", properties))
    sent = raw_envelope("set_properties", payload)
    return replace(sent, fingerprint=str(properties), idempotency_key=key)


def properties(desk: Desk) -> Json:
    (visitor,) = desk.rows(VisitorTable)
    found: Json = visitor["properties"]
    return found


def test_a_live_repeat_that_overtakes_its_bulk_operation_is_applied_and_that_one_its_replay(
    desk: Desk,
) -> None:
    (bulk,) = put(desk, [keyed("k", n=1)], "bulk")
    (live,) = put(desk, [keyed("k", n=1)], "live")
    desk.drain().run(desk.project_id)
    assert desk.ledger_ids() == [live, bulk]
    assert desk.receipt(live)["status"] == "applied"
    assert desk.receipt(bulk)["replay_of"] == live
    assert desk.receipt(bulk)["outcome"] == desk.receipt(live)["outcome"]
    assert properties(desk) == {"n": 1}


def test_other_content_under_a_key_of_the_other_lane_is_refused(desk: Desk) -> None:
    (bulk,) = put(desk, [keyed("k", n=1)], "bulk")
    put(desk, [keyed("k", n=2)], "live")
    desk.drain().run(desk.project_id)
    assert problem(desk.receipt(bulk)) == (422, "idempotency_key_reused")
    assert properties(desk) == {"n": 2}


def test_a_bulk_operation_that_fails_by_itself_is_replayed_live(desk: Desk) -> None:
    (first, poison, last) = put(
        desk,
        [
            envelope_of(SetProperties("v", {"n": 1})),
            raw_envelope("set_properties", {"visitor_id": "v", "properties": {}, "no_such": 1}),
            envelope_of(SetProperties("v", {"n": 2})),
        ],
        "bulk",
    )
    desk.drain().run(desk.project_id)
    assert list(desk.dead_letters()) == [poison]
    assert desk.ledger_ids() == [first, poison, last]
    mended = replace(envelope_of(SetProperties("v", {"m": 3})), dead_letter_id=poison)
    (replayed,) = put(desk, [mended], "live")
    desk.drain().run(desk.project_id)
    assert (desk.receipt(replayed)["status"], desk.dead_letters()) == ("applied", {})
    assert properties(desk) == {"n": 2, "m": 3}


def test_a_backfill_is_judged_by_the_pipeline_that_account_writes_left_meanwhile(
    desk: Desk,
) -> None:
    put(desk, [envelope("identify", {"visitor_id": "v", "user_id": "u"})], "live")
    stages = [{"visitor_id": "v", "stage_name": name} for name in ("Lead", "Proposal")]
    refused, applied = put(desk, [envelope("set_stage", each) for each in stages], "bulk")
    desk.put(DeleteStage("stg_lead"))
    desk.drain().run(desk.project_id)
    assert desk.ledger_ids()[-2:] == [refused, applied]
    assert problem(desk.receipt(refused)) == (400, "stage_not_found")
    assert desk.receipt(applied)["outcome"]["stage"]["to"] == "Proposal"
