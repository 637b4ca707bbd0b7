"""HTML becomes the text its reader sees."""

import html
import re
import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from flows.transform.markup import looks_like_markup, title_to_text, to_text

CASES = {
    "inline tags glue nothing in": ("<p>Jong<b>Un</b> salue</p>", "JongUn salue"),
    "inline tags glue nothing together": ("<b>Le</b> <i>maire</i>", "Le maire"),
    "paragraphs stay apart": ("<p>a</p><p>b</p>", "a\n\nb"),
    "unclosed paragraphs": ("<p>a<p>b", "a\n\nb"),
    "headings are blocks": (
        "<h1>Titre</h1>texte<h2>Suite</h2>fin",
        "Titre\n\ntexte\n\nSuite\n\nfin",
    ),
    "a break is a line": ("un<br>deux<br/>trois", "un\ndeux\ntrois"),
    "two breaks are a paragraph": ("un<br><br><br>deux", "un\n\ndeux"),
    "a wrong break is a break": ("un</br>deux", "un\ndeux"),
    "list items are lines": ("<ul><li>un<li>deux</ul>", "un\ndeux"),
    "table rows and cells": ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"),
    "white space collapses": ("<p> a\n   b\tc </p>", "a b c"),
    "no-break spaces stay": ("<p>10&nbsp;000&#8239;€</p>", "10\u00a0000\u202f€"),
    "preformatted text keeps its lines": ("<pre>a  b\n c</pre>d", "a  b\n c\n\nd"),
    "scripts and styles vanish": ("a<script>if (x<y) z()</script><style>p{}</style>b", "ab"),
    "comments vanish": ("un<!-- deux <b> --- -->trois", "untrois"),
    "an unclosed comment hides nothing": ("<p>un</p><!-- deux", "un\n\n<!-- deux"),
    "templates, noscript and svg": (
        "a<template><p>b</p></template><noscript>c</noscript><svg><text>d</text></svg>e",
        "ae",
    ),
    "hidden elements": ('a<p hidden>b</p><div style="DISPLAY : none">c</div>d', "ad"),
    "a hidden void element hides only itself": ("a<input hidden>b", "ab"),
    "XML-style empty elements hide nothing": ("<script src='x'/>a<iframe src='y' />b", "ab"),
    "unclosed media hide nothing": ("<p>a</p><video src=x><p>b</p>", "a\n\nb"),
    "doctype, head and title": (
        "<!DOCTYPE html><html><head><title>T</title></head><body>b</body></html>",
        "b",
    ),
    "processing instructions": ('<?xml version="1.0"?><p>a</p>', "a"),
    "CDATA markers": ("<![CDATA[<p>a</p>]]>b", "a\n\nb"),
    "conditional comments": ("a<!--[if mso]><p>b</p><![endif]-->c", "ac"),
    "a declared charset changes nothing": ("<meta charset=latin-1><p>é</p>", "é"),
    "custom and namespaced elements": ("<o:p>a</o:p><my-box>b</my-box>", "ab"),
    "raised figures stay apart": (
        "10<sup>6</sup> m<sup>2</sup>, le 1<sup>er</sup>",
        "10⁶ m², le 1er",
    ),
    "quotations get their marks": ("Il dit <q>oui</q>.", 'Il dit "oui".'),
    "entities": ("d&eacute;j&agrave; l&#8217;&#x e9; AT&amp;T", "déjà l’&#x e9; AT&T"),
    "a query is no entity": ("<p>?a=1&copy=2</p>", "?a=1&copy=2"),
    "wire copy is no markup": (
        "<p>Il a dit <<ok>>, +nested+ et\n- intertitre -</p>",
        "Il a dit <<ok>>, +nested+ et - intertitre -",
    ),
    "comparisons and hearts": ("<p>5 < 6, a <b and c> d, <3</p>", "5 < 6, a <b and c> d, <3"),
    "addresses in angle brackets": (
        "<p>Écrire à <redaction@agence.example> ou <http://a.example/b></p>",
        "Écrire à <redaction@agence.example> ou <http://a.example/b>",
    ),
    "a lone bracket": ("a < b", "a < b"),
    "a tag without an end is text": ("si a <b", "si a <b"),
    "a tag that was cut off is not": ('la suite <a href="http', "la suite"),
    "plain text keeps its lines": ("un\r\n\r\ndeux & trois\nquatre", "un\n\ndeux & trois\nquatre"),
    "so does text with inline tags only": ("un\n\n<b>deux</b>\ntrois", "un\n\ndeux\ntrois"),
    "escaped twice": ("&lt;p&gt;Le maire&lt;/p&gt;&lt;p&gt;parle&lt;/p&gt;", "Le maire\n\nparle"),
    "escaped three times": ("&amp;lt;p&amp;gt;Le maire&amp;lt;/p&amp;gt;", "Le maire"),
    "entities escaped twice": ("d&amp;eacute;j&amp;agrave; A &amp;amp; B", "déjà A & B"),
    "markup shown in prose": ("<p>Le &lt;b&gt;gras&lt;/b&gt;</p>", "Le <b>gras</b>"),
    "a single tag shown in prose": ("La balise &lt;p&gt; ouvre", "La balise <p> ouvre"),
    "an entity shown in prose": ("<p>On écrit &amp;eacute; pour é</p>", "On écrit &eacute; pour é"),
    "an entity shown in code": ("<code>a &amp;amp; b</code>", "a &amp; b"),
    "misnested tags": ("<b>un <i>deux</b> trois</i>", "un deux trois"),
    "NUL and surrogates": ("<p>a\x00b\ud800c</p>", "abc"),
    "nothing": ("", ""),
    "only a tag": ("<p>", ""),
}


@pytest.mark.parametrize(("markup", "text"), CASES.values(), ids=CASES.keys())
def test_shows_what_a_reader_sees(markup: str, text: str) -> None:
    assert to_text(markup) == text


TITLES = {
    "plain": ("Le maire parle", "Le maire parle"),
    "one line": ("Le  maire\n parle", "Le maire parle"),
    "an entity": ("L&#8217;été &amp; l’hiver", "L’été & l’hiver"),
    "inline tags": ("Le <em>Courrier</em> paraît", "Le Courrier paraît"),
    "escaped inline tags": ("Le &lt;em&gt;Courrier&lt;/em&gt; paraît", "Le Courrier paraît"),
    "plain ampersand and bracket": ("5 < 6 & 7", "5 < 6 & 7"),
    "a tag as subject": ("La balise <p> fête ses 30 ans", "La balise <p> fête ses 30 ans"),
    "a name in brackets": ("Salon <<Horizons>>", "Salon <<Horizons>>"),
}


@pytest.mark.parametrize(("title", "text"), TITLES.values(), ids=TITLES.keys())
def test_a_title_is_one_line(title: str, text: str) -> None:
    assert title_to_text(title) == text


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a<br>b", True),
        ("a &eacute; b", True),
        ("<p>a</p>", True),
        ("a & b", False),
        ("a <b", False),
        ("R&D; a", False),
    ],
)
def test_looks_like_markup(text: str, markup: bool) -> None:
    assert looks_like_markup(text) is markup


def visible(text: str) -> str:
    return "".join(re.findall(r"[^\W_]", text))


@given(st.text())
def test_never_raises(markup: str) -> None:
    to_text(markup)
    title_to_text(markup)


PIECES = st.sampled_from(
    ["<p>", "</p>", "<b", ">", "<!--", "-->", "<script>", "</script>", "&amp;", "&lt;", "&", "<",
     "<![CDATA[", "]]>", "<br/>", "<td>", "</div>", "<pre>", "</code>", "<q>", "<sup>", " ", "\n",
     "mot", "é", "\x00", "\ud800", "<?", "<svg/>", "</br>", "hidden", '="', "'"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_never_raises_on_broken_markup(markup: str) -> None:
    to_text(markup)
    title_to_text(markup)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
@example("AT&T <R&D>")
def test_escaped_text_loses_no_letter(text: str) -> None:
    assume(html.unescape(text) == text)  # or it was escaped twice, and means a character

    shown = to_text(f"<p>{html.escape(text)}</p>")
    assert visible(shown) == visible(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00<&")))
def test_plain_text_loses_no_letter(text: str) -> None:
    assert visible(to_text(f"{text} <3")) == visible(text) + "3"


HOSTILE = {
    "deep nesting": "<div>" * 100_000 + "fond" + "</div>" * 100_000,
    "ends of nothing": "<div>" * 50_000 + "</span>" * 50_000 + "fond",
    "misnested": "<i><div></i></div>" * 50_000 + "</b>" * 50_000 + "fond",
    "open paragraphs": "<p><b>" * 50_000 + "fond",
    "unclosed comments": "fond" + "<!--" * 100_000 + ">",
    "unclosed tags": "fond" + "<a href='" * 50_000 + ">",
    "hidden openers": "fond<p>" + "<iframe " * 50_000 + "<iframe>" * 50_000,
    "attributes": "<p " + "a=b " * 100_000 + ">fond",
    "spaces": "<p>fond" + " \n" * 500_000 + "</p>",
    "brackets": "fond" + "<" * 500_000 + ">",
    "ampersands": "fond" + "&amp;" * 100_000,
    "escaped tags": "fond &lt;img " + "=" * 200_000 + "&lt;p " * 50_000,
    "one long line": "<p>" + "fond " * 1_000_000,
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE.keys())
def test_takes_linear_time(markup: str) -> None:
    started = time.process_time()
    assert "fond" in to_text(markup)
    assert time.process_time() - started < 5


def test_a_large_document_keeps_its_paragraphs() -> None:
    paragraphs = 30_000
    text = to_text("<html><body>" + "<div><p>mot</p></div>" * paragraphs)
    assert text.split("\n\n") == ["mot"] * paragraphs
