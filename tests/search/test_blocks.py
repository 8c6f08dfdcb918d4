"""Postings as they lie on the disk."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search.blocks import BLOCK, MAGIC, pack_few, pack_postings, unpack_postings, unpack_values

numbers = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=40, unique=True).map(sorted)
weights = st.one_of(st.just(1.0), st.integers(0, 70_000).map(float), st.floats(0, 1e6, width=32))


@given(documents=numbers, data=st.data())
def test_what_was_packed_is_unpacked(documents: list[int], data: st.DataObject) -> None:
    count = len(documents)
    weighing = data.draw(st.lists(weights, min_size=count, max_size=count))
    values = data.draw(st.none() | st.lists(st.binary(max_size=300), min_size=count, max_size=count))
    packed = pack_postings(np.array(documents, np.int32), np.array(weighing, np.float32), None, values)
    found, weighed = unpack_postings(packed)
    assert (found.tolist(), weighed.tolist()) == (documents, np.array(weighing, np.float32).tolist())
    assert unpack_values(packed) == (values or [b""] * count)


@given(documents=numbers, data=st.data())
def test_few_are_packed_as_many_are(documents: list[int], data: st.DataObject) -> None:
    count = len(documents)
    weighing = data.draw(st.lists(st.integers(1, 300).map(float), min_size=count, max_size=count))
    lengths = np.full(count, 7, np.uint8)
    packed = pack_few(documents, weighing, 7, 7)
    if packed is None:
        assert max(weighing) > 255
    else:
        arrays = np.array(documents, np.int32), np.array(weighing, np.float32)
        assert packed == pack_postings(*arrays, lengths)


def test_many_blocks_follow_each_other() -> None:
    documents = np.arange(0, 3 * (2 * BLOCK + 1), 3, dtype=np.int32)
    ones = np.ones(len(documents), dtype=np.float32)
    found, weighed = unpack_postings(pack_postings(documents, ones))
    assert np.array_equal(found, documents) and np.array_equal(weighed, ones)


@pytest.mark.parametrize("cut", [0, 3, 4, 10, 40, -1])
def test_postings_cut_off_are_told(cut: int) -> None:
    packed = pack_postings(np.arange(0, 9000, 9, dtype=np.int32), np.ones(1000, dtype=np.float32))
    with pytest.raises((ValueError, struct.error)):
        unpack_postings(packed[:cut])


def test_zeros_and_nonsense_are_told() -> None:
    for nonsense in (bytes(200), MAGIC + bytes(200), MAGIC + b"\xff" * 200, MAGIC + bytes(range(200))):
        with pytest.raises(ValueError, match="postings"):
            unpack_postings(nonsense)
