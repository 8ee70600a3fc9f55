"""Members of a body that say who speaks and under which key (contract §2, §4 Retries)."""

from typing import Annotated

from pydantic import ConfigDict, Field

from ingest_api.envelope_fields import MESSAGE_ID_LIMIT_CHARS
from ingest_api.openapi.answers import SOMETIMES
from ingest_api.openapi.shown import Shown

_MESSAGE_ID = "An idempotency key for callers that cannot set headers; the header says the same."


class MessageId(Shown):
    """Of every write."""

    message_id: Annotated[
        str | None,
        Field(min_length=1, max_length=MESSAGE_ID_LIMIT_CHARS, description=_MESSAGE_ID),
    ] = SOMETIMES


class Proofs(MessageId):
    """Of every widget operation."""

    user_hash: Annotated[
        str | None,
        Field(description="HMAC-SHA256 of the visitor id with an identity secret, in hex."),
    ] = SOMETIMES
    user_token: Annotated[
        str | None,
        Field(description="JWT (HS256) of an identity secret whose `user_id` is the request's."),
    ] = SOMETIMES


class WidgetEnvelope(Proofs):
    """Of every widget request."""

    app_id: Annotated[str | None, Field(description="The project, for callers without a key.")] = (
        SOMETIMES
    )
    project_id: Annotated[str | None, Field(description="Another name of `app_id`.")] = SOMETIMES


class NoFields(Shown):
    """Of a write that its path says all of."""

    model_config = ConfigDict(defer_build=True, extra="forbid")
