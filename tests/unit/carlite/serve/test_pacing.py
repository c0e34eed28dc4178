"""How soon ticks may follow each other."""

from __future__ import annotations

import pytest

from carlite.serve.pacing import REST_S, TickPacing


def test_the_first_tick_need_not_wait() -> None:
    assert TickPacing().rest_s(0.0) == 0.0


def test_a_tick_waits_for_what_is_left_of_the_rest_since_the_last_answer() -> None:
    pacing = TickPacing()
    pacing.served(10.0)
    assert pacing.rest_s(10.0) == pytest.approx(REST_S)
    assert pacing.rest_s(10.0 + 0.25 * REST_S) == pytest.approx(0.75 * REST_S)
    assert pacing.rest_s(10.0 + REST_S) == pytest.approx(0.0, abs=1e-12)
    assert pacing.rest_s(11.0) == 0.0


def test_the_later_of_two_answers_counts() -> None:
    pacing = TickPacing()
    pacing.served(10.0)
    pacing.served(10.001)
    assert pacing.rest_s(10.001) == pytest.approx(REST_S)
