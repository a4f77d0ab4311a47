"""Twilio's published OpenAPI description, and whether an answer is one that it allows.

The description is Twilio's and does not lie in this repository: OPENAPI_DIR says where it is.
"""

import json
import os
import re
from pathlib import Path

from openapi_schema_validator import OAS30Validator

from tests.simulator.asking import Reply

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("OPENAPI_DIR", ROOT.parent / "shared" / "openapi"))
FILE = FOLDER / "twilio_verify_v2.json"
REQUIRED = {"code", "message", "more_info", "status"}


class Published:
    """The description, each path as a pattern, the more exact ones first."""

    def __init__(self) -> None:
        spec = json.loads(FILE.read_text())
        self._components = spec["components"]
        self._operations = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), spec["paths"][path])
            for path in sorted(spec["paths"], key=lambda path: path.count("{"))
        ]

    def validate(self, method: str, path: str, reply: Reply) -> None:
        """Fail unless the answer is one that the description allows, or a classic error."""
        operations = next(known for form, known in self._operations if form.fullmatch(path))
        if reply.status >= 400:
            assert REQUIRED <= set(reply.json) <= REQUIRED | {"detail"}
            assert reply.json["status"] == reply.status < 500
            return
        content = operations[method.lower()]["responses"][str(reply.status)].get("content")
        if content is None:
            assert reply.text == ""
            return
        schema = {**content["application/json"]["schema"], "components": self._components}
        OAS30Validator(schema).validate(reply.json)
