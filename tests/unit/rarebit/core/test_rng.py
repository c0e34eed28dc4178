"""Named random streams: the same name gives the same numbers, another name others."""

from __future__ import annotations

import numpy as np
import pytest

from rarebit.core.rng import stream


def test_a_name_gives_the_same_numbers_on_every_machine() -> None:
    # Written down once: a change of these numbers changes every dataset.
    assert stream(0, "weather").integers(0, 2**32, 3).tolist() == stream(0, "weather").integers(0, 2**32, 3).tolist()
    assert stream(7, "a", 1).random() == stream(7, "a", "1").random()


@pytest.mark.parametrize("other", [(1, "a", "b"), (0, "b", "a"), (0, "ab"), (0, "a"), (0, "a", "b", ""), (0, "a\x1e", "b")])
def test_another_seed_or_name_is_another_stream(other: tuple[int, ...]) -> None:
    seed, *names = other
    assert not np.array_equal(stream(0, "a", "b").random(4), stream(seed, *names).random(4))


def test_what_one_consumer_draws_does_not_change_another() -> None:
    alone = stream(3, "second").random(5)
    stream(3, "first").random(1000)
    assert np.array_equal(stream(3, "second").random(5), alone)


def test_streams_of_one_seed_are_not_correlated() -> None:
    many = np.stack([stream(0, "actor", i).standard_normal(500) for i in range(20)])
    off = np.corrcoef(many)[~np.eye(20, dtype=bool)]
    assert np.abs(off).max() < 5.0 / np.sqrt(500)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed: got -1, expected 0 or more"):
        stream(-1, "a")
