"""The picture that is chosen shows something: it is not black, blurred, empty or in the middle of a change."""

from PIL import Image, ImageDraw, ImageFilter

from medialib.ingest.scoring import Look, look_at, rank

SIZE = (320, 180)


def scene(seed: int = 1, *, light: float = 1.0) -> Image.Image:
    """Something like a view: sky, land and many things on it."""
    picture = Image.new("RGB", SIZE, "#8FB0C0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 110, 320, 180), fill="#4F7A4A")
    for number in range(40):
        x, y = (number * 53 * seed) % 310, 40 + (number * 37 * seed) % 120
        draw.rectangle((x, y, x + 14, y + 22), fill=("#7A3B20", "#E8DFD0", "#30342E")[number % 3])
    return picture.point(lambda value: value * light)


def looks(*pictures: tuple[float, Image.Image]) -> list[Look]:
    return [look_at(picture, at) for at, picture in pictures]


def best(*pictures: tuple[float, Image.Image]) -> int:
    return rank(looks(*pictures), seconds=100, keep=1)[0]


def test_a_view_is_better_than_black_white_or_one_colour() -> None:
    for dull in ("black", "white", "#2F6B4F", "#101010"):
        assert best((20, Image.new("RGB", SIZE, dull)), (40, scene()), (60, Image.new("RGB", SIZE, dull))) == 1


def test_a_sharp_picture_is_better_than_the_same_blurred() -> None:
    assert best((20, scene().filter(ImageFilter.GaussianBlur(6))), (40, scene())) == 1


def test_a_picture_in_full_light_is_better_than_one_in_the_dark() -> None:
    assert best((20, scene(light=0.25)), (40, scene())) == 1


def test_a_picture_in_a_fade_gives_way_to_one_that_stands() -> None:
    fading = [(10 + step * 0.3, scene(3, light=0.3 + step * 0.2)) for step in range(3)]
    standing = [(50 + step * 0.3, scene(1, light=0.8)) for step in range(3)]
    assert best(*fading, *standing) >= 3


def test_a_picture_beside_a_cut_or_half_of_two_scenes_gives_way() -> None:
    mixed = Image.blend(scene(1), scene(7).rotate(180), 0.5)
    cut = [(10.0, scene(1)), (10.3, mixed), (10.6, scene(7).rotate(180))]
    standing = [(50.0, scene(2)), (50.3, scene(2)), (50.6, scene(2))]
    assert best(*cut, *standing) >= 3


def test_pictures_that_look_alike_are_kept_once() -> None:
    same = [(float(at), scene()) for at in (10, 20, 30, 40)]
    assert len(rank(looks(*same, (50, scene(5).transpose(Image.Transpose.FLIP_TOP_BOTTOM))), seconds=60, keep=4)) == 2


def test_no_more_are_kept_than_are_wanted() -> None:
    many = [(float(at), scene(at).rotate(at * 40)) for at in range(1, 9)]
    assert len(rank(looks(*many), seconds=10, keep=4)) == 4


def test_of_darkness_nothing_is_kept() -> None:
    assert rank(looks(*((float(at), Image.new("RGB", SIZE, "#080808")) for at in range(5))), seconds=5, keep=4) == []
    assert rank([], seconds=5, keep=4) == []


def test_pictures_of_hardly_any_size_do_no_harm() -> None:
    for size in ((1, 1), (2, 2), (320, 2), (2, 400)):
        assert rank(looks((1.0, Image.new("RGB", size, "grey"))), seconds=2, keep=4) == []
