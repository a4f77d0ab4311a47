"""The worker's metrics, served: the endpoint, what is read at a scrape, and the page that explains them.

What is counted while a worker works is in tasks/metrics.py.
"""
