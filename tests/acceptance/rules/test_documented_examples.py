"""The examples of the product's documents (reference 2 and 4), sent as they stand there."""

import json
import shlex

import pytest

from config.settings import Settings
from ingest_api.embedded.welcome import Welcome
from models.provisioning.demo import DEMO_PROJECT_ID, DEMO_STAGES
from tests.acceptance.deployment import Deployment
from tests.model.state import Json

IDENTIFY = """
{
  "app_id": "proj_123",
  "visitor_id": "user_456",
  "email": "alice@acme.com",
  "name": "Alice",
  "metadata": {
    "plan": "enterprise",
    "role": "admin"
  },
  "company": {
    "id": "acme",
    "name": "Acme Inc",
    "stage": "Qualified",
    "metadata": {
      "arr_band": "50k-100k",
      "crm_owner": "Sam"
    }
  }
}
"""
SET_PROPERTIES = """
{
  "app_id": "proj_123",
  "visitor_id": "user_456",
  "properties": {
    "feature_flag": "beta",
    "last_seen_area": "billing"
  }
}
"""
TRACK_VISITOR = """
{
  "app_id": "proj_123",
  "visitor_id": "user_456",
  "name": "plan-upgraded",
  "value": "pro",
  "entity": "visitor"
}
"""
TRACK_COMPANY = """
{
  "app_id": "proj_123",
  "visitor_id": "user_456",
  "name": "deal-risk-changed",
  "value": "high",
  "entity": "company",
  "company_id": "acme"
}
"""
SET_STAGE = """
{
  "app_id": "proj_123",
  "visitor_id": "user_456",
  "company_id": "acme",
  "stage_name": "Qualified",
  "stage_update_mode": "advance_only"
}
"""
SET_DEAL = """
{
  "app_id": "proj_123",
  "visitor_id": "user_456",
  "company_id": "acme",
  "deal_value": 12000,
  "stage_name": "Qualified",
  "notes": "Annual plan in security review"
}
"""
# The widget's calls of the common sync pattern, as the JSON that they send.
SYNC_IDENTIFY = """
{ "visitor_id": "user_456",
  "email": "alice@acme.com",
  "metadata": { "plan": "enterprise", "role": "admin" },
  "company": {
    "id": "acme",
    "name": "Acme Inc",
    "stage": "Qualified",
    "metadata": { "crm_owner": "Sam" }
  }
}
"""
SYNC_SET_DEAL = """
{ "visitor_id": "user_456",
  "company_id": "acme",
  "deal_value": 12000,
  "stage_name": "Qualified"
}
"""


def _send(deployment: Deployment, route: str, text: str, key: str | None = None) -> Json:
    headers = {"content-type": "application/json"}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    response = deployment.client.post(f"/api/widget/{route}", content=text, headers=headers)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    assert answer["warnings"] == []
    return answer


def test_every_example_works_in_its_order(deployment: Deployment) -> None:
    proj_123 = deployment.new_project("proj_123")
    identified = _send(deployment, "identify", IDENTIFY)
    assert identified["stage"] == {"change": "set", "to": "Qualified"}
    for route, text, status in (
        ("set-properties", SET_PROPERTIES, "applied"),
        ("track", TRACK_VISITOR, "applied"),
        ("track", TRACK_COMPANY, "applied"),
        ("set-stage", SET_STAGE, "unchanged"),
        ("set-deal", SET_DEAL, "applied"),
    ):
        assert _send(deployment, route, text)["status"] == status
    contact = proj_123.contact("user_456")
    assert (contact["email"], contact["name"]) == ("alice@acme.com", "Alice")
    assert contact["metadata"] == {
        "plan": "enterprise",
        "role": "admin",
        "feature_flag": "beta",
        "last_seen_area": "billing",
    }
    (company,) = proj_123.companies("user_456")
    assert company.pop("created_at_ms") <= company.pop("updated_at_ms")
    assert company == {
        "id": company["id"],
        "external_id": "acme",
        "name": "Acme Inc",
        "domain": None,
        "industry": None,
        "stage": "Qualified",
        "deal_value": "12000",
        "notes": "Annual plan in security review",
        "metadata": {"arr_band": "50k-100k", "crm_owner": "Sam"},
        "placeholder": False,
    }
    events = [(e["name"], e["value"], e["company_id"]) for e in proj_123.stored()["events"]]
    assert events == [
        ("plan-upgraded", "pro", None),
        ("deal-risk-changed", "high", company["id"]),
    ]


@pytest.mark.parametrize("waiting", [True, False])
def test_the_common_sync_pattern_works_whether_or_not_its_calls_wait(
    deployment: Deployment, waiting: bool
) -> None:
    project = deployment.new_project()
    key = project.created.publishable_key
    if waiting:
        _send(deployment, "identify", SYNC_IDENTIFY, key)
        _send(deployment, "set-deal", SYNC_SET_DEAL, key)
    else:
        for route, text in (("identify", SYNC_IDENTIFY), ("set-deal", SYNC_SET_DEAL)):
            answer = project.post(route, json.loads(text), Prefer="respond-async")
            assert (answer.status, answer.result) == (202, "queued")
        assert project.settled(answer.operation_id)["status"] == "applied"
    (company,) = project.companies("user_456")
    assert (company["external_id"], company["name"]) == ("acme", "Acme Inc")
    assert (company["deal_value"], company["stage"]) == ("12000", "Qualified")


def test_the_curl_line_that_up_prints_works(deployment: Deployment) -> None:
    project = deployment.new_project(DEMO_PROJECT_ID, DEMO_STAGES)
    port = int(deployment.web.url.rpartition(":")[2])
    words = shlex.split(Welcome(Settings(port=port), DEMO_PROJECT_ID, None).curl)
    assert words[:2] == ["curl", "-sS"]
    assert words[2] == f"{deployment.web.url}/api/widget/identify"
    headers = dict([words[words.index("-H") + 1].split(": ")])
    response = deployment.client.post(words[2], content=words[-1], headers=headers)
    assert (response.status_code, response.json()["status"]) == (200, "applied")
    assert response.json()["warnings"] == []
    assert project.names_of_companies("visitor-1") == ["named Analytical Engines"]
