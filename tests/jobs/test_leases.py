"""Leases: one holder at a time, whose silence lets others take over."""

import threading
import time
from pathlib import Path

import once
import pytest

from medialib.database import Database
from medialib.jobs.leases import LeaseRow, Leases

LEASE_SECONDS = 30.0


class Clock:
    """Unix seconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    once.with_migrations(tmp_path / "medialib.db")
    return Database(f"sqlite:///{tmp_path / 'medialib.db'}")


@pytest.fixture
def mine(database: Database, clock: Clock) -> Leases:
    return worker(database, clock)


@pytest.fixture
def yours(database: Database, clock: Clock) -> Leases:
    return worker(database, clock)


def worker(database: Database, clock: Clock) -> Leases:
    """The leases of one process; it renews only when the test says so."""
    return Leases(database, lease_seconds=LEASE_SECONDS, renew_seconds=3600, clock=clock)


def test_a_second_taker_gets_none(mine: Leases, yours: Leases) -> None:
    assert mine.take("work") is not None
    assert yours.take("work") is None
    assert mine.take("work") is None


def test_other_work_is_free(mine: Leases, yours: Leases) -> None:
    first, second = mine.take("work"), yours.take("other work")
    assert first and second and first.token != second.token


def test_what_was_given_back_can_be_taken(mine: Leases, yours: Leases) -> None:
    lease = mine.take("work")
    assert lease
    mine.give_back(lease)
    assert yours.take("work") is not None


def test_a_lease_lasts_as_long_as_its_block_even_when_that_fails(mine: Leases, yours: Leases) -> None:
    with pytest.raises(RuntimeError), mine.hold("work") as lease:
        assert lease is not None
        with yours.hold("work") as nothing:
            assert nothing is None
        raise RuntimeError
    assert yours.take("work") is not None


def test_a_lapsed_lease_is_taken_over(mine: Leases, yours: Leases, clock: Clock) -> None:
    mine.take("work")
    clock.now += LEASE_SECONDS - 0.1
    assert yours.take("work") is None
    clock.now += 0.1
    assert yours.take("work") is not None


def test_a_renewed_lease_does_not_lapse(mine: Leases, yours: Leases, clock: Clock) -> None:
    lease = mine.take("work")
    for _ in range(5):
        clock.now += LEASE_SECONDS / 2
        mine.renew()
        assert yours.take("work") is None
    assert lease and not lease.lost.is_set()


def test_a_lease_that_was_taken_over_is_lost_to_its_first_holder(mine: Leases, yours: Leases, clock: Clock) -> None:
    first = mine.take("work")
    clock.now += LEASE_SECONDS
    second = yours.take("work")
    mine.renew()
    yours.renew()
    assert first and first.lost.is_set()
    assert second and not second.lost.is_set()


def test_giving_back_a_lost_lease_does_not_free_the_new_holders(mine: Leases, yours: Leases, clock: Clock) -> None:
    first = mine.take("work")
    clock.now += LEASE_SECONDS
    second = yours.take("work")
    assert first and second
    mine.give_back(first)
    assert mine.take("work") is None


def test_a_late_holder_that_nobody_replaced_goes_on(mine: Leases, yours: Leases, clock: Clock) -> None:
    lease = mine.take("work")
    clock.now += 2 * LEASE_SECONDS
    mine.renew()
    assert lease and not lease.lost.is_set()
    assert yours.take("work") is None


@pytest.mark.parametrize("days", [-400, 400])
def test_work_goes_on_after_the_clock_has_jumped(mine: Leases, yours: Leases, clock: Clock, days: int) -> None:
    mine.take("work")
    clock.now += days * 86_400
    assert mine.living() == {}
    assert yours.take("work") is not None


def test_an_end_in_an_absurd_future_counts_as_lapsed(database: Database, mine: Leases, clock: Clock) -> None:
    with database.begin() as session:
        session.add(LeaseRow(name="work", token="old", expires_at=clock.now + 400 * 86_400))
    assert mine.take("work") is not None


def test_living_leases_are_told_by_prefix(mine: Leases, yours: Leases, clock: Clock) -> None:
    old = mine.take("run:old")
    clock.now += LEASE_SECONDS
    new = yours.take("run:new")
    index = mine.take("index")
    assert old and new and index
    assert mine.living("run:") == {"run:new": new.token}
    assert yours.living() == {"run:new": new.token, "index": index.token}


def test_a_prefix_is_no_pattern(mine: Leases) -> None:
    mine.take("run")
    assert mine.living("%") == {}


def test_sweeping_forgets_the_lapsed_only(database: Database, mine: Leases, clock: Clock) -> None:
    mine.take("old")
    clock.now += LEASE_SECONDS
    mine.take("new")
    mine.sweep()
    with database.read() as session:
        assert session.get(LeaseRow, "old") is None
        assert session.get(LeaseRow, "new") is not None


def test_of_many_takers_one_wins(database: Database, clock: Clock) -> None:
    workers = [worker(database, clock) for _ in range(6)]
    start = threading.Barrier(len(workers))
    won: list[str] = []

    def take(leases: Leases) -> None:
        start.wait()
        lease = leases.take("work")
        if lease:
            won.append(lease.token)

    threads = [threading.Thread(target=take, args=(leases,)) for leases in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_held_lease_is_renewed_by_itself(database: Database, yours: Leases, clock: Clock) -> None:
    leases = Leases(database, lease_seconds=LEASE_SECONDS, renew_seconds=0.02, clock=clock)
    end = time.monotonic() + 60
    with leases.hold("work") as lease:
        for _ in range(3):
            clock.now += LEASE_SECONDS * 2 / 3
            while ends(database, "work") < clock.now + LEASE_SECONDS:
                assert time.monotonic() < end
                time.sleep(0.01)
            assert yours.take("work") is None
        assert lease and not lease.lost.is_set()
    assert yours.take("work") is not None


def ends(database: Database, name: str) -> float:
    with database.read() as session:
        return session.get_one(LeaseRow, name).expires_at
