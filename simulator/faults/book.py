"""The posted faults, in the order in which they were posted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from simulator.faults.rule import Fault, Rule


@dataclass(slots=True)
class FaultBook:
    """Each call is hit by at most one fault: the first that is due."""

    rules: dict[int, Rule] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def post(self, fault: Fault) -> Rule:
        """Arm a fault."""
        rule = Rule(id=next(self.ids), fault=fault)
        self.rules[rule.id] = rule
        return rule

    def hit(self, endpoint: str, to: str | None) -> Rule | None:
        """The rule that hits this call; every rule it concerns has then seen it."""
        concerned = [rule for rule in self.rules.values() if rule.fault.concerns(endpoint, to)]
        for rule in concerned:
            rule.seen += 1
        due = next((rule for rule in concerned if rule.is_due()), None)
        if due is not None:
            due.hits += 1
        return due

    def remove(self, rule_id: int) -> None:
        """Disarm; whoever it holds goes on."""
        self.rules.pop(rule_id).release(drop=False)

    def clear(self, *, drop: bool) -> None:
        """Disarm all."""
        for rule in self.rules.values():
            rule.release(drop=drop)
        self.rules.clear()
