"""The tus protocol, request by request, as its specification wants it."""

import base64
import hashlib
import io
import resource
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medialib import arrivals
from medialib.app import create_app
from medialib.catalogue import people_edits, people_lookups
from medialib.catalogue.uploads import Upload
from medialib.jobs.queue import HOT
from medialib.services import Services

from .factories import add_lesson, make_services
from .signing import OTHER_TOWN, TOWN, VILLAGE, add_person, add_units, client_of, token_of

RESUMABLE = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


class Sender:
    """An editor's browser that speaks tus."""

    def __init__(self, client: FlaskClient):
        self.client = client
        self.token = token_of(client.get("/desk/account").text)

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> TestResponse:
        told = {**RESUMABLE, "X-CSRFToken": self.token}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        told = {name: value for name, value in told.items() if value}
        return self.client.open(address, method=method, data=body, headers=told)

    def create(self, size: int, body: bytes = b"", *, checksum: str = "", **metadata: str) -> TestResponse:
        line = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
        headers = {"Upload_Length": str(size), "Upload_Metadata": line}
        if body:
            headers |= {"Content_Type": BYTES}
        if checksum:
            headers |= {"Upload_Checksum": checksum}
        return self.ask("POST", "/desk/uploads", body, **headers)

    def begin(self, size: int, **metadata: str) -> str:
        answer = self.create(size, b"", **metadata)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    def patch(self, address: str, offset: int, body: bytes, **headers: str) -> TestResponse:
        return self.ask("PATCH", address, body, **{"Upload_Offset": str(offset), "Content_Type": BYTES, **headers})

    def offset(self, address: str) -> int:
        return int(self.ask("HEAD", address).headers["Upload-Offset"])


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = make_services(tmp_path_factory.mktemp("tus") / "store")
    yield opened
    opened.database.close()


@pytest.fixture(scope="module")
def sender(services: Services) -> Sender:
    return sender_of(services)


def sender_of(services: Services, login: str = "wang", role: Any = "editor", unit: str = TOWN) -> Sender:
    with services.database.read() as session:
        from medialib.catalogue import lookups

        slugs = {one.name: one.slug for one in lookups.units(session)} or add_units(services)
    add_person(services, login, role, slugs[unit])
    return Sender(client_of(services, login, create_app(services)))


def file_of(services: Services, address: str) -> Path:
    return services.store.upload(address.rpartition("/")[2])


def bytes_of(services: Services, address: str) -> bytes:
    return file_of(services, address).read_bytes()


def test_options_tell_what_the_server_can(sender: Sender) -> None:
    answer = sender.client.options("/desk/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,termination,checksum,expiration"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256,crc32"
    assert answer.headers["Tus-Max-Size"] == "20000000000"


def test_a_file_arrives_in_parts(services: Services, sender: Sender) -> None:
    address = sender.begin(10, filename="竹.mp4")
    told = services.queues.depth(HOT)
    assert sender.offset(address) == 0
    first = sender.patch(address, 0, b"abcd")
    assert (first.status_code, first.headers["Upload-Offset"], first.data) == (204, "4", b"")
    assert first.headers["Tus-Resumable"] == "1.0.0"
    assert "GMT" in first.headers["Upload-Expires"]
    head = sender.ask("HEAD", address)
    assert (head.status_code, head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (200, "4", "10")
    assert head.headers["Cache-Control"] == "no-store"
    assert base64.b64encode("竹.mp4".encode()).decode() in head.headers["Upload-Metadata"]
    last = sender.patch(address, 4, b"efghij")
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, "10")
    assert bytes_of(services, address) == b"abcdefghij"
    assert services.queues.depth(HOT) == told + 1, "the worker is told"
    again = sender.patch(address, 10, b"")
    assert (again.status_code, again.headers["Upload-Offset"]) == (204, "10")


@pytest.mark.parametrize("version", ["", "0.2.2", "1.0"])
def test_another_version_is_refused_and_told_ours(sender: Sender, version: str) -> None:
    address = sender.begin(4)
    for method, place in (("POST", "/desk/uploads"), ("HEAD", address), ("PATCH", address), ("DELETE", address)):
        answer = sender.ask(method, place, Tus_Resumable=version)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0"), method
    assert sender.offset(address) == 0


def test_a_wrong_offset_is_a_conflict_and_nothing_is_written(services: Services, sender: Sender) -> None:
    address = sender.begin(10)
    sender.patch(address, 0, b"abcd")
    for offset in (0, 3, 5, 10):
        assert sender.patch(address, offset, b"xx").status_code == 409
    assert sender.offset(address) == 4
    assert bytes_of(services, address) == b"abcd"


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "９"])
def test_an_offset_that_is_no_number_is_refused(sender: Sender, offset: str) -> None:
    address = sender.begin(4)
    headers = {"Upload_Offset": offset, "Content_Type": BYTES}
    assert sender.ask("PATCH", address, b"ab", **headers).status_code == 400


def test_another_type_of_body_is_refused(sender: Sender) -> None:
    address = sender.begin(4)
    assert sender.patch(address, 0, b"ab", Content_Type="application/octet-stream").status_code == 415
    assert sender.offset(address) == 0


@pytest.mark.parametrize("length", ["", "-4", "x", str(1 << 60)])
def test_a_length_that_is_no_number_is_refused(sender: Sender, length: str) -> None:
    assert sender.ask("POST", "/desk/uploads", Upload_Length=length).status_code == 400


def test_a_length_that_is_to_come_later_is_not_taken(sender: Sender) -> None:
    assert sender.ask("POST", "/desk/uploads", Upload_Defer_Length="1").status_code == 400


@pytest.mark.parametrize("header", ["Upload_Concat", "Upload_Defer_Length"])
def test_what_is_not_offered_is_refused_by_name(sender: Sender, header: str) -> None:
    """A part that was taken for a whole file would be looked at, and refused as a recording, by itself."""
    answer = sender.ask("POST", "/desk/uploads", b"", Upload_Length="8", **{header: "partial"})
    assert answer.status_code == 400
    assert f"服务器不支持这种传法（{header.replace('_', '-')}）" in answer.get_json()["error"]


def test_a_body_that_told_no_length_is_not_cut_off_where_the_file_ends(sender: Sender) -> None:
    address = sender.begin(4)
    headers = {**RESUMABLE, "X-CSRFToken": sender.token, "Upload-Offset": "0", "Content-Type": BYTES}

    def send(body: bytes) -> int:
        line = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
        return sender.client.patch(address, headers=headers, environ_overrides=line).status_code

    assert send(b"abcdef") == 413
    assert sender.offset(address) == 0
    assert send(b"abcd") == 204
    assert sender.offset(address) == 4


@pytest.mark.parametrize("line", ["filename !!!", "a YQ==,a YQ==", "größe YQ==", "name /w==", "a " + "YQ==" * 2000])
def test_metadata_that_cannot_be_read_are_refused(sender: Sender, line: str) -> None:
    headers = {"Upload-Length": "4", "Upload-Metadata": line.encode().decode("latin-1"), **RESUMABLE}
    answer = sender.client.post("/desk/uploads", headers={**headers, "X-CSRFToken": sender.token})
    assert answer.status_code == 400
    assert "Upload-Metadata" in answer.get_json()["error"]


def test_keys_of_metadata_may_stand_alone(sender: Sender) -> None:
    answer = sender.ask("POST", "/desk/uploads", Upload_Length="4", Upload_Metadata="private, filename YQ==")
    assert answer.status_code == 201


def test_creation_may_bring_the_first_bytes(services: Services, sender: Sender) -> None:
    answer = sender.create(6, b"abcd")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "4")
    whole = sender.create(4, b"abcd")
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, "4")
    assert bytes_of(services, whole.headers["Location"]) == b"abcd"


def test_an_empty_file_is_whole_at_once_and_refused_with_a_sentence(services: Services, sender: Sender) -> None:
    address = sender.begin(0, filename="空.mp4")
    assert sender.ask("HEAD", address).headers["Upload-Offset"] == "0"
    with services.database.read() as session:
        assert session.get_one(Upload, address.rpartition("/")[2]).state == "whole"
    arrivals.finish(services, address.rpartition("/")[2])
    with services.database.read() as session:
        refused = session.get_one(Upload, address.rpartition("/")[2])
    assert (refused.state, refused.message) == ("refused", "This file is empty. Please send it again.")


def test_termination_frees_the_bytes(services: Services, sender: Sender) -> None:
    address = sender.begin(10)
    sender.patch(address, 0, b"abcd")
    assert sender.ask("DELETE", address).status_code == 204
    assert not file_of(services, address).exists()
    for method in ("HEAD", "PATCH", "DELETE"):
        assert sender.ask(method, address, Upload_Offset="4", Content_Type=BYTES).status_code == 404


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("sha1", lambda body: hashlib.sha1(body).digest()),
        ("sha256", lambda body: hashlib.sha256(body).digest()),
        ("crc32", lambda body: zlib.crc32(body).to_bytes(4, "big")),
    ],
)
def test_checksums_are_kept(services: Services, sender: Sender, name: str, digest: Any) -> None:
    address = sender.begin(8)
    good = f"{name} {base64.b64encode(digest(b'abcd')).decode()}"
    assert sender.patch(address, 0, b"abcx", Upload_Checksum=good).status == "460 Checksum Mismatch"
    assert sender.offset(address) == 0
    assert sender.patch(address, 0, b"abc", Upload_Checksum=good).status_code == 460, "one that was cut"
    assert sender.patch(address, 0, b"abcd", Upload_Checksum=good).status_code == 204
    assert sender.patch(address, 4, b"efgh").status_code == 204
    assert bytes_of(services, address) == b"abcdefgh"
    there = len(list(services.store.uploads.iterdir()))
    assert sender.create(4, b"abcx", checksum=good).status_code == 460
    assert len(list(services.store.uploads.iterdir())) == there, "nothing is left of it"


@pytest.mark.parametrize("line", ["md5 YWJjZA==", "sha1", "sha1 !", "SHA1 YWJj", ""])
def test_checksums_that_the_server_cannot_tell_are_refused(sender: Sender, line: str) -> None:
    address = sender.begin(4)
    headers = {"Upload-Offset": "0", "Content-Type": BYTES, "Upload-Checksum": line, "X-CSRFToken": sender.token}
    assert sender.client.patch(address, data=b"abcd", headers={**RESUMABLE, **headers}).status_code == 400
    assert sender.offset(address) == 0


def test_more_than_was_announced_is_refused(sender: Sender) -> None:
    address = sender.begin(4)
    assert sender.patch(address, 0, b"abcdef").status_code == 413
    assert sender.offset(address) == 0
    before = len(sender.client.get("/desk/uploads").get_json()["uploads"])
    assert sender.create(4, b"abcdef").status_code == 413
    assert len(sender.client.get("/desk/uploads").get_json()["uploads"]) == before, "nobody was told of its address"


def test_methods_may_be_named_in_a_header(services: Services, sender: Sender) -> None:
    address = sender.begin(4)
    answer = sender.ask("POST", address, b"abcd", X_HTTP_Method_Override="PATCH", Upload_Offset="0", Content_Type=BYTES)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "4")
    assert sender.ask("POST", address, X_HTTP_Method_Override="HEAD").headers["Upload-Offset"] == "4"
    assert sender.ask("POST", address).status_code == 405
    assert sender.ask("POST", address, X_HTTP_Method_Override="DELETE").status_code == 204
    assert not file_of(services, address).exists()


def test_uploads_expire(services: Services, sender: Sender) -> None:
    address = sender.begin(10)
    sender.patch(address, 0, b"abcd")
    with services.database.begin() as session:
        session.get_one(Upload, address.rpartition("/")[2]).expires_at = time.time() - 1
    answer = sender.ask("HEAD", address)
    assert answer.status_code == 410 and "Upload-Offset" not in answer.headers
    assert sender.patch(address, 4, b"efgh").status_code == 410
    arrivals.sweep(services)
    assert not file_of(services, address).exists()
    assert sender.ask("HEAD", address).status_code == 404


def test_a_second_writer_is_told_to_wait(services: Services, sender: Sender) -> None:
    from medialib.ingest.receiving import Desk, writing

    address = sender.begin(8)
    desk = Desk(store=services.store, database=services.database, days=1)
    with writing(desk, address.rpartition("/")[2], 0) as writer:
        writer.write(b"ab")
        assert sender.patch(address, 0, b"abcd").status_code == 423
        assert sender.offset(address) == 0, "what is not on disk is not acknowledged"
        writer.acknowledge()
        assert sender.offset(address) == 2
    assert sender.patch(address, 2, b"cdef").status_code == 204


def test_others_see_and_touch_nothing(services: Services, sender: Sender) -> None:
    address = sender.begin(8)
    for login, role, unit in (("zhou", "editor", OTHER_TOWN), ("guan", "admin", TOWN)):
        other = sender_of(services, login, role, unit)
        assert other.ask("HEAD", address).status_code == 404
        assert other.patch(address, 0, b"abcd").status_code == 404
        assert other.ask("DELETE", address).status_code == 404
    viewer = sender_of(services, "kan", "viewer", TOWN)
    assert viewer.create(4).status_code == 403
    assert viewer.ask("HEAD", address).status_code == 403
    assert client_of(services).post("/desk/uploads", headers=RESUMABLE).status_code == 401
    assert sender.offset(address) == 0


def test_bytes_that_come_while_their_sender_is_disabled_are_not_kept(services: Services) -> None:
    sender = sender_of(services, "tian")
    address = sender.begin(8)

    class Line(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            with services.database.begin() as session:
                person = people_lookups.find_person(session, "tian")
                assert person
                people_edits.disable(session, person, by=None)
            return super().readinto(buffer)

    headers = {**RESUMABLE, "X-CSRFToken": sender.token, "Upload-Offset": "0", "Content-Type": BYTES}
    answer = sender.client.patch(address, input_stream=Line(b"abcd"), content_length=4, headers=headers)
    assert answer.status_code == 409
    assert sender.ask("HEAD", address).status_code == 401
    with services.database.read() as session:
        assert session.get_one(Upload, address.rpartition("/")[2]).received_bytes == 0


def test_a_request_without_the_token_of_a_page_is_refused(sender: Sender) -> None:
    address = sender.begin(8)
    assert sender.ask("PATCH", address, b"ab", Upload_Offset="0", Content_Type=BYTES, X_CSRFToken="").status_code == 400
    assert sender.ask("POST", "/desk/uploads", Upload_Length="4", X_CSRFToken="x").status_code == 400
    assert sender.offset(address) == 0


def test_editors_send_for_their_unit_and_those_below(services: Services, sender: Sender) -> None:
    from medialib.catalogue import lookups

    with services.database.read() as session:
        slugs = {one.name: one.slug for one in lookups.units(session)}
    assert sender.create(4, unit=slugs[VILLAGE]).status_code == 201
    assert sender.create(4, unit=slugs[OTHER_TOWN]).status_code == 400
    assert sender.create(4, unit="none").status_code == 400
    curator = sender_of(services, "xian", "curator", TOWN)
    assert curator.create(4, unit=slugs[OTHER_TOWN]).status_code == 201


def test_what_is_too_much_is_refused_before_the_first_byte(tmp_path: Path) -> None:
    services = make_services(
        tmp_path / "store", limits={"file_gigabytes": 0.001}, uploads={"unit_gigabytes": 0.002, "unit_files": 3}
    )
    sender = sender_of(services)
    large = sender.create(1_000_001)
    assert large.status_code == 413 and "0.001 GB" in large.get_json()["error"]
    add_lesson(services, unit=TOWN)  # of 1 MB
    address = sender.begin(900_000)
    full = sender.create(900_000)
    assert full.status_code == 507 and "0.0019" in full.get_json()["error"]
    assert sender.begin(10)
    many = sender.create(10)
    assert many.status_code == 507 and "3" in many.get_json()["error"]
    assert sender.ask("DELETE", address).status_code == 204
    assert sender.create(900_000).status_code == 201
    services.database.close()


def test_without_room_on_the_disk_nothing_begins(tmp_path: Path) -> None:
    services = make_services(tmp_path / "store", limits={"free_gigabytes": 10_000_000})
    answer = sender_of(services).create(10)
    assert answer.status_code == 507
    assert answer.get_json()["error"].endswith("请告诉县里。")
    services.database.close()


def test_room_that_is_promised_to_others_is_not_given_twice(services: Services, sender: Sender) -> None:
    free = services.store.free_bytes() - 10**9
    promised = sender.begin(1)
    with services.database.begin() as session:
        session.get_one(Upload, promised.rpartition("/")[2]).size_bytes = free - 10**8
    assert sender.create(2 * 10**8).status_code == 507
    assert sender.ask("DELETE", promised).status_code == 204
    assert sender.create(2 * 10**8).status_code == 201


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """As on a full disk, writing more fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_keeps_what_was_acknowledged(services: Services, sender: Sender) -> None:
    body = bytes(range(256)) * 32_768  # 8 MB: more than the catalogue's own files
    address = sender.begin(len(body))
    with files_of_at_most(5 << 20):
        answer = sender.patch(address, 0, body)
        assert answer.status_code == 507 and answer.get_json()["error"]
        kept = sender.offset(address)
        assert kept == 5 << 20
        checked = f"crc32 {base64.b64encode(zlib.crc32(body[kept:]).to_bytes(4, 'big')).decode()}"
        assert sender.patch(address, kept, body[kept:], Upload_Checksum=checked).status_code == 507
        assert sender.offset(address) == kept
        partly = sender.create(len(body), body)
        assert (partly.status_code, partly.headers["Upload-Offset"]) == (201, str(5 << 20))
    assert sender.patch(address, kept, body[kept:]).status_code == 204
    assert bytes_of(services, address) == body


def test_bodies_of_other_addresses_stay_small(sender: Sender) -> None:
    for address in ("/sign-in", "/desk/uploads/themes", f"{sender.begin(4)}/details"):
        assert sender.ask("POST", address, b"x" * 70_000, Content_Type=BYTES).status_code == 413
