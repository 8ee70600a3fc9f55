"""What a request's id stands for, as part of a statement (contract §1, §5.3)."""

CONTACT = (
    "COALESCE((SELECT survivor_id FROM contact_merges"
    " WHERE project_id = :project_id AND merged_id = :contact_id), :contact_id)"
)
"""A contact's id: of one that was merged away, that of the one that it became."""

COMPANY = (
    "COALESCE((SELECT id FROM companies WHERE project_id = :project_id AND id = :company_id),"
    " (SELECT id FROM companies WHERE project_id = :project_id AND external_id = :company_id))"
)
"""A company's id: the value is looked up as id first, then as external_id."""

STAGE = "(SELECT id FROM stages WHERE project_id = :project_id AND name_key = :stage)"
