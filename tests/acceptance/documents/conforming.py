"""Whether a real answer is one that the document describes."""

import json
from copy import deepcopy
from typing import Any

import httpx2
import jsonschema_rs

Json = dict[str, Any]


class Described:
    """The document of a running edge, as the judge of its answers."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._strict = _without_other_members(document["components"])

    @classmethod
    def of(cls, client: httpx2.Client) -> "Described":
        """The document that this edge serves."""
        return cls(client.get("/openapi.json").json())

    def operation(self, operation_id: str) -> tuple[str, str, Json]:
        """Method, path and description of an operation."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                if operation["operationId"] == operation_id:
                    return method.upper(), path, operation
        raise KeyError(operation_id)

    def judge(self, operation_id: str, answer: httpx2.Response) -> None:
        """Fail with what the document does not say: a status, a header, a member of the body."""
        _, _, operation = self.operation(operation_id)
        statuses = operation["responses"]
        assert str(answer.status_code) in statuses, (operation_id, answer.status_code, answer.text)
        response = self._resolved(statuses[str(answer.status_code)])
        self._judge_headers(response, answer)
        contents = response.get("content")
        if contents is None:
            assert answer.content == b""
            return
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in contents, (operation_id, media_type)
        if media_type.endswith("json"):
            faults = self.faults(contents[media_type]["schema"], json.loads(answer.content))
            assert faults == [], operation_id

    def faults(self, schema: Json, value: Any) -> list[str]:
        """What of a value the schema does not describe."""
        judge = jsonschema_rs.Draft202012Validator(
            {**schema, "components": self._strict}, validate_formats=True
        )
        return [f"{error.instance_path}: {error.message}" for error in judge.iter_errors(value)]

    def _judge_headers(self, response: Json, answer: httpx2.Response) -> None:
        for name, reference in response["headers"].items():
            header = self._resolved(reference)
            if name not in answer.headers:
                assert not header.get("required"), f"no {name}"
                continue
            assert self.faults(header["schema"], answer.headers[name]) == [], name

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


def _without_other_members(components: Json) -> Json:
    """The same, but what a schema does not name is a fault: clients may expect more, tests not."""
    strict: Json = deepcopy(components)
    for name, schema in strict["schemas"].items():
        # Problems are narrowed by each response, and 503s of readiness name what failed.
        if "properties" in schema and name != "Problem":
            schema.setdefault("additionalProperties", False)
    return strict
