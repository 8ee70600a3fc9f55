"""The project's settings, keys and identity secrets in words (contract §2, §11)."""

from dataclasses import replace

from ingest_api.openapi.account import listing, reading, removing, writing
from ingest_api.openapi.description import Description, Example, Reply, RouteKey
from ingest_api.openapi.envelopes import NoFields
from ingest_api.openapi.example_ids import KEY_ID, SIGNER_ID
from ingest_api.openapi.example_records import IDENTITY_SECRET, KEY, PROJECT
from ingest_api.openapi.parameters import path_id
from ingest_api.openapi.records import (
    IdentitySecretList,
    KeyList,
    NewIdentitySecret,
    NewKey,
    Project,
    QueuedIdentitySecret,
    QueuedKey,
)
from ingest_api.openapi.replies import queued
from models.operations.credentials import KeyRequest
from models.operations.project_settings import ProjectSettingsUpdate

TAG = "Project"
_PATH = "/api/project"
_SECRETS = f"{_PATH}/identity-secrets"
_KEYS = f"{_PATH}/keys"

PROJECT_ROUTES: dict[RouteKey, Description] = {
    ("GET", _PATH): reading(
        "get_project",
        TAG,
        "Read the settings",
        "Of the credential's project.",
        Reply(200, "The settings.", Project, example=PROJECT),
    ),
    ("PATCH", _PATH): writing(
        "update_project",
        TAG,
        "Change the settings",
        "Sent settings are written, others stay. They hold for every edge once this is answered.",
        Example(
            "update_project",
            "Which pages may call",
            {"allowed_origins": ["https://app.acme.com"], "first_linked_fallback": True},
        ),
        kind=ProjectSettingsUpdate,
        record=(Project, PROJECT),
        codes=("invalid_stage_update_mode",),
    ),
    ("GET", _SECRETS): listing(
        "list_identity_secrets",
        TAG,
        "List identity secrets",
        "All that are live, without the secrets themselves.",
        IdentitySecretList,
        [IDENTITY_SECRET],
    ),
    ("POST", _SECRETS): writing(
        "create_identity_secret",
        TAG,
        "Make an identity secret",
        "Two are live at once, to change over. `secret` is shown once.",
        Example("create_identity_secret", "A second one", {}, status=201),
        kind=NoFields,
        record=(NewIdentitySecret, {**IDENTITY_SECRET, "secret": "is_…"}),
        codes=("too_many_identity_secrets",),
        waiting=replace(queued("create_identity_secret"), schema=QueuedIdentitySecret),
    ),
    ("DELETE", f"{_SECRETS}/{{secret_id}}"): removing(
        "delete_identity_secret",
        TAG,
        "Take an identity secret back",
        "What it signed is no proof any more.",
        {"secret_id": SIGNER_ID},
        parameters=(path_id("secret_id", "The identity secret."),),
    ),
    ("GET", _KEYS): listing(
        "list_keys", TAG, "List keys", "Without the keys themselves.", KeyList, [KEY]
    ),
    ("POST", _KEYS): writing(
        "create_key",
        TAG,
        "Make a key",
        "`key` is shown once; only its digest is kept.",
        Example("create_key", "For an integration", {"kind": "api", "label": "Zapier"}, status=201),
        kind=KeyRequest,
        record=(NewKey, {**KEY, "key": "ak_7Qx2Lm9d…"}),
        waiting=replace(queued("create_key"), schema=QueuedKey),
    ),
    ("DELETE", f"{_KEYS}/{{key_id}}"): removing(
        "revoke_key",
        TAG,
        "Revoke a key",
        "For good, on every edge once this is answered.",
        {"key_id": KEY_ID},
        parameters=(path_id("key_id", "The key's id, not the key."),),
    ),
}
