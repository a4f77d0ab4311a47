"""`demo`: everything embedded, one story or a page to try it on, nothing left behind."""

import signal
import threading
from types import FrameType

import click

from worker.demo.leftovers import show_rows
from worker.demo.redis_server import RedisMissingError
from worker.demo.stage import Stage, stage
from worker.demo.story import play
from worker.demo.web import DidNotStartError, serve_page


@click.command()
@click.option("--serve", is_flag=True, help="Keep everything up after the story, until Ctrl-C.")
@click.option("--web", is_flag=True, help="No story: a page to verify on, and Flower, until Ctrl-C.")
def demo(serve: bool, web: bool) -> None:  # noqa: FBT001 - click passes them by name
    """Play one verification on an embedded Redis, SQLite and Twilio stand-in."""
    # Both: a shell that starts a program in the background makes it ignore Ctrl-C.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _interrupt)
    try:
        with stage(click.echo) as set_up:
            if web:
                serve_page(set_up, click.echo)
            play(set_up, click.echo)
            show_rows(set_up.database, click.echo)
            if serve:
                _serve(set_up)
    except (RedisMissingError, DidNotStartError) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo("\nstopped")
        raise SystemExit(130) from None
    click.echo("\nAll stopped, nothing is left behind.")


def _serve(set_up: Stage) -> None:
    click.echo("\nStill up; for another shell:")
    for name, value in set_up.environment.items():
        click.echo(f"  export {name}={value}")
    click.echo(f"\nTexts arrive at {set_up.simulator_url}/__sim__/inbox. Ctrl-C stops everything.")
    threading.Event().wait()


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
    raise KeyboardInterrupt
