"""The byline: who wrote a dispatch, from a line of its text or from a feed's author field."""

import re

from flows.transform.agencies import agencies_in
from flows.transform.dateline import read_dateline

_LONGEST = 140  # characters
_HEAD_LINES = 3
_CLOSING_LINES = 3

_PARTICLE = (
    r"(?:de|du|des|d'|d’|la|le|van|von|der|den|ter|zu|da|dos|di|del|della|al|el|bin|ben|ibn|y|e)"
)
_INITIAL = r"(?:(?!\d)[^\W_a-zà-öø-ÿ])"
_NAME_WORD = rf"(?:(?:[dD]['’]|[lL]['’])?{_INITIAL}[\w'’-]*\.?)"
_NAME = rf"{_NAME_WORD}(?: (?:{_PARTICLE} ){{0,2}}{_NAME_WORD}){{1,4}}"
_NAMES = rf"{_NAME}(?:(?:, | et | and | und | & |, and | avec | with ){_NAME}){{0,5}}"
_BYLINE = re.compile(
    r"(?:(?i:propos recueillis par|recueilli par|de notre (?:correspondante?|envoyée?) spéciale?)"
    r"|Texte|Par|PAR|By|BY|Von|VON|Por|Di)\s?:?\s"
    rf"(?P<names>{_NAMES})"
    r"(?:(?:,? (?:à|au|en|in|at) |, | [-–—/|] |/)[^.!?:;]{2,50}| \([^()]{2,40}\))?"
    r",?\.?"
)

# Capitalised headlines open with "By" too: "By Monday Night, It Was Over".
_NOT_IN_NAMES = frozenset({
    "the", "this", "that", "it", "we", "he", "she", "they", "was", "is", "are", "has", "had",
    "night", "morning", "week", "year", "end", "now", "then", "le", "les", "la", "rédaction",
    "redaction", "notre", "nos", "service", "équipe", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "lundi", "mardi", "mercredi", "jeudi",
    "vendredi", "samedi", "dimanche",
})  # fmt: skip

_ADDRESS = r"[^\s()<>\"']+@[^\s()<>\"']+"
_ADDRESS_FIRST = re.compile(rf"(?:mailto:)?{_ADDRESS}\s*\((?P<name>.*)\)")
_ADDRESS_LAST = re.compile(rf"(?P<name>.*?)\s*[(<]\s*(?:mailto:)?{_ADDRESS}\s*[)>]")
_ONLY_ADDRESS = re.compile(rf"<?(?:mailto:)?{_ADDRESS}>?")
_INTRODUCTION = re.compile(r"(?:par|by|von|propos recueillis par)\s?:?\s+", re.IGNORECASE)

# What programs write where nobody is named.
_NOBODY = frozenset({
    "unknown", "admin", "administrator", "webmaster", "anonymous", "anonyme", "noreply",
    "no-reply", "hidden", "none", "null", "undefined", "n/a", "nobody", "author", "auteur",
    "root", "user", "test",
})  # fmt: skip


def normalise_byline(text: str) -> str | None:
    """A feed's author field as a byline; None where it names nobody.

    "jane@example.org (Jane Smith)" and "Jane Smith <jane@example.org>" are Jane Smith, "By Jane
    Smith" too; a bare address, "noreply@blogger.com (Unknown)" and "admin" are None. Several
    authors stay in the order and with the words between them that the source gives.
    """
    bare = " ".join(text[:1000].split())[:500]
    if match := _ADDRESS_FIRST.fullmatch(bare) or _ADDRESS_LAST.fullmatch(bare):
        bare = match["name"]
    elif _ONLY_ADDRESS.fullmatch(bare):
        return None
    bare = bare.strip(" \"'“”,;|-–—")
    if match := _INTRODUCTION.match(bare):
        bare = bare[match.end() :]
    bare = bare.removesuffix(" (hidden)")
    if bare.casefold().strip("() ") in _NOBODY or not any(letter.isalpha() for letter in bare):
        return None
    return re.sub(r"\s*,\s*", ", ", bare)


def read_byline(line: str) -> str | None:
    """The names of a line that is nothing but a byline; None for any other line.

    Reads "Par Jean Dupont", "By Jane Smith and Amir Khan in Cairo", "Von Anna Weber, dpa",
    "Propos recueillis par Jean DUPONT". A single word is not taken for a name ("Par chance"),
    an agency is a credit.
    """
    if len(line) > _LONGEST:
        return None
    match = _BYLINE.fullmatch(line.strip(" *_()[]"))
    if match is None:
        return None
    names = match["names"].rstrip(".,")
    words = names.replace(",", " ").split()
    if any(word.casefold() in _NOT_IN_NAMES and word[0].isupper() for word in words):
        return None
    return None if agencies_in(names) else names


def find_byline(body: str) -> str | None:
    """The byline that stands as a line of its own at the head or the end of a body.

    The line stays in the body. A name is recognised by its shape alone, which is less sure than
    a known agency's, and a byline may hold more than the names ("à Gaza, avec le bureau de
    Londres"): taking it out could lose words that no column holds.
    """
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    head = lines[:_HEAD_LINES]
    for position, line in enumerate(head):
        if read_dateline(line):
            head = head[:position]
            break
    return next(
        (
            name
            for line in (*head, *reversed(lines[-_CLOSING_LINES:]))
            if (name := read_byline(line))
        ),
        None,
    )
