"""The simulator's own tests: real HTTP against a simulator in a process of its own."""
