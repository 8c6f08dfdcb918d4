"""Accounts from the command line, and the first administrator's link."""

import os
import re
from pathlib import Path

import once
import pytest
from click.testing import CliRunner, Result

from medialib.app import create_app
from medialib.catalogue import people_lookups, unit_tree
from medialib.cli import main
from medialib.cli.addresses import reached_at
from medialib.cli.users import first_link
from medialib.services import Services, open_with
from medialib.settings import load_settings
from medialib.settings.sections import Server

PASSWORD = "竹海听风 2023"


class Shell:
    """Calls commands on a library in a folder of its own."""

    def __init__(self, folder: Path):
        once.with_migrations(folder / "store" / "medialib.db")
        self.config = folder / "config.yaml"
        self.config.write_text(f"store: {{url: {folder / 'store'}}}\nsite: {{address: 'https://ke.example.org'}}\n")

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, ["--config", str(self.config), "user", *arguments], input=typed)

    def services(self) -> Services:
        return open_with(load_settings(self.config, {}))


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    for name in [name for name in os.environ if name.startswith("MEDIALIB__")]:
        monkeypatch.delenv(name)
    return Shell(tmp_path)


def path_in(text: str) -> str:
    found = re.search(r"https://ke\.example\.org(/password/\S+)", text)
    assert found, text
    return found[1]


def test_an_account_is_made_with_a_link_for_its_password(user: Shell) -> None:
    done = user("add", "Li", "--role", "admin", "--name", "李")
    assert done.exit_code == 0
    client = create_app(user.services()).test_client()
    assert client.get(path_in(done.stdout)).status_code == 200
    listed = user("list").stdout
    assert "李" in listed and "no password yet" in listed
    again = user("passwd", "li")
    assert client.get(path_in(done.stdout)).status_code == 404, "the one before is void"
    assert client.get(path_in(again.stdout)).status_code == 200


def test_a_password_can_be_given_on_standard_input(user: Shell) -> None:
    assert user("add", "li", "--password-stdin", typed=f"{PASSWORD}\n").exit_code == 0
    assert "can sign in" in user("list").stdout
    changed = user("passwd", "li", "--password-stdin", typed="山上有一棵老樟树\n")
    assert changed.exit_code == 0 and "signed out" in changed.stdout
    poor = user("passwd", "li", "--password-stdin", typed="1\n")
    assert poor.exit_code == 1
    assert "too short" in poor.stderr


def test_accounts_are_disabled_and_enabled(user: Shell) -> None:
    user("add", "li", "--password-stdin", typed=f"{PASSWORD}\n")
    assert user("disable", "li").exit_code == 0
    assert "disabled" in user("list").stdout
    assert user("enable", "LI").exit_code == 0
    assert "can sign in" in user("list").stdout


def test_what_cannot_be_done_is_said(user: Shell) -> None:
    user("add", "li")
    for arguments, sentence in (
        (("add", "LI"), "Somebody has this sign-in name already."),
        (("add", "x y"), "without spaces"),
        (("add", "wang", "--role", "editor"), "needs a unit"),
        (("add", "wang", "--unit", "nowhere"), "There is no such unit."),
        (("passwd", "nobody"), "There is no such person."),
        (("disable", "nobody"), "There is no such person."),
        (("enable", "nobody"), "There is no such person."),
    ):
        done = user(*arguments)
        assert done.exit_code == 1, arguments
        assert sentence in done.stderr


def test_an_editor_gets_a_unit_by_its_name(user: Shell) -> None:
    user("list")
    services = user.services()
    with services.database.begin() as session:
        unit_tree.add(session, name="马迹塘镇", parent_slug=None, by=None)
    assert user("add", "wang", "--role", "editor", "--unit", "马迹塘镇").exit_code == 0
    assert "马迹塘镇" in user("list").stdout


def test_the_last_administrator_cannot_be_disabled(user: Shell) -> None:
    user("add", "li", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n")
    done = user("disable", "li")
    assert done.exit_code == 1
    assert "last administrator" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_link_of_a_server_on_every_network_leads_to_this_machine(host: str) -> None:
    address = reached_at(Server(host=host, port=8000))
    assert re.fullmatch(r"http://(\d+(\.\d+){3}|\[[0-9a-f:]+\]|localhost):8000", address)
    assert address not in ("http://0.0.0.0:8000", "http://[::]:8000")
    assert reached_at(Server(host="127.0.0.1", port=8000)) == "http://127.0.0.1:8000"


def test_the_first_start_prints_a_link_that_works_once(user: Shell) -> None:
    user("list")
    services = user.services()
    told = first_link(services, again=True)
    assert "medialib user passwd admin" in told
    assert first_link(services, again=False) == "", "a server that `run` starts leaves its link alone"
    second = first_link(services, again=True)
    client = create_app(services).test_client()
    assert client.get(path_in(told)).status_code == 404
    page = client.get(path_in(second))
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": token[1], "password": PASSWORD, "again": PASSWORD}
    assert client.post(path_in(second), data=form).headers["Location"] == "/desk/todo"
    assert client.get("/desk/people").status_code == 200
    assert create_app(services).test_client().get(path_in(second)).status_code == 404
    assert first_link(services, again=True) == "", "somebody administers it now"


def test_a_library_whose_admin_was_made_something_else_says_what_to_do(user: Shell) -> None:
    user("add", "admin")
    assert "medialib user add NAME --role admin" in first_link(user.services(), again=True)


def test_the_command_line_is_in_the_log_without_a_name(user: Shell) -> None:
    user("add", "li")
    with user.services().database.read() as session:
        entries = people_lookups.log(session, person_id="").entries
    assert [entry.act for entry in entries] == ["password.link", "person.added"]
