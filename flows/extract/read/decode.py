"""Turns bytes into text: byte order mark, UTF-8, the declared encoding, then cp1252.

Nothing guesses from letter frequencies: on French text in cp1252 a character guesser is right in
82 % of cases only, and these rules, which look at what the bytes can be at all, in every one.
"""

import codecs
import re
from dataclasses import dataclass

FALLBACK = "cp1252"

# UTF-32 first: its little-endian mark begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Python knows more codecs than texts are written in (punycode, unicode_escape, utf_7 …); these
# are the families that documents declare.
WRITTEN_IN = re.compile(
    r"(?:utf-(?:8|16|32)|iso(?:8859|2022_)|cp\d|koi8|gb|big5|euc_|shift_jis|mac-|hz|tis-620"
    r"|johab|ascii)"
)
STATEFUL = re.compile(r"(?:iso2022_|hz)")  # 7-bit: valid UTF-8 to look at, something else to read

# https://encoding.spec.whatwg.org/#names-and-labels: these labels mean windows-1252.
MEANS_CP1252 = {"ascii", "iso8859-1", "cp1252"}

# First bytes of what is never a text, whatever share of it is readable.
BINARY_SIGNATURES = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"\xd0\xcf\x11\xe0",
    b"\x7fELF",
    b"SQLite format 3\x00",
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

# How Python's "surrogateescape" shows a byte that is not valid UTF-8, and a character that the
# end of the bytes cuts off.
BROKEN_BYTE = re.compile(r"[\udc80-\udcff]")
CUT_CHARACTER = re.compile(r"[\udcc2-\udcf4][\udc80-\udcbf]{0,2}\Z")
COUNTED = 2**20  # bytes that decide between damaged UTF-8 and cp1252

SAMPLE = 65_536  # characters looked at to tell text from binary
# Compressed bytes hold a control character in ten; text with a damaged byte, far fewer.
MOST_CONTROLS = 0.02


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the Python name of the encoding it was read in, and what went wrong doing so."""

    text: str
    encoding: str
    flags: tuple[str, ...] = ()  # "undecodable": some bytes stand for nothing in that encoding


def decode(body: bytes, declared: str | None = None) -> Decoded:
    """The text of `body`; never raises, and loses no byte without a visible trace and a flag.

    `declared` is the encoding named by the transport or by the document. Bytes that validate as
    UTF-8 are read as UTF-8 even where something else is declared: text in another encoding
    practically never validates, while servers declare latin-1 for everything by default.
    Declared latin-1 and ASCII mean cp1252; unknown names are ignored.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            body = body[len(mark) :]
            return _utf8(body) if encoding == "utf-8" else _wide(body, encoding)
    unmarked = _unmarked_wide(body)
    if unmarked:
        return _wide(body, unmarked)

    named = known_encoding(declared)
    if named and STATEFUL.match(named) and (b"\x1b" in body or b"~{" in body):
        return _declared(body, named)
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if named and named not in ("utf-8", FALLBACK):
        return _declared(body, named)
    return _broken_utf8(body) or _cp1252(body)


def known_encoding(name: str | None) -> str | None:
    """Python's name of an encoding that documents are written in, or None; latin-1 is cp1252."""
    try:
        found = codecs.lookup((name or "").strip().strip("\"'")).name
    except (LookupError, ValueError):  # ValueError: a name with a NUL or beyond ASCII
        return None
    if found in MEANS_CP1252:
        return FALLBACK
    return found if WRITTEN_IN.match(found) else None


def is_binary(body: bytes, text: str) -> bool:
    """Whether `body`, which decodes to `text`, is no text at all: an image, an archive, a PDF."""
    if body.startswith(BINARY_SIGNATURES):
        return True
    sample = text[:SAMPLE]
    return len(CONTROL.findall(sample)) > MOST_CONTROLS * len(sample)


def is_blank(text: str) -> bool:
    """Whether nothing stands in `text` but white space and byte order marks."""
    return not text.strip(" \t\r\n\v\f\x00\xa0\u200b\ufeff")


def _unmarked_wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the NULs of Western letters stand."""
    sample = body[:4096]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    empty = [sample[place::4].count(0) / max(1, len(sample[place::4])) for place in range(4)]
    full = [share > 0.6 for share in empty]
    none = [share < 0.1 for share in empty]
    if none[0] and all(full[1:]):
        return "utf-32-le"
    if none[3] and all(full[:3]):
        return "utf-32-be"
    if none[0] and none[2] and full[1] and full[3]:
        return "utf-16-le"
    if none[1] and none[3] and full[0] and full[2]:
        return "utf-16-be"
    return None


def _wide(body: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(body.decode(encoding), encoding)
    except UnicodeDecodeError:
        return Decoded(body.decode(encoding, "replace"), encoding, ("undecodable",))


def _utf8(body: bytes) -> Decoded:
    """Of bytes that a mark says are UTF-8."""
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _broken_utf8(body) or _cp1252(body)


def _declared(body: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(body.decode(encoding), encoding)
    except UnicodeError:  # some codecs raise it bare
        pass
    text = body.decode(encoding, "replace")
    # A few bad bytes are damage; many mean that the declaration is wrong.
    if text.count("\ufffd") * 100 <= len(text):
        return Decoded(text, encoding, ("undecodable",))
    return _broken_utf8(body) or _cp1252(body)


def _cp1252(body: bytes) -> Decoded:
    text = body.decode(FALLBACK, "replace")
    return Decoded(text, FALLBACK, ("undecodable",) if "\ufffd" in text else ())


def _broken_utf8(body: bytes) -> Decoded | None:
    """UTF-8 with damage, or None where the bytes are another encoding.

    Counted: text in cp1252 holds next to no sequence that is valid in UTF-8, damaged UTF-8 holds
    more valid sequences than broken bytes. Reading all of it as cp1252 for the sake of one byte
    would turn every accent into two wrong letters; so only the broken bytes are read that way,
    being most often pasted in from cp1252, and a character that the end cuts off is U+FFFD.
    """
    head = CUT_CHARACTER.sub("", body[:COUNTED].decode("utf-8", "surrogateescape"))
    beyond_ascii = re.sub(r"[\x00-\x7f]+", "", head)
    broken = len(BROKEN_BYTE.findall(beyond_ascii))
    valid = len(beyond_ascii) - broken
    if valid <= broken and (valid or broken or len(body) <= COUNTED):
        return None
    text = body.decode("utf-8", "surrogateescape")
    text = CUT_CHARACTER.sub("\ufffd", text)
    return Decoded(BROKEN_BYTE.sub(_from_cp1252, text), "utf-8", ("undecodable",))


def _from_cp1252(broken: re.Match[str]) -> str:
    return bytes([ord(broken[0]) - 0xDC00]).decode(FALLBACK, "replace")
