"""The language is told where the text says enough, and left open where it does not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.language import LANGUAGES, detect

TEXTS = {
    "fr": "Le conseil municipal a voté mardi soir la construction d'un nouveau pont.",
    "en": "The town council voted on Tuesday evening to build a new bridge across the river.",
    "de": "Der Stadtrat hat am Dienstagabend den Bau einer neuen Brücke beschlossen.",
    "es": "El ayuntamiento aprobó el martes por la noche la construcción de un nuevo puente.",
    "it": "Il consiglio comunale ha approvato martedì sera la costruzione di un nuovo ponte.",
    "pt": "A câmara municipal aprovou na terça-feira à noite a construção de uma nova ponte.",
    "nl": "De gemeenteraad heeft dinsdagavond besloten een nieuwe brug over de rivier te bouwen.",
    "sv": "Kommunfullmäktige beslutade på tisdagskvällen att bygga en ny bro över floden.",
    "pl": "Rada miasta zdecydowała we wtorek wieczorem o budowie nowego mostu na rzece.",
    "tr": "Belediye meclisi salı akşamı nehrin üzerine yeni bir köprü yapılmasına karar verdi.",
    "ru": "Городской совет во вторник вечером принял решение построить новый мост через реку.",
    "uk": "Міська рада у вівторок увечері ухвалила рішення збудувати новий міст через річку.",
    "ar": "قرر مجلس المدينة مساء الثلاثاء بناء جسر جديد فوق النهر بعد سنوات من النقاش.",
    "zh": "市议会星期二晚上投票决定在河上修建一座新的大桥，工程将于明年春天开始。",
    "ja": "市議会は火曜日の夜、川に新しい橋を架けることを決めた。工事は来年の春に始まる。",
    "ko": "시의회는 화요일 저녁 강 위에 새로운 다리를 건설하기로 결정했다고 밝혔다.",
}


def test_every_language_has_its_text() -> None:
    assert sorted(TEXTS) == sorted(LANGUAGES)


@pytest.mark.parametrize(("language", "text"), TEXTS.items(), ids=TEXTS)
def test_tells_the_language(language: str, text: str) -> None:
    assert detect(text) == language


def test_capitals_do_not_matter() -> None:
    assert detect(TEXTS["fr"].upper()) == "fr"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", None),
        ("Le maire est venu hi", None),  # 16 letters
        ("1 234,5 " * 50, None),
        ("Το δημοτικό συμβούλιο αποφάσισε την Τρίτη να χτίσει μια νέα γέφυρα.", None),
        ("מועצת העיר החליטה ביום שלישי בערב לבנות גשר חדש מעל הנהר.", None),
    ],
    ids=["nothing", "too short", "figures", "Greek", "Hebrew"],
)
def test_leaves_open_what_it_cannot_tell(text: str, language: str | None) -> None:
    assert detect(text) is language


def test_looks_past_a_table() -> None:
    assert detect("1 234,5 | " * 100 + TEXTS["fr"]) == "fr"


def test_several_threads_get_one_answer() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect, list(TEXTS.values()) * 4)) == list(TEXTS) * 4


@given(st.text())
def test_never_raises(text: str) -> None:
    assert detect(text * 10) in {None, *LANGUAGES}
