"""Twilio's published OpenAPI descriptions, and whether an answer is one that it allows.

They are Twilio's and do not lie in this repository: OPENAPI_DIR says where they are.
"""

import json
import os
import re
from pathlib import Path

from openapi_schema_validator import OAS30Validator

from tests.simulator.asking import Reply

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("OPENAPI_DIR", ROOT.parent / "shared" / "openapi"))
FILES = (FOLDER / "twilio_verify_v2.json", FOLDER / "twilio_api_v2010_messages.json")
REQUIRED = {"code", "message", "more_info", "status"}


class Published:
    """The descriptions, each path as a pattern, the more exact ones first."""

    def __init__(self) -> None:
        specs = [json.loads(file.read_text()) for file in FILES]
        paths = [(path, spec) for spec in specs for path in spec["paths"]]
        self._operations = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), spec["paths"][path], spec["components"])
            for path, spec in sorted(paths, key=lambda known: known[0].count("{"))
        ]

    def validate(self, method: str, path: str, reply: Reply) -> None:
        """Fail unless the answer is one that the description allows, or a classic error."""
        operations, components = next(known for form, *known in self._operations if form.fullmatch(path))
        if reply.status >= 400:
            assert REQUIRED <= set(reply.json) <= REQUIRED | {"detail"}
            assert reply.json["status"] == reply.status < 500
            return
        content = operations[method.lower()]["responses"][str(reply.status)].get("content")
        if content is None:
            assert reply.text == ""
            return
        schema = {**content["application/json"]["schema"], "components": components}
        OAS30Validator(schema).validate(reply.json)

    def examples(self, method: str, path: str) -> list[dict[str, object]]:
        """The bodies that the description shows for a good answer."""
        operations, _ = next(known for form, *known in self._operations if form.fullmatch(path))
        (answer,) = operations[method.lower()]["responses"].values()
        return [dict(each["value"]) for each in answer["content"]["application/json"]["examples"].values()]
