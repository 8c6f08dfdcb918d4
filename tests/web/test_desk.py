"""The desk's pages about people, units and the log."""

import re
import time

import pytest
from flask.testing import FlaskClient

from medialib.app import create_app
from medialib.catalogue import lookups, people_edits, people_lookups, unit_tree
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Ticket
from medialib.errors import BadRequest, NotFound
from medialib.services import Services

from .factories import add_lesson
from .signing import COUNTY, OTHER_TOWN, PASSWORD, TOWN, VILLAGE, acts, add_person, add_units, client_of, send, sign_in


@pytest.fixture
def admin(services: Services) -> FlaskClient:
    add_person(services, "guan", "admin")
    return client_of(services, "guan")


def invited(admin: FlaskClient, **fields: str) -> str:
    """The path of a new invitation's link."""
    answer = send(admin, "/desk/people/invite", **fields)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<svg" in answer.text and 'class="qr"' in answer.text
    found = re.search(r'value="http://localhost(/invitation/[^"]+)"', answer.text)
    assert found
    return found[1]


def test_an_invited_editor_makes_an_account_by_the_link_once(admin: FlaskClient, services: Services) -> None:
    units = add_units(services)
    link = invited(admin, name="小王", role="editor", unit=units[TOWN])
    guest = client_of(services)
    page = guest.get(link)
    assert "单位编辑" in page.text and TOWN in page.text and 'value="小王"' in page.text
    poor = send(guest, link, name="王", login="wang", password="1", again="1")
    assert poor.status_code == 400 and "密码太短了" in poor.text and 'value="wang"' in poor.text
    taken = send(guest, link, name="王", login="Guan", password=PASSWORD, again=PASSWORD)
    assert taken.status_code == 400 and "这个登录名有人用了" in taken.text
    odd = send(guest, link, name="王", login="a b", password=PASSWORD, again=PASSWORD)
    assert odd.status_code == 400 and "不带空格" in odd.text
    done = send(guest, link, name="王", login="wang", password=PASSWORD, again=PASSWORD)
    assert done.headers["Location"] == "/desk/todo"
    assert TOWN in guest.get("/desk/account").text
    again = client_of(services).get(link)
    assert again.status_code == 404
    assert "这条链接用过了，或者过期了。" in again.text
    assert acts(services)[:3] == ["signed.in", "person.added", "person.invited"]


def test_an_invitation_that_was_taken_back_or_is_too_old_opens_nothing(admin: FlaskClient, services: Services) -> None:
    link = invited(admin, name="", role="viewer", unit="")
    with services.database.read() as session:
        ticket = people_lookups.open_tickets(session, "invitation")[0]
    send(admin, f"/desk/people/invitations/{ticket.id}/withdraw", page="/desk/people")
    assert client_of(services).get(link).status_code == 404
    late = invited(admin, name="", role="viewer", unit="")
    with services.database.begin() as session:
        for one in session.query(Ticket).all():
            one.ends_at = time.time() - 1
    assert client_of(services).get(late).status_code == 404
    guest = client_of(services)
    answer = send(guest, late, page="/sign-in", name="x", login="x1", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 404
    with services.database.read() as session:
        assert people_lookups.find_person(session, "x1") is None


def test_an_invitation_is_no_password_link_and_the_reverse(admin: FlaskClient, services: Services) -> None:
    link = invited(admin, name="", role="admin", unit="")
    assert client_of(services).get(link.replace("invitation", "password")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"role": "king", "unit": ""}, "请选他能做什么。"),
        ({"role": "editor", "unit": ""}, "单位编辑要归到一个单位"),
        ({"role": "viewer", "unit": "", "name": "长" * 101}, "太长了"),
    ],
)
def test_a_wrong_invitation_is_explained(admin: FlaskClient, fields: dict[str, str], sentence: str) -> None:
    answer = send(admin, "/desk/people/invite", **fields)
    assert answer.status_code == 400
    assert sentence in answer.text


def test_a_password_link_works_once_and_voids_the_one_before(admin: FlaskClient, services: Services) -> None:
    person = add_person(services, "wang")
    phone = client_of(services, "wang")

    def link() -> str:
        answer = send(admin, f"/desk/people/{person.id}/reset", page=f"/desk/people/{person.id}")
        found = re.search(r"http://localhost(/password/[^\"]+)", answer.text)
        assert found
        return found[1]

    first, second = link(), link()
    guest = client_of(services)
    assert guest.get(first).status_code == 404
    assert "wang" in guest.get(second).text
    answer = send(guest, second, password="新的密码八个字哦", again="别的密码八个字哦")
    assert answer.status_code == 400 and "两次输的密码不一样" in answer.text
    assert send(guest, second, password="新的密码八个字哦", again="新的密码八个字哦").status_code == 302
    assert guest.get("/desk/account").status_code == 200
    assert phone.get("/desk/account").status_code == 302, "old devices are signed out"
    assert client_of(services).get(second).status_code == 404
    assert sign_in(client_of(services), "wang").status_code == 403


def test_a_disabled_persons_password_link_is_void(admin: FlaskClient, services: Services) -> None:
    person = add_person(services, "wang")
    answer = send(admin, f"/desk/people/{person.id}/reset", page=f"/desk/people/{person.id}")
    found = re.search(r"http://localhost(/password/[^\"]+)", answer.text)
    assert found
    send(admin, f"/desk/people/{person.id}/disable", page=f"/desk/people/{person.id}")
    assert client_of(services).get(found[1]).status_code == 404


def test_logs_bear_no_tokens(services: Services) -> None:
    app = create_app(services)
    from medialib.web.errors import told_path

    with app.test_request_context("/invitation/secret-token"):
        assert told_path() == "/invitation/…"
    with app.test_request_context("/desk/people"):
        assert told_path() == "/desk/people"


def test_a_person_is_given_another_role_and_unit_at_once(admin: FlaskClient, services: Services) -> None:
    units = add_units(services)
    person = add_person(services, "wang", "viewer")
    wang = client_of(services, "wang")
    assert wang.get("/desk/people").status_code == 403
    address = f"/desk/people/{person.id}"
    assert send(admin, address, name="王", role="admin", unit=units[VILLAGE]).status_code == 302
    assert wang.get("/desk/people").status_code == 200
    page = admin.get(address).text
    assert "观众 → 管理员" not in page, "that is the log of what the person did"
    log = admin.get("/desk/log").text
    assert "能做什么：观众 → 管理员" in log and f"单位：— → {VILLAGE}" in log and "改了账号" in log
    assert admin.get("/desk/people/nobody").status_code == 404
    assert "没有这个人。" in admin.get("/desk/people/nobody").text


def test_people_are_found_by_a_part_of_their_name(admin: FlaskClient, services: Services) -> None:
    add_person(services, "wang")
    assert "wang" in admin.get("/desk/people?q=AN").text
    assert "没有找到这个人" in admin.get("/desk/people?q=%25").text


def test_signing_a_person_out_everywhere(admin: FlaskClient, services: Services) -> None:
    person = add_person(services, "wang")
    wang = client_of(services, "wang")
    send(admin, f"/desk/people/{person.id}/sign-out", page=f"/desk/people/{person.id}")
    assert wang.get("/desk/account").status_code == 302


def test_units_are_added_renamed_moved_and_ordered(admin: FlaskClient, services: Services) -> None:
    units = add_units(services)
    lesson = add_lesson(services, unit=VILLAGE)
    answer = send(admin, "/desk/units", name=" 大华  村 ", parent=units[OTHER_TOWN])
    assert answer.status_code == 302
    again = send(admin, "/desk/units", name="大华 村", parent=units[OTHER_TOWN])
    assert again.status_code == 400 and "已经有这个名称的单位了" in again.text
    bad = send(admin, "/desk/units", name="a/b", parent="")
    assert bad.status_code == 400 and "不带斜线" in bad.text
    town = f"/desk/units/{units[TOWN]}"
    send(admin, f"{town}/rename", page=town, name="马迹塘新镇")
    send(admin, f"{town}/move", page=town, parent=units[OTHER_TOWN])
    under = send(admin, f"/desk/units/{units[OTHER_TOWN]}/move", page=town, parent=units[VILLAGE])
    assert under.status_code == 400 and "不能归到自己" in under.text
    with services.database.read() as session:
        village = unit_tree.unit(session, units[VILLAGE])
        assert village.path == f"{units[COUNTY]}/{units[OTHER_TOWN]}/{units[TOWN]}/{units[VILLAGE]}/"
        assert lookups.lesson(session, lesson).revision == 3, "search learns of both changes"
        assert [row.depth for row in unit_tree.rows(session)] == [0, 1, 2, 2, 3]
        assert [row.lessons for row in unit_tree.rows(session)] == [0, 0, 0, 0, 1]
    assert "马迹塘新镇" in admin.get("/desk/units").text
    up = f"{town}/up"
    assert send(admin, up, page="/desk/units").status_code == 302
    with services.database.read() as session:
        order = [row.unit.slug for row in unit_tree.rows(session)]
    assert order.index(units[TOWN]) < order.index("dahua-cun" if "dahua-cun" in order else order[-1])
    assert acts(services)[:4] == ["unit.ordered", "unit.moved", "unit.renamed", "unit.added"]


def test_a_unit_is_removed_when_nothing_belongs_to_it_and_comes_back(admin: FlaskClient, services: Services) -> None:
    units = add_units(services)
    lesson, person = add_lesson(services, unit=VILLAGE), add_person(services, "wang", "editor", units[TOWN])
    town, village = f"/desk/units/{units[TOWN]}", f"/desk/units/{units[VILLAGE]}"
    for address, told in ((town, "还有下级单位"), (village, "还有课程")):
        refused = send(admin, f"{address}/remove", page=address)
        assert refused.status_code == 400 and told in refused.text
    with services.database.begin() as session:
        session.get_one(Lesson, lesson).unit_slug = None
        people_edits.invite(session, name="x", role="editor", unit_slug=units[VILLAGE], hours=1.0, by=None)
    assert "还有人员" in send(admin, f"{village}/remove", page=village).text
    with services.database.begin() as session:
        people_edits.withdraw(session, people_lookups.open_tickets(session, "invitation")[0], by=None)
    removed = send(admin, f"{village}/remove", page=village)
    assert removed.headers["Location"] == "/desk/units?removed=1"
    page = admin.get("/desk/units?removed=1").text
    assert f"“{VILLAGE}”删掉了" in page and f'name="parent" value="{units[TOWN]}"' in page
    assert admin.get(village).status_code == 404
    assert "还有人员" in send(admin, f"{town}/remove", page=town).text and person.unit_slug == units[TOWN]
    send(admin, "/desk/units", name=VILLAGE, parent=units[TOWN])
    assert admin.get(village).status_code == 200, "at its address of before"
    assert acts(services)[:2] == ["unit.added", "unit.removed"]


def test_units_lie_eight_deep_at_most(services: Services) -> None:
    with services.database.begin() as session:
        parent = None
        for number in range(8):
            parent = unit_tree.add(session, name=f"第{number}级", parent_slug=parent, by=None).slug
        with pytest.raises(BadRequest):
            unit_tree.add(session, name="太深", parent_slug=parent, by=None)
        top = unit_tree.add(session, name="别的", parent_slug=None, by=None).slug
        below = unit_tree.add(session, name="下级", parent_slug=top, by=None).slug
        sixth = unit_tree.unit(session, parent or "").parent_slug
        with pytest.raises(BadRequest):
            unit_tree.move(session, top, sixth, by=None)
        unit_tree.move(session, below, sixth, by=None)


def test_the_log_is_filtered_by_person_act_and_day_and_paged(admin: FlaskClient, services: Services) -> None:
    units = add_units(services)
    person = add_person(services, "wang")
    client_of(services, "wang")
    with services.database.begin() as session:
        for _ in range(60):
            people_edits.note(session, None, "unit.ordered", on_id=units[COUNTY], on_name=COUNTY)
    assert "第 1 页，共 2 页" in admin.get("/desk/log").text
    assert admin.get("/desk/log?page=2").status_code == 200
    of_wang = admin.get(f"/desk/log?person={person.id}").text
    assert "1 条" in of_wang and "<b>登录</b>" in of_wang
    ordered = admin.get("/desk/log?act=unit.ordered").text
    assert "60 条" in ordered and "用命令做的，或没有登录</span>" in ordered
    today = time.strftime("%Y-%m-%d")
    assert "60 条" in admin.get(f"/desk/log?act=unit.ordered&since={today}&until={today}").text
    assert "0 条" in admin.get("/desk/log?until=2001-01-01").text
    assert "60 条" in admin.get("/desk/log?act=unit.ordered&since=nonsense&page=x").text
    assert "0 条" in admin.get("/desk/log?since=9999-12-31&until=9999-12-31").text


def test_every_act_of_the_code_has_words() -> None:
    from pathlib import Path

    import medialib
    from medialib.catalogue.stages import STAGES
    from medialib.web.desk.log import ACTS

    folder = Path(medialib.__file__).parent
    texts = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "log.py")
    noted = set(re.findall(r'(?:note\(\s*session, \S+(?:\(services\))?, |act=)"([a-z.-]+)"', texts))
    noted |= set(re.findall(r'"((?:collection|theme)\.(?!html)[a-z]+)"', texts))  # noted by one function for all
    noted |= {f"lesson.{stage}" for stage in STAGES}  # moves note the stage that they lead to
    assert len(noted) > 15
    assert noted <= set(ACTS), noted - set(ACTS)
    unknown = {act for act in set(ACTS) - noted if f'"{act}"' not in texts}
    assert unknown == set()


def test_of_two_who_use_a_link_at_the_same_moment_one_is_told(services: Services) -> None:
    with services.database.begin() as session:
        token = people_edits.invite(session, name="", role="viewer", unit_slug=None, hours=1, by=None)
    with services.database.read() as session:
        seen_by_both = people_lookups.ticket(session, token, "invitation")
    with services.database.begin() as session:
        people_edits.accept(session, seen_by_both, login="first", name="", password=PASSWORD)
    with services.database.begin() as session, pytest.raises(NotFound):
        people_edits.accept(session, seen_by_both, login="second", name="", password=PASSWORD)
    with services.database.read() as session:
        assert people_lookups.find_person(session, "second") is None
