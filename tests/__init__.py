"""The tests: unit, contract, integration; each proves a promise."""
