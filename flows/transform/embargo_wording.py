"""The wording of embargoes: which lines of copy are an instruction, and what end they state.

A report about a trade embargo may use the same words, so that an instruction is recognised by
what a report does not say with them: nothing at all, "until", or words of date and time only.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from flows.transform.written import MONTHS, WEEKDAYS, fold
from flows.transform.zones import is_zone_name

LONGEST_LINE = 240  # characters; longer lines are paragraphs
_LONGEST_MARKUP = 1000  # characters of a line that are looked at before its tags are taken out
_PARTS = 6  # of a line, that a label before or after a headline can consist of

# "Until" and its like; what follows "to" or "avant" may as well be a report's headline.
_UNTIL = r"(?:jusqu'?\s?(?:au|aux|a)|until|till?|bis|hasta|fino (?:a|al|alle))"
_BEFORE = (
    rf"(?:{_UNTIL}|avant|before|prior to|earlier than|vor|antes de|antes del|prima di|prima del)"
)
_RELEASE = (
    r"(?:for |pour |zur )?(?:public |publique )?(?:release|publication|diffusion|broadcast|use"
    r"|veroffentlichung)"
)


def _list_of(words: str) -> str:
    """One or several of the words: "publication or broadcast", "diffuser/publier"."""
    return rf"(?:{words})(?:(?:\s?[,/&]\s?|\s(?:or|and|nor|ou|et|ni|oder|und|o|e)\s)+(?:{words}))*"


_NOUNS = _list_of(
    r"(?:public |general |online |media |press )?(?:release|publication|use|broadcast(?:ing)?"
    r"|transmission|distribution|dissemination|circulation|diffusion|parution|utilisation|reprise"
    r"|mise en ligne|veroffentlichung)"
)
_VERBS = _list_of(r"publish|release|broadcast|air|distribute|disseminate|transmit|circulate")
_VERBES = _list_of(
    r"publier|diffuser|divulguer|utiliser|reprendre|relayer|distribuer|mettre en ligne"
)
_DONE = _list_of(
    r"published|released|broadcast(?:ed)?|aired|used|distributed|publiee?s?|diffusee?s?"
    r"|utilisee?s?|reprise?s?|divulguee?s?|mise?s? en ligne"
)
_FORBIDDEN = (
    r"(?:(?:is|are|est|sont|ist|strictly|strictement|formellement)\s)*"
    r"(?:not (?:allowed|permitted|authori[sz]ed)|prohibited|forbidden|interdite?s?|prohibee?s?"
    r"|(?:non|n'est pas|pas) (?:autorise|permis)e?s?|untersagt)"
)
_ATTENTION = re.compile(
    r"(?:(?:attention|urgent|important|nota|note|rappel|reminder|achtung|warning|alerte|please"
    r"|merci de|priere de|strictly|strictement)\b\W*)*"
)
_OF_COPY = (
    r"(?:(?:strictement|strictly|strict|copy|text|texte|depeche|article|all|the|this|ce|cet|cette"
    r"|is|est|are|report|story|release|communique|toute|any)\s)*"
)
# "Embargo" said of this copy rather than of trade, at the start of a line of its own.
_INSTRUCTION = re.compile(
    rf"{_OF_COPY}"
    r"(?:(?:sous|under|unter)\s(?:strict\s|strikte[mr]?\s)?embargo|embargo(?:ed|te|tee)?"
    r"|sperrfrist|embargado)\b"
    r"(?:\s(?:strict|absolu|presse|total))?\s?(?P<rest>.*)"
)
# Said without the word, and meaning the same, whatever end follows.
_NOT_BEFORE = re.compile(
    rf"{_OF_COPY}(?:(?:a )?ne (?:pas|rien) {_list_of('publier|diffuser')}|not for {_NOUNS}"
    r"|hold for release|nicht (?:zu )?veroffentlichen|nicht zur veroffentlichung"
    r"|do not (?:publish|broadcast))"
    rf"(?:\s(?:this|the|ce|cet|cette|story|report|text|texte|depeche|article))*\W{{0,3}}"
    rf"(?P<rest>{_BEFORE}\b.*)"
)
# The same, where only a date or a time says that copy is meant.
_NOT_BEFORE_TIME = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_OF_COPY}(?:(?:a )?ne (?:pas|rien) {_VERBES}|(?:do not|don't|dont) {_VERBS}|no {_NOUNS}"
        rf"|(?:must not|may not|cannot|can not|not to|is not to|ne doit pas|ne peut(?: pas)?"
        rf"|ne doivent pas) (?:be|etre) {_DONE}|{_NOUNS} {_FORBIDDEN}"
        rf"|interdite?s? (?:de |a la |a )(?:{_NOUNS}|{_VERBES})"
        r"|no publicar|no difundir|non pubblicare|non diffondere|nao publicar)"
        r"(?:\s(?:this|the|ce|cet|cette|story|report|text|texte|depeche|article))*\W{0,3}"
        rf"(?P<rest>{_BEFORE}\b.*)",
        rf"{_OF_COPY}{_NOUNS} (?P<rest>{_BEFORE}\b.*?)\W+{_FORBIDDEN}",
        r"(?:hold for (?:public )?release|hfr|hold (?=for|until|till))\b(?P<rest>.*)",
        r"(?:for|pour|zur) (?!immediate)(?:public |general )?"
        r"(?:release|publication|broadcast|diffusion|veroffentlichung)\b(?P<rest>.*)",
        rf"(?:a (?:publier|diffuser)|{_NOUNS} autorisee?s?|to be {_DONE})\b(?P<rest>.*)",
        # The word as an afterthought.
        r"(?:a (?:paraitre|publier|diffuser)\b|(?:for|pour) (?:release|publication|diffusion)\b)?"
        r"(?P<rest>.{4,100}?)\W+(?:(?:sous|under) (?:strict )?)?embargo(?:ed)?",
    )
)
_HELD = re.compile(r"hold for (?:public )?release")
# In the middle of a line only what no report about trade says.
_ABOUT_COPY = re.compile(
    r"\b(?:depeche|article|texte|copie|communique|contenu|story|report|copy|release|content|text"
    r"|material|information|informations)s?\b.{0,40}?"
    r"\b(?:sous embargo|under (?:strict )?embargo|embargoed|embargo)\b\s?(?P<rest>.*)"
)
_LIFTED = re.compile(
    r"(?:l'|the )?(?:embargo (?:leve|lifted|is lifted|aufgehoben)"
    r"|levee (?:de l'|d')embargo|fin d'embargo)\b[\s.!:]*(?P<rest>.*)"
)
_LEADING = re.compile(
    rf"(?:[\s:;,.\-–—/=*|]|(?:{_RELEASE}|{_BEFORE}|strict|to|on|at|le|les|the|not before|from"
    r"|after|for|a partir d[ue]|a compter d[ue]|am|ab)\b(?![.']))*"
)
_SAYS_UNTIL = re.compile(rf"[\s:;,.\-–—/=*|]*(?:{_RELEASE}\W*)?{_UNTIL}\b")
_BRACKETS = r"[\[(]([^\[\]()]{5,120}(?:\([^()]{1,30}\)[^\[\]()]{0,60})?)[\])]"
_BRACKETED_FIRST = re.compile(rf"\s*{_BRACKETS}")
_BRACKETED_LAST = re.compile(rf"{_BRACKETS}[\s.!]*$")
_AFTER_LABEL = re.compile(r"[:.;](?=\s)|(?<=\s)[\[(]|(?<=\s)[-–/>]{1,3}(?=\s)|[—|]")
_BEFORE_LABEL = re.compile(r"(?<=\s)[-–/>]{1,3}(?=\s)|[—|]")
# After a label with an end: another one, or a condition.
_ALTERS = re.compile(
    rf"\W*(?:(?:{_BEFORE}|not for|ne pas|hold|or|ou|sauf|except|unless)\b|[\W\d]+$)"
    r"|.*(?:embarg|sperrfrist)"
)
_SHOUTED = re.compile(r"(?:SOUS|UNDER|UNTER) (?:STRICT )?EMBARGO|EMBARGOED|SPERRFRIST")
_DECORATION = " \t*-=!#>/|_.~+:;,[](){}«»\"'"
_OPEN = re.compile(r"\W*(?:tbc|tba|to be (?:confirmed|announced)|a (?:confirmer|preciser))\W*")
_OF_TRADE = re.compile(
    r"\b(?:depuis|since|contre|against|sur l[ae'].*|arms|armes|oil|petrole|imports?|exports?"
    r"|importations?|exportations?|sanctions?|trade|commerce)\b"
)
_YEAR_ONLY = re.compile(r"\W*(?:en |in |l'an )?\d{4}\b(?!\s?(?:gmt|utc|hrs|h|[a-z]{2,4}t\b)).*")

_ARTICLES = frozenset({
    "le", "la", "les", "the", "at", "a", "on", "of", "de", "du", "and", "l'", "for", "pour",
    "presse", "press", "strict", "only", "release", "publication", "diffusion",
})  # fmt: skip
_TIME_WORDS = frozenset({
    "gmt", "utc", "cet", "cest", "et", "est", "edt", "bst", "am", "pm", "h", "heure",
    "heures", "hour", "hours", "hrs", "uhr", "time", "local", "locale", "locales", "noon",
    "midi", "midnight", "minuit", "matin", "soir", "morning", "evening", "tonight", "today",
    "tomorrow", "demain", "aujourdhui",
})  # fmt: skip
_ORDINALS = frozenset({"er", "st", "nd", "rd", "th"})
_CLOCK = re.compile(
    r"(?<!\d)(?:\d{1,2}\s?[h:]\s?\d{2}|\d{1,2}\s?(?:[ap]\.?m\b|h\b|heures\b|uhr\b)"
    r"|\d{4}\s?(?:gmt|utc|z|hrs)\b|(?:12\s?)?(?:noon|midi|midnight|minuit)\b)"
)
_DAY_FIRST = re.compile(
    rf"(?:(?:{'|'.join(WEEKDAYS)}),?\s)?(?:le\s|the\s)?"
    rf"(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}"
    rf"|\d{{1,2}}\w{{0,2}}\.?[\s/-]?\s?(?:{'|'.join(MONTHS)})\b"
    rf"|(?:{'|'.join(MONTHS)})\.?\s\d{{1,2}})|(?:{'|'.join(WEEKDAYS)})\b"
)
_SOON = re.compile(r"\b(?:today|tonight|tomorrow|demain|aujourdhui|heute|morgen)\b")
_TOKEN = re.compile(r"[^\W\d_]+")

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
# Letters set apart: "E M B A R G O", "S.O.U.S".
_SPACED_EMBARGO = re.compile(
    r"(?<![^\W_])" + r"[\s.\-·]{0,2}".join("embargo") + r"(?:[\s.\-·]{0,2}e[\s.\-·]{0,2}d)?\b",
    re.IGNORECASE,
)
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-·]){3,}[^\W\d_](?![^\W_])")


@dataclass(frozen=True, slots=True)
class Instruction:
    """An embargo in words: the text that lays it, and its end as stated, folded, maybe empty."""

    text: str
    end: str


def _join(match: re.Match[str]) -> str:
    return "".join(character for character in match.group() if character.isalpha())


def _look(line: str) -> str:
    """A line as a reader sees it: without tags, in plain letters that are not set apart."""
    bare = html.unescape(_TAG.sub(" ", line)) if "<" in line or "&" in line else line
    plain = unicodedata.normalize("NFKC", bare).replace("_", " ")
    return _SPACED.sub(_join, _SPACED_EMBARGO.sub(_join, plain)).strip()


def _stated_end(text: str) -> str:
    """The words of date and time alone, without the "until" before them."""
    leading = _LEADING.match(text)
    return text[leading.end() if leading else 0 :].strip(_DECORATION)


def _is_of_time(word: str) -> bool:
    return word in _TIME_WORDS or word in MONTHS or word in WEEKDAYS or is_zone_name(word)


def _speaks_of_time(text: str) -> bool:
    """Whether a text is an end, readable or not: it opens with a time, or with a day and names a
    time, or every word belongs to dates, times and their like."""
    if _CLOCK.match(text) or (_DAY_FIRST.match(text) and _CLOCK.search(text)):
        return True
    words = _TOKEN.findall(text)
    return bool(words or re.search(r"\d", text)) and all(
        word in _ARTICLES or word in _ORDINALS or _is_of_time(word) for word in words
    )


def _names_time(text: str) -> bool:
    """Whether a text is an end that names a day or a time of day."""
    named = _CLOCK.search(text) or _DAY_FIRST.search(text) or _SOON.search(text)
    return bool(named) and _speaks_of_time(text)


def _without_the_word(text: str) -> str | None:
    if match := _NOT_BEFORE.fullmatch(text):
        return match["rest"]
    if _HELD.fullmatch(text):
        return ""
    for pattern in _NOT_BEFORE_TIME:
        match = pattern.fullmatch(text)
        if match is not None and _names_time(_stated_end(match["rest"])):
            return match["rest"]
    return None


def _instruction(text: str) -> str | None:
    """What a folded text says of the end of an embargo; None where it is no instruction."""
    if match := _LIFTED.fullmatch(text):
        rest = match["rest"].strip(_DECORATION)
        return rest if rest and _speaks_of_time(rest) else None
    attention = _ATTENTION.match(text)
    text = text[attention.end() if attention else 0 :]
    match = _INSTRUCTION.fullmatch(text)
    without = _without_the_word(match["rest"].strip(_DECORATION) if match else text)
    if without is not None:
        return without
    if match is not None:
        rest = match["rest"]
        stated = _stated_end(rest)
        if not stated or _speaks_of_time(stated) or _OPEN.fullmatch(rest):
            # "Embargo 2026" is a headline's; a year alone ends no embargo on copy.
            return None if re.fullmatch(r"\W*\d{4}\W*", stated) else rest
        if _SAYS_UNTIL.match(rest):
            return None if _YEAR_ONLY.fullmatch(stated) or _OF_TRADE.search(stated) else rest
    match = _ABOUT_COPY.search(text)
    if match is not None and _SAYS_UNTIL.match(match["rest"]):
        return match["rest"]
    return None


def _end(text: str) -> str | None:
    """The end that a text states as an instruction; None where it is none."""
    stated = _instruction(fold(text).strip(_DECORATION))
    return None if stated is None else _stated_end(stated)


def _continues(text: str) -> bool:
    """Whether what follows a label may still belong to the end it states, or alter it."""
    folded = fold(text)
    stated = _stated_end(folded)
    word = _TOKEN.match(stated)
    return bool(
        _ALTERS.match(folded)
        or _CLOCK.match(stated)
        or _DAY_FIRST.match(stated)
        or _OPEN.fullmatch(stated)
        or (word and _is_of_time(word.group()))
    )


def _labels(line: str) -> Iterator[tuple[str, str]]:
    """What may be a label before or after a headline, the longest first, and the rest after it."""
    for cut in reversed(list(_AFTER_LABEL.finditer(line))[:_PARTS]):
        yield line[: cut.start()], line[cut.end() :]
    for cut in list(_BEFORE_LABEL.finditer(line))[-_PARTS:]:
        yield line[cut.end() :], ""


def _find_label(line: str) -> Instruction | None:
    for label, rest in _labels(line):
        end = _end(label)
        if end is not None and _names_time(end):
            if not rest and _end(line[: -len(label)].rstrip(_DECORATION)) is not None:
                return Instruction(line, fold(line))
            return (
                Instruction(line, f"{end} {fold(rest)}")
                if _continues(rest)
                else Instruction(label.strip(), end)
            )
        if rest and _SHOUTED.fullmatch(label.strip(_DECORATION)) and not _names_time(fold(rest)):
            whole = _end(line)
            return Instruction(line, whole) if whole is not None else Instruction(label, "")
    return None


def field_end(text: str) -> str:
    """The end that a field for embargoes states, folded: its words, less those that lay one."""
    folded = fold(_look(text))
    end = _end(folded)
    if end is not None:
        return end
    match = _INSTRUCTION.fullmatch(folded)
    return _stated_end(match["rest"] if match else folded)


def find_instruction(line: str) -> Instruction | None:
    """The embargo that a line of copy lays; None where it lays none.

    The line may be the instruction, bear it in brackets at either end, or as a label with a date
    or a time before or after a headline. Tags, spaced letters and full-width forms are looked
    through. Of two instructions in one line neither is the whole, so that the end is the line as
    it stands, which nothing reads. A line over 240 characters counts for what it opens with in
    brackets only.
    """
    seen = _look(line[:_LONGEST_MARKUP])
    short = len(seen) <= LONGEST_LINE and len(line) <= _LONGEST_MARKUP
    last = _BRACKETED_LAST.search(seen) if short else None
    for bracketed in (_BRACKETED_FIRST.match(seen), last):
        if bracketed and (end := _end(bracketed.group(1))) is not None:
            if _end(seen[: bracketed.start()]) is not None:
                return Instruction(line, fold(seen))
            return Instruction(bracketed.group(1).strip(), end)
    if not short:
        return None
    label = _find_label(seen)
    if label is not None:
        return label
    end = _end(seen)
    return None if end is None else Instruction(line, end)
