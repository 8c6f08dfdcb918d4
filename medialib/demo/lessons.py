"""What the demonstration lessons are called, show and sound like. The one made last stands first on the page."""

from dataclasses import dataclass

from medialib.catalogue.edits import Details
from medialib.demo import covers, scenes
from medialib.demo.drawing import Drawing, Scene

_FARMING, _HOME, _LISTENING = "县农技推广站讲师团", "家乡故事", "边干活边听"
_SKILLS = "竹乡技能课"


@dataclass(frozen=True, kw_only=True)
class Tune:
    """A phrase that is repeated, in numbered notation: a letter a beat, 8 and 9 are the high 1 and 2, a dot rests."""

    notes: str
    root_hertz: float
    beat_seconds: float


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """One lesson: with a scene it is a film, with a cover an audio reading."""

    details: Details
    seconds: int
    tune: Tune
    scene: Scene | None = None
    cover: Drawing | None = None


def _film(what: str) -> str:
    return f"示例课程：画面是画出来的{what}，声音是合成的轻音乐，没有人讲课。用来试试播放、搜索和接着看。"


def _reading(what: str) -> str:
    return f"示例音频：一段合成的{what}，没有人朗读。用来试试边干活边听、锁屏播放和接着听。"


DEMONSTRATIONS = (
    Demonstration(
        details=Details(
            title="山洪来了往哪儿走", description=_reading("缓慢琶音"), unit="武潭镇", series=_LISTENING, number=1,
            recorded="2023-06", themes=("health",),
        ),
        seconds=60, tune=Tune(notes="1.3.5.8.6.5.3.2.", root_hertz=220, beat_seconds=0.5), cover=covers.evening,
    ),
    Demonstration(
        details=Details(
            title="夜读一刻：种子与土地", description=_reading("夜曲"), unit="桃花江镇", series=_LISTENING, number=2,
            recorded="2024-01", themes=("ideas", "conduct"),
        ),
        seconds=64, tune=Tune(notes="5..8..6..5..3.2.", root_hertz=196, beat_seconds=0.6), cover=covers.blossom,
    ),
    Demonstration(
        details=Details(
            title="村里的事大家商量着办", description=_film("村庄和飞鸟"), unit="高桥镇", series="议事小课堂", number=1,
            recorded="2023-09", themes=("governance", "conduct"),
        ),
        seconds=20, tune=Tune(notes="3.5.6.5.3.2.1...", root_hertz=262, beat_seconds=0.5), scene=scenes.VILLAGE,
    ),
    Demonstration(
        details=Details(
            title="资江边的老桥", description=_film("石桥和乌篷船"), unit="桃花江镇", series=_HOME, number=1,
            recorded="2023-10", themes=("heritage",),
        ),
        seconds=28, tune=Tune(notes="6.8.9.8.6.5.3.5.", root_hertz=220, beat_seconds=0.6), scene=scenes.RIVER,
    ),
    Demonstration(
        details=Details(
            title="梯田早稻怎样育秧", description=_film("梯田和日出"), speaker=_FARMING, unit="三堂街镇",
            series=_SKILLS, number=3, recorded="2024-03-20", themes=("skills", "revival"),
        ),
        seconds=22, tune=Tune(notes="1.2.3.5.6.5.3.1.", root_hertz=247, beat_seconds=0.45), scene=scenes.FIELD,
    ),
    Demonstration(
        details=Details(
            title="春茶的采摘与初制", description=_film("茶园"), speaker=_FARMING, unit="松木塘镇",
            series=_SKILLS, number=4, recorded="2024-04-08", themes=("skills", "revival"),
        ),
        seconds=20, tune=Tune(notes="5.3.2.3.5.6.8.6.", root_hertz=233, beat_seconds=0.5), scene=scenes.TEA,
    ),
    Demonstration(
        details=Details(
            title="跑步鸡养殖三步走", description=_film("养鸡的院子"), speaker=_FARMING, unit="三堂街镇",
            series=_SKILLS, number=2, recorded="2024-02", themes=("skills", "stories"),
        ),
        seconds=20, tune=Tune(notes="1.5.3.5.1.5.6.5.", root_hertz=294, beat_seconds=0.36), scene=scenes.YARD,
    ),
    Demonstration(
        details=Details(
            title="笋竹两用林的冬季管护", description=_film("竹林"), speaker=_FARMING, unit="马迹塘镇",
            series=_SKILLS, number=1, recorded="2023-12-05", themes=("skills", "revival"),
        ),
        seconds=24, tune=Tune(notes="3.5.8.6.5.3.5...", root_hertz=208, beat_seconds=0.55), scene=scenes.GROVE,
    ),
)  # fmt: skip
