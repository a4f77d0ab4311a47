"""A client that asks anything, as steps that hypothesis can choose and shrink."""

from urllib.parse import quote

from hypothesis import strategies as st

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, MESSAGES, NUMBER, OTHER, SERVICE, Asking, Fields, Reply
from tests.simulator.published import Published

texts = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=12)
numbers = st.sampled_from([NUMBER, OTHER, "+15017122661", "+850123456789", "a@example.com"])
targets = numbers | texts
# Not rcs: Twilio's pages name it, the published description does not yet.
channels = st.sampled_from(["sms", "call", "whatsapp", "email", "auto", "sna"]) | texts
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
senders = st.sampled_from([ACCOUNT.from_number, "+15005550006", "Twilio"]) | texts
services = st.sampled_from([ACCOUNT.messaging_service_sid, "MG" + "a" * 32]) | texts
dates = st.sampled_from(["2020-01-01", "2100-01-01T00:00:00Z", "06/11/2019 22:05:25 MST", "x"]) | texts
message_queries = st.fixed_dictionaries(
    {},
    optional={
        "To": targets,
        "From": senders,
        "DateSent": dates,
        "DateSent<": dates,
        "DateSent>": dates,
        "PageSize": figures,
        "Page": figures,
        "PageToken": texts,
    },
)
steps = st.one_of(
    st.tuples(
        st.just("text"),
        st.fixed_dictionaries(
            {},
            optional={
                "To": targets,
                "From": senders,
                "MessagingServiceSid": services,
                "Body": texts,
                "ValidityPeriod": figures,
            },
        ),
    ),
    st.tuples(
        st.just("text"),
        st.fixed_dictionaries({"To": numbers, "Body": texts, "From": st.just(ACCOUNT.from_number)}),
    ),
    st.tuples(st.just("message"), st.integers(0, 3) | texts),
    st.tuples(st.just("messages"), message_queries),
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
        "message_queue_seconds": st.sampled_from([0, 2, 600]),
        "message_sent_seconds": st.sampled_from([0, 1]),
        "trial_form": st.sampled_from(["legacy", "templates"]),
        "message_scripts": st.just({OTHER: {"message_status": "undelivered", "error_code": "30005"}}),
    },
)


class Fuzzer:
    """Turns steps into calls and keeps the simulator to its promises."""

    def __init__(self, published: Published, served: tuple[str, SimulatorClient]) -> None:
        self.published = published
        self.twilio = Asking(served[0])
        self.sim = served[1]

    def take(self, name: str, value: object) -> None:
        """One step."""
        getattr(self, name)(value)

    def ask(self, method: str, path: str, form: Fields | None = None) -> Reply:
        """One call whose answer must be allowed."""
        reply = self.twilio.call(method, quote(path, safe="/?=&%+"), form)
        self.published.validate(method, path.partition("?")[0], reply)
        return reply

    def start(self, form: Fields) -> None:
        """A start sends exactly one message, or none when refused."""
        before = self.sim.sent()
        reply = self.ask("POST", f"{SERVICE}/Verifications", form)
        assert self.sim.sent() - before == (reply.status == 201)

    def check(self, form: Fields) -> None:
        """Only the right code is approved."""
        to = form.get("To", "")
        right = self.sim.code(to) or "000001"
        form = {**form, "Code": right if form["Code"] == "right" else form["Code"]}
        reply = self.ask("POST", f"{SERVICE}/VerificationCheck", form)
        if reply.json.get("status") == "approved":
            assert form["Code"] == right
            assert self.sim.verifications(to)[-1]["status"] == "approved"

    def fetch(self, key: str) -> None:
        """Read by anything."""
        self.ask("GET", f"{SERVICE}/Verifications/{quote(key, safe='+')}")

    def update(self, key_and_status: tuple[str, str]) -> None:
        """Approve or cancel anything."""
        key, status = key_and_status
        self.ask("POST", f"{SERVICE}/Verifications/{quote(key, safe='+')}", {"Status": status})

    def attempts(self, query: Fields) -> None:
        """Any filters."""
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        self.ask("GET", f"/v2/Attempts?{pairs}")

    def summary(self, query: Fields) -> None:
        """Any filters."""
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        self.ask("GET", f"/v2/Attempts/Summary?{pairs}")

    def service(self, form: Fields) -> None:
        """Read or change."""
        self.ask("POST" if form else "GET", SERVICE, form or None)

    def limit(self, form: Fields) -> None:
        """A named limit."""
        self.ask("POST", f"{SERVICE}/RateLimits", form)

    def bucket(self, form: Fields) -> None:
        """A bucket of the limit named fuzz, if there is one."""
        self.ask("POST", f"{SERVICE}/RateLimits/fuzz/Buckets", form)

    def limits(self, rest: str) -> None:
        """Read what is there."""
        self.ask("GET", f"{SERVICE}/RateLimits{rest}")

    def text(self, form: Fields) -> None:
        """A POST makes exactly one message, or none when refused."""
        before = len(self.sim.messages())
        reply = self.ask("POST", f"{MESSAGES}.json", form)
        assert len(self.sim.messages()) - before == (reply.status == 201)

    def message(self, key: int | str) -> None:
        """Read a message that there is, or anything."""
        known = self.sim.messages()
        sid = known[key]["sid"] if isinstance(key, int) and key < len(known) else str(key)
        self.ask("GET", f"{MESSAGES}/{quote(sid, safe='')}.json")

    def messages(self, query: Fields) -> None:
        """Any filters; every page is as large as it says at most."""
        pairs = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in query.items())
        reply = self.ask("GET", f"{MESSAGES}.json?{pairs}")
        if reply.status == 200:
            assert len(reply.json["messages"]) <= reply.json["page_size"]

    def advance(self, seconds: int) -> None:
        """Time passes."""
        self.sim.advance(seconds)
