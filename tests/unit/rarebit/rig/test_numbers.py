"""Numbers in place of the server's ids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.rig.numbers import Numbers


@given(st.lists(st.integers(1, 2**31 - 1), unique=True, max_size=40), st.integers(0, 2**31 - 1))
def test_a_sweep_names_things_by_their_place_in_the_list(ids: list[int], other: int) -> None:
    numbers = Numbers(ids, [True] * len(ids))
    got = numbers.of_sweep(np.array([*ids, 0], np.uint32))
    assert got.tolist() == [*range(1, len(ids) + 1), 0]
    if other and other not in ids:
        assert numbers.of_sweep(np.array([other], np.uint32))[0] == other + 2**31


def test_images_tell_things_apart_by_the_lower_bits_where_the_server_says_so() -> None:
    numbers = Numbers([70000, 12, 2**40 + 5], [True, True, False])
    assert numbers.image_table[[70000 & 0xFFFF, 12, 5, 0]].tolist() == [1, 2, 5 | 0x8000, 0]
    assert numbers.of_sweep(np.array([5], np.uint32)).tolist() == [5 | 1 << 31]
    assert numbers.by_id[2**40 + 5] == 3


def test_too_many_things_are_an_error() -> None:
    with pytest.raises(ValueError, match="at most 32767"):
        Numbers(range(1, 40000), [True] * 39999)
