"""A worker's metrics, as Prometheus gets them."""
