"""The catalogue: what it may say, and what is told where it says something else."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from flows.errors import ConfigurationError
from flows.extract.catalogue import append_sources, load_catalogue
from flows.extract.paths import place_of
from flows.model import Source

FORMATS = ("text", "feed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sources.toml"


def load(file: Path, text: str) -> tuple[Source, ...]:
    file.write_text(text, encoding="utf-8")
    return load_catalogue(file, FORMATS)


def complaint(file: Path, text: str | None = None) -> str:
    """What is said of the file, its lines without the file's folder."""
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(file, FORMATS)
    return str(caught.value).replace(f"{file.parent}/", "")


def entry(*lines: str, name: str = "a", kind: str = "http") -> str:
    location = "https://news.example/feed" if kind == "http" else "in"
    return "\n".join(
        (
            "[[source]]",
            f'name = "{name}"',
            f'kind = "{kind}"',
            *(
                lines
                if any(each.startswith("location") for each in lines)
                else (f'location = "{location}"', *lines)
            ),
            "",
        )
    )


class TestLoading:
    def test_gives_each_source_as_it_is_written(self, file: Path) -> None:
        text = """
            [[source]]
            name = "Le Phare"
            kind = "http"
            location = "https://phare.example/rss"
            format = "feed"
            agency = "ALP"
            language = "FR"
            timezone = "Europe/Paris"
            every = "90s"
            enabled = false

            [[source]]
            name = "desk"
            kind = "folder"
            location = "/var/spool/desk"
        """
        assert load(file, text) == (
            Source(
                name="Le Phare",
                kind="http",
                location="https://phare.example/rss",
                format="feed",
                agency="ALP",
                language="fr",
                timezone="Europe/Paris",
                every=timedelta(seconds=90),
                enabled=False,
            ),
            Source("desk", "folder", "/var/spool/desk"),
        )

    def test_lets_defaults_speak_where_a_source_does_not(self, file: Path) -> None:
        text = '[defaults]\nevery = "1h"\nlanguage = "fr"\n' + entry('language = "en"')
        (source,) = load(file, text)
        assert (source.every, source.language) == (timedelta(hours=1), "en")

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            pytest.param("in", "{here}/in", id="beside-the-file"),
            pytest.param("./in/", "{here}/in", id="tidied"),
            pytest.param("../in", "{above}/in", id="above-the-file"),
            pytest.param("*/in/**/*.txt", "{here}/*/in/**/*.txt", id="glob"),
            pytest.param("/srv/in", "/srv/in", id="absolute"),
            pytest.param("~/in", "{home}/in", id="home"),
        ],
    )
    def test_makes_folders_absolute(
        self, file: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
    ) -> None:
        monkeypatch.setenv("HOME", "/home/anna")
        (source,) = load(file, entry(f"location = '{written}'", kind="folder"))
        here = file.parent
        assert source.location == meant.format(here=here, above=here.parent, home="/home/anna")

    def test_finds_a_folder_of_any_name_again(self, file: Path) -> None:
        (source,) = load(file, entry("location = 'a\\b'", kind="folder"))
        assert place_of(source).folder == file.parent / "a\\b"

    def test_of_no_sources_gives_none(self, file: Path) -> None:
        assert load(file, "# nothing yet\n") == ()

    def test_takes_a_byte_order_mark(self, file: Path) -> None:
        assert len(load(file, "\ufeff" + entry())) == 1

    @pytest.mark.parametrize(
        ("every", "meant"),
        [("30s", 30), ("5m", 300), ("1h", 3600), ("1d", 86_400), (" 2 h ", 7200)],
    )
    def test_reads_how_often(self, file: Path, every: str, meant: int) -> None:
        (source,) = load(file, entry(f'every = "{every}"'))
        assert source.every == timedelta(seconds=meant)


class TestComplaints:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            pytest.param(
                'urls = "x"',
                '5: source "a": unknown key "urls"; did you mean "location"?',
                id="key-of-another-program",
            ),
            pytest.param(
                'langauge = "fr"',
                '5: source "a": unknown key "langauge"; did you mean "language"?',
                id="key-misspelt",
            ),
            pytest.param(
                'language = "french"',
                '5: source "a": language: use a two-letter code (ISO 639-1), like "fr"',
                id="language",
            ),
            pytest.param(
                'timezone = "Europe/Pari"',
                '5: source "a": timezone: "Europe/Pari" is not an IANA time zone; '
                'did you mean "Europe/Paris"?',
                id="timezone",
            ),
            pytest.param(
                'timezone = "../../etc/passwd"',
                '5: source "a": timezone: "../../etc/passwd" is not an IANA time zone, '
                'use a name like "Europe/Paris"',
                id="timezone-a-path",
            ),
            pytest.param(
                'every = "often"',
                '5: source "a": every: use a number and s, m, h or d, like "5m" or "1h"',
                id="every",
            ),
            pytest.param(
                "every = 5",
                '5: source "a": every: use a number and s, m, h or d, like "5m" or "1h"',
                id="every-bare",
            ),
            pytest.param(
                'every = "1s"',
                '5: source "a": every: "1s" is not between 30s and 366d',
                id="every-too-often",
            ),
            pytest.param(
                'every = "99999999d"',
                '5: source "a": every: "99999999d" is not between 30s and 366d',
                id="every-too-rarely",
            ),
            pytest.param(
                'format = "fede"',
                '5: source "a": format: "fede" is not one of auto, feed, text',
                id="format",
            ),
            pytest.param(
                'enabled = "no"',
                '5: source "a": enabled: input should be a valid boolean',
                id="enabled",
            ),
            pytest.param(
                'agency = "A\\u0000"',
                '5: source "a": agency: must not hold control characters',
                id="control-character",
            ),
        ],
    )
    def test_name_line_source_and_remedy(self, file: Path, line: str, said: str) -> None:
        assert complaint(file, entry(line)) == f"sources.toml:{said}"

    @pytest.mark.parametrize(
        "location",
        ["ftp://news.example/", "news.example/feed", "http://", "https:///x", "http://h:99999/"],
    )
    def test_of_an_http_location_without_address(self, file: Path, location: str) -> None:
        assert complaint(file, entry(f'location = "{location}"')) == (
            f'sources.toml:4: source "a": location: "{location}" is not an http:// or https:// '
            "address"
        )

    def test_keep_passwords_to_themselves(self, file: Path) -> None:
        said = complaint(file, entry('location = "ftp://anna:pa55@news.example/?key=s3cret"'))
        assert "pa55" not in said
        assert "s3cret" not in said

    def test_of_a_folder_that_is_an_address(self, file: Path) -> None:
        said = complaint(file, entry('location = "https://news.example"', kind="folder"))
        assert said == (
            'sources.toml:4: source "a": location: an address is no folder; set kind = "http"'
        )

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            pytest.param("https://news.example/", "HTTPS://News.Example:443", id="http"),
            pytest.param("in", "./x/../in/", id="folder"),
        ],
    )
    def test_of_a_location_that_is_listed_twice(self, file: Path, first: str, second: str) -> None:
        kind = "http" if "//" in first else "folder"
        text = entry(f'location = "{first}"', kind=kind)
        text += entry(f'location = "{second}"', name="b", kind=kind)
        assert complaint(file, text) == (
            'sources.toml:8: source "b": the same location as source "a" in line 4'
        )

    def test_of_a_name_that_is_taken(self, file: Path) -> None:
        text = entry() + entry(kind="folder")
        assert complaint(file, text) == (
            'sources.toml:6: source "a": the name is taken by the source in line 2'
        )

    @pytest.mark.parametrize("name", ["", "  ", "/srv/in"])
    def test_of_a_name_that_cannot_be_one(self, file: Path, name: str) -> None:
        assert complaint(file, entry(name=name)).startswith("sources.toml:2: ")

    def test_of_what_is_missing_point_at_the_entry(self, file: Path) -> None:
        text = entry() + '[[source]]\nkind = "ftp"\n'
        assert complaint(file, text).splitlines() == [
            'sources.toml:5: source number 2: the key "location" is missing',
            'sources.toml:5: source number 2: the key "name" is missing',
            'sources.toml:6: source number 2: kind: use "folder" or "http"',
        ]

    def test_of_defaults_point_at_them_alone(self, file: Path) -> None:
        text = '[defaults]\nlanguage = "french"\nname = "x"\n' + entry() + entry(name="b")
        assert complaint(file, text).splitlines()[:2] == [
            'sources.toml:2: [defaults]: language: use a two-letter code (ISO 639-1), like "fr"',
            'sources.toml:3: [defaults]: unknown key "name"; the keys are format, agency, '
            "language, timezone, every, enabled",
        ]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("x = 1\n", '1: unknown key "x"; sources are [[source]] tables'),
            ("[[sources]]\n", '1: unknown key "sources"; did you mean [[source]]?'),
            ("\n[default]\n", '2: unknown key "default"; did you mean [defaults]?'),
            ("[source]\nname = 'a'\n", "1: source: write each as a [[source]] table"),
            ("source = 3\n", "1: source: write each as a [[source]] table"),
            ("defaults = 3\n", "1: defaults: write it as a [defaults] table"),
        ],
    )
    def test_of_what_is_no_catalogue(self, file: Path, text: str, said: str) -> None:
        assert complaint(file, text) == f"sources.toml:{said}"

    def test_are_not_led_astray_by_strings_and_comments(self, file: Path) -> None:
        text = r'''# [[source]]
[[source]] # [[source]]
name = "[[source]] # \" no" # name = 1
kind = """\
  http"""
location = 'https://a.example/#[[source]]'
agency = """\
[[source]] \
language = \"french\""""
[[ "source" ]]
name = "b"
'kind' = 'http'
location = "https://b.example/[[source]]"
language\t= "french"
'''.replace(r"\t", "\t")
        assert complaint(file, text) == (
            'sources.toml:14: source "b": language: use a two-letter code (ISO 639-1), like "fr"'
        )

    def test_count_lines_in_files_from_windows(self, file: Path) -> None:
        text = (entry() + entry('language = "french"', name="b", kind="folder")).replace(
            "\n", "\r\n"
        )
        file.write_bytes(text.encode())
        assert complaint(file).startswith('sources.toml:9: source "b": language')

    def test_are_made_all_at_once_up_to_a_number(self, file: Path) -> None:
        text = "".join(entry('every = "1s"', name=f"s{number}") for number in range(30))
        said = complaint(file, text).splitlines()
        assert len(said) == 21
        assert said[-1] == "sources.toml: and 10 more"


class TestAFileThatCannotBeRead:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[[source]]\nname = \n", "sources.toml:2: not TOML: Invalid value"),
            ("\n\n[[source\n", "sources.toml:3: not TOML: "),
            ('name = "a"\nname = "b"\n', "sources.toml:2: not TOML: Cannot overwrite a value"),
            ('[[source]]\nname = """x\n', "sources.toml:3: not TOML: "),
        ],
    )
    def test_is_named_with_the_line(self, file: Path, text: str, said: str) -> None:
        assert complaint(file, text).startswith(said)

    def test_may_be_in_another_encoding(self, file: Path) -> None:
        file.write_bytes("# un\n# d\u00e9p\u00eache\n".encode("cp1252"))
        assert complaint(file) == "sources.toml:2: not UTF-8: save the file as UTF-8"

    def test_may_be_missing(self, file: Path) -> None:
        assert complaint(file).startswith("sources.toml: no such file: create it")

    def test_may_be_a_folder(self, file: Path) -> None:
        file.mkdir()
        assert complaint(file).startswith("sources.toml: is a folder")

    @pytest.mark.usefixtures("bound_by_permissions")
    def test_may_be_closed(self, file: Path) -> None:
        file.touch(mode=0)
        assert complaint(file) == "sources.toml: cannot be read: Permission denied"


class TestAppending:
    NEW = (
        Source(
            "phare", "http", 'https://phare.example/?q="a"&b=\u00e9', every=timedelta(minutes=15)
        ),
        Source(
            "Br\u00e8ves \\ d'\u00e9t\u00e9",
            "http",
            "https://b.example/",
            format="feed",
            agency="ALP",
            language="fr",
            timezone="Europe/Paris",
            every=timedelta(seconds=90),
            enabled=False,
        ),
    )

    @pytest.mark.parametrize(
        "before",
        [
            pytest.param("", id="empty"),
            pytest.param(entry(name="first"), id="ends-in-newline"),
            pytest.param("# kept  as it is\n" + entry(name="first").rstrip(), id="ends-without"),
            pytest.param(entry(name="first").replace("\n", "\r\n") + "# end", id="windows"),
            pytest.param('[defaults]\nlanguage = "fr"', id="defaults"),
        ],
    )
    def test_keeps_every_byte_and_adds_what_is_read_back(self, file: Path, before: str) -> None:
        file.write_bytes(before.encode())
        already = load_catalogue(file, FORMATS)
        file.chmod(0o640)
        append_sources(file, self.NEW[1:])
        after = file.read_bytes().decode()
        assert after.startswith(before)
        assert ("\r\n" in before) == ("\r\n" in after)
        assert load_catalogue(file, FORMATS) == (*already, *self.NEW[1:])
        assert file.stat().st_mode & 0o777 == 0o640
        assert [path.name for path in file.parent.iterdir()] == ["sources.toml"]

    def test_makes_a_file_that_is_not_there(self, file: Path) -> None:
        append_sources(file, self.NEW)
        assert load_catalogue(file, FORMATS) == self.NEW

    def test_writes_through_a_link(self, file: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.toml"
        link.symlink_to(file)
        file.touch()
        append_sources(link, self.NEW)
        assert link.is_symlink()
        assert load_catalogue(file, FORMATS) == self.NEW

    @pytest.mark.parametrize(
        ("before", "said"),
        [
            pytest.param("x = [", "not TOML", id="not-toml"),
            pytest.param("source = []\n", "Cannot", id="source-as-array"),
            pytest.param(entry(name="phare"), 'a source "phare" already', id="name-taken"),
        ],
    )
    def test_leaves_the_file_alone_where_it_cannot(
        self, file: Path, before: str, said: str
    ) -> None:
        file.write_text(before)
        with pytest.raises(ConfigurationError, match=said):
            append_sources(file, self.NEW)
        assert file.read_text() == before
        assert list(file.parent.iterdir()) == [file]

    @pytest.mark.usefixtures("bound_by_permissions")
    def test_says_so_where_it_may_not_write(self, file: Path) -> None:
        file.touch()
        file.parent.chmod(0o500)
        try:
            with pytest.raises(ConfigurationError, match="cannot be written: Permission denied"):
                append_sources(file, self.NEW)
        finally:
            file.parent.chmod(0o700)

    @pytest.mark.parametrize("nothing", [(), iter(())])
    def test_of_nothing_does_nothing(self, file: Path, nothing: Iterable[Source]) -> None:
        append_sources(file, nothing)
        assert not file.exists()
