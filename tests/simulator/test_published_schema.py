"""Answers against Twilio's published OpenAPI description, under a fuzzed client.

The description is Twilio's and does not lie in this repository: OPENAPI_DIR says where it is.
"""

import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator

from tests.simulator.asking import ACCOUNT, NUMBER, OTHER, SERVICE, Asking

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("OPENAPI_DIR", ROOT.parent / "shared" / "openapi"))
ERROR_KEYS = ({"code", "message", "more_info", "status"}, {"detail"})


@pytest.fixture(scope="session")
def published():
    """The description, with each path as a pattern, the more exact ones first."""
    file = FOLDER / "twilio_verify_v2.json"
    if not file.exists():
        pytest.skip(f"Twilio's OpenAPI description is not at {file}: set OPENAPI_DIR")
    spec = json.loads(file.read_text())
    paths = sorted(spec["paths"], key=lambda path: path.count("{"))
    spec["patterns"] = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in paths}
    return spec


def validate(spec, method, path, reply):
    """Fail unless the answer is one that Twilio's description allows, or a classic error."""
    template = next(each for each, form in spec["patterns"].items() if form.fullmatch(path))
    answers = spec["paths"][template][method.lower()]["responses"]
    if reply.status >= 400:
        required, optional = ERROR_KEYS
        assert required <= set(reply.json) <= required | optional
        assert reply.json["status"] == reply.status < 500
        return
    content = answers[str(reply.status)].get("content")
    if content is None:
        assert reply.text == ""
        return
    schema = {**content["application/json"]["schema"], "components": spec["components"]}
    OAS30Validator(schema).validate(reply.json)


texts = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=12)
numbers = st.sampled_from([NUMBER, OTHER, "+15017122661", "+850123456789", "a@example.com"])
targets = numbers | texts
channels = st.sampled_from(["sms", "call", "whatsapp", "email", "auto", "rcs", "sna"]) | texts
codes = st.just("right") | st.sampled_from(["000000", "1234", "12"]) | texts
limits = st.sampled_from(['{"fuzz": "a"}', '{"none": "a"}', "[]", "1", "{"])
optional = {"Locale": texts, "RateLimits": limits, "CustomCode": codes, "RiskCheck": texts}
figures = st.sampled_from(["1", "2", "60", "0", "-1", "x"])
queries = st.fixed_dictionaries(
    {},
    optional={
        "ChannelData.To": targets,
        "Status": st.sampled_from(["converted", "unconverted", "x"]),
        "DateCreatedAfter": st.sampled_from(["2020-01-01T00:00:00Z", "x"]),
        "PageSize": figures,
        "Page": figures,
        "Channel": channels,
        "Country": st.just("KR"),
    },
)
steps = st.one_of(
    st.tuples(
        st.just("start"), st.fixed_dictionaries({"To": targets, "Channel": channels}, optional=optional)
    ),
    st.tuples(st.just("start"), st.fixed_dictionaries({"To": numbers, "Channel": st.just("sms")})),
    st.tuples(st.just("check"), st.fixed_dictionaries({"Code": codes}, optional={"To": targets})),
    st.tuples(st.just("check"), st.fixed_dictionaries({"Code": codes, "To": numbers})),
    st.tuples(st.just("fetch"), targets),
    st.tuples(st.just("update"), st.tuples(targets, st.sampled_from(["approved", "canceled", "x"]))),
    st.tuples(st.sampled_from(["attempts", "summary"]), queries),
    st.tuples(st.just("service"), st.fixed_dictionaries({}, optional={"CodeLength": figures})),
    st.tuples(st.just("limit"), st.fixed_dictionaries({"UniqueName": st.just("fuzz") | texts})),
    st.tuples(st.just("bucket"), st.fixed_dictionaries({"Max": figures, "Interval": figures})),
    st.tuples(st.just("limits"), st.sampled_from(["", "/fuzz", "/fuzz/Buckets"])),
    st.tuples(st.just("advance"), st.sampled_from([1, 61, 599, 601])),
)
switches = st.fixed_dictionaries(
    {},
    optional={
        "answer_form": st.sampled_from(["captured", "spec"]),
        "lookup_enabled": st.booleans(),
        "custom_code_enabled": st.booleans(),
        "after_max_checks": st.sampled_from(["429", "404"]),
        "start_after_max_checks": st.sampled_from(["allowed", "refused"]),
        "fifth_wrong_check": st.sampled_from(["pending", "max_attempts_reached"]),
        "check_status": st.sampled_from([200, 201]),
        "max_checks": st.sampled_from([1, 5]),
    },
)


class Fuzzer:
    """Turns steps into calls and keeps the simulator to its promises."""

    def __init__(self, spec, served) -> None:
        self.spec = spec
        self.twilio = Asking(served[0])
        self.sim = served[1]

    def take(self, name, value):
        """One step."""
        getattr(self, name)(value)

    def ask(self, method, path, form=None):
        """One call whose answer must be allowed."""
        reply = self.twilio.call(method, quote(path, safe="/?=&%+"), form)
        validate(self.spec, method, path.split("?")[0], reply)
        return reply

    def start(self, form):
        """A start sends exactly one message, or none when refused."""
        before = self.sim.sent()
        reply = self.ask("POST", f"{SERVICE}/Verifications", form)
        assert self.sim.sent() - before == (reply.status == 201)

    def check(self, form):
        """Only the right code is approved."""
        to = form.get("To", "")
        right = self.sim.code(to) or "000001"
        form = {**form, "Code": right if form["Code"] == "right" else form["Code"]}
        reply = self.ask("POST", f"{SERVICE}/VerificationCheck", form)
        if reply.json.get("status") == "approved":
            assert form["Code"] == right
            assert self.sim.verifications(to)[-1]["status"] == "approved"

    def fetch(self, key):
        """Read by anything."""
        self.ask("GET", f"{SERVICE}/Verifications/{quote(key, safe='+')}")

    def update(self, key_and_status):
        """Approve or cancel anything."""
        key, status = key_and_status
        self.ask("POST", f"{SERVICE}/Verifications/{quote(key, safe='+')}", {"Status": status})

    def attempts(self, query):
        """Any filters."""
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        self.ask("GET", f"/v2/Attempts?{pairs}")

    def summary(self, query):
        """Any filters."""
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        self.ask("GET", f"/v2/Attempts/Summary?{pairs}")

    def service(self, form):
        """Read or change."""
        self.ask("POST" if form else "GET", SERVICE, form or None)

    def limit(self, form):
        """A named limit."""
        self.ask("POST", f"{SERVICE}/RateLimits", form)

    def bucket(self, form):
        """A bucket of the limit named fuzz, if there is one."""
        self.ask("POST", f"{SERVICE}/RateLimits/fuzz/Buckets", form)

    def limits(self, rest):
        """Read what is there."""
        self.ask("GET", f"{SERVICE}/RateLimits{rest}")

    def advance(self, seconds):
        """Time passes."""
        self.sim.advance(seconds)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(changes=switches, run=st.lists(steps, min_size=5, max_size=25))
def test_every_answer_of_a_fuzzed_run_is_one_that_twilio_publishes(published, served, changes, run):
    """Under any switches, whatever is asked: no answer of another shape, no server error."""
    served[1].reset()
    served[1].switch(**changes)
    fuzzer = Fuzzer(published, served)

    for name, value in run:
        fuzzer.take(name, value)


@pytest.mark.parametrize("form", ["captured", "spec"])
def test_every_endpoint_answers_as_published(published, twilio, sim, form):
    """Each once, in both forms, so that no fuzzed run can miss one."""
    sim.switch(answer_form=form)
    bucket = {"Max": "5", "Interval": "60"}
    started = twilio.start().json
    attempt = started["send_code_attempts"][0]["attempt_sid"]
    calls = [
        ("POST", f"{SERVICE}/Verifications", {"To": NUMBER, "Channel": "sms"}),
        ("GET", f"{SERVICE}/Verifications/{started['sid']}", None),
        ("POST", f"{SERVICE}/VerificationCheck", {"To": NUMBER, "Code": sim.code(NUMBER)}),
        ("GET", "/v2/Attempts", None),
        ("GET", "/v2/Attempts/Summary", None),
        ("GET", f"/v2/Attempts/{attempt}", None),
        ("GET", SERVICE, None),
        ("POST", SERVICE, {"CodeLength": "4"}),
        ("POST", f"{SERVICE}/RateLimits", {"UniqueName": "a"}),
        ("POST", f"{SERVICE}/RateLimits/a/Buckets", bucket),
        ("GET", f"{SERVICE}/RateLimits/a/Buckets", None),
        ("GET", f"{SERVICE}/RateLimits", None),
        ("GET", f"{SERVICE}/RateLimits/a", None),
        ("POST", f"{SERVICE}/RateLimits/a", {"Description": "b"}),
        ("DELETE", f"{SERVICE}/RateLimits/a", None),
    ]

    for method, path, fields in calls:
        reply = twilio.call(method, path, fields)
        assert reply.status < 300, (path, reply.text)
        validate(published, method, path, reply)

    assert started["account_sid"] == ACCOUNT.account_sid
