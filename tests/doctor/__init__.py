"""An installation for doctor to look at, and docs/doctor-examples.md, written from what it says of it."""
