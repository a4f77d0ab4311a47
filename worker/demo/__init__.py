"""The demo: everything embedded, one story, nothing left behind."""
