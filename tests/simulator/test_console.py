"""What the account's console shows, asked plainly and by the official SDK."""

from typing import Any, TypeAlias

import pytest

from simulator.client import SideDoorError, SimulatorClient
from simulator.console.presets import PRESETS, AskedWith, Row
from tests.simulator.asking import ACCOUNT, NUMBER, OTHER, SERVICE, Asking
from tests.simulator.test_readme import README

# The SDK publishes no types.
Sdk: TypeAlias = Any
ACCOUNT_PATH = f"/2010-04-01/Accounts/{ACCOUNT.account_sid}"
MESSAGING_PATH = f"/v1/Services/{ACCOUNT.messaging_service_sid}"


@pytest.fixture
def sdk(sdk_client: Sdk, sim: SimulatorClient) -> Sdk:
    """The official client with all of its domains pointed at the simulator."""
    for domain in ("api", "accounts", "lookups", "messaging", "trusthub", "voice"):
        getattr(sdk_client, domain).base_url = sim.base_url
    return sdk_client


def test_sdk_reads_the_account(sdk: Sdk) -> None:
    """Type, status, dates, balance, and the numbers by number."""
    account = sdk.api.v2010.accounts(ACCOUNT.account_sid)

    told = account.fetch()
    assert (told.type, told.status, told.date_created.year > 2000) == ("Full", "active", True)
    assert (account.balance.fetch().balance, account.balance.fetch().currency) == ("12.34", "USD")
    assert account.outgoing_caller_ids.list(phone_number=NUMBER) == []
    (owned,) = account.incoming_phone_numbers.list(phone_number=ACCOUNT.from_number)
    assert owned.capabilities["sms"] is True
    assert account.incoming_phone_numbers.list(phone_number=NUMBER) == []


def test_sdk_reads_senders(sdk: Sdk, sim: SimulatorClient) -> None:
    """Each kind of sender has its own list; there is one number, or none."""
    sim.switch(sender_countries=["KR"])
    service = sdk.messaging.v1.services(ACCOUNT.messaging_service_sid)
    verify = sdk.verify.v2.services(ACCOUNT.service_sid)

    assert service.fetch().validity_period == 600
    assert [each.phone_number for each in service.phone_numbers.list()] == [ACCOUNT.from_number]
    assert [service.short_codes.list(), service.alpha_senders.list()] == [[], []]
    assert [each.country for each in verify.messaging_configurations.list()] == ["KR"]

    sim.switch(messaging_service_has_senders=False)
    assert service.phone_numbers.list() == []


def test_sdk_reads_permissions(sdk: Sdk, sim: SimulatorClient) -> None:
    """One country each, and the account's profile by its status."""
    sim.switch(messaging_blocked_countries=["KR"], voice_geo_off=["KR"], customer_profile="in-review")

    (permission,) = sdk.accounts.v1.messaging_geopermissions.fetch(country_code="KR").permissions
    assert (permission["country_code"], permission["enabled"]) == ("KR", False)
    assert sdk.voice.v1.dialing_permissions.countries("KR").fetch().low_risk_numbers_enabled is False
    assert sdk.trusthub.v1.customer_profiles.list(status="twilio-approved") == []
    assert [each.status for each in sdk.trusthub.v1.customer_profiles.list()] == ["in-review"]


@pytest.mark.parametrize(
    ("number", "errors"),
    [
        (NUMBER, []),
        ("+82101234567", ["TOO_SHORT"]),
        ("+8210123456789", ["TOO_LONG"]),
        ("+999123456789", ["INVALID_COUNTRY_CODE"]),
    ],
)
def test_sdk_looks_numbers_up(sdk: Sdk, number: str, errors: list[str]) -> None:
    """A number that is wrong is no error: 200, with what is wrong."""
    told = sdk.lookups.v2.phone_numbers(number).fetch()

    assert (told.valid, told.validation_errors) == (not errors, errors)


def test_sdk_reads_the_summary_of_the_past(sdk: Sdk, sim: SimulatorClient) -> None:
    """Sends from before the simulator began are in the summary, by country and time."""
    sim.switch(past_attempts=[{"hours_ago": 5, "attempts": 60, "converted": 6}])
    since = sim.clock().replace("Z", "+00:00")

    def ask(**filters: str) -> Any:
        return sdk.verify.v2.verification_attempts_summary().fetch(**filters)

    assert (ask(country="KR").total_attempts, ask(country="KR").conversion_rate_percentage) == (60, "10")
    assert ask(country="JP").total_attempts == 0
    assert ask(country="KR", date_created_after=since).total_attempts == 0


def test_what_is_somebody_elses_is_not_shown(twilio: Asking) -> None:
    """One account, one Messaging Service."""
    assert twilio.get(f"/2010-04-01/Accounts/AC{'9' * 32}.json").code == (401, 20003)
    assert twilio.get(f"/v1/Services/MG{'9' * 32}").code == (404, 20404)
    assert twilio.call("POST", MESSAGING_PATH, {}).code == (405, 20004)


def test_an_api_key_sees_all_but_the_account_itself(twilio: Asking, sim: SimulatorClient) -> None:
    """As a standard key; a restricted one is told what it lacks."""
    key = Asking(twilio.url, ACCOUNT.api_key, ACCOUNT.api_secret)
    sim.switch(key_denied=["/v1/"])

    assert key.get(f"{ACCOUNT_PATH}.json").code == (401, 20003)
    assert key.get(f"{ACCOUNT_PATH}/Balance.json").status == 200
    assert key.get(MESSAGING_PATH).code == (403, 70051)
    assert twilio.get(MESSAGING_PATH).status == 200


@pytest.mark.parametrize(
    ("preset", "to", "channel", "answer"),
    [
        ("healthy", NUMBER, "sms", (201, None)),
        ("wrong_credentials", NUMBER, "sms", (401, 20003)),
        ("test_credentials", NUMBER, "sms", (403, 20008)),
        ("suspended", NUMBER, "sms", (403, 20005)),
        ("closed", NUMBER, "sms", (403, 20403)),
        ("no_funds", NUMBER, "sms", (403, 20005)),
        ("low_funds", NUMBER, "sms", (201, None)),
        ("subaccount", NUMBER, "sms", (201, None)),
        ("trial", NUMBER, "sms", (201, None)),
        ("trial", OTHER, "sms", (403, 21608)),
        ("trial_unverified", NUMBER, "sms", (403, 21608)),
        ("no_compliance_profile", NUMBER, "sms", (403, 21608)),
        ("wrong_service", NUMBER, "sms", (404, 20404)),
        ("voice_geo_off", NUMBER, "sms", (201, None)),
        ("voice_geo_off", NUMBER, "call", (400, 21215)),
        ("verify_geo_off", NUMBER, "sms", (403, 60605)),
        ("fraud_guard", NUMBER, "sms", (403, 60410)),
        ("invalid_number", NUMBER, "sms", (400, 60200)),
        ("limited_key", NUMBER, "sms", (403, 70051)),
        ("verify_only_key", NUMBER, "sms", (201, None)),
    ],
)
def test_a_start_answers_what_the_preset_says(
    twilio: Asking, sim: SimulatorClient, preset: str, to: str, channel: str, answer: tuple[int, int | None]
) -> None:
    """A preset sets the very switches that a start obeys."""
    is_key = sim.preset(preset)["asked_with"] == AskedWith.API_KEY
    asking = Asking(twilio.url, ACCOUNT.api_key, ACCOUNT.api_secret) if is_key else twilio

    assert asking.start(to, channel).code == answer


@pytest.mark.parametrize(
    ("preset", "sender", "answer"),
    [
        ("healthy", "From", (201, None)),
        ("healthy", "MessagingServiceSid", (201, None)),
        ("wrong_credentials", "From", (401, 20003)),
        ("test_credentials", "From", (400, 21606)),
        ("test_credentials", "MessagingServiceSid", (404, 21701)),
        ("suspended", "From", (403, 20005)),
        ("no_funds", "From", (403, 20005)),
        ("subaccount", "From", (201, None)),
        ("trial", "From", (201, None)),
        ("trial_unverified", "From", (400, 21608)),
        ("no_compliance_profile", "From", (400, 21608)),
        ("wrong_service", "From", (201, None)),
        ("no_messaging_service", "MessagingServiceSid", (404, 21701)),
        ("no_messaging_service", "From", (201, None)),
        ("no_messaging_senders", "MessagingServiceSid", (400, 21704)),
        ("number_not_owned", "From", (400, 21606)),
        ("number_without_sms", "From", (400, 21606)),
        ("messaging_geo_off", "From", (400, 21408)),
        ("verify_geo_off", "From", (201, None)),
        ("invalid_number", "From", (400, 21211)),
        ("verify_only_key", "From", (403, 70051)),
        ("limited_key", "From", (201, None)),
    ],
)
def test_a_message_answers_what_the_preset_says(
    twilio: Asking, sim: SimulatorClient, preset: str, sender: str, answer: tuple[int, int | None]
) -> None:
    """The same switches hold for own texts, but for those of Verify's own; what is refused is not sent."""
    is_key = sim.preset(preset)["asked_with"] == AskedWith.API_KEY
    asking = Asking(twilio.url, ACCOUNT.api_key, ACCOUNT.api_secret) if is_key else twilio
    senders = {"From": ACCOUNT.from_number, "MessagingServiceSid": ACCOUNT.messaging_service_sid}

    assert asking.text(**{sender: senders[sender]}).code == answer
    assert len(sim.messages()) == (answer[0] == 201)


def test_a_preset_begins_anew(twilio: Asking, sim: SimulatorClient) -> None:
    """Of two presets only the last holds, and no fault, message or clock is left."""
    sim.preset("trial_unverified")
    sim.fault("status", "start")
    sim.preset("healthy")

    assert twilio.start().status == 201
    assert sim.sent() == 1


def test_a_rate_limit_is_there_but_in_its_presets(twilio: Asking, sim: SimulatorClient) -> None:
    """It is state, hence no switch."""
    sim.preset("healthy")
    assert [limit["unique_name"] for limit in twilio.get(f"{SERVICE}/RateLimits").json["rate_limits"]] == [
        "intent"
    ]

    sim.preset("missing_rate_limit")
    assert twilio.get(f"{SERVICE}/RateLimits").json["rate_limits"] == []


def test_an_unknown_preset_is_refused(sim: SimulatorClient) -> None:
    """With its name, and nothing is changed."""
    sim.switch(trial=True)

    with pytest.raises(SideDoorError, match="no_such"):
        sim.preset("no_such")
    assert sim.switches()["trial"] is True


def test_every_row_has_its_presets(sim: SimulatorClient) -> None:
    """Whatever can be looked at without sending is broken by at least one preset."""
    assert {preset.row for preset in PRESETS.values()} == set(Row)
    assert set(sim.presets()) == set(PRESETS)


def test_the_readme_has_every_preset() -> None:
    """Each with its row and what it shows."""
    for name, preset in PRESETS.items():
        key = "API key" if preset.asked_with is AskedWith.API_KEY else ""
        assert f"| `{name}` | {preset.row} | {preset.shows} | {key} |" in README
