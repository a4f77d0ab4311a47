"""`python -m simulator`: the command line, and nothing else."""

import argparse
import asyncio
import signal
import sys

from simulator.account import Account
from simulator.listening import Simulator
from simulator.switches import Switches


def main() -> None:
    """Serve until told to stop."""
    arguments = _arguments()
    try:
        asyncio.run(_serve(arguments))
    except OSError as error:
        sys.exit(f"cannot listen on {arguments.host}:{arguments.port}: {error.strerror}")


def _arguments() -> argparse.Namespace:
    account, switches = Account(), Switches()
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A Twilio you own: Verify and Messaging on this machine, with faults on demand.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="where to listen")
    parser.add_argument("--port", type=int, default=8089, help="0 picks a free one")
    parser.add_argument("--side-door-port", type=int, default=0, help="a second port, open in every outage")
    for name in Account.__dataclass_fields__:
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, default=getattr(account, name), help="of the account played")
    parser.add_argument("--ttl", type=float, default=switches.ttl_seconds, help="seconds a code lives")
    parser.add_argument(
        "--latency", type=float, default=switches.latency_seconds, help="seconds each call takes"
    )
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    given = vars(arguments)
    account = Account(**{name: given[name] for name in Account.__dataclass_fields__})
    switches = Switches(ttl_seconds=arguments.ttl, latency_seconds=arguments.latency)
    simulator = Simulator(account, switches)
    # Before anybody can know that it listens: whoever reads the line may end it at once.
    told = _ears()
    await simulator.open(arguments.host, arguments.port, arguments.side_door_port)
    sys.stdout.write(f"simulator listening on {simulator.url}\n")
    sys.stdout.flush()
    try:
        await told.wait()
    finally:
        await simulator.close()


def _ears() -> asyncio.Event:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    return told


if __name__ == "__main__":
    main()
