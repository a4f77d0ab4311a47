"""`python -m worker doctor`, run as an operator runs it."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from phone_verification.kinds import ErrorKind
from simulator.console.presets import NUMBER as E164
from tasks.figures import Figures
from tests.doctor.installation import NUMBER, ROOT, Installation, run_doctor
from tests.integration.conftest import settings_from
from worker.bootstrap import make_client
from worker.doctor.report import Report


@pytest.mark.parametrize(
    ("preset", "status", "counts"),
    [
        ("healthy", 0, "0 failures, 0 warnings"),
        ("voice_geo_off", 1, "0 failures, 1 warning"),
        ("wrong_service", 2, "1 failure, 0 warnings"),
    ],
)
def test_the_worst_finding_is_the_exit_status(
    whole: Installation, preset: str, status: int, counts: str
) -> None:
    """0 all is well, 1 worth a look, 2 codes do not arrive; in a table of 80 columns."""
    told = run_doctor("--phone", NUMBER, **whole.put(preset))

    assert (told.returncode, told.stderr) == (status, "")
    assert re.fullmatch(rf"{counts}, \d\d ok", told.stdout.splitlines()[-1])
    assert max(map(len, told.stdout.splitlines())) <= 80
    sections = [line for line in told.stdout.splitlines() if re.fullmatch("[A-Z][a-z]+", line)]
    assert sections == ["Settings", "Redis", "Database", "Workers", "Twilio", "Number"]


def test_scripts_read_json_of_the_published_shape(whole: Installation) -> None:
    """--json is one document, with what --quiet would leave out, and follows the model."""
    told = run_doctor("--phone", NUMBER, "--json", "--quiet", **whole.put("trial_unverified"))

    report = json.loads(told.stdout)
    Draft202012Validator(Report.model_json_schema(mode="serialization")).validate(report)
    assert report["exit_status"] == told.returncode == 2
    (failed,) = [each for each in report["findings"] if each["level"] == "fail"]
    assert (failed["section"], failed["check"], failed["expects"]) == ("number", "verified list", [21608])
    assert sum(each["level"] == "ok" for each in report["findings"]) > 30


def test_what_is_foretold_comes_true(whole: Installation) -> None:
    """Doctor says 21608, and a send through the worker ends recipient_unverified."""
    environment = whole.put("trial_unverified")
    told = run_doctor("--phone", NUMBER, "--quiet", **environment)

    with make_client(settings_from(environment), Figures()) as client:
        result = client.wait(client.send(NUMBER), timeout_seconds=20).result
    afterwards = run_doctor("--phone", NUMBER, "--quiet", **environment)

    assert "21608 is what you will get" in " ".join(told.stdout.split())
    assert result is not None
    assert result.error is not None
    assert result.error.kind is ErrorKind.RECIPIENT_UNVERIFIED
    assert result.error.provider_code == 21608
    assert "recipient_unverified (21608)" in " ".join(afterwards.stdout.split())
    whole.forget_runs()


def test_nothing_private_is_shown(whole: Installation) -> None:
    """No number, code, token, key or password, in no form of it."""
    environment = whole.put("healthy")
    with make_client(settings_from(environment), Figures()) as client:
        client.wait(client.send(NUMBER), timeout_seconds=20)
    code = whole.simulator.code(E164)
    assert code is not None

    asked = ("--phone", NUMBER)
    forms = [run_doctor(*asked, **environment), run_doctor(*asked, "--json", **environment)]
    forms.append(run_doctor(*asked, **{**environment, "TWILIO_AUTH_TOKEN": "wrong-token"}))
    shown = "".join(form.stdout + form.stderr for form in forms)

    assert "send 0 s ago: sent" in shown or re.search(r"send \d+ s ago: sent", shown)
    secrets = [environment[name].split(":")[-1] for name in ("HMAC_KEYS", "SEAL_KEYS", "TWILIO_AUTH_TOKEN")]
    for private in (E164, E164[3:], NUMBER, NUMBER.replace("-", ""), code, "wrong-token", *secrets):
        assert private not in shown
    whole.forget_runs()


def test_a_number_is_read_from_standard_input(whole: Installation) -> None:
    """Past the shell's history; and what is no number is said without repeating it."""
    environment = {**os.environ, **whole.put("healthy")}
    told = subprocess.run(
        [sys.executable, "-m", "worker", "doctor", "--phone", "-", "--quiet"],
        cwd=ROOT,
        env=environment,
        input="010-1234-567\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert told.returncode == 2
    assert "invalid_phone_number" in told.stdout
    assert "1234-567" not in told.stdout


def test_whoever_watches_sees_what_is_looked_at(whole: Installation) -> None:
    """On a terminal each section is named while it is asked; output that is piped stays plain."""
    ours, theirs = pty.openpty()
    try:
        told = subprocess.run(
            [sys.executable, "-m", "worker", "doctor"],
            cwd=ROOT,
            env={**os.environ, **whole.put("low_funds")},
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            timeout=120,
            check=False,
        )
        seen = "".join(_read(ours))
    finally:
        os.close(ours)
        os.close(theirs)

    assert re.findall(r"looking at (\w+)", seen) == [
        "settings",
        "redis",
        "database",
        "workers",
        "twilio",
        "number",
    ]
    assert "\x1b" not in told.stdout


def test_without_settings_it_goes_on_with_what_it_can(whole: Installation) -> None:
    """Every problem at once, secrets left out, and Redis is looked at all the same."""
    told = run_doctor(
        CELERY_BROKER_URL=whole.environment["CELERY_BROKER_URL"],
        CELERY_RESULT_BACKEND="disabled://",
        HMAC_KEYS="k1:bm90LWEta2V5",
        SENDS_AN_HOUR="many",
        TWILIO_ACCOUNT_SID="AC" + "0" * 31 + "1",
    )

    assert told.returncode == 2
    for name in ("DATABASE_URL", "HMAC_KEYS", "SEAL_KEYS", "SENDS_AN_HOUR", "TWILIO_VERIFY_SERVICE_SID"):
        assert f"{name}:" in told.stdout
    assert "no credentials for Twilio" in told.stdout
    assert "noeviction" in told.stdout
    assert "both are consumed" in told.stdout
    assert "bm90LWEta2V5" not in told.stdout
    assert told.stderr == ""


def _read(terminal: int) -> Iterator[str]:
    """What was written to a terminal so far."""
    os.set_blocking(terminal, False)
    while True:
        try:
            part = os.read(terminal, 65_536)
        except (BlockingIOError, OSError):
            return
        if not part:
            return
        yield part.decode()
