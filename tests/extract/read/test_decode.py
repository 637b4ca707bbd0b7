"""Bytes become text by what they can be, never by a guess."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.extract.read.decode import decode, is_binary, known_encoding

FRENCH = "Le « cœur » de l’été à Nîmes — 30 €"


@pytest.mark.parametrize(
    ("body", "declared", "encoding"),
    [
        pytest.param(FRENCH.encode(), None, "utf-8", id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + FRENCH.encode(), None, "utf-8", id="utf-8 with its mark"),
        pytest.param(FRENCH.encode("utf-16"), None, "utf-16-le", id="utf-16 with its mark"),
        pytest.param(FRENCH.encode("utf-32"), None, "utf-32-le", id="utf-32 with its mark"),
        pytest.param(FRENCH.encode("utf-16-be"), None, "utf-16-be", id="utf-16 big without mark"),
        pytest.param(FRENCH.encode("utf-16-le"), "utf-8", "utf-16-le", id="utf-16 said utf-8"),
        pytest.param(FRENCH.encode("utf-32-be"), None, "utf-32-be", id="utf-32 without mark"),
        pytest.param(FRENCH.encode("cp1252"), None, "cp1252", id="cp1252 undeclared"),
        pytest.param(FRENCH.encode("cp1252"), "iso-8859-1", "cp1252", id="latin-1 means cp1252"),
        pytest.param(FRENCH.encode("cp1252"), "US-ASCII", "cp1252", id="ascii means cp1252"),
        pytest.param(FRENCH.encode("cp1252"), "utf-8", "cp1252", id="cp1252 said utf-8"),
        pytest.param(FRENCH.encode("cp1252"), "x-nonsense", "cp1252", id="unknown name"),
        pytest.param(FRENCH.encode("cp1252"), "base64", "cp1252", id="codec that is no encoding"),
        pytest.param(FRENCH.encode("cp1252"), "a\x00é", "cp1252", id="name that cannot be one"),
        pytest.param(FRENCH.encode(), "iso-8859-1", "utf-8", id="utf-8 said latin-1"),
        pytest.param(FRENCH.encode(), "utf-16", "utf-8", id="utf-8 said utf-16"),
    ],
)
def test_reads_french_in_whatever_it_came(body: bytes, declared: str | None, encoding: str) -> None:
    decoded = decode(body, declared)
    assert (decoded.text, decoded.encoding, decoded.flags) == (FRENCH, encoding, ())


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("Привет, мир", "windows-1251"),
        ("Привет, мир", "KOI8-R"),
        ("今日のニュース", "Shift_JIS"),
        ("今日のニュース", "iso-2022-jp"),
        ("新闻联播", "gb2312"),
        ("Zażółć gęślą jaźń", "iso-8859-2"),
    ],
)
def test_believes_the_declaration_of_other_scripts(text: str, declared: str) -> None:
    assert decode(text.encode(declared), declared).text == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(
            "L’été à Nîmes".encode() + b" l\x92hiver", "L’été à Nîmes l’hiver", id="pasted cp1252"
        ),
        pytest.param("été à Nîmes".encode() + b"\xc3", "été à Nîmes\ufffd", id="cut character"),
        pytest.param("été à ".encode() + b"\x81", "été à \ufffd", id="byte that is nothing"),
        pytest.param(b"caf\xe9 \x8d", "café \ufffd", id="undefined in cp1252"),
        pytest.param("été".encode("utf-16") + b"\x00", "été\ufffd", id="half a utf-16 character"),
    ],
)
def test_one_broken_byte_costs_itself_and_is_flagged(body: bytes, text: str) -> None:
    decoded = decode(body, None)
    assert (decoded.text, decoded.flags) == (text, ("undecodable",))


def test_cp1252_is_not_mistaken_for_damaged_utf8() -> None:
    text = "BEAUTÉ\xa0: l'été de Zoé"  # its first accent and space together validate as UTF-8
    assert decode(text.encode("cp1252"), None).text == text


@pytest.mark.parametrize("name", ["unicode_escape", "punycode", "utf-7", "rot13", "undefined"])
def test_codecs_that_documents_are_not_written_in_are_ignored(name: str) -> None:
    assert known_encoding(name) is None


@pytest.mark.parametrize(
    ("body", "binary"),
    [
        (b"\x89PNG\r\n\x1a\n plain words follow here", True),
        (b"%PDF-1.7 plain words follow here", True),
        (b"\x1f\x8b\x08 plain words follow here", True),
        (b"words\x00\x00\x00\x00", True),
        (b"One damaged byte \x00 in a text that is otherwise in order and goes on for a while.", 0),
        (b"A form feed\x0c and an escape \x1b stand in old wire copy", False),
        ("Пожар".encode("utf-16"), False),
    ],
)
def test_tells_binary_from_text(body: bytes, binary: bool) -> None:
    assert is_binary(body, decode(body, None).text) is bool(binary)


@given(st.binary(), st.sampled_from([None, "utf-8", "latin-1", "shift_jis", "utf-16", "cp1253"]))
@example(b"\xff\xfe\x00\xd8", None)
@example(b"\xed\xa0\x80" * 3, "big5")
def test_never_raises_and_never_yields_a_lone_surrogate(body: bytes, declared: str | None) -> None:
    decode(body, declared).text.encode("utf-8")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff")))
def test_utf8_comes_out_as_it_went_in(text: str) -> None:
    assert decode(text.encode(), None).text == text
