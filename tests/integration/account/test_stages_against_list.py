"""Random writes of the pipeline against a plain list, on both databases, batch by batch."""

import random

import pytest

from models.operations import Operation
from models.operations.companies import UpdateCompany
from models.operations.stages import (
    CreateStage,
    DeleteStage,
    ReplaceStages,
    StagePlace,
    UpdateStage,
)
from models.tables import CompanyTable, StageTable
from tests.integration.account.stage_list import StageList
from tests.integration.account.test_stages import put_companies
from tests.integration.desk import Desk

NAMES = ["Lead", "LEAD", "Qualified", "Proposal", "Customer", "customer", "Won", "Lost", "Trial"]
COMPANIES = ["acme", "globex"]
BATCHES = 12


class Writer:
    """Makes up writes; it knows the ids that there are, and some that are gone."""

    def __init__(self, seed: int, ids: list[str]) -> None:
        self.chance = random.Random(seed)
        self.ids = ids

    def batch(self) -> list[Operation]:
        return [self.operation() for _ in range(self.chance.randint(1, 6))]

    def operation(self) -> Operation:
        pick = self.chance.choice
        match self.chance.randrange(6):
            case 0:
                return CreateStage(pick(NAMES), pick([None, 0, 1, 2, 9]))
            case 1 | 2:
                return UpdateStage(pick([None, *NAMES]), pick([None, 0, 1, 2, 9]), pick(self.ids))
            case 3:
                return DeleteStage(pick(self.ids), pick([None, pick(self.ids)]))
            case 4:
                return self._replacement()
            case _:
                return UpdateCompany(stage=pick(NAMES), company_id=f"com_{pick(COMPANIES)}")

    def _replacement(self) -> ReplaceStages:
        """No name and no id twice: the edge refuses that."""
        names = {name.casefold(): name for name in self.chance.sample(NAMES, len(NAMES))}
        wanted = list(names.values())[: self.chance.randint(0, len(names))]
        ids = self.chance.sample(self.ids[-6:], min(len(wanted), len(self.ids[-6:])))
        ids += [""] * (len(wanted) - len(ids))
        return ReplaceStages(
            tuple(
                StagePlace(name, stage_id if stage_id and self.chance.random() < 0.4 else None)
                for name, stage_id in zip(wanted, ids, strict=True)
            )
        )


@pytest.mark.parametrize("seed", range(5))
def test_the_stored_pipeline_is_always_that_of_the_list(desk: Desk, seed: int) -> None:
    put_companies(desk, "Lead", COMPANIES)
    stages = sorted(desk.rows(StageTable), key=lambda row: row["position"])
    model = StageList([(row["id"], row["name"]) for row in stages])
    model.companies = {row["id"]: row["stage_id"] for row in desk.rows(CompanyTable)}
    writer = Writer(seed, [stage_id for stage_id, _ in model.stages])
    verdicts: set[str] = set()
    for _ in range(BATCHES):
        operations = writer.batch()
        receipts = desk.write(*operations)
        for operation, receipt in zip(operations, receipts, strict=True):
            told = (receipt["status"], receipt["problem"] and receipt["problem"]["code"])
            assert told == model.write(operation, receipt["operation_id"][3:]), operation
            verdicts.add(told[0])
        stored = sorted(desk.rows(StageTable), key=lambda row: row["position"])
        assert [(row["id"], row["name"]) for row in stored] == model.stages
        assert [row["position"] for row in stored] == list(range(len(stored)))
        companies = {row["id"]: row["stage_id"] for row in desk.rows(CompanyTable)}
        assert companies == model.companies
        writer.ids += [i for i, _ in model.stages if i not in writer.ids]
    assert verdicts == {"applied", "unchanged", "rejected"}
