"""The settings page: what is told of the file, of the machine, and what its buttons do."""

from medialib.catalogue import work_lookups
from medialib.catalogue.lessons import StepLeft
from medialib.jobs.queue import BULK
from medialib.services import Services
from medialib.settings import Settings
from medialib.tasks import index_stale
from medialib.web.desk.settings import told_settings
from medialib.web.screen.pages import page_version

from .factories import add_lesson
from .signing import acts, add_person, client_of, send

PAGE = "/desk/settings"


def test_settings_are_told_in_plain_words(services: Services) -> None:
    add_person(services, "guan", "admin")
    add_lesson(services)
    index_stale(services)
    page = client_of(services, "guan").get(PAGE).text
    told = ("资料库叫什么", "site: name", "谁都可以看", "剩余空间", "1 课搜得到", "改过的", "适合网络慢、硬盘小的地方")
    for sentence in told:
        assert sentence in page, sentence
    assert "GB free" not in page and ">county<" not in page and "20.0" not in page
    add_person(services, "xian", "curator")
    assert client_of(services, "xian").get(PAGE).status_code == 403


def test_what_was_chosen_and_what_a_variable_decides_is_told() -> None:
    settings = Settings.model_validate({"limits": {"hours": 3}})
    found = {one.key: one for one in told_settings(settings, {"MEDIALIB__SITE__NAME": "x"})}
    assert (found["hours"].value, found["hours"].chosen) == ("3", True)
    assert not found["file_gigabytes"].chosen
    assert found["name"].variable == "MEDIALIB__SITE__NAME" and not found["hours"].variable


def test_what_was_put_aside_is_tried_again(services: Services) -> None:
    add_person(services, "guan", "admin")
    lesson = add_lesson(services)
    with services.database.begin() as session:
        session.add(StepLeft(lesson_id=lesson, step="poster", rank=1, queued_at=1.0, parked=True, attempts=3))
    desk = client_of(services, "guan")
    before = services.queues.depth(BULK)
    send(desk, f"{PAGE}/retry", page=PAGE)
    with services.database.read() as session:
        assert work_lookups.parked_ids(session) == []
        assert work_lookups.steps_left(session, lesson)[0].attempts == 0
    send(desk, f"{PAGE}/reindex", page=PAGE)
    assert services.queues.depth(BULK) == before + 2
    assert acts(services)[:2] == ["settings.reindex", "settings.retry"]


def test_a_television_is_told_of_a_page_for_another_name_or_zone() -> None:
    def version(**sections: dict[str, str]) -> str:
        return page_version(Settings.model_validate(sections))

    assert version() == version()
    assert len({version(), version(screens={"zone": "Asia/Urumqi"}), version(site={"name": "桃江微课堂"})}) == 3
