"""Callers who send secrets and personal data everywhere, where they belong and where not."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.acceptance.project import Project
from tests.acceptance.security.canaries import Canaries

Json = dict[str, Any]
TOO_LARGE = 300 * 1024


@dataclass
class Careless:
    """Sends requests and keeps the refusals, which must not repeat what was sent."""

    client: httpx2.Client
    project: Project
    canaries: Canaries
    refusals: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, **request: Any) -> httpx2.Response:
        answer = self.client.request(method, path, **request)
        if answer.status_code >= 400:
            place = f"refusal {len(self.refusals)}, {answer.status_code} to {method}"
            self.refusals[place] = f"{list(answer.headers.items())}\n{answer.text}"
        return answer

    def post(self, path: str, body: object, key: str | None = None, **headers: str) -> int:
        sent = {"authorization": f"Bearer {key or self.project.created.secret_token}", **headers}
        return self.send("POST", path, json=body, headers=sent).status_code

    def widget(self, route: str, fields: Json, **headers: str) -> int:
        body = {"visitor_id": f"v-{self.canaries.person}", **fields}
        key = self.project.created.publishable_key
        return self.post(f"/api/widget/{route}", body, key, **headers)

    def all_that_is_accepted(self) -> None:
        """Every kind of write, with personal data in every field that takes any."""
        who = self.canaries.person
        project, about = self.project, {"note": who, who: {"deep": [who]}}
        token = project.user_token(user_id=f"u-{who}", email=self.canaries.email, role=who)
        self.canaries.secrets["user_token"] = token.rpartition(".")[2]
        user_hash = project.user_hash(f"v-{who}")
        self.canaries.secrets["user_hash"] = user_hash
        person = {"email": self.canaries.email, "name": who, "phone": "1", "metadata": about}
        proven = {"user_token": token, "user_hash": user_hash, "company": {"name": who}}
        statuses = [
            self.widget("identify", {**person, **proven}, **{"Idempotency-Key": who}),
            self.widget("set-properties", {"properties": about}),
            self.widget("track", {"name": who, "value": who, "message_id": f"m-{who}"}),
            self.widget("set-deal", {"deal_value": 5, "notes": who, "stage_name": "Lead"}),
            self.widget("set-stage", {"stage_name": "Customer"}),
            self.widget("batch", {"operations": [{"type": "track", "visitor_id": who}]}),
            self.post("/api/contacts", {**person, "email": f"b{self.canaries.email}"}),
            self.post("/api/companies", {"external_id": f"x-{who}", "name": who, "notes": who}),
        ]  # fmt: skip
        assert set(statuses) <= {200, 201, 202}, statuses
        for kind in ("publishable", "secret", "api"):
            made = self.client.post(
                "/api/project/keys", json={"kind": kind}, headers=self._bearer()
            )
            self.canaries.secrets[f"{kind} key made over HTTP"] = made.json()["key"]

    def all_that_depends_on_the_stores(self) -> None:
        """Writes and reads that an outage or a broken database lets fail."""
        who = self.canaries.person
        self.widget("identify", {"email": f"c-{self.canaries.email}", "name": who})
        self.widget("track", {"name": who}, Prefer="wait=1")
        self.post("/api/contacts", {"email": f"d-{self.canaries.email}", "notes": who})
        for path in (f"/api/contacts?email={self.canaries.email}", f"/api/contacts/{who}"):
            self.send("GET", path, headers=self._bearer())
        self.send("GET", "/api/contacts", headers={"x-api-key": self.canaries.secret("asked for")})
        for path in ("/readyz", "/metrics"):
            self.send("GET", path)

    def all_that_is_refused(self) -> None:
        """Secrets and people in bodies, keys, headers, paths and query strings that do not hold."""
        self._wrong_credentials()
        self._wrong_bodies()
        self._wrong_addresses()

    def _wrong_credentials(self) -> None:
        wrong = self.canaries.secret
        for value in (
            f"Bearer {wrong('wrong secret token', 'sk_')}",
            f"Bearer {wrong('wrong publishable key', 'pk_')}",
            f"Basic {wrong('basic credential')}",
            wrong("credential without a scheme"),
            f"Bearer {self.project.created.api_key}",
            f"Bearer {self.project.created.identity_secret}",
        ):
            for path in ("/api/contacts", "/api/project", "/api/v1/contacts"):
                self.send("GET", path, headers={"authorization": value})
            self.send("POST", "/api/widget/identify", json={}, headers={"authorization": value})
        for key in (wrong("wrong api key", "ak_"), self.project.created.secret_token):
            self.send("GET", "/api/v1/contacts", headers={"x-api-key": key})
        doubled = [("authorization", f"Bearer {wrong('one of two', 'sk_')}")] * 2
        self.send("GET", "/api/contacts", headers=doubled)

    def _wrong_bodies(self) -> None:
        who, wrong = self.canaries.person, self.canaries.secret
        bad = {"user_hash": wrong("bad hash"), "user_token": f"a.b.{wrong('bad token')}"}
        for route in ("identify", "track", "set-properties", "set-stage", "set-deal", "batch"):
            self.widget(route, {**bad, "name": who, "properties": {}})
            self.widget(
                route, {"name": [who], "email": [who], "properties": who, "deal_value": who}
            )
            for raw in (
                f'{{"visitor_id": "{who}", "note": "{wrong("in broken JSON")}"',
                f'{{"{who}": 1, "{who}": 2}}',
                who * (TOO_LARGE // len(who)),
                f'"{who}"',
            ):
                self._raw(f"/api/widget/{route}", raw.encode(), "application/json")
        self._raw("/api/contacts", who.encode(), f"text/{who}")
        self._raw("/api/contacts", json.dumps({"email": who}).encode(), "application/json")
        self.post("/api/contacts", {"email": who, "name": {"a": who}, "notes": 5})
        self.post("/api/contacts", {"email": self.canaries.email})
        self.post("/api/project/keys", {"kind": wrong("kind of key")})
        self.post("/api/batch", {"operations": [{"type": wrong("type of an operation")}, who]})

    def _wrong_addresses(self) -> None:
        who, created = self.canaries.person, self.project.created
        bearer = self._bearer()
        for path in (
            f"/api/contacts?api_key={created.secret_token}",
            f"/api/contacts?limit={who}&cursor={who}",
            f"/api/contacts?email={self.canaries.email}&email={who}",
            f"/api/contacts/{self.canaries.email}",
            f"/api/visitors/{self.canaries.email}",
            f"/api/operations/{created.secret_token}",
            f"/nowhere/{created.secret_token}?q={who}",
            f"/api/widget/operations/op_{who}?app_id={who}",
            f"/docs/{created.publishable_key}",
        ):
            for headers in ({}, bearer):
                self.send("GET", path, headers=headers)
            self.send("DELETE", path, headers=bearer)

    def _raw(self, path: str, body: bytes, media_type: str) -> None:
        headers = {**self._bearer(), "content-type": media_type}
        self.send("POST", path, content=body, headers=headers)

    def _bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.project.created.secret_token}"}
