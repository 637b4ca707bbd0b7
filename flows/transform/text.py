"""Plain text made clean: encoding damage and what cannot be seen go, words stay as they are."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from flows.transform import mojibake
from flows.transform.quality import Flag

_LINE_END: Final = re.compile(r"\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028]")
_PARAGRAPH_END: Final = re.compile("\u2029")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_TRAILING: Final = " \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
# Everything that separates words but the spaces that forbid a line break: they are typography.
_BREAKING_SPACE: Final = re.compile(r"[^\S\u00a0\u2007\u202f]+")

_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
# Control characters, soft hyphen, zero-width and bidi characters, what marks annotations and
# replaced objects, and the code points that are no characters. Tab and line feed are not here,
# nor the joiners, which some scripts spell with, nor the tags, which some flags do.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff\U000e0001]"
)
_TAGS: Final = re.compile("(\U0001f3f4[\U000e0020-\U000e007f]+)|[\U000e0020-\U000e007f]+")

# Scripts in which a joiner or non-joiner spells: Arabic, Syriac, N'Ko, the Indic ones, Myanmar,
# Khmer, Mongolian, Balinese to Meetei Mayek (Unicode 16, chapters 9, 12, 13, 16).
_JOINING: Final = (
    "\u0600-\u07ff\u0840-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1bff\ua840-\ua95f"
    "\ua980-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
)
_EMOJI: Final = (
    "\u00a9\u00ae\u203c-\u3299\ufe0f\u20e3\U0001f000-\U0001faff"  # what a joiner can stand between
)
_JOINER: Final = re.compile(r"[\u200c\u200d]")
_JOINERS: Final = re.compile(r"[\u200c\u200d]{2,}")
_IDLE_JOINER: Final = re.compile(
    f"\u200c(?:(?<![{_JOINING}]\u200c)|(?![{_JOINING}]))"
    f"|\u200d(?:(?<![{_JOINING}{_EMOJI}]\u200d)|(?![{_JOINING}{_EMOJI}]))"
)
_MARKS: Final = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MARKS_KEPT: Final = 30  # Unicode's Stream-Safe Text Format, UAX 15: no language needs more

_ROUNDS: Final = 8  # damage within damage; three layers are the most ever seen

_CJK: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD: Final = re.compile(
    rf"[{_CJK}]|[^\W_{_CJK}][^\s—{_CJK}]*(?:(?<=\d)[\u00a0\u2009\u202f](?=\d)[^\s—{_CJK}]+)*"
)

_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_LIGATURES: Final = (("œ", "oe"), ("æ", "ae"), ("ø", "o"), ("ł", "l"), ("đ", "d"))
_RAISED_AFTER_DIGIT: Final = re.compile(r"(?<=\d)(?=[⁰¹²³⁴-⁹₀-₉¼-¾⅐-⅞①-⒛])")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_UNITS: Final = "%‰°$£¢¥\u20a0-\u20cf"  # "5 %" and "5%" are the same figure
_PUNCTUATION: Final = frozenset(("Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sk"))


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text cleaned, and the flags of what had to be repaired, sorted.

    Repaired: UTF-8 read as another encoding, where a pattern of it shows (`mojibake_repaired`);
    surrogates, joined where they pair, else dropped (`undecodable`, also where U+FFFD stands).
    Removed: control, zero-width, bidi characters, soft hyphens; joiners but in emoji and in
    scripts that spell with them; spaces at line ends; blank lines beyond one. Tabs become
    spaces, line ends `\\n`, and the text is composed (NFC). Quotes, NBSP and narrow NBSP stay.
    Cleaning what is clean changes nothing.
    """
    if text.isascii() and _all_visible(text):
        return _clean_lines(text), ()
    flags: set[Flag] = set()
    for _ in range(_ROUNDS):
        before = text
        if _SURROGATE.search(text):
            paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
            text = _SURROGATE.sub("", paired)
            if text != paired:
                flags.add(Flag.UNDECODABLE)
        text, repaired = mojibake.repair(text)
        if repaired:
            flags.add(Flag.MOJIBAKE_REPAIRED)
        if not _all_visible(text):
            text = _without_invisible(text)
        text = _clean_lines(_compose(text))
        # What was hidden may have parted what is damage together; nothing else can be new.
        if text == before or not (mojibake.suspect(text) or _JOINER.search(text)):
            break
    if "\ufffd" in text:
        flags.add(Flag.UNDECODABLE)
    return text, tuple(sorted(flag.value for flag in flags))


def clean_line(text: str) -> str:
    """Return the text cleaned and on one line: for headlines and other short fields.

    Every run of breaking white space becomes one space; NBSP and narrow NBSP stay.
    """
    return _BREAKING_SPACE.sub(" ", clean_text(text)[0]).strip(_TRAILING)


def fold(text: str) -> str:
    """Return what two renderings of the same copy have in common; for digests, not for eyes.

    Case, accents (of Latin, Greek and Cyrillic), ligatures, punctuation, quotes and the kind of
    white space go. Numbers stay apart: marks inside them and their signs are kept, `10⁶` does
    not become 106. Folding twice changes nothing.
    """
    if not text.isascii():
        if not _all_visible(text):
            text = _JOINER.sub("", _INVISIBLE.sub("", _SURROGATE.sub("", text)))
        text = _RAISED_AFTER_DIGIT.sub(" ", _limit_marks(text))
        for _ in range(2):  # casefolding can yield what decomposes, and the reverse
            text = unicodedata.normalize("NFKD", text).casefold()
        text = _DASHES.sub("-", text.replace("\u2044", "/"))
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", text))
        for letter, plain in _LIGATURES:
            text = text.replace(letter, plain)
    return " ".join(_folded_token().findall(text.casefold()))


def word_count(text: str) -> int:
    """Return how many words a text has, as the word processor of a newsroom counts them.

    A word is what stands between spaces and holds a letter or a digit: `l'homme`,
    `Corée-du-Nord` and `porte-parole` are one, `«` and `–` none, `10 000` one where its space is
    a no-break one; an unspaced em dash parts words. Editors commission and cut by that count,
    so a linguist's (two for `l'homme`) would agree with nobody's screen. Chinese and Japanese
    are counted by the character, as those word processors do; Korean by its spaces. Thai, Lao
    and Khmer write no spaces and are undercounted.
    """
    return len(_WORD.findall(text))


def _all_visible(text: str) -> bool:
    # One look in C at what nearly every text is, instead of five regular expressions.
    for separator in "\n\u00a0\u202f":
        text = text.replace(separator, " ")
    return text.isprintable()


def _without_invisible(text: str) -> str:
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", _PARAGRAPH_END.sub("\n\n", text)))
    if "\u200c" in text or "\u200d" in text:
        text = _IDLE_JOINER.sub("", _JOINERS.sub(lambda run: run[0][0], text))
    return _TAGS.sub(lambda run: run[1] or "", text)


def _compose(text: str) -> str:
    text = _limit_marks(text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _limit_marks(text: str) -> str:
    # Sorting them takes the square of their number: a line of marks would take hours.
    return _MARKS.sub(_first_marks, text)


def _first_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_KEPT:
            kept.append(character)
    return "".join(kept)


def _clean_lines(text: str) -> str:
    text = text.replace("\t", " ")
    if "\n" in text:
        text = "\n".join(line.rstrip(_TRAILING) for line in text.split("\n"))
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip("\n" + _TRAILING)


@lru_cache(maxsize=1)
def _folded_token() -> re.Pattern[str]:
    # A sign before a number and marks inside it belong to it. The planes of Unicode beyond the
    # first hold no punctuation that wires use.
    dropped = re.escape(
        "".join(c for c in map(chr, range(0x10000)) if unicodedata.category(c) in _PUNCTUATION)
    )
    kept = rf"[^\s{dropped}{_UNITS}]+"
    return re.compile(rf"(?:(?<!\w)-(?=\d))?{kept}(?:(?<=\d)[.,:/-](?=\d){kept})*|[{_UNITS}]")
