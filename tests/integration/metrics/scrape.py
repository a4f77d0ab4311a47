"""A scrape, read as Prometheus reads it.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from dataclasses import dataclass
from urllib.request import urlopen

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

PREFIX = "phone_verification_"


@dataclass(frozen=True, slots=True)
class Scrape:
    """What an endpoint told, and the numbers in it."""

    text: str

    @property
    def families(self) -> list[Metric]:
        """Every metric with its samples."""
        return list(text_string_to_metric_families(self.text))

    def value(self, name: str, **labels: str) -> float:
        """Add up the samples of a name that have these labels; 0 when there is none."""
        return sum(
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == PREFIX + name and labels.items() <= sample.labels.items()
        )

    def has(self, name: str) -> bool:
        """Whether there is a sample of this name."""
        return any(sample.name == PREFIX + name for family in self.families for sample in family.samples)


def scrape(port: int) -> Scrape:
    """Ask an endpoint on loopback."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return Scrape(answer.read().decode())
