"""The news agencies, by the name newswire gives them and the names copy gives them."""

import re
import unicodedata
from functools import lru_cache

# Canonical name: other spellings. A spelling in capitals only (or the canonical name itself where
# it is so) must stand in capitals or, as some desks write it, all in lower case.
AGENCIES: dict[str, tuple[str, ...]] = {
    "AFP": ("Agence France-Presse", "Agence France Presse", "AFP-Services", "ا ف ب", "أ ف ب"),
    "Reuters": ("Reuter", "Thomson Reuters", "RTRS"),
    "AP": ("Associated Press", "The Associated Press"),
    "dpa": ("DPA", "Deutsche Presse-Agentur", "dpa-AFX", "dpa-infocom"),
    "AAP": ("Australian Associated Press",),
    "ABI": ("Agencia Boliviana de Información",),
    "ADNKronos": ("Adnkronos",),
    "AGERPRES": ("Agerpres",),
    "AGI": ("Agenzia Italia",),
    "ANA-MPA": ("AMNA",),
    "ANI": ("Asian News International",),
    "ANP": ("Algemeen Nederlands Persbureau",),
    "ANSA": (),
    "APA": ("Austria Presse Agentur",),
    "APP": ("Associated Press of Pakistan",),
    "APS": ("Algérie Presse Service",),
    "Anadolu": ("AA", "Agence Anadolu", "Anadolu Agency", "Anadolu Ajansı"),
    "Antara": (),
    "BTA": (),
    "Belga": ("Agence Belga",),
    "Bernama": (),
    "Bloomberg": ("Bloomberg News",),
    "CNA": ("Central News Agency",),
    "CNW": (),
    "CP": ("The Canadian Press", "Canadian Press", "La Presse canadienne"),
    "CTK": ("ČTK",),
    "Dow Jones": ("Dow Jones Newswires",),
    "EFE": ("Agencia EFE",),
    "ETX Daily Up": ("ETX",),
    "Europa Press": (),
    "Fars": ("Fars News",),
    "HINA": ("Hina",),
    "IANS": (),
    "INA": (),
    "IRNA": (),
    "ISNA": (),
    "Interfax": ("Interfax-Ukraine",),
    "Jiji": ("Jiji Press",),
    "KCNA": (),
    "KUNA": (),
    "Keystone-ATS": ("ATS", "Keystone-SDA", "Keystone/ATS", "SDA", "Agence télégraphique suisse"),
    "Kyodo": ("Kyodo News",),
    "LUSA": ("Lusa", "Agência Lusa"),
    "MAP": ("Maghreb Arabe Presse",),
    "MENA": (),
    "MTI": (),
    "Mehr": ("Mehr News",),
    "NAN": (),
    "NTB": (),
    "Notimex": (),
    "PA": ("Press Association", "PA Media"),
    "PANA": (),
    "PAP": (),
    "PTI": ("Press Trust of India",),
    "QNA": (),
    "RIA Novosti": ("RIA",),
    "Relaxnews": ("AFP Relaxnews", "AFP-Relaxnews"),
    "Ritzau": (),
    "SANA": (),
    "SID": (),
    "SPA": ("Saudi Press Agency",),
    "STA": (),
    "STT": (),
    "Sputnik": (),
    "TAP": ("Tunis Afrique Presse",),
    "TASR": (),
    "TASS": ("ITAR-TASS",),
    "TT": ("TT Nyhetsbyrån",),
    "Tanjug": (),
    "Tasnim": ("Tasnim News",),
    "UNI": ("United News of India",),
    "UPI": ("United Press International",),
    "Ukrinform": (),
    "VNA": ("Vietnam News Agency",),
    "WAM": (),
    "Xinhua": ("Agence Xinhua", "Chine nouvelle", "Xinhua News Agency"),
    "Yonhap": ("Yonhap News Agency",),
    "askanews": ("Askanews",),
    "epd": (),
}

# Written in lower case, these are words.
_WORDS = frozenset({"aa", "ap", "uni", "sid", "tap", "map", "pap", "nan", "pa", "cp", "ria", "spa"})

_DPA_REGION = re.compile(r"dpa/[a-z]{2,3}")  # dpa/bb: the Berlin and Brandenburg service

# Between the names of several agencies. A comma or a conjunction may also stand inside one name
# ("Ministry of Health and Welfare"): these part only what they part into agencies.
_STRONG = re.compile(r"\s*[/|+;•]\s*|\s+(?:avec|with|mit)\s+", re.IGNORECASE)
_WEAK = re.compile(r"\s*,\s*|\s+(?:et|and|und|y|e|&)\s+(?:l['’])?|\s*[-–—]\s*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    spellings: dict[str, str] = {}
    for canonical, others in AGENCIES.items():
        for name in (canonical, *others):
            spellings[name] = canonical
            spellings.setdefault(name.upper(), canonical)
            if len(name) > 5 or name.casefold() not in _WORDS:
                spellings.setdefault(name.casefold(), canonical)
    return spellings


def _canonical(name: str) -> str | None:
    name = re.sub(r"^l['’]", "", name)
    if _DPA_REGION.fullmatch(name):
        return "dpa"
    spellings = _spellings()
    known = spellings.get(name)
    if known is None and len(name) > 5:
        known = spellings.get(name.casefold())
    return known


def _split(text: str, *, weak: bool) -> list[str] | None:
    """The names that a text consists of, canonical where known; None where one is not known
    and only the weak separators part it from others."""
    whole = _canonical(text)
    if whole is not None:
        return [whole]
    parts = [part for part in (_WEAK if weak else _STRONG).split(text) if part]
    if weak:
        names = [_canonical(part) for part in parts]
        return None if None in names or not names else [name for name in names if name]
    found: list[str] = []
    for part in parts:
        found += _split(part, weak=True) or [part]
    return found


def normalise_credit(text: str) -> str | None:
    """A credit as a source gives it, in newswire's spelling; None where it names nobody.

    Agencies take their canonical name; several are joined by "/" in the order given, each once:
    "AFP et Reuters", "REUTERS, afp", "AFP - Reuters" are AFP/Reuters and Reuters/AFP. A name that
    is not an agency's stays as it stands.
    """
    bare = " ".join(unicodedata.normalize("NFC", text[:1000]).split()).strip(" .,;:/-–—()[]")
    if not any(character.isalpha() for character in bare):
        return None
    return "/".join(dict.fromkeys(_split(bare, weak=False) or []))[:200] or None


def agencies_in(text: str) -> str | None:
    """The canonical credit where a text consists of agencies and nothing else; else None."""
    bare = " ".join(unicodedata.normalize("NFC", text[:1000]).split()).strip(" .,;:")
    if not bare or len(bare) > 120:
        return None
    names = _split(bare, weak=False)
    if not names or any(name not in AGENCIES for name in names):
        return None
    return "/".join(dict.fromkeys(names))
