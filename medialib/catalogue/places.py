"""Where a lesson was recorded: a closed list, by slug."""

from dataclasses import dataclass

from medialib.errors import N_


@dataclass(frozen=True, kw_only=True)
class Place:
    """`name` is a message to translate, `zh` what a sidecar may call it."""

    slug: str
    name: str
    zh: str


PLACES = (
    Place(slug="field", name=N_("In the field"), zh="田间地头"),
    Place(slug="grove", name=N_("Bamboo grove"), zh="竹林"),
    Place(slug="workshop", name=N_("Workshop"), zh="工坊"),
    Place(slug="pavilion", name=N_("Pavilion"), zh="凉亭"),
    Place(slug="home", name=N_("At home"), zh="农家院"),
    Place(slug="classroom", name=N_("Classroom"), zh="课堂"),
    Place(slug="hall", name=N_("Village hall"), zh="村部"),
    Place(slug="studio", name=N_("Studio"), zh="演播室"),
)


def find_place(name: str) -> Place | None:
    """The place called `name`: its slug, English or Chinese name."""
    return next((one for one in PLACES if name.casefold() in (one.slug, one.name.casefold(), one.zh)), None)
