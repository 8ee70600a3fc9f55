"""The SQLModel tables, one noun a file; their constraints make wrong states impossible."""

from models.tables.activity import ActivityTable
from models.tables.company import CompanyTable, LinkTable
from models.tables.contact import (
    ContactEmailTable,
    ContactMergeTable,
    ContactTable,
    ContactTagTable,
)
from models.tables.credential import IdentitySecretTable, KeyTable
from models.tables.operation import DeadLetterTable, OperationTable
from models.tables.project import MailboxTable, ProjectTable
from models.tables.stage import StageTable
from models.tables.visitor import VisitorTable

__all__ = [
    "ActivityTable",
    "CompanyTable",
    "ContactEmailTable",
    "ContactMergeTable",
    "ContactTable",
    "ContactTagTable",
    "DeadLetterTable",
    "IdentitySecretTable",
    "KeyTable",
    "LinkTable",
    "MailboxTable",
    "OperationTable",
    "ProjectTable",
    "StageTable",
    "VisitorTable",
]
