"""`send`, `check` and `message`: what a backend does, by hand."""

from typing import TextIO

import click

from phone_verification import RunStatus, VerificationClient
from phone_verification.kinds import Channel
from worker.commands.console import as_json, client, print_json

_wait = click.option("--wait", default=35.0, show_default=True, help="Seconds to wait for the result.")


@click.command()
@click.argument("phone_number")
@click.option("--channel", type=click.Choice([channel.value for channel in Channel]), default="sms")
@click.option("--locale", help="Language of the text, e.g. ko.")
@click.option("--task-id", help="Name the intent: the same id again sends nothing again.")
@_wait
@as_json
def send(
    phone_number: str,
    channel: str,
    locale: str | None,
    task_id: str | None,
    wait: float,
    is_json: bool,  # noqa: FBT001 - click passes it by name
) -> None:
    """Send a code to PHONE_NUMBER."""
    with client() as verifications:
        task_id = verifications.send(phone_number, channel=channel, locale=locale, task_id=task_id)
        _report(verifications, task_id, wait, is_json=is_json)


@click.command()
@click.argument("phone_number")
@click.argument("code")
@click.option("--verification-id", help="The task id of the send; without it, the number alone.")
@click.option("--task-id", help="Name the intent.")
@_wait
@as_json
def check(
    phone_number: str,
    code: str,
    verification_id: str | None,
    task_id: str | None,
    wait: float,
    is_json: bool,  # noqa: FBT001 - as above
) -> None:
    """Check CODE for PHONE_NUMBER."""
    with client() as verifications:
        task_id = verifications.check(
            code,
            phone_number=phone_number,
            verification_id=verification_id,
            by_number_alone=verification_id is None,
            task_id=task_id,
        )
        _report(verifications, task_id, wait, is_json=is_json)


@click.command()
@click.argument("phone_number")
@click.argument("body", type=click.File(), default="-")
@click.option("--task-id", help="Name the intent: the same id again sends nothing again.")
@_wait
@as_json
def message(
    phone_number: str,
    body: TextIO,
    task_id: str | None,
    wait: float,
    is_json: bool,  # noqa: FBT001 - as above
) -> None:
    """Text PHONE_NUMBER what is in the file BODY, or on standard input."""
    words = body.read().rstrip("\n")
    with client() as verifications:
        task_id = verifications.send_message(phone_number, words, task_id=task_id)
        _report(verifications, task_id, wait, is_json=is_json)


def _report(verifications: VerificationClient, task_id: str, wait: float, *, is_json: bool) -> None:
    if not is_json:
        click.echo(f"accepted as {task_id}")
    status = verifications.wait(task_id, timeout_seconds=wait)
    if is_json:
        print_json(status.model_dump(mode="json"))
    else:
        describe(status)
    if status.result is None or not status.result.ok:
        raise SystemExit(1)


def describe(status: RunStatus) -> None:
    """Print a status for people."""
    result = status.result
    if result is None:
        click.echo(f"{status.state.value}; ask again in {status.poll_after} s")
        return
    kind = f" ({result.error.kind.value})" if result.error else ""
    phone = f" {result.verification.phone}" if result.verification else ""
    click.echo(f"{result.operation.value}{phone}: {result.outcome.value}{kind}")
    if status.delivery:
        reason = f" ({status.delivery.reason.value})" if status.delivery.reason else ""
        click.echo(f"  delivery: {status.delivery.status.value}{reason}")
        if status.delivery.message:
            click.echo(f"  {status.delivery.message.en}")
    if result.error:
        click.echo(f"  {result.error.message.ko}")
        click.echo(f"  {result.error.message.en}")
        if result.error.retry_after is not None:
            click.echo(f"  try again in {result.error.retry_after} s")
