"""The wiring: from settings to services, only here."""

from functools import partial
from typing import Any, Final

from gateway.absent import AbsentTwilio
from gateway.breaker import BreakerFigures
from gateway.guarded import GuardedGateway, GuardedMessenger
from gateway.messaging import TwilioMessaging
from gateway.port import Gateway, Messenger
from gateway.twilio_client import Credentials
from gateway.verify import TwilioVerify
from models.database import open_database
from phone_verification import VerificationClient
from phone_verification.acceptance import Acceptance
from phone_verification.keys import Fingerprints, Seals
from phone_verification.kinds import Operation
from phone_verification.publisher import make_celery
from phone_verification.queues import QUEUES, TASK_NAMES
from tasks.alarms import tell_of_breaker
from tasks.ceiling import Ceiling
from tasks.figures import Figures
from tasks.metrics import count_answer
from tasks.recent_texts import RecentTexts
from tasks.services import Ring, Services
from tasks.slots import SendSlots
from tasks.watch import Watch
from worker.alarm_clock import AlarmClock
from worker.settings import CallerSettings, Settings

_CONNECTION_SLACK: Final = 4


def make_services(settings: Settings, *, concurrency: int) -> Services:
    """Build what the tasks work with; nothing is connected until first used."""
    figures, rules = settings.figures(), settings.rules()
    fingerprints = Fingerprints.parse(settings.hmac_keys.get_secret_value())
    seals = Seals.parse(settings.seal_keys.get_secret_value())
    return Services(
        database=open_database(
            settings.database_url.get_secret_value(), pool_size=settings.database_pool_size
        ),
        gateway=make_gateway(settings, figures, concurrency=concurrency),
        messenger=make_messenger(settings, figures, concurrency=concurrency),
        verification_service=settings.verification_service,
        fallback=settings.fallback(),
        fixed_codes=settings.fixed_codes(),
        brand=settings.message_brand,
        follows_deliveries=settings.follow_deliveries,
        figures=figures,
        rules=rules,
        ceiling=Ceiling(rules.of_all),
        watch=Watch(rules.watch),
        recent_texts=RecentTexts(most=figures.lists_per_minute),
        fingerprints=fingerprints,
        seals=seals,
        acceptance=Acceptance(
            fingerprints=fingerprints,
            seals=seals,
            default_region=settings.default_region,
            deadline_seconds={operation: figures.deadline_seconds(operation) for operation in Operation},
        ),
        default_region=settings.default_region,
        allowed_countries=frozenset(settings.allowed_countries),
        ttl_seconds=settings.verification_ttl_seconds,
        retention_days=settings.retention_days,
        intent_rate_limit=settings.twilio_intent_rate_limit,
        open_door=settings.open_door,
        send_slots=SendSlots(threads=concurrency, percent=figures.send_slots_percent),
        ring=make_ring(settings.celery_broker_url.get_secret_value()),
    )


def make_gateway(settings: Settings, figures: Figures, *, concurrency: int) -> Gateway:
    """Build the way to Twilio Verify, with a connection for each slot and a breaker for each endpoint."""
    if settings.twilio_verify_service_sid is None:
        return AbsentTwilio()
    verify = TwilioVerify(
        service_sid=settings.twilio_verify_service_sid, **_way(settings, figures, concurrency)
    )
    return GuardedGateway(verify, **_breakers(figures))


def make_messenger(settings: Settings, figures: Figures, *, concurrency: int) -> Messenger:
    """Build the way to Twilio's Messaging, likewise; absent where there is no sender."""
    if not settings.has_sender:
        return AbsentTwilio()
    messaging = TwilioMessaging(
        messaging_service_sid=settings.twilio_messaging_service_sid,
        from_number=settings.twilio_from_number,
        **_way(settings, figures, concurrency),
    )
    return GuardedMessenger(messaging, **_breakers(figures))


def _way(settings: Settings, figures: Figures, concurrency: int) -> dict[str, Any]:
    """How either of Twilio's services is reached."""
    return {
        "credentials": _credentials(settings),
        "base_url": settings.twilio_base_url,
        "concurrency": concurrency + _CONNECTION_SLACK,
        "connect_budget_seconds": figures.connect_budget_seconds,
        "idle_seconds": figures.idle_connection_seconds,
    }


def _breakers(figures: Figures) -> dict[str, Any]:
    """How either of them is left alone while it does not answer."""
    return {
        "figures": BreakerFigures(
            failures=figures.breaker_failures,
            probe_seconds=figures.breaker_probe_seconds,
            held_probe_seconds=figures.breaker_held_probe_seconds,
            reopen_cap_seconds=figures.breaker_reopen_cap_seconds,
        ),
        "look_budget_seconds": figures.breaker_probe_budget_seconds,
        "tell": tell_of_breaker,
        "hear": count_answer,
    }


def _credentials(settings: Settings) -> Credentials:
    """Prefer the API key: it can be withdrawn by itself."""
    account_sid, key, secret = (
        settings.twilio_account_sid,
        settings.twilio_api_key,
        settings.twilio_api_secret,
    )
    if key is not None and secret is not None:
        return Credentials(account_sid=account_sid, username=key, password=secret.get_secret_value())
    token = settings.twilio_auth_token
    return Credentials(
        account_sid=account_sid,
        username=account_sid,
        password=token.get_secret_value() if token else "",
    )


def make_ring(broker_url: str) -> Ring:
    """Build the publisher of alarms: an app without a result backend, so that publishing never subscribes."""
    app, clock = make_celery(broker_url), AlarmClock()

    def publish(operation: Operation, task_id: str, *, wants_result: bool) -> None:
        app.send_task(
            TASK_NAMES[operation],
            kwargs={},
            task_id=task_id,
            queue=QUEUES[operation],
            ignore_result=not wants_result,
        )

    def ring(operation: Operation, task_id: str, *, countdown: float, wants_result: bool) -> None:
        ring_now = partial(publish, operation, task_id, wants_result=wants_result)
        if countdown > 0:
            clock.set(countdown, ring_now)
        else:
            ring_now()

    return ring


def make_client(settings: CallerSettings, figures: Figures) -> VerificationClient:
    """Build a client that accepts with the worker's own figures."""
    return VerificationClient(
        database=settings.database_url.get_secret_value(),
        broker_url=settings.celery_broker_url.get_secret_value(),
        hmac_keys=settings.hmac_keys.get_secret_value(),
        seal_keys=settings.seal_keys.get_secret_value(),
        default_region=settings.default_region,
        send_deadline_seconds=figures.send_deadline_seconds,
        check_deadline_seconds=figures.check_deadline_seconds,
    )
