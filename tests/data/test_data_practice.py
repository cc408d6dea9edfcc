"""What years of exports have in them: SAP, SPSS, SAS, loggers, laboratories, banks, surveys, web servers, other scripts."""

import gzip
import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from data_samples import LABELS, column, files, npz, png, read_and_said, refused_and_said, rows, target

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.series.ahead import Ahead
from fourfold.data.values.words import as_written, understood
from fourfold.preprocessing import Preparation


def named(name, content):
    def make(folder):
        (folder / name).write_text(content)
        return folder / name

    return make


TOWNS = ("Bern", "bern", "Bern\u200b", "Zu\u0308rich", "Z\u00fcrich")
GOOD = rows("v,w,y", lambda i: f"{i % 9},{i % 7}")
MONTHS = ("2020-01-01", "2020-03-02", "2020-05-03")
QUARTERS = [f"{2020 + i // 4}-{1 + 3 * (i % 4):02}-01" for i in range(8)]

# name: (words, what they mean, what is said)
NUMBERS = {
    "yen": (["1,234円", "567円", "89円"], [1234, 567, 89], "円 left out"),
    "degrees in one sign": (["16.5\u2103", "-3\u2103", "21 \u2103"], [16.5, -3, 21], "\u00b0C left out"),
    "squares in one sign": (["57\u33a1", "63.5\u33a1", "48\u33a1"], [57, 63.5, 48], "m2 left out"),
    "kilograms in one sign": (["5\u338f", "1,200.5\u338f", "7\u338f"], [5, 1200.5, 7], "kg left out"),
    "roubles": (["1000 руб.", "20,5 руб."], [1000, 20.5], "руб. left out, with decimal commas"),
    "a currency behind brackets": (["(1,234.00) USD", "5.50 USD"], [-1234, 5.5], "USD left out"),
    "a currency by its code": (["AED 1,200", "AED 300"], [1200, 300], "AED left out"),
    "a unit in Cyrillic": (["5 кг", "6.5 кг", "7 кг"], [5, 6.5, 7], "кг left out"),
    "a long unit": (["1,234 ratings", "567 ratings", "3 ratings"], [1234, 567, 3], "ratings left out"),
    "a unit of two words": (["1,200 sq ft", "800 sq ft", "95 sq ft"], [1200, 800, 95], "sq ft left out"),
    "squares on a plain keyboard": (["1,200 m2", "800 m2", "95.5 m2"], [1200, 800, 95.5], "m2 left out"),
    "cubes in Cyrillic": (["1,2 кг/м3", "0,8 кг/м3", "95,5 кг/м3"], [1.2, 0.8, 95.5], "кг/м3 left out"),
    "squares in Cyrillic": (["57 м2", "60 м2", "95 м2"], [57, 60, 95], "м2 left out"),
    "a unit for a cube": (["12,5µg/m3", "7,25µg/m3", "3µg/m3"], [12.5, 7.25, 3], "µg/m3 left out"),
    "a unit for the square of a unit": (["9.81 m/s^2", "1.5 m/s^2", "3 m/s^2"], [9.81, 1.5, 3], "m/s^2 left out"),
    "a unit for so many of another": (["5.6 L/100 km", "7.1 L/100 km", "8 L/100 km"], [5.6, 7.1, 8], "L/100 km left out"),
    "powers of ten before a unit": (["1.2e3 Ω", "4.70E-1 Ω", "330 Ω"], [1200, 0.47, 330], "Ω left out"),
    "powers of ten before a unit, with decimal commas": (["1,2e3 m", "4,7e2 m", "3,25e1 m"], [1200, 470, 32.5], "m left out"),
    "a unit for a day": (["2 mg/24h", "3.5 mg/24h", "4 mg/24h"], [2, 3.5, 4], "mg/24h left out"),
    "a price for a unit": (["1.200,50 €/m2", "950 €/m2", "1.100 €/m2"], [1200.5, 950, 1100], "€/m2 left out"),
    "percent of something": (["45 % RH", "46.5 % RH", "50 % RH"], [45, 46.5, 50], "% RH left out"),
    "a unit and its plural": (["1 year", "2 years", "10 years"], [1, 2, 10], "years left out"),
    "a unit behind nothing": (["70 bhp", "85 bhp", "90 bhp", "null bhp"], [70, 85, 90, np.nan], "1 word such as 'null bhp' taken for missing"),
    "lakh and crore": (["₹45 Lakh", "₹1.2 Crore", "₹98 Lac", "₹1,23,456"], [4.5e6, 1.2e7, 9.8e6, 123456], "lakh is 100,000, crore 10,000,000"),
    "crores of one currency": (["Rs. 2 Cr", "Rs. 3.5 Cr.", "Rs. 1 Cr"], [2e7, 3.5e7, 1e7], "crore 10,000,000"),
    "digits of Tamil": (["௧௨", "௩௪"], [12, 34], ""),
    "digits of Khmer": (["១២", "៣"], [12, 3], ""),
    "infinity": (["1.5", "2", "∞", "-Infinity"], [1.5, 2, np.nan, np.nan], "2 words such as '∞' taken for missing"),
    "degrees, minutes and seconds": (["48°30'36\"N", "12°15'0\"S"], [48.51, -12.25], "in degrees"),
    "typographic minutes": (["48°30′N", "7°15.6′W"], [48.5, -7.26], "in degrees"),
    "degrees of both halves": (["48.5° N", "12.25° S"], [48.5, -12.25], "in degrees"),
    "times of races": (["1:02.31", "58.5"], [62.31, 58.5], "in seconds: 1:23.4 is 83.4"),
    "times of races, and who gave up": (["1:02:03", "2:00:00", "-"], [3723, 7200, np.nan], "1 word such as '-' taken for missing"),
    "a negative difference of pandas": (["-1 days +23:59:00", "0 days 00:01:00"], [-60, 60], "in seconds"),
    "clocks in French": (["14h30", "9h05"], [52200, 32700], "in seconds"),
    "clocks in German": (["14:30 Uhr", "09:05 Uhr"], [52200, 32700], "in seconds"),
    "clocks in German with a point": (["14.30 Uhr", "9.05 Uhr", "0.15 Uhr"], [52200, 32700, 900], "in seconds"),
    "whole hours in German": (["14 Uhr", "9 Uhr", "20 Uhr"], [14, 9, 20], "Uhr left out"),
    "clocks in Spanish": (["10:30 a. m.", "2:30 p. m."], [37800, 52200], "in seconds"),
}  # fmt: skip

# name: (words, what they mean, what is said)
DATES = {
    "few digits": (["2020-1-1", "2020-3-2", "2020-5-3"], MONTHS, "read as year-month-day"),
    "hours of one digit": (["2020-01-01 9:00:00", "2020-03-02 19:00:00", "2020-05-03 0:00:00"], MONTHS, "read as year-month-day"),
    "Korean": (["2020. 1. 1.", "2020. 3. 2.", "2020. 5. 3."], MONTHS, "read as year/month/day"),
    "SAS": (["01JAN2020", "02MAR2020", "03MAY2020"], MONTHS, "read as day month year"),
    "SAS with a clock": (["01JAN2020:10:00:00", "02MAR2020:10:00:00", "03MAY2020:10:00:00"], MONTHS, "read as day month year"),
    "Oracle": (["01-JAN-20 10.00.00.000000 AM", "02-MAR-20 11.00.00.000000 PM", "03-MAY-20 01.00.00.000000 AM"], MONTHS, "read as day-month-year"),
    "Jira": (["01/Jan/20 9:05 AM", "02/Mar/20 11:59 PM", "03/May/20 12:00 PM"], MONTHS, "read as day/month/year"),
    "web servers": (["[01/Jan/2020:13:00:36 +0000]", "[02/Mar/2020:13:00:36 +0000]", "[03/May/2020:23:00:00 +0000]"], MONTHS, "read as day/month/year"),
    "halves of days in Chinese": (["2020/1/1 上午 10:00:00", "2020/3/2 下午 1:00:00", "2020/5/3 上午 9:00:00"], MONTHS, "read as year/month/day"),
    "Russian": (["1 января 2020 г.", "2 мар 2020 г.", "3 мая 2020 г."], MONTHS, "read as day month year"),
    "Polish": (["1 stycznia 2020", "2 marca 2020", "3 maja 2020"], MONTHS, "read as day month year"),
    "Turkish": (["1 Ocak 2020", "2 Mart 2020", "3 Mayıs 2020"], MONTHS, "read as day month year"),
    "Swedish": (["1 januari 2020", "2 mars 2020", "3 maj 2020"], MONTHS, "read as day month year"),
    "months of SAP": (["01.2020", "03.2020", "12.2020"], ["2020-01-01", "2020-03-01", "2020-12-01"], "read as month year"),
    "months behind a slash": (["01/2020", "12/2020"], ["2020-01-01", "2020-12-01"], "read as month year"),
    "halves of years": (["2020H1", "H2 2020"], ["2020-01-01", "2020-07-01"], "read as year-half"),
    "quarters in a row": ([f"{1 + i % 4}/{2020 + i // 4}" for i in range(8)], QUARTERS, "read as quarter and year, 1 to 4 in a row"),
    "quarters in a row behind years": ([f"{2020 + i // 4}-{1 + i % 4}" for i in range(8)], QUARTERS, "read as quarter and year, 1 to 4 in a row"),
    "a few months": (["1/2020", "2/2020", "3/2020", "4/2020"], [f"2020-0{i}-01" for i in (1, 2, 3, 4)], "read as month year"),
    "months of which one is above 4": ([f"{1 + i % 4}/{2020 + i // 4}" for i in range(8)] + ["5/2021"], [f"{2020 + i // 4}-0{1 + i % 4}-01" for i in range(8)] + ["2021-05-01"], "read as month year"),
    "quarters of two digits": (["Q1'20", "3Q20"], ["2020-01-01", "2020-07-01"], "years of two digits from 1969 on"),
    "weeks of German": (["KW 05/2020", "KW 7/2020"], ["2020-01-27", "2020-02-10"], "read as year-week"),
    "the end of a day": (["2020-01-01 24:00", "2020-03-02T01:00"], ["2020-01-02", "2020-03-02"], ""),
    "the end of a day, with points": (["31.12.2020 24:00", "01.01.2021 01:00"], ["2021-01-01", "2021-01-01"], "read as day.month.year"),
    "zeros of MySQL": (["2020-01-01", "0000-00-00", "2020-05-03"], ["2020-01-01", "NaT", "2020-05-03"], "1 word such as '0000-00-00' taken for missing"),
    "zeros of SAP": (["01.01.2020", "00.00.0000", "03.05.2020"], ["2020-01-01", "NaT", "2020-05-03"], "1 word such as '00.00.0000' taken for missing"),
    "cells that are too narrow": (["2020-01-01", "#######", "2020-05-03"], ["2020-01-01", "NaT", "2020-05-03"], "taken for missing"),
    "a word in ten": (["2020-01-01"] * 9 + ["soon"], ["2020-01-01"] * 9 + ["NaT"], "1 word such as 'soon' taken for missing"),
    "firsts of months, the day first": (["01/01/2020", "01/02/2020"], ["2020-01-01", "2020-02-01"], "read as day/month/year; no day above 12 tells this"),
    "months first, with dashes": (["01-01-2020", "03-02-2020", "05-13-2020"], ["2020-01-01", "2020-03-02", "2020-05-13"], "read as month-day-year"),
    "months first by name": (["Jan-01-2020", "Mar-02-2020 10:00", "May-03-2020"], MONTHS, "read as month-day-year"),
    "firsts of months, the month first": (["01-01-2020", "02-01-2020"], ["2020-01-01", "2020-02-01"], "read as month-day-year; no day above 12 tells this"),
    "dashes before two digits": (["01-01-20", "02-03-20", "13-05-19"], ["2020-01-01", "2020-03-02", "2019-05-13"], "read as day-month-year, years of two digits from 1969 on"),
    "years of two digits first": (["23-01-02", "23-02-28", "24-03-11"], ["2023-01-02", "2023-02-28", "2024-03-11"], "read as year-month-day with short years, years of two digits from 1969 on"),
    "years of two digits first, with points": (["23.08.13", "23.02.28", "24.12.02"], ["2023-08-13", "2023-02-28", "2024-12-02"], "read as year-month-day with short years, years of two digits from 1969 on"),
    "firsts of months, two digits": (["01.02.05", "01.03.27", "01.04.27"], ["2005-02-01", "2027-03-01", "2027-04-01"], "read as day.month.year, years of two digits from 1969 on"),
    "months first, dashes before two digits": (["01-01-20", "03-02-20", "05-13-19"], ["2020-01-01", "2020-03-02", "2019-05-13"], "read as month-day-year, years of two digits from 1969 on"),
    "neither tells, with dashes": (["02-01-2020", "03-04-2020"], ["2020-01-02", "2020-04-03"], "read as day-month-year; no day above 12 tells this"),
    "days of the week": (["Wed 01 Jan 2020", "Monday 02 March 2020 10:00", "Sun. 3 May 2020"], MONTHS, "read as day month year"),
    "days of the week before months": (["Wed Jan 01 2020", "Mon March  2 2020", "Sun May 3, 2020"], MONTHS, "read as month day, year"),
    "days of the week before numbers": (["Wed 01.01.2020", "Monday, 02.03.2020", "Sun 03.05.2020 10:00"], MONTHS, "read as day.month.year"),
    "days of the week before slashes": (["Wed 01/01/2020", "Mon 02/03/2020", "Sun 03/05/2020"], ["2020-01-01", "2020-02-03", "2020-03-05"], "read as month/day/year; no day above 12 tells this"),
    "days of the week in French": (["mer. 1 janvier 2020", "lun. 2 mars 2020", "dim. 3 mai 2020", "mar. 5 mai 2020"], [*MONTHS, "2020-05-05"], "read as day month year"),
    "a comma before the year": (["01 Jan, 2020", "02 March, 2020", "3 May, 2020"], MONTHS, "read as day month year"),
    "months, an apostrophe before the year": (["Jan '20", "March '20"], ["2020-01-01", "2020-03-01"], "read as month year, years of two digits from 1969 on"),
    "neither tells": (["02/01/2020", "03/04/2020"], ["2020-02-01", "2020-03-04"], "read as month/day/year; no day above 12 tells this"),
}  # fmt: skip

# name: (words, the dates and clocks that they mean, what is said)
CLOCKS = {
    "JSON of .NET": (["/Date(1577887500000)/", "/Date(1583137800000+0100)/", "\\/Date(1588516200000)\\/"], ["2020-01-01T14:05", "2020-03-02T08:30", "2020-05-03T14:30"], "read as milliseconds since 1970, as of .NET"),
    "clocks with a point": (["01.01.2020 14.05", "2.3.2020 9.30", "03.05.2020 2.30 PM"], ["2020-01-01T14:05", "2020-03-02T09:30", "2020-05-03T14:30"], "read as day.month.year"),
    "clocks with a point behind ISO": (["2020-01-01 14.05", "2020-03-02 09.30"], ["2020-01-01T14:05", "2020-03-02T09:30"], "read as year-month-day"),
    "commas before a clock, as browsers write them": (["1/13/2020, 6:05:33 PM", "3/2/2020, 9:30:00 AM"], ["2020-01-13T18:05:33", "2020-03-02T09:30"], "read as month/day/year"),
    "names of months and commas before a clock": (["Jan 13, 2020, 6:05:33 PM", "Mar 2, 2020, 9:30:00 AM"], ["2020-01-13T18:05:33", "2020-03-02T09:30"], "read as month day, year"),
    "words before a clock": (["January 13, 2020 at 6:05 PM", "March 2, 2020 at 9:30 AM"], ["2020-01-13T18:05", "2020-03-02T09:30"], "read as month day, year"),
    "German words before a clock": (["13. Januar 2020 um 18:05", "2. M\u00e4rz 2020 um 9:30"], ["2020-01-13T18:05", "2020-03-02T09:30"], "read as day.month.year"),
    "as JavaScript prints them": ([f"{day} 2020 12:05:00 GMT+0100 (Central European Standard Time)" for day in ("Mon Jan 13", "Mon Mar 02")], ["2020-01-13T11:05", "2020-03-02T11:05"], "read as month day, year"),
    "as Java prints them": (["Mon Jan 13 12:05:00 GMT+01:00 2020", "Mon Mar 02 12:05:00 GMT+01:00 2020"], ["2020-01-13T11:05", "2020-03-02T11:05"], "read as weekday month day clock year"),
    "commas before parts of seconds": (["2020/01/01 14:05:09,250", "2020/03/02 00:00:00,000"], ["2020-01-01T14:05:09.25", "2020-03-02T00:00"], "read as year/month/day"),
    "clocks in names of files": (["2020-01-01_14-05-09", "2020-03-02 00-00-00"], ["2020-01-01T14:05:09", "2020-03-02T00:00"], "read as year-month-day"),
    "clocks in names of pictures": (["20200101_140509", "20200302_000000"], ["2020-01-01T14:05:09", "2020-03-02T00:00"], ""),
}  # fmt: skip

# name: (words that are no dates, what is said)
NEAR_DATES = {
    "hours with decimals": (["2020-01-01 14.5", "2020-03-02 9.75"], "words that look like dates, such as '2020-01-01 14.5', in no way of writing that is read"),
    "names of zones behind clocks of twelve hours": (["2023/03/01 9:12:00 AM MEZ", "2023/03/02 10:30:05 pm MEZ"], "dates with names of zones, such as '2023/03/01 9:12:00 AM MEZ'; write their offsets"),
    "as Java prints them, with the name of a zone": (["Mon Jan 13 12:05:00 CET 2020", "Mon Mar 02 12:05:00 CET 2020"], "dates with names of zones, such as 'Mon Jan 13 12:05:00 CET 2020'"),
    "a clock before the day": (["14:05 01/08/2023", "9:30 02/08/2023"], "words that look like dates, such as '14:05 01/08/2023'"),
    "a day of the week behind": (["2023-08-01 (Tue)", "2023-08-02 (Wed)"], "words that look like dates, such as '2023-08-01 (Tue)'"),
    "dates among other words": (["flown 2023-08-01", "driven 2023-08-02"], ""),
}  # fmt: skip

STATISTICS = ("count", "mean", "std", "min", "25%", "50%", "75%", "max")
SUNSPOTS = "".join(
    f"{1749 + i // 12} {i % 12 + 1} {1749 + (i + 0.5) / 12:.3f} {i * 7 % 31}.5\n" for i in range(120)
)
SUMMARY = ",width,length\n" + "".join(f"{name},{1.5 * place},{place}\n" for place, name in enumerate(STATISTICS))

# name: (content, words of what is printed)
READ = {
    "another column tells that the day is first": (rows("a,b,y", lambda i: f"{i % 28 + 1}/1/2020,{i % 12 + 1}/{i * 5 % 12 + 1}/2020"), "column b: date (dates, read as day/month/year; no day"),
    "another column tells that the month is first": (rows("a,b,y", lambda i: f"1-{i % 28 + 1}-2020,{i % 12 + 1}-{i * 5 % 12 + 1}-2020"), "column b: date (dates, read as month-day-year; no day"),
    "semicolons tell that the day is first": (rows("a;y", lambda i: f"{i % 12 + 1}/{i * 5 % 12 + 1}/2020", separator=";"), "column a: date (dates, read as day/month/year; no day"),
    "quantities that are not known": (rows("v,w,y", lambda i: f"{i}:{i} /km,{i % 7}"), "left out: 'v' (different in every row, such as '0:0 /km', which is read as no number and no date)"),
    "a log with tabs, and blanks between its names": ("#Version: 1.0\n#Fields: day status took\n" + "".join(f"2020-01-{i % 28 + 1:02d}\t{[200, 404][i % 2]}\t{i % 7 / 10}\n" for i in range(30)), "target: took (the last column)"),
    "a log of a web server": ("#Software: IIS\n#Version: 1.0\n#Fields: day method status took\n" + "".join(f"2020-01-{i % 28 + 1:02d} GET {[200, 404][i % 2]} {i % 7 / 10}\n" for i in range(30)), "left out: 2 lines around the table (such as '#Software: IIS')"),
    "a log of Zeek": ("#separator \\x09\n#path\tconn\n#fields\tts\tbytes\tproto\n#types\ttime\tcount\tenum\n" + "".join(f"{i}.5\t{['-', 5, 7][i % 3]}\t{['tcp', 'udp'][i % 2]}\n" for i in range(30)) + "#close\t2020\n", "target: proto (the last column)"),
    "numpy.savetxt with two lines of header": ("# made by x\n# a b y\n" + "".join(f"{i % 7}.5 {i % 5} {i % 2}\n" for i in range(30)), "target: y (a usual name"),
    "names of several words behind a hash": ("# time [s]  temp [C]  kind\n" + "".join(f"{i} {i % 5} {i % 2}\n" for i in range(30)), "column 'time [s]' numbers the rows"),
    "a comment above rows without names": ("# made in 2020\n" + "".join(f"{i % 7}.5 {i % 5}.2 {i % 3}.1 {i % 2}\n" for i in range(30)), "left out: 1 line around the table (such as '# made in 2020')"),
    "comments of MATLAB": ("% made by x\n% a b y\n" + "".join(f"{i % 7}.5 {i % 5} {i % 2}\n" for i in range(30)), "target: y (a usual name"),
    "comments between rows": (GOOD[:60] + "# restarted\n" + GOOD[60:], "left out: 1 line around the table (such as '# restarted')"),
    "rows that begin with a hash": (rows("v,w,y", lambda i: f"{'#a' if i % 4 else 'b'},{i % 7}"), "30 rows of 2 used columns"),
    "headings of Markdown within quotes": (rows("v,w,y", lambda i: f'"# one {i % 3}\n# two",{i % 7}'), "30 rows of 2 used columns"),
    "fifty comments above": ("".join(f"# line {i}\n" for i in range(50)) + GOOD, "left out: 50 lines above the table"),
    "years as names below settings of another width": ('"Source","Indicators",\n\n"Updated","2020-01-01",\n\n' + rows('"Name","Code","1960","1961","1962","Group",', lambda i: f'"C{i}","K{i}","{i % 7}.5","{i % 5}","{i % 3}.2"', label=lambda i: f'"{LABELS[i % 2]}",'), "left out: 4 lines above the table (such as"),
    "notes below a table, one cell each": (GOOD + '\n"All rights, reserved"\nGenerated by: Ann\n', "left out: 2 rows at the end (their first cell alone has a value, such as 'All rights, reserved')"),
    "a note below a table, packed": (gzip.compress((GOOD + "Generated by: Ann\n").encode()), "left out: 1 row at the end (their first cell alone has a value, such as 'Generated by: Ann')"),
    "a text of several lines in the last cell": (rows("v,w,y", lambda i: f"{i},{i % 7}", label=lambda i: f'"{LABELS[i % 2]}\n\nx"'), "30 rows of 2 used columns"),
    "notes below a table, filled up": (rows(";all;men;kind", lambda i: f"{1950 + i};{i % 9};{i % 7}", separator=";") + "__________;;;\n(C) an office;;;\n", "left out: 2 rows at the end (their first cell alone has a value, such as '__________')"),
    "questions with several answers": (rows('Id,Start,Which?,,,Age\n,,Email,Phone,Chat,Response', lambda i: f"{i},2020-01-01,{'Email' * (i % 2)},{'Phone' * (i % 3 % 2)},{'Chat' * (i % 5 % 2)}"), "names in two lines: 'Id', 'Start', 'Which? Email', 'Which? Phone', 'Which? Chat', 'Age Response'"),
    "a row that has what the names lack": (rows("v,,w,y\n,k,,p", lambda i: f"{i % 7},{'kl'[i % 2]},{i % 5}"), "31 rows of 3 used columns"),
    "groups, names and units": (rows("A,,B,,\nTemp,Hum,Temp,Hum,Kind\n°C,%,°C,%,-", lambda i: f"{i % 7},{i % 5},{i % 3},{i % 9}"), "left out: 1 line below the names (units, and no row: '°C', '%', '°C', '%', '-')"),
    "a ratio among units": (rows("v,w,u,y\ns,1,°C,-", lambda i: f"{i % 7},{i % 5},{i % 9}"), "units, and no row: 's', '1', '°C', '-'"),
    "wavelengths as names": (rows("sample," + ",".join(f"{400 + w / 2}" for w in range(12)) + ",kind", lambda i: f"s{i}," + ",".join(f"{i * w % 7}.5" for w in range(1, 13))), "target: kind"),
    "wave numbers that fall, as names": (rows("sample," + ",".join(f"{1800 - 1.9 * w - w * w / 100:.2f}" for w in range(12)) + ",kind", lambda i: f"s{i}," + ",".join(f"{i * w % 7}.5" for w in range(1, 13))), "target: kind"),
    "rows that rise, without names": (rows("", lambda i: ",".join(str(i % 5 + w * w / 4) for w in range(12))).lstrip(), "no header"),
    "quotes behind blanks": (rows('"v", "w", "kind"', lambda i: f'"{i % 7}", "{i % 5}"', label=lambda i: f' "{LABELS[i % 2]}"'), "target: kind (the last column)"),
    "a mark of UTF-8 between files": ("\ufeff" + GOOD + "\ufeff" + GOOD, "left out: 1 row (they repeat the header)"),
    "names of two words above fixed widths": ("time (s)  temp (C)  state\n" + "".join(f"{i:8d}  {20 + i % 7:8.2f}  {['ok', 'bad'][i % 2]:5s}\n" for i in range(30)), "column 'time (s)' numbers the rows"),
    "open ends of years": (rows("v,to,y", lambda i: f"{i % 7},{'9999-12-31' if i % 3 else f'2020-01-{i % 28 + 1:02d}'}"), "column 'to' is 9999-12-31 in 66.7 % of the rows"),
    "birthdays that nobody knows": (rows("born,y", lambda i: "01.01.1900" if i % 4 == 0 else f"0{i % 9 + 1}.05.19{70 + i % 28}"), "column 'born' is 1900-01-01 in 26.7 % of the rows"),
    "the largest whole number of 32 bits": (rows("v,y", lambda i: 2**31 - 1 if i % 4 == 0 else i % 7), "column 'v' is 2147483647 in 26.7 % of the rows"),
    "an overload of a multimeter": (rows("v,y", lambda i: "9.90000000E+37" if i % 4 == 0 else i % 7), "column 'v' is 9.9e+37 in 26.7 % of the rows"),
    "nines with a fraction": (rows("v,y", lambda i: 999.99 if i % 4 == 0 else i % 7), "column 'v' is 999.99 in 26.7 % of the rows"),
    "a target that stands for a missing one": (target([-999 if i % 5 == 0 else i % 13 + i / 100 for i in range(40)]), "! the target is -999 in 20.0 % of the rows"),
    "a class that stands for a missing one": (target([9 if i % 5 == 0 else i % 3 + 1 for i in range(60)]), "! the target is 9 in 20.0 % of the rows"),
    "the last column of a class in one-hot form": (rows("v,c_red,c_green,c_blue", lambda i: f"{i * i % 13},{int(i % 3 == 0)},{int(i % 3 == 1)}", 60, label=lambda i: int(i % 3 == 2)), "! the target is 1 where 'c_red', 'c_green' are all 0: one class in 3 columns"),
    "towns that differ in what nobody sees": (rows("town,v,y", lambda i: f"{TOWNS[i % 5]},{i % 7}"), "- column 'town' has words that differ in case, blanks or unseen marks alone: 'Bern', 'Bern\\u200b', 'bern', 'Zu\\u0308rich', 'Z\u00fcrich'"),
    "totals beside labels that are left out": (rows("Row Labels,Jan,y", lambda i: f"P{i},{i * 7 % 11}", 60) + "Grand Total,300,p\nAverage,5,q\n", "! rows in which 'Row Labels' is 'Grand Total', 'Average' hold larger numbers than nearly all others"),
    "totals among years": (rows("year,units,sales", lambda i: f"{'Total' if i % 10 == 9 else 2010 + i % 10},{900 if i % 10 == 9 else i % 7}", 60, label=lambda i: 5000 + i if i % 10 == 9 else 100 + i % 7), "! rows in which 'year' is 'Total' hold larger numbers"),
    "subtotals with stars": ("account,cost,y\n" + "".join(f"{'* ' * (i % 6 == 5)}{1000 + i // 6},{15 if i % 6 == 5 else i % 6 + 1},{'pq'[i % 2]}\n" for i in range(60)) + "** Total,150,p\n", "! rows in which 'account' is '* 1000', '* 1001'"),
    "totals of parts": (rows("region,product,sales", lambda i: f"{'Total North' if i % 10 == 9 else 'NS'[i % 2]},P{i % 5}", 60, label=lambda i: 5000 + i if i % 10 == 9 else 100 + i % 7), "! rows in which 'region' is 'Total North' hold larger numbers"),
    "years and months without names": (SUNSPOTS, "! the rows are sorted by the date 'x0', 'x1': random splits let a model learn from the future"),
    "an empty column behind the target": (rows("v,w,sum", lambda i: f"{i % 9},{i * 7 % 13}.5", label=lambda i: ""), "! the last column, 'sum', has no values, and 'w' was taken for the target. Do this: fill 'sum' in, if it is the target; else --target w"),
    "margins of a pivot table": (rows("store,Jan,Feb,All", lambda i: f"s{i},{i % 7}.5,{i * 3 % 11}.5", label=lambda i: i * 5 % 13 + 0.25) + "All,3.2,5.1,6.3\n", "! the last row, 'All' in 'store', sums up the rows above, and the column 'All' those beside it, as the margins of a pivot table do. Do this: pivot_table without margins=True; or remove this row, and --drop All with --target NAME"),
    "the last margin of several groups": (rows("store,item,price,y", lambda i: f"s{i % 5},i{i % 3},{i % 7}.5") + "All,,3.2,p\n", "! the last row, 'All' in 'store', sums up the rows above, as the margins of a pivot table do. Do this: pivot_table without margins=True; or remove this row\n"),
    "GeoJSON in lines": (named("a.geojsonl", "".join(json.dumps({"geometry": {"coordinates": [i % 7 / 3, i % 5 / 7]}, "y": LABELS[i % 2]}) + "\n" for i in range(30))), "'geometry.coordinates' (their numbers are columns NAME_0"),
    "words for none in JSON": (named("a.json", json.dumps([{"v": "N/A" if i % 7 == 0 else f"{i % 9}%", "y": LABELS[i % 2]} for i in range(30)])), "missing values: v 5 ("),
    "a table in two forms": (files(a_dot_csv=GOOD, a_dot_csv_dot_gz=gzip.compress(GOOD.encode())), "ignored: 'a.csv.gz' (copies of the others in another form, by their names)"),
    "names of pictures without their ends": (files(labels_dot_csv="id,label\n" + "".join(f"im{i},{LABELS[i % 2]}\n" for i in range(16)), **{f"train__im{i}_dot_png": png() for i in range(16)}), "pictures: named by 'id' in 'train' (without '.png' in the table)"),
    "names of pictures in the only folder that has them": (files(labels_dot_csv="file,label\n" + "".join(f"im{i}.png,{LABELS[i % 2]}\n" for i in range(16)), **{f"img__im{i}_dot_png": png() for i in range(16)}), "pictures: named by 'file' in 'img' (the first of them lies there)"),
    "two indices of pandas": (rows("Unnamed: 0.1,Unnamed: 0,v,y", lambda i: f"{i},{i},{i % 7}"), "left out: 'Unnamed: 0.1', 'Unnamed: 0' (it counts the rows)"),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_words_that_are_numbers(name):
    words, means, said = NUMBERS[name]
    words = np.array(words, dtype=object)
    found = understood(words)
    assert found.kind == "number" and said in found.said and bool(said) == bool(found.said), found.said
    np.testing.assert_allclose(found.values, means)
    np.testing.assert_allclose(as_written(words, "number", found.written), means)


@pytest.mark.parametrize("name", DATES)
def test_words_that_are_dates(name):
    words, means, said = DATES[name]
    words = np.array(words, dtype=object)
    found = understood(words)
    assert found.kind == "date" and said in found.said and bool(said) == bool(found.said), found.said
    assert found.values.astype("datetime64[D]").astype(str).tolist() == list(means)
    np.testing.assert_array_equal(as_written(words, "date", found.written), found.values)


@pytest.mark.parametrize("name", CLOCKS)
def test_words_that_are_dates_with_clocks(name):
    words, means, said = CLOCKS[name]
    found = understood(np.array(words, dtype=object))
    assert found.kind == "date" and said in found.said
    assert found.values.tolist() == np.array(means, dtype="datetime64[us]").tolist()


@pytest.mark.parametrize("name", NEAR_DATES)
def test_words_that_look_like_dates(name):
    words, said = NEAR_DATES[name]
    found = understood(np.array(words, dtype=object))
    assert found.kind == "category" and said in found.said and bool(said) == bool(found.said), found.said


# name: (content, options, exit code, slug, words of the message)
REFUSED = {
    "a short row behind a blank line": (GOOD + "\n30,3\n31,3,p\n", {}, 2, "ragged-row", "got 2, wanted 3"),
    "a row that is cut off": (GOOD + "30", {}, 2, "ragged-row", "got 1, wanted 3"),
    "a line of one cell between rows": (GOOD + "Page 2\n31,3,p\n", {}, 2, "ragged-row", "got 1, wanted 3"),
    "an amount with a decimal point, asked for as classes": (target([f"{i % 9}.5" if i else "40.25" for i in range(90)]), {"task": "classification"}, 2, "class-of-one", "Do this: --task regression, if the target is an amount; else"),
    "a count with rare values, asked for as classes": (target([i % 3 if i > 3 else i + 7 for i in range(90)]), {"task": "classification"}, 2, "class-of-one", "Do this: --task regression, if the target is an amount; else"),
    "a summary by pandas": (SUMMARY, {}, 2, "summary-of-a-table", "data.csv is a summary of a table, and not that table: got rows called 'count', 'mean', 'std', 'min', '25%', '50%', '75%', 'max' in 'column 1', wanted a row for each example. Do this: write the table itself"),
    "a summary of words and numbers": (SUMMARY.replace("mean", "unique,3,4\ntop,1,2\nfreq,5,6\nmean"), {}, 2, "summary-of-a-table", "got rows called 'count', 'unique', 'top'"),
    "few rows that are called otherwise": (SUMMARY.replace("std", "spread"), {}, 2, "too-few-rows", "too few rows: got 8"),
    "rows that are columns": (npz(x=np.random.default_rng(0).normal(size=(4, 30)), y=np.arange(30) % 2), {}, 2, "different-lengths", "turn x, so that its rows are its first axis"),
}  # fmt: skip

WORDS = (
    ["5 m", "6 ms", "7 m"],
    ["1½ l", "2½ l", "3½ l"],
    ["12 Baker Street", "4 Elm Road", "9 Elm Road"],
    ["12°C", "N"],
    ["2020-01-01", "x"] * 5,
)


@pytest.mark.parametrize("words", WORDS, ids=str)
def test_words_that_stay_words(words):
    assert understood(np.array(words, dtype=object)).kind == "category"


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    read_and_said(*READ[name], tmp_path, recwarn)


# name: (content, what is not found in it)
NOT_FOUND = {
    "digits are classes": (target([i % 10 for i in range(100)]), "target-stands-for-missing"),
    "dates close to 1970": (rows("v,y", lambda i: f"19{70 + i % 9}-01-01"), "stands-for-missing"),
    "two labels that are no class": (rows("v,c_red,c_green,c_blue", lambda i: f"{i * i % 13},{int(i % 3 == 0)},{int(i % 5 == 1)}", 60, label=lambda i: int(i % 3 == 2)), "one-hot-rest"),
    "stars of significance": (rows("mark,t,y", lambda i: f"{'*' if i % 9 == 0 else ''},{i % 7 + 90 * (i % 9 == 0)}", 60), "total-rows"),
    "a firm called Total": (rows("firm,v,y", lambda i: f"{['Total', 'Shell', 'BP', 'Eni', 'Esso', 'OMV'][i % 6]},{i * 7 % 11}", 60), "total-rows"),
    "a plan for all that is none of a margin": (rows("plan,v,y", lambda i: f"{['All', 'Some', 'One'][i % 3]},{i * 7 % 11}"), "margin-row"),
    "years and months without names are no panel": (SUNSPOTS, "panel"),
    "months without a name are no classes": (SUNSPOTS, "classes-elsewhere"),
    "separators at the ends of lines without names": ("".join(f"{i % 9},{i * 7 % 13}.5,\n" for i in range(30)), "target-before-empty-column"),
    "separators at the ends of lines": (rows("v,w,", lambda i: f"{i % 9},{i * 7 % 13}.5", label=lambda i: ""), "target-before-empty-column"),
    "an empty column behind the target that is named": (rows("v,y,sum", lambda i: f"{i % 9},{i * 7 % 13}.5", label=lambda i: ""), "target-before-empty-column"),
    "the last of names": (rows("name,v,y", lambda i: f"n{i},{i * 7 % 11}") + "Allen,5,p\n", "margin-row"),
    "towns": (rows("town,v,y", lambda i: f"{['Bern', 'Basel', 'Biel'][i % 3]},{i % 7}"), "levels-alike"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_FOUND)
def test_not_found(name, tmp_path):
    content, slug = NOT_FOUND[name]
    (tmp_path / "a.csv").write_text(content)
    assert slug not in {finding.slug for finding in judge(read(tmp_path / "a.csv"))}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    content, options, code, slug, words = REFUSED[name]
    refused_and_said(content, code, slug, words, tmp_path, **options)


def test_stamps_of_nanoseconds_with_a_zone(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    stamps = pa.array([datetime(2023, 1, 1, i % 24) for i in range(30)], pa.timestamp("ns", "Europe/Berlin"))
    pq.write_table(pa.table({"t": stamps, "v": [i % 7 for i in range(30)], "y": LABELS * 15}), tmp_path / "a.parquet")
    data = read(tmp_path / "a.parquet")
    assert data.inputs["t"][5] == np.datetime64("2023-01-01T05:00")


@pytest.mark.parametrize("word", ["im", ""], ids=["words", "whole numbers"])
def test_new_pictures_are_named_as_those_of_training(word, tmp_path):
    folder = files(labels_dot_csv="id,label\n" + "".join(f"{word}{i},{LABELS[i % 2]}\n" for i in range(16)), **{f"train__{word}{i}_dot_png": png() for i in range(16)})(tmp_path)  # fmt: skip
    preparation = Preparation.fit(read(folder), range(16))
    (folder / "new.csv").write_text(f"id\n{word}3\n{word}4\n")
    found = read_inputs(folder / "new.csv", preparation)
    assert found.inputs.shape == (2, 8, 8, 1) and found.others["id"].tolist() == [f"{word}3", f"{word}4"]


def test_missing_dates_of_new_rows_are_those_of_training(tmp_path):
    (tmp_path / "a.csv").write_text(column(["05.01.2023", "00.00.0000", "07.02.2023"]))
    data = read(tmp_path / "a.csv")
    found = read_inputs({"v": ["00.00.0000", "08.02.2023"]}, Preparation.fit(data, range(40)))
    np.testing.assert_array_equal(found.inputs["v"], np.array(["NaT", "2023-02-08"], "datetime64[us]"))


def history(cells, days=30, day="{0.day:02d}/{0.month:02d}/{0.year}", first="2022-02-20", mark=";"):
    """A table of days, from a first one on, and what was sold."""
    dates = [datetime.fromisoformat(first) + timedelta(days=i) for i in range(days)]
    lines = [f"{day.format(date)}{mark}{cells[i % len(cells)]}\n" for i, date in enumerate(dates)]
    return f"day{mark}sold\n" + "".join(lines)


def test_what_is_made_of_the_words_of_a_forecast_is_said(tmp_path):
    (tmp_path / "a.csv").write_text(history(["1.234,5", "7,25", "-", "9"], 200))
    data = read(tmp_path / "a.csv", ahead=Ahead(2, window=8))
    said = "\n".join(map(str, data.notes))
    assert "column day: date (dates, read as day/month/year)" in said
    assert "column sold: number (with decimal commas; 50 words such as '-' taken for missing)" in said


@pytest.mark.parametrize(("day", "way"), [("{0.day:02d}/{0.month:02d}/{0.year}", "day/month/year"), ("{0.month}/{0.day}/{0.year}", "month/day/year"), ("{0:%d-%m-%Y}", "day-month-year"), ("{0:%m-%d-%Y}", "month-day-year")])  # fmt: skip
def test_stamps_that_may_be_read_in_two_ways_are_read_with_even_steps(day, way, tmp_path):
    (tmp_path / "a.csv").write_text(history([f"{i * 7 % 11}.5" for i in range(17)], 200, day, mark=","))
    preparation = Preparation.fit(read(tmp_path / "a.csv", ahead=Ahead(2, window=8)), range(60))
    (tmp_path / "new.csv").write_text(history([5, 7], 12, day, "2023-03-01", ","))
    found = read_inputs(tmp_path / "new.csv", preparation)
    assert found.following.astype("datetime64[D]").astype(str).tolist() == [["2023-03-13", "2023-03-14"]]
    assert f"read as {way}; no day above 12 tells this" in "\n".join(map(str, found.notes))


def test_the_numbers_of_a_history_are_read_as_those_of_training(tmp_path):
    (tmp_path / "a.csv").write_text(history(["1.234,5", "2.007,25", "999"], 200))
    preparation = Preparation.from_json(
        Preparation.fit(read(tmp_path / "a.csv", ahead=Ahead(2, window=8)), range(60)).to_json()
    )
    (tmp_path / "new.csv").write_text(history(["1.234", "2.000", "x"], 12))
    found = read_inputs(tmp_path / "new.csv", preparation)
    assert found.inputs[0, :, 0].tolist() == [2000, 2000, 1234, 2000, 2000, 1234, 2000, 2000]
    assert "column sold: number (4 words such as 'x' taken for missing)" in map(str, found.notes)


def test_decimal_commas_of_series_are_those_of_tables(tmp_path):
    lines = [f"{i // 6};{i % 6};{1 + i % 7},{i % 9}25;{LABELS[i // 6 % 2]}\n" for i in range(120)]
    (tmp_path / "a.csv").write_text("who;when;v;y\n" + "".join(lines))
    data = read(tmp_path / "a.csv", roles=Roles(id="who", time="when"))
    assert data.inputs[0, 1, 0] == 2.125
    assert "column v: number (with decimal commas)" in map(str, data.notes)
