"""Every example of the document works as it stands there, ids aside."""

import pytest

from tests.acceptance.deployment import Deployment
from tests.acceptance.documents.playing import PLAYED, Player, player_in
from tests.acceptance.documents.story import LEARNED, STORY


@pytest.fixture
def player(deployment: Deployment) -> Player:
    """A player in a project of its own, on each of the two databases."""
    return player_in(deployment.new_project(), deployment.client)


def test_every_example_is_answered_as_the_document_says(player: Player) -> None:
    answered = {name: player.play(name).status_code for name in STORY}
    assert answered == {name: example.status for name, (_, _, example) in PLAYED.items()}


def test_the_story_tells_every_example_once() -> None:
    assert sorted(STORY) == sorted(PLAYED), "tests/acceptance/documents/story.py lacks an example"
    assert LEARNED.keys() <= set(STORY)
