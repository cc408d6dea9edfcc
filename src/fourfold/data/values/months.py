"""Names of months and days in the languages of other spreadsheets."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["in_english", "is_of_dates", "month_of"]

MONTHS = (
    "january jan januar jänner janvier janv enero ene gennaio gen januari janeiro "
    "styczeń stycznia sty ocak oca январь января янв "
    "leden ledna tammikuu tammikuuta január ianuarie січень січня",
    "february feb februar feber février févr fevrier febrero febbraio februari fevereiro fev "
    "luty lutego lut şubat şub февраль февраля фев февр "
    "únor února helmikuu helmikuuta február febr februarie лютий лютого",
    "march mar märz mär maerz mrz mars marzo maart mrt março "
    "marzec marca mart март марта мар "
    "březen března maaliskuu maaliskuuta március márc martie березень березня",
    "april apr avril avr abril abr aprile "
    "kwiecień kwietnia kwi nisan nis апрель апреля апр "
    "duben dubna huhtikuu huhtikuuta április ápr aprilie квітень квітня",
    "may mai mayo maggio mag mei maio "
    "maj maja mayıs май мая "
    "květen května toukokuu toukokuuta május máj травень травня",
    "june jun juni juin junio giugno giu junho "
    "czerwiec czerwca cze haziran haz июнь июня июн "
    "červen června kesäkuu kesäkuuta június jún iunie червень червня",
    "july jul juli juillet juil julio luglio lug julho "
    "lipiec lipca lip temmuz tem июль июля июл "
    "červenec července heinäkuu heinäkuuta július júl iulie липень липня",
    "august aug août aout agosto ago augustus "
    "augusti sierpień sierpnia sie ağustos ağu август августа авг "
    "srpen srpna elokuu elokuuta augusztus серпень серпня",
    "september sep sept septembre septiembre settembre set setembro "
    "wrzesień września wrz eylül eyl сентябрь сентября сен сент "
    "září syyskuu syyskuuta szeptember szept septembrie вересень вересня",
    "october oct oktober okt octobre octubre ottobre ott outubro out "
    "październik października paź ekim eki октябрь октября окт "
    "říjen října lokakuu lokakuuta október octombrie жовтень жовтня",
    "november nov novembre noviembre novembro "
    "listopad listopada lis kasım kas ноябрь ноября ноя нояб "
    "marraskuu marraskuuta noiembrie листопад листопада",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro "
    "desember des grudzień grudnia gru aralık ara декабрь декабря дек "
    "prosinec prosince joulukuu joulukuuta decembrie грудень грудня",
)
"""What each month is called, in English first: German, French, Spanish, Italian, Dutch and Portuguese; then Swedish,
Danish, Norwegian, Polish, Turkish and Russian; then Czech, Finnish, Hungarian, Romanian and Ukrainian."""

ENGLISH = {
    name: months[:3].capitalize() for months in MONTHS for name in months.split() if name != months.split()[0]
}
"""The English abbreviations of other names; the month itself is left as it is."""

NUMBERS = {name: number for number, months in enumerate(MONTHS, 1) for name in months.split()}

DAYS = (
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim",
    "lunes martes mi\u00e9rcoles jueves viernes s\u00e1bado domingo",
    "luned\u00ec marted\u00ec mercoled\u00ec gioved\u00ec venerd\u00ec sabato domenica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
MARDI = r"mar(?=\.?,? \d\d? [^\W\d])"
"""What is a Tuesday in French before the day of another month, and else March."""

DAY = re.compile(rf"(?:{'|'.join(' '.join(DAYS).split())}|{MARDI})\.?,? (?=\d)", re.IGNORECASE)
ENGLISH_DAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?(?: |, (?!\D|\d{1,2} \D))", re.IGNORECASE
)
"""The name of a day before a date; not with a comma before the name of a month or a day of it, as mails have it."""

WORD = re.compile(r"[^\W\d_]{3,}\.?")


def month_of(word: str) -> int | None:
    """The number of a month by its name.

    >>> month_of("Sept."), month_of("juin"), month_of("Monday")
    (9, 6, None)
    """
    return NUMBERS.get(word.strip().rstrip(".").casefold())


@lru_cache(maxsize=4096)
def in_english(text: str) -> str:
    """A date with the name of its month in English, and without the name of its day, if that is in another language
    or not as mails have it.

    >>> in_english("1. M\u00e4rz 2020"), in_english("Mo, 06.01.2020"), in_english("1 de mayo de 2020")
    ('1. Mar 2020', '06.01.2020', '1 May 2020')
    >>> in_english("Tue Aug 1 2023"), in_english("Tue, 1 Aug 2023")
    ('Aug 1 2023', 'Tue, 1 Aug 2023')
    """
    if not any(map(str.isalpha, text)) or not any(map(str.isdigit, text)):
        return text
    for day in (DAY, ENGLISH_DAY):
        text = day.sub("", text, count=1) if day.match(text) else text
    text = re.sub(r"^1er ", "1 ", re.sub(r" de (?=\w)", " ", text))
    return WORD.sub(lambda found: ENGLISH.get(found[0].rstrip(".").lower(), found[0]), text)


def is_of_dates(word: str) -> bool:
    """Whether a word stands in dates: the name of a month or a day, half a day, a zone.

    >>> is_of_dates("Tuesday"), is_of_dates("ao\u00fbt"), is_of_dates("PM"), is_of_dates("red")
    (True, True, True, False)
    """
    named = month_of(word) or DAY.match(f"{word} 1") or ENGLISH_DAY.match(f"{word} ")
    return bool(named) or word.casefold() in ("am", "pm", "t", "z", "utc", "gmt")
