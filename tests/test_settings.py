"""Settings: what config.yaml and the environment say, and how they are refused."""

from pathlib import Path

import pytest

from medialib.errors import BadSettings
from medialib.settings import Server, Settings, load_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(BadSettings) as caught:
        load_settings(write(folder, text), environment)
    return str(caught.value)


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    assert settings.server == Settings().server
    assert settings.store.url == str(tmp_path / "media_store")


@pytest.mark.parametrize("text", ["", "# nothing\n", "server:\n", "server: {}\n"])
def test_an_empty_file_or_section_means_the_defaults(tmp_path: Path, text: str) -> None:
    assert load_settings(write(tmp_path, text), {}).server.port == Settings().server.port


def test_a_value_of_the_file_holds(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "site:\n  name: 桃江云课堂\nserver: {port: 80}\n"), {})
    assert (settings.site.name, settings.server.port, settings.server.host) == ("桃江云课堂", 80, "127.0.0.1")


def test_the_sandbox_is_off_as_the_documentation_writes_it(tmp_path: Path) -> None:
    """YAML takes that word for no."""
    assert load_settings(write(tmp_path, "tools:\n  sandbox: off\n"), {}).tools.sandbox == "off"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("site:\n  nmae: a\n", "config.yaml, line 2, site.nmae: there is no such setting"),
        ("\nsrever:\n  port: 1\n", "config.yaml, line 2, srever: there is no such setting"),
        ("server:\n  host: a\n  port: eighty\n", "config.yaml, line 3, server.port: a whole number is expected"),
        ("server: {port: 0}\n", "server.port: Input should be greater than or equal to 1"),
        ("store: {url: 's3://bucket'}\n", "that can link files (such as NFS"),
        ("server:\n  port: 70000\n", "config.yaml, line 2, server.port: Input should be less than or equal to 65535"),
        ("site: {language: fr}\n", "config.yaml, line 1, site.language: Input should be 'zh_CN' or 'en'"),
        ("ladder:\n  rungs:\n    - short_side: 240\n      max_bits_per_second: 1\n", "line 4, ladder.rungs.0.max_bits"),
        ("ladder:\n  start_rung: 500\n", "ladder: start_rung must be one of the rungs: 240, 480, 720"),
        ("jobs:\n  renew_seconds: 20\n", "config.yaml, line 1, jobs: renew_seconds must be at most half"),
        ("server: 8870\n", "config.yaml, line 1, server: keys and values are expected"),
        ("- server\n", "config.yaml, line 1: sections are expected"),
        ("server: {port: 1\nsite:\n", "config.yaml, line 2 or the one before: this is not YAML: expected ',' or '}'"),
        ("database: {url: 'mysql://x'}\n", "database.url: it must be empty or begin with sqlite:// or postgresql://"),
        ("ladder:\n  rungs: [{short_side: 241, max_bits_per_second: 90000}]\n", "multiple of 2"),
        ("server: {port: 1}\nsite: {}\nserver: {}\n", "config.yaml, line 3, server: it stands in line 1 already"),
        ("store:\n  url: s3://bucket\n", "config.yaml, line 2, store.url: it must be a directory or a file: URL"),
        ("watch:\n  folder: smb://office/in\n", "config.yaml, line 2, watch.folder: it must be a directory"),
        ("jobs:\n  url: mysql://host/name\n", "config.yaml, line 2, jobs.url: it must be empty or begin with redis://"),
        ("a: &a [*a]\n", "config.yaml holds itself (*)"),
        ("site:\n  name: 2024-13-45\n", "config.yaml, line 2 or the one before: this is not YAML: month must be"),
        ("server:\n  port: yes\n", "config.yaml, line 2, server.port: yes or no means nothing here"),
        ("limits: {free_gigabytes: no}\n", "limits.free_gigabytes: yes or no means nothing here"),
        ("ladder: {sound_tracks: false}\n", "ladder.sound_tracks: yes or no means nothing here"),
        ("webhooks: {private: perhaps}\n", "webhooks.private: yes or no is expected"),
        ("jobs: {lease_seconds: .inf}\n", "jobs.lease_seconds: a number is expected"),
        ("ladder: {profile: [county]}\n", "ladder.profile: Input should be 'county', 'quality' or 'tiny'"),
        ("server: {8870: host}\n", "config.yaml, line 1, server.8870: there is no such setting"),
        ("server: {host: ''}\n", "server.host: a text is expected"),
        ("store: {url: ''}\n", "store.url: a text is expected"),
        ('store: {url: "a\\0b"}\n', "store.url: it must be a directory"),
        ("jobs: {url: redis}\n", "jobs.url: it must be empty or begin with redis://, rediss:// or postgresql://"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, text)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    told = refusal(tmp_path, "site:\n  nmae: a\nserver:\n  port: x\n").splitlines()
    assert [line.split(", ")[1] for line in told] == ["line 2", "line 4"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"absent\.yaml cannot be read"):
        load_settings(tmp_path / "absent.yaml", {})


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSettings, match=r"config\.yaml cannot be read"):
        load_settings(path, {})


def test_a_variable_comes_before_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "server:\n  port: 80\n  host: a\n")
    server = load_settings(path, {"MEDIALIB__SERVER__PORT": "81", "HOME": "/"}).server
    assert (server.port, server.host) == (81, "a")


def test_a_variable_may_set_what_the_file_leaves_out(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "server:\n"), {"MEDIALIB__SERVER__PORT": "1", "MEDIALIB__SITE__NAME": "1"})
    assert (settings.server.port, settings.site.name) == (1, "1")


def test_a_variable_may_hold_a_list(tmp_path: Path) -> None:
    rungs = "[{short_side: 480, max_bits_per_second: 300000}]"
    ladder = load_settings(write(tmp_path, ""), {"MEDIALIB__LADDER__RUNGS": rungs}).ladder
    assert [rung.short_side for rung in ladder.rungs] == [480]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("MEDIALIB__SERVER__PORT", "eighty", "MEDIALIB__SERVER__PORT (server.port): a whole number is expected"),
        ("MEDIALIB__SERVER__PROT", "80", "MEDIALIB__SERVER__PROT (server.prot): there is no such setting"),
        ("MEDIALIB__SREVER__PORT", "80", "MEDIALIB__SREVER__PORT (srever): there is no such setting"),
        ("MEDIALIB__SERVER", "80", "MEDIALIB__SERVER: expected MEDIALIB__SECTION__KEY"),
        ("MEDIALIB__LADDER__RUNGS", "[{", "MEDIALIB__LADDER__RUNGS is not YAML"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str, told: str) -> None:
    assert told in refusal(tmp_path, "server:\n  host: a\n", **{variable: value})


def test_a_mistake_of_the_file_is_not_laid_on_a_variable(tmp_path: Path) -> None:
    told = refusal(tmp_path, "server:\n  hots: a\n", MEDIALIB__SERVER__PORT="80")
    assert told == "config.yaml, line 2, server.hots: there is no such setting"


@pytest.mark.parametrize("url", ["media", "./media", "../{name}/media", "{folder}/media", "file://{folder}/media"])
def test_a_store_is_counted_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    path = write(tmp_path, f"store: {{url: {url.format(folder=tmp_path, name=tmp_path.name)}}}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert load_settings(path, {}).store.url == str(tmp_path / "media")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().server.port = 1


@pytest.mark.parametrize(("host", "place"), [("0.0.0.0", "0.0.0.0:80"), ("ke", "ke:80"), ("::1", "[::1]:80")])
def test_the_server_may_listen_on_any_kind_of_address(host: str, place: str) -> None:
    assert Server(host=host, port=80).place == place
