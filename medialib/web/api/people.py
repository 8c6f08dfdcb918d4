"""People and the log over the API: for administrators, as on the desk."""

from datetime import date
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from medialib.catalogue import people_edits, people_lookups, unit_tree
from medialib.catalogue.people import LogEntry, Person, Role
from medialib.errors import N_, BadRequest
from medialib.services import Services
from medialib.web import access, signing
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Line, Slug
from medialib.web.desk.log import beginning_of

_MOST_ENTRIES = 200


class PersonAnswer(Answer):
    id: str
    login: str
    name: str
    role: Role
    unit: str | None
    can_sign_in: bool
    created_at: float


class PeopleAnswer(Answer):
    people: list[PersonAnswer]


class PeopleQuery(Body):
    """`q`: a part of a name or sign-in name."""

    q: Annotated[Line, Field(max_length=100)] = ""


class NewPerson(Body):
    """A new account; its password is chosen by a link that an administrator makes, or that invites."""

    login: Annotated[Line, Field(min_length=2, max_length=64)]
    name: Annotated[Line, Field(max_length=100)] = ""
    role: Role = "viewer"
    unit: Slug | None = None


class PersonChange(Body):
    name: Annotated[Line, Field(min_length=1, max_length=100)] | None = None
    role: Role | None = None
    unit: Slug | None = None


class LogQuery(Body):
    """`since` and `until` are days, both of them included."""

    person: Annotated[Line, Field(max_length=16)] | None = None
    act: Annotated[Line, Field(max_length=32)] | None = None
    since: date | None = None
    until: date | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=_MOST_ENTRIES)] = 50


class EntryAnswer(Answer):
    at: float
    act: str
    person: str
    person_name: str
    on: str
    on_name: str
    details: dict[str, Any]


class LogAnswer(Answer):
    total: int
    entries: list[EntryAnswer]


def add_to(api: Api) -> None:
    admin = partial(api.family, access.at_least("admin"), reads="admin", writes="admin")
    people, log = (admin(below=f"/{group}", group=group) for group in ("people", "log"))
    made = {"answer": PersonAnswer, "status": 201, "refusals": (404,)}
    people(_people, "GET", "", N_("All accounts"), query=PeopleQuery, answer=PeopleAnswer)
    people(_add, "POST", "", N_("Makes an account"), body=NewPerson, **made)
    one = {"answer": PersonAnswer}
    people(_person, "GET", "/<person_id>", N_("One account"), **one)
    people(_change, "PATCH", "/<person_id>", N_("Changes name, role or unit"), body=PersonChange, **one)
    for act, summary in (
        ("disable", N_("Disables an account")), ("enable", N_("Enables an account")),
        ("sign-out", N_("Signs an account out on all devices")), ("end-keys", N_("Takes all keys of an account back")),
    ):  # fmt: skip
        people(_switching(act), "POST", f"/<person_id>/{act}", summary, **one)
    log(_log, "GET", "", N_("Who did what"), query=LogQuery, answer=LogAnswer)


def _told(one: Person) -> PersonAnswer:
    return PersonAnswer(
        id=one.id,
        login=one.login,
        name=one.name,
        role=one.role,  # type: ignore[arg-type]  # it was checked when it was given
        unit=one.unit_slug,
        can_sign_in=one.is_working,
        created_at=one.created_at,
    )


def _people(services: Services, query: PeopleQuery) -> PeopleAnswer:
    with services.database.read() as session:
        return PeopleAnswer(people=[_told(one) for one in people_lookups.people(session, words=query.q)])


def _person(services: Services, person_id: str) -> PersonAnswer:
    with services.database.read() as session:
        return _told(people_lookups.person(session, person_id))


def _add(services: Services, body: NewPerson) -> PersonAnswer:
    require_unit(body.role, body.unit)
    with services.database.begin() as session:
        if body.unit:
            unit_tree.unit(session, body.unit)
        made = people_edits.add_person(
            session, login=body.login, name=body.name, role=body.role, unit_slug=body.unit, by=signing.current(services)
        )
        return _told(made)


def _change(services: Services, person_id: str, body: PersonChange) -> PersonAnswer:
    """What is not named stays as it is; a unit of null takes the person out of any."""
    with services.database.begin() as session:
        person = people_lookups.person(session, person_id)
        unit = body.unit if "unit" in body.model_fields_set else person.unit_slug
        role = body.role or _told(person).role
        require_unit(role, unit)
        if unit:
            unit_tree.unit(session, unit)
        people_edits.change_person(
            session, person, name=body.name or person.name, role=role, unit_slug=unit, by=signing.current(services)
        )
        return _told(person)


def require_unit(role: Role, unit: str | None) -> None:
    if role == "editor" and not unit:
        raise BadRequest(N_("A unit editor needs a unit. Please choose one."))


def _switching(act: str) -> Any:
    change = {
        "disable": people_edits.disable, "enable": people_edits.enable, "sign-out": people_edits.sign_out,
        "end-keys": people_edits.end_keys,
    }[act]  # fmt: skip

    def switch(services: Services, person_id: str) -> PersonAnswer:
        with services.database.begin() as session:
            person = people_lookups.person(session, person_id)
            change(session, person, by=signing.current(services))
            return _told(person)

    return switch


def _log(services: Services, query: LogQuery) -> LogAnswer:
    with services.database.read() as session:
        found = people_lookups.log(
            session, person_id=query.person, act=query.act, since=beginning_of(query.since),
            until=beginning_of(query.until, days=1), page=query.page, per_page=query.per_page,
        )  # fmt: skip
    return LogAnswer(total=found.total, entries=[_entry(one) for one in found.entries])


def _entry(one: LogEntry) -> EntryAnswer:
    return EntryAnswer(
        at=one.at, act=one.act, person=one.person_id, person_name=one.person_name, on=one.on_id, on_name=one.on_name,
        details=one.details,
    )  # fmt: skip
