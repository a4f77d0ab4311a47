"""The generated documents: `python -m tests.documents` writes them, `--check` compares.

Lives here: which file comes from which function.
"""

import json
import sys
from pathlib import Path

from gateway.catalogue_page import render_catalogue
from phone_verification.arguments import CheckArguments, SealedArguments, SendArguments
from phone_verification.results import Result, RunStatus
from tests.privacy.doors.page import render_doors
from worker.doctor.page import render_doctor
from worker.doctor.report import Report
from worker.metrics.page import render_metrics
from worker.settings_page import render_environment

ROOT = Path(__file__).parents[1]


def json_schema() -> str:
    """Write the contract's shapes as one JSON Schema."""
    shapes = {
        "send_verification": SendArguments.model_json_schema(),
        "check_verification": CheckArguments.model_json_schema(),
        "sealed_arguments": SealedArguments.model_json_schema(),
        "result": Result.model_json_schema(mode="serialization"),
        "status": RunStatus.model_json_schema(mode="serialization"),
    }
    return json.dumps(shapes, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def doctor_schema() -> str:
    """Write the shape of `doctor --json`."""
    return json.dumps(Report.model_json_schema(mode="serialization"), indent=2, sort_keys=True) + "\n"


DOCUMENTS = {
    "docs/errors.md": render_catalogue,
    "docs/contract.schema.json": json_schema,
    "docs/doors.md": render_doors,
    "docs/metrics.md": render_metrics,
    "docs/doctor.md": render_doctor,
    "docs/doctor.schema.json": doctor_schema,
    ".env.example": render_environment,
}


def outdated() -> list[str]:
    """Name the documents that are not what they would be written as."""
    return [
        name
        for name, render in DOCUMENTS.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text() != render()
    ]


def main() -> None:
    """Write or compare."""
    if "--check" not in sys.argv:
        for name, render in DOCUMENTS.items():
            (ROOT / name).write_text(render())
            sys.stdout.write(f"wrote {name}\n")
        return
    names = outdated()
    if names:
        sys.exit(f"out of date: {', '.join(names)}; run `make docs`")
    sys.stdout.write("generated documents are up to date\n")


if __name__ == "__main__":
    main()
