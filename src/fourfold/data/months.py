"""Names of months and days in the languages of other spreadsheets."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["in_english"]

MONTHS = (
    "january jan januar j\u00e4nner janvier janv enero ene gennaio gen januari janeiro",
    "february feb februar feber f\u00e9vrier f\u00e9vr fevrier febrero febbraio februari fevereiro fev",
    "march mar m\u00e4rz m\u00e4r maerz mrz mars marzo maart mrt mar\u00e7o",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug ao\u00fbt aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez d\u00e9cembre d\u00e9c diciembre dic dicembre dezembro",
)
"""What each month is called, in English first: German, French, Spanish, Italian, Dutch and Portuguese."""

ENGLISH = {
    name: months[:3].capitalize() for months in MONTHS for name in months.split() if name != months.split()[0]
}
"""The English abbreviations of other names; the month itself is left as it is."""

DAYS = (
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim",
    "lunes martes mi\u00e9rcoles jueves viernes s\u00e1bado domingo",
    "luned\u00ec marted\u00ec mercoled\u00ec gioved\u00ec venerd\u00ec sabato domenica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
DAY = re.compile(rf"(?:{'|'.join(' '.join(DAYS).split())})\.?,? (?=\d)", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{3,}\.?")


@lru_cache(maxsize=4096)
def in_english(text: str) -> str:
    """A date with the name of its month in English, and without the name of its day, if that is in another language.

    >>> in_english("1. M\u00e4rz 2020"), in_english("Mo, 06.01.2020"), in_english("1 de mayo de 2020")
    ('1. Mar 2020', '06.01.2020', '1 May 2020')
    """
    if not any(map(str.isalpha, text)) or not any(map(str.isdigit, text)):
        return text
    text = DAY.sub("", text, count=1) if DAY.match(text) else text
    text = re.sub(r"^1er ", "1 ", re.sub(r" de (?=\w)", " ", text))
    return WORD.sub(lambda found: ENGLISH.get(found[0].rstrip(".").lower(), found[0]), text)
