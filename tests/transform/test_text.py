"""Cleaning removes damage and what cannot be seen, and never a word."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.text import clean_line, clean_text, fold, word_count

SOUND = {
    "straight and curly quotes": '« L’été », "l\'hiver" – “spring”…',
    "no-break spaces": "10\u00a0000\u202f€\u00a0: oui",
    "compatibility characters": "ﬁn, №, m², ½, Ⅳ, ①",
    "an emoji family": "👨\u200d👩\u200d👧 et ❤\ufe0f\u200d🔥",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "Persian non-joiner": "می\u200cخواهم",
    "Sinhala joiner": "ශ්\u200dරී",
    "Russian and Chinese": "Привет, мир — 你好，世界",
    "accented capitals": "ÉLÈVE À CÔTÉ, ça Ø Ł",
    "aligned columns": "Lyon    3\nNantes  2",
    "wire signs": "<<ok>> +nested+ - intertitre -",
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_leaves_sound_text_alone(text: str) -> None:
    assert clean_text(text) == (text, ())


CLEANED = {
    "line ends": ("a\r\nb\rc\x0bd\u2028e", "a\nb\nc\nd\ne"),
    "paragraph separator": ("a\u2029b", "a\n\nb"),
    "tabs": ("a\tb", "a b"),
    "trailing spaces": ("a \u00a0\nb  ", "a\nb"),
    "blank lines": ("a\n\n \n\u00a0\n\nb\n", "a\n\nb"),
    "decomposed accents": ("e\u0301te\u0301", "été"),
    "zero-width and bidi": ("\ufeffun\u200b mot\u200e \u202adeux\u202c\u2060", "un mot deux"),
    "soft hyphen": ("infor\u00admation", "information"),
    "controls": ("un\x00 \x07mot\x1b\x7f", "un mot"),
    "idle joiners": ("mot\u200c\u200dsuite\u200d", "motsuite"),
    "hidden tags": ("mot\U000e0068\U000e0069", "mot"),
    "paired surrogates": ("\ud83d\ude00", "😀"),
}


@pytest.mark.parametrize(("text", "cleaned"), CLEANED.values(), ids=CLEANED.keys())
def test_cleans(text: str, cleaned: str) -> None:
    assert clean_text(text) == (cleaned, ())


WRONGLY_READ = {
    "cp1252": "Le préfet a été reçu – “c’est réglé",
    "latin-1": "Le préfet a été reçu, « c'est réglé »",
    "mac-roman": "Le préfet a été reçu – “c’est réglé”, dit-il",
    "cp1250": "Le préfet a été reçu",
    "cp437": "Le préfet a été reçu à Évry",
}


@pytest.mark.parametrize(("encoding", "sound"), WRONGLY_READ.items(), ids=WRONGLY_READ)
def test_restores_text_read_in_the_wrong_encoding(encoding: str, sound: str) -> None:
    damaged = sound.encode().decode(encoding)
    assert damaged != sound
    assert clean_text(damaged) == (sound, ("mojibake_repaired",))


def test_restores_a_damaged_line_among_sound_ones() -> None:
    sound = "Déjà à l’été\nDéjà réglé"
    damaged = "Déjà à l’été\n" + "Déjà réglé".encode().decode("cp1252")
    assert clean_text(damaged) == (sound, ("mojibake_repaired",))


def test_restores_a_character_of_which_half_is_a_space() -> None:
    assert clean_text("C’est là\u00a0:\nVoilÃ\u00a0\nfin")[0] == "C’est là\u00a0:\nVoilà\nfin"


def test_restores_quotes_read_as_controls() -> None:
    assert clean_text("l\x92été \x96 fin") == ("l’été – fin", ("mojibake_repaired",))


@pytest.mark.parametrize("text", ["a\ud800b", "a\ufffdb"], ids=["lone surrogate", "replaced"])
def test_names_what_cannot_be_decoded(text: str) -> None:
    assert clean_text(text)[1] == ("undecodable",)


def letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum())


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once, _ = clean_text(text)
    assert clean_text(once)[0] == once
    line = clean_line(text)
    assert clean_line(line) == line


DAMAGE = st.sampled_from(
    ["Ã©", "â€™", "Â", "\u00ad", "\u200d", "\u200c", "\u200b", "\x80", "\x92", "\ud83d", "\ude00",
     "e", "\u0301", "\u0316", " ", "\n", "\r", "\t", "\u00a0", "👩", "ک", "ෙ", "Ð", "√", "mot"]
)  # fmt: skip


@given(st.lists(DAMAGE, max_size=30).map("".join))
def test_cleaning_damage_twice_changes_nothing(text: str) -> None:
    once, _ = clean_text(text)
    assert clean_text(once)[0] == once
    assert fold(once) == fold(fold(once))


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("éàçœ«»\u00a0\n"))
)
def test_no_letter_is_lost(text: str) -> None:
    assert letters(clean_text(text)[0]) == letters(text)
    assert letters(clean_line(text)) == letters(text)


def test_a_line_is_one_line() -> None:
    assert clean_line("  Le\tmaire \n\n parle\u00a0: oui\u2009! ") == "Le maire parle\u00a0: oui !"


SAME = {
    "case": ("LE MAIRE", "le maire"),
    "accents": ("Élève à Noël", "eleve a noel"),
    "composition": ("e\u0301te\u0301", "été"),
    "ligatures": ("L'œuvre ex æquo, ﬁn", "l'oeuvre ex aequo, fin"),
    "quotes": ("« L’été »", '"L\'été"'),
    "spaces": ("10\u00a0000\u202f€ : oui", "10 000 €: oui"),
    "lines": ("un\n\ndeux", "un deux"),
    "dashes": ("un – deux", "un - deux"),
    "ranges": ("2020–2021", "2020-2021"),
    "percent": ("5\u00a0%", "5%"),
    "minus": ("\u22125 degrés", "-5 degrés"),
    "soft hyphen": ("infor\u00admation", "information"),
    "ellipsis": ("et puis…", "et puis..."),
    "squared": ("10 m²", "10 m2"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_two_renderings_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


DIFFERENT = {
    "decimals": ("1,5 million", "15 million"),
    "decimal or score": ("1.5", "1-5"),
    "sign": ("-5 degrés", "5 degrés"),
    "plus": ("+5", "5"),
    "power": ("10⁶", "106"),
    "half": ("1½", "11/2"),
    "unit": ("5 %", "5"),
    "currency": ("5 €", "5 $"),
    "time": ("10:30", "1030"),
    "words": ("le maire", "la mairie"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_different_figures_fold_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


COUNTS = {
    "French": ("L'homme du Pas-de-Calais a dit « oui » : c'est fini !", 8),
    "English": ('The mayor\'s well-known co-worker said "no" – twice.', 7),
    "figures": ("10\u00a0000 personnes et 3,5 %", 4),
    "em dash": ("He came—late.", 3),
    "punctuation only": ("« – ... »", 0),
    "Chinese": ("你好，世界", 4),
    "Japanese and Latin": ("東京でNHKが", 5),
    "Korean": ("북한 김정은 위원장", 3),
    "Hindi": ("नई दिल्ली", 2),
    "nothing": ("", 0),
}


@pytest.mark.parametrize(("text", "words"), COUNTS.values(), ids=COUNTS.keys())
def test_counts_words_as_a_newsroom_does(text: str, words: int) -> None:
    assert word_count(text) == words


HOSTILE = {
    "combining marks": "a" + "\u0301\u0316" * 200_000,
    "spaces": "a" + " " * 500_000 + "b",
    "blank lines": "a" + "\n " * 300_000,
    "mojibake": "Ã©" * 200_000,
    "nested mojibake": "Ãƒ" * 200_000,
    "zero-width": "a\u200d" * 300_000,
    "punctuation": "-" * 500_000,
    "figures": "1." * 300_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_takes_linear_time(text: str) -> None:
    started = time.process_time()
    clean_text(text)
    clean_line(text)
    fold(text)
    word_count(text)
    assert time.process_time() - started < 8
