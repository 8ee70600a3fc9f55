"""A project and what happens to it: what the model and the pipeline are both told."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.model.naming import name_made, operation_id
from tests.model.outcome import Result
from tests.model.sequential import Model
from tests.model.state import Json

STAGES = ("Lead", "Qualified", "Proposal", "Customer")
FIRST_ACCEPTED_AT_MS = 1_750_000_000_000


@dataclass(frozen=True)
class KnownCompany:
    """A real company that is there before the first operation."""

    id: str
    external_id: str | None = None
    name: str | None = None
    stage: str | None = None


# The second one's external id is the third one's id: an id wins.
COMPANIES = (
    KnownCompany("com_acme", "acme", "Acme", "Qualified"),
    KnownCompany("com_globex", "com_initech"),
    KnownCompany("com_initech", "initech", "Initech"),
)


@dataclass(frozen=True)
class Step:
    """One operation. A record that an earlier step made is named by the number of that step.

    The body of an account write holds what its path names too: `contact_id` and the like.
    """

    operation_type: str
    body: Json
    email_signed: bool = False
    key: str | None = None

    def body_with(self, operation_ids: Sequence[str]) -> Json:
        """The body to send, given the ids of the operations before this one."""
        named: Json = name_made(self.body, operation_ids)
        return named


@dataclass(frozen=True)
class Scenario:
    """A project and what happens to it, in the order of acceptance."""

    settings: Json
    steps: tuple[Step, ...]
    companies: tuple[KnownCompany, ...] = COMPANIES
    stages: tuple[str, ...] = STAGES

    def model(self) -> Model:
        """The model of this project before the first step."""
        model = Model(self.settings, self.stages, FIRST_ACCEPTED_AT_MS)
        for known in self.companies:
            model.add_company(known.id, known.external_id, known.name, known.stage)
        return model


def play(scenario: Scenario) -> tuple[Model, list[Result]]:
    """The model after all steps, and what became of each."""
    model = scenario.model()
    results = [play_step(model, step, number) for number, step in enumerate(scenario.steps)]
    return model, results


def play_step(model: Model, step: Step, number: int) -> Result:
    """What becomes of a step, with ids and times by its number."""
    return model.apply(
        step.operation_type,
        step.body_with([operation_id(earlier) for earlier in range(number)]),
        operation_id=operation_id(number),
        accepted_at_ms=FIRST_ACCEPTED_AT_MS + 1000 * (number + 1),
        email_signed=step.email_signed,
        key=step.key,
    )
