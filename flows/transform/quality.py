"""Every quality flag and what it means, and the detectors of blemishes in a text.

A flag names what looks wrong; the text itself is never changed for it. Flags are stored by
their value, and people query them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain, pairwise
from typing import Final, Self

from flows.transform import mojibake


class Flag(StrEnum):
    """What can look wrong in a dispatch; `meaning` says it in a sentence."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        flag = str.__new__(cls, value)
        flag._value_ = value
        flag.meaning = meaning
        return flag

    # In the words of the text
    GLUED_WORD = "glued_word", "Two words stand without the space that belongs between them"
    REPEATED_PHRASE = "repeated_phrase", "Words stand twice in a row outside quotation marks"
    REPEATED_WORD = "repeated_word", "An article, preposition or conjunction stands twice in a row"
    TRUNCATED = "truncated", "The text breaks off: an ellipsis, 'read more', a comma, an article"
    MARKUP_SHOWN = "markup_shown", "The text shows HTML: it is about it, or was escaped too often"
    # In its characters
    MOJIBAKE = "mojibake", "Characters look as if read in the wrong encoding, beyond sure repair"
    MOJIBAKE_REPAIRED = "mojibake_repaired", "Characters read in the wrong encoding were restored"
    UNDECODABLE = "undecodable", "Bytes that stand for no character were lost, or became U+FFFD"
    # What is missing
    NO_BODY = "no_body", "There is no text but the headline"
    NO_HEADLINE = "no_headline", "There is no headline"
    NO_DATE = "no_date", "The source gives no date"
    # In dates
    DATE_DISAGREES = "date_disagrees", "The date given and the one that the text names differ"
    DATE_UNREADABLE = "date_unreadable", "A date is given that cannot be read"
    DATE_IN_FUTURE = "date_in_future", "The date given had not come when the document was received"
    EMBARGO_UNREADABLE = "embargo_unreadable", "An embargo cannot be read: held back, never shown"
    # In the document it came in
    SALVAGED = "salvaged", "The document is malformed: what could be read of it was"
    REPEATED_ID = "repeated_id", "Several items of the document bear this identifier"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOW: Final = "a-zß-öø-ÿœ"
_UP: Final = "A-ZÀ-ÖØ-ÞŒ"
# Words that open a sentence and end no name or brand: "In" would catch LinkedIn.
_OPENERS: Final = (
    "Le|La|Les|Il|Elle|Ils|Elles|Un|Une|Ce|Cette|Mais|Dans|Selon|Pour|The|He|She|They|But|And|This"
)
# Three letters before the seam and one seam only, or it is a brand (inOui, iPhone) or code.
_SEAM: Final = re.compile(
    rf"(?<![\w.@/#$-])[{_LOW}]{{3,}}[{_UP}][{_LOW}]+(?![\w(.@/=-])"
    rf"|(?<![\w.@/#$-])[{_UP}][{_LOW}]{{3,}}(?:{_OPENERS})(?![\w(.@/=-])"
)
# None of the three patterns around it can match where this does not: one look instead of three.
# It begins with what is rare, so that the search skips from one such character to the next.
_SEAM_HINT: Final = re.compile(
    rf"[{_UP}.!?,»”«“](?<=[{_LOW}].)(?:(?<=[{_UP}«“])|(?=[{_LOW}{_UP}]))"
)
_SEAMS_IN_PROSE: Final = 2  # a text with more is about code: "deviceId", "getUser"
_UNSPACED: Final = re.compile(
    rf"(?<=[{_LOW}]{{2}})(?:[.!?][{_UP}][{_LOW}]{{0,30}}(?![\w(.@/])"
    rf"|,[{_LOW}{_UP}]{{2,30}}(?![\w(.,@/=]))"
)
_CODE: Final = re.compile(r"[.,@/#$\\_*({\[=:]\S*\Z")  # what web addresses and code have before
_UNSPACED_QUOTE: Final = re.compile(
    rf"[{_LOW}][»”][{_LOW}{_UP}]{{2}}|[{_LOW}]{{2}}[«“][{_LOW}{_UP}]"
)
# Short words that get stuck to a name, less those that end other words too: "is" would make
# Paris of "par", "ne" ancienne of "ancien" (looked through in 7,383 French and English texts).
_STICKING: Final = tuple(
    sorted(
        _words("en et est de du des dans pour avec sur qui aux sont ont with from who the has was")
    )
)
_NAME_STEP: Final = re.compile(
    rf"([{_UP}](?<![\w-].)[\w'’-]{{0,40}})(?=[ \u00a0]([\w'’-]{{1,40}}))"
)

_QUOTED: Final = re.compile(r"«[^»\n]*(?:»|$)|“[^”\n]*(?:”|$)|\"[^\"\n]*(?:\"|$)", re.MULTILINE)
_WORD: Final = re.compile(r"\w+(?:['’-]\w+)*['’]?")
_WORD_GAP: Final = re.compile(r"[ \u00a0\u202f]?(,?)[ \u00a0\u202f]?")
_LONGEST_PHRASE: Final = 8
# "peu à peu à", "more and more and": a phrase that ends in one of these is a turn of speech.
_LINKS: Final = _words("à a après after by and contre de en et in ni on or ou par pour sur to")
_NEVER_DOUBLED: Final = _words(
    "de des du les un une dans pour avec aux au qui et sur the of to and for with from"
)
_DOUBLES: Final = tuple(f"{word} {word}" for word in sorted(_NEVER_DOUBLED))
_DOUBLED: Final = re.compile(r"\b(\w{2,4}) \1(?![\w'’.-])")

_TAIL: Final = 400
_CREDIT_LINE: Final = re.compile(
    r"\s*(?:^(?:source|sources|crédit|credit)\s?:.*|^\([^()\n]*\)\s?)\Z",
    re.IGNORECASE | re.MULTILINE,
)
_BREAKS_OFF: Final = re.compile(
    r"(?:\[\s?(?:…|\.\.\.)\s?\]|\(\s?(?:…|\.\.\.)\s?\)|\s(?:…|\.\.\.))[»”\"]?\Z"
    r"|\b(?:lire (?:la suite|plus|l['’]article)|voir plus|suite de l['’]article|en savoir plus|"
    r"read (?:more|the full story|the rest)|continue reading|full story|more)"
    r"\W{0,3}(?:…|\.\.\.|»|>+|→|›|\])\W{0,3}\Z"
    r"|\b(?:lire la suite|read more|continue reading)"
    r"(?: (?:sur|de|dans|at|on|here|ici) [^\n]{0,80})?\W{0,3}\Z"
    r"|[\w»”\"],\Z"
    r"|(?<![\w'’-])(?:le|la|les|l['’]|de|des|du|d['’]|un|une|à|au|aux|et|ou|que|qu['’]|qui|dans|pour|"
    r"par|sur|avec|the|of|to|and|an|in|for|with|by|from|that|which)(?:\s?(?:…|\.\.\.))?\Z",
    re.IGNORECASE,
)
_ELLIPSIS_END: Final = re.compile(r"(?:…|\.\.\.)\Z")
_SHOWN: Final = re.compile(
    r"</?(?:p|br|b|i|em|strong|div|span|a|img|h[1-6]|ul|li|table|td|tr|script|style|iframe)"
    r"(?:\s[^<>]*)?/?>|&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,6});",
    re.IGNORECASE | re.ASCII,
)


def inspect(headline: str, body: str) -> tuple[str, ...]:
    """Return the flags of what looks wrong in a cleaned headline and body, sorted.

    Judges the words and characters only; flags of dates and documents are raised where those
    are read. Time grows linearly with the text.
    """
    text = f"{headline}\n\n{body}"
    found = {
        Flag.NO_HEADLINE: not headline.strip(),
        Flag.NO_BODY: not body.strip(),
        Flag.GLUED_WORD: next(glued_words(text), None) is not None,
        Flag.REPEATED_PHRASE: next(repeated_phrases(text), None) is not None,
        Flag.REPEATED_WORD: next(repeated_words(text), None) is not None,
        Flag.TRUNCATED: breaks_off(body),
        Flag.MARKUP_SHOWN: ("<" in text or "&" in text) and _SHOWN.search(text) is not None,
        Flag.MOJIBAKE: mojibake.shows(text),
        Flag.UNDECODABLE: "\ufffd" in text,
    }
    return tuple(sorted(flag.value for flag, raised in found.items() if raised))


def glued_words(text: str) -> Iterator[str]:
    """Find what looks like two words stuck together, as it stands in the text.

    A lower-case word that runs on into a capitalised one; a sentence end, comma or closing
    quotation mark that no space follows; a short word stuck to a name that stands elsewhere in
    the text without it (`Jong unen`, where `Jong un` stands too).
    """
    if not _SEAM_HINT.search(text):
        return _stuck_to_a_name(text)
    return chain(_run_on(text), _stuck_to_a_name(text))


def _run_on(text: str) -> Iterator[str]:
    seams = {match[0] for match in _SEAM.finditer(text)}
    if len(seams) <= _SEAMS_IN_PROSE:
        yield from seams
    for match in _UNSPACED_QUOTE.finditer(text):
        yield match[0]
    for match in _UNSPACED.finditer(text):
        if not _CODE.search(text, max(0, match.start() - 60), match.start()):
            yield text[max(0, match.start() - 60) : match.end()].rsplit(maxsplit=1)[-1]


def _stuck_to_a_name(text: str) -> Iterator[str]:
    steps: list[tuple[str, str]] = _NAME_STEP.findall(text)
    followers: dict[str, Counter[str]] | None = None
    for first, second in steps:
        glued = second.lower()
        if not glued.endswith(_STICKING):
            continue
        followers = followers or _followers(steps)
        known = followers[first.lower()]
        for stuck in _STICKING:
            name = glued.removesuffix(stuck)
            if name != glued and name[-1:].isalnum() and name in known and known[glued] == 1:
                yield f"{first} {second}"


def _followers(steps: list[tuple[str, str]]) -> dict[str, Counter[str]]:
    followers: dict[str, Counter[str]] = defaultdict(Counter)
    for first, second in steps:
        followers[first.lower()][second.lower()] += 1
    return followers


def repeated_phrases(text: str) -> Iterator[str]:
    """Yield each phrase that stands twice in a row outside quotation marks, as it stands.

    Two words or more, three where a comma stands between (`bien sûr, bien sûr` is emphasis), up
    to eight; turns like `peu à peu à` and rows of figures are not meant.
    """
    text = _outside_quotations(text)
    if next(_recurrences(_WORD.findall(text.casefold())), None) is None:
        return
    words = list(_WORD.finditer(text))
    over = 0
    for start, size in _recurrences([word[0].casefold() for word in words]):
        if start >= over and _is_repetition(text, words, start, size):
            over = start + 2 * size
            yield text[words[start].start() : words[over - 1].end()]


def _recurrences(words: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the place and size of each run of words that stands twice in a row."""
    # It shows first in a pair of words that was met a phrase's length before.
    last_met: dict[tuple[str, str], int] = {}
    for here, pair in enumerate(pairwise(words)):
        before = last_met.get(pair)
        last_met[pair] = here
        if before is None or not 2 <= here - before <= _LONGEST_PHRASE:
            continue
        size = here - before
        if words[before:here] == words[here : here + size]:
            yield before, size


def _is_repetition(text: str, words: list[re.Match[str]], start: int, size: int) -> bool:
    middle, end = start + size, start + 2 * size
    phrase = [word[0].casefold() for word in words[start:middle]]
    if len(set(phrase)) == 1 or not any(word.isalpha() and len(word) > 2 for word in phrase):
        return False
    if size == 2:
        # "more and more and more", "peu à peu à": turns of speech
        around = [word[0].casefold() for word in (*words[start - 1 : start], *words[end : end + 1])]
        if phrase[-1] in _LINKS or not set(phrase).isdisjoint(around):
            return False
    gaps = [
        _WORD_GAP.fullmatch(text, before.end(), after.start())
        for before, after in pairwise(words[start:end])
    ]
    if not all(gaps):
        return False
    comma = gaps[size - 1]
    return size > 2 or comma is None or not comma[1]


def repeated_words(text: str) -> Iterator[str]:
    """Yield each small word that stands twice in a row outside quotation marks: `de de`."""
    if not any(pair in text for pair in _DOUBLES):
        return
    for match in _DOUBLED.finditer(_outside_quotations(text)):
        if match[1] in _NEVER_DOUBLED and text[match.start() - 1 : match.start()] not in "'’-":
            yield match[0]


def breaks_off(body: str) -> bool:
    """Tell whether a text ends before it is over.

    It does in an ellipsis in brackets or after a space, an invitation to read on, a comma, or a
    word that cannot be the last. An ellipsis after a word is a cut in a text of one paragraph,
    and more often a pause in a longer one. A credit line below is looked past.
    """
    tail = _CREDIT_LINE.sub("", body[-_TAIL:].rstrip()).rstrip()
    if _BREAKS_OFF.search(tail):
        return True
    return _ELLIPSIS_END.search(tail) is not None and "\n\n" not in body.strip()


def _outside_quotations(text: str) -> str:
    return _QUOTED.sub("|", text)
