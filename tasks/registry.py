"""The registry: every metric is declared here with what it counts and what is normal of it.

Lives here: how a metric is made, so that docs/metrics.md can be written from the declarations. What is
counted, and when, is in tasks/metrics.py; what is read at a scrape, in worker/metrics/standing.py.
https://prometheus.io/docs/practices/naming/
"""

from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_PREFIX: Final = "phone_verification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A metric as an operator reads of it; `name` is the one to query (a histogram's without `_bucket`)."""

    name: str
    type: str
    labels: tuple[str, ...]
    told: str
    normal: str


class Registry(CollectorRegistry):
    """A registry that remembers its declarations, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.declared: Final[list[Declared]] = []

    def counter(self, name: str, told: str, *labels: str, normal: str) -> Counter:
        """Declare a counter; `name` ends in `_total`."""
        declared = self.declare("counter", name, told, *labels, normal=normal)
        return Counter(declared.name, told, labels, registry=self)

    def histogram(
        self, name: str, told: str, *labels: str, buckets: tuple[float, ...], normal: str
    ) -> Histogram:
        """Declare a histogram of seconds."""
        declared = self.declare("histogram", name, told, *labels, normal=normal)
        return Histogram(declared.name, told, labels, buckets=buckets, registry=self)

    def declare(self, type_: str, name: str, told: str, *labels: str, normal: str) -> Declared:
        """Declare a metric that somebody else makes."""
        declared = Declared(name=f"{_PREFIX}_{name}", type=type_, labels=labels, told=told, normal=normal)
        self.declared.append(declared)
        return declared


REGISTRY: Final = Registry()
"""The process' one registry; served where METRICS_PORT is set, and cheap where it is not."""
