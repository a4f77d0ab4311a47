"""What survives what: faults injected on purpose, and a verdict on the promises after each.

Run by hand (`make faults`, `make soak`); the default run does not collect it.
"""
