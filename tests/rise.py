"""How much a series of this process' registry has risen: tests share it, and start from anywhere."""

from tasks.registry import REGISTRY


class Rise:
    """Remembers where every series stood when this was made."""

    def __init__(self) -> None:
        self._before = self._read()

    def of(self, name: str, **labels: str) -> float:
        """Return the rise of one series."""
        key = (f"phone_verification_{name}", frozenset(labels.items()))
        return self._read().get(key, 0) - self._before.get(key, 0)

    @staticmethod
    def _read() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
        }
