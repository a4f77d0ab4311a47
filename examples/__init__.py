"""Programs that use the worker, as their authors would write them; no part of the worker needs them."""
