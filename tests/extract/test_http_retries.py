"""What may heal is asked again, after a pause, and what may not is not."""

from datetime import datetime

import httpx
import pytest

from flows.extract.http import fetch_with_retries
from flows.model import Failed, Fetched, Received
from tests.extract.fetching import FEED, LIMITS, NOON, source_at
from tests.extract.server import Behaviour, Server, answer, cut_by_reset, raw, redirect


class TestRetries:
    def fetch(
        self, client: httpx.Client, url: str, now: datetime = NOON
    ) -> tuple[Fetched, list[float]]:
        waited: list[float] = []
        outcome = fetch_with_retries(
            source_at(url),
            None,
            client,
            LIMITS,
            lambda: now,
            wait=waited.append,
            jitter=lambda: 0.5,
        )
        return outcome, waited

    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param(answer(b"", status="502 Bad Gateway"), id="502"),
            pytest.param(answer(b"", status="503 Unavailable"), id="503"),
            pytest.param(answer(b"", status="504 Gateway Timeout"), id="504"),
            pytest.param(raw(b""), id="closed"),
            pytest.param(cut_by_reset, id="cut-off"),
        ],
    )
    def test_heal_what_passes(self, server: Server, client: httpx.Client, fault: Behaviour) -> None:
        outcome, waited = self.fetch(client, server.on("/feed", fault, fault, answer(FEED)))
        assert isinstance(outcome, Received)
        assert waited == [1.0, 2.0]

    def test_end(self, server: Server, client: httpx.Client) -> None:
        outcome, waited = self.fetch(client, server.on("/feed", raw(b"")))
        assert isinstance(outcome, Failed)
        assert len(server.asked) == 3
        assert len(waited) == 2

    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param(answer(b"", status="404 Not Found"), id="404"),
            pytest.param(answer(b"", status="500 Broken"), id="500"),
            pytest.param(answer(b"", status="429 Too Many"), id="429"),
            pytest.param(raw(b"BANANA\r\n\r\n"), id="no-http"),
            pytest.param(redirect("/feed"), id="loop"),
        ],
    )
    def test_spare_what_will_not_heal(
        self, server: Server, client: httpx.Client, fault: Behaviour
    ) -> None:
        outcome, waited = self.fetch(client, server.on("/feed", fault, answer(FEED)))
        assert isinstance(outcome, Failed)
        assert (len(server.asked), waited) == (1, [])

    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Unavailable"])
    @pytest.mark.parametrize(
        ("after", "waited"),
        [
            pytest.param("3", [3.0], id="seconds"),
            pytest.param("Wed, 04 Mar 2026 12:00:04 GMT", [4.0], id="date"),
            pytest.param("Wed, 04 Mar 2026 11:00:00 GMT", [0.0], id="date-past"),
            pytest.param("3600", None, id="too-long"),
            pytest.param("Wed, 04 Mar 2026 13:00:00 GMT", None, id="date-too-far"),
        ],
    )
    def test_keep_to_a_short_retry_after(
        self,
        server: Server,
        client: httpx.Client,
        status: str,
        after: str,
        waited: list[float] | None,
    ) -> None:
        fault = answer(b"", f"Retry-After: {after}", status=status)
        outcome, actual = self.fetch(client, server.on("/feed", fault, answer(FEED)))
        assert isinstance(outcome, Failed if waited is None else Received)
        assert actual == (waited or [])

    def test_pass_over_a_retry_after_that_says_nothing(
        self, server: Server, client: httpx.Client
    ) -> None:
        fault = answer(b"", "Retry-After: soon", status="503 Unavailable")
        outcome, waited = self.fetch(client, server.on("/feed", fault, answer(FEED)))
        assert isinstance(outcome, Received)
        assert waited == [1.0]
