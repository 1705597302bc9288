"""What is counted, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Meters:
    """The counters of one server. Labels take few values: a path is its pattern, never what a client wrote."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "dupcheck_requests", "Requests answered.", ("method", "path", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "dupcheck_request_seconds", "Seconds until the answer was sent.", ("path",), buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self.waiting = Gauge("dupcheck_requests_in_progress", "Requests being answered.", registry=self.registry)
        self.drafts = Counter("dupcheck_drafts", "Drafts checked.", ("verdict",), registry=self.registry)
        self.claims = Counter("dupcheck_claims", "Answers to claims.", ("outcome",), registry=self.registry)
        self.listings = Gauge("dupcheck_catalogue_listings", "Listings of the catalogue.", registry=self.registry)
        self.taken = Gauge(
            "dupcheck_catalogue_taken_seconds", "When the catalogue was last taken up, in seconds since 1970.",
            registry=self.registry,
        )  # fmt: skip
        self.stale = Gauge(
            "dupcheck_catalogue_stale", "1 while the catalogue's files have changed and could not be taken up.",
            registry=self.registry,
        )  # fmt: skip
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def render(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self.registry)
