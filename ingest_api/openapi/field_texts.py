"""One short sentence for each field of a request's body: the contract's words (§3, §5-§11)."""

FIELD_TEXTS: dict[str, str] = {
    "address": "Of one client address.",
    "allow_widget_exact": "Whether publishable callers may ask for `exact`.",
    "allowed_origins": "Origins whose pages may call widget routes; `*` is any.",
    "burst": "The most tokens at once.",
    "company": "The company that the visitor acts for.",
    "company_id": "A linked company, by its id or external id.",
    "company_ids": "Existing companies to link, by id or external id; none becomes active.",
    "create_unknown_companies": "Whether an unknown `company.id` makes a company.",
    "deal_value": "0 ≤ x < 10^12 with at most 4 decimals, kept exactly; null clears.",
    "domain": "Kept in lower case; null clears.",
    "email": "Unique per project in its normal form; null and blank count as absent.",
    "email_trust": "Which emails may attach a visitor to a contact that holds them; null follows "
    "`identity_verification`.",
    "entity": "Whose event it is; `visitor` unless given.",
    "external_id": "The caller's own id of the company, unique per project; null clears.",
    "first_linked_fallback": "Whether the oldest link is meant where several companies could be.",
    "id": "Which one is meant.",
    "identity_verification": "Whether `identify` needs a proof.",
    "industry": "null clears.",
    "kind": "Which routes the key opens: widget, account, or v1 routes.",
    "label": "For people, to tell keys apart.",
    "metadata": "Merges as JSON Merge Patch (RFC 7396): null removes a key. At most 32 KB.",
    "name": "A blank or null name never erases a stored one.",
    "notes": 'Replaces; null or "" clears.',
    "phone": "At most 50 characters.",
    "position": "Place in the pipeline, counted from 0.",
    "project": "Of the whole project.",
    "properties": "Merge as JSON Merge Patch (RFC 7396): null removes a key.",
    "rate_limits": "The project's own token buckets; what is not named has the default.",
    "rate_per_s": "Tokens a second.",
    "require_publishable_key": "Whether widget routes refuse callers without a key.",
    "require_token_expiry": "Whether a `user_token` needs `exp`.",
    "sent_at": "The client's clock when it sent, to correct `timestamp` by.",
    "stage": "A stage of the pipeline by its name, trimmed and in any case.",
    "stage_name": "A stage of the pipeline by its name, trimmed and in any case.",
    "stage_update_mode": "`advance_only` keeps a later stage, `exact` writes what was asked; "
    "the project's own mode unless given.",
    "stages": "The whole pipeline in its order; what is not named goes.",
    "tags": "Replace all tags; null is none.",
    "timestamp": "When it happened, ISO 8601 or epoch seconds; else the time of acceptance.",
    "user_id": "The signed-in user's id in the caller's own system; `anonymous` is nobody.",
    "value": "A string of at most 1,000 characters, a number, a boolean or null.",
    "verify_all_writes": "Whether every widget write needs a proof.",
    "visitor": "Of one visitor.",
    "visitor_id": "The caller's id of the visitor; an integer is read as its decimal string.",
}

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("Track", "name"): "Trimmed and lower-cased; each `.` and `$` becomes `-`.",
    ("CompanyPart", "id"): "An existing company by its id or external id; it becomes active.",
    ("CompanyPart", "name"): "Fills an empty name; makes a placeholder a real company.",
    ("CompanyPart", "stage"): "Moves the company in the pipeline, by `stage_update_mode`.",
    ("CreateStage", "name"): "Unique in the pipeline, trimmed and in any case.",
    ("UpdateStage", "name"): "Unique in the pipeline, trimmed and in any case.",
    ("StagePlace", "name"): "Unique in the pipeline, trimmed and in any case.",
    ("StagePlace", "id"): "The stage; without it the one of this name, or a new one.",
    ("ProjectSettingsUpdate", "name"): "For people.",
    ("ProjectSettingsUpdate", "stage_update_mode"): "The mode where a request names none.",
}
"""Fields that mean something else in one body."""


def field_text(schema: str, name: str) -> str | None:
    """The sentence for a body's field."""
    return EXCEPTIONS.get((schema, name)) or FIELD_TEXTS.get(name)
