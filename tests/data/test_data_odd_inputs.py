"""What people bring: a hundred odd inputs, each with what becomes of it, and how that is said.

A row is read and judged, or refused with an exit code, a slug and words of the message. Damaged and hostile files that
`test_data_bad_input` has are not repeated.
"""

import bz2
import gzip
import json
import lzma
import os
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from data_samples import (
    LABELS,
    X,
    Y,
    column,
    files,
    folders,
    made,
    npy,
    npz,
    png,
    read_and_said,
    refused_and_said,
    rows,
    target,
    zipped,
)

from fourfold.data import from_arrays, read
from fourfold.errors import FourfoldError


def link(folder):
    (folder / "secret.csv").write_text(GOOD)
    (folder / "data").mkdir()
    (folder / "data" / "a.csv").write_text(GOOD)
    os.symlink(folder / "secret.csv", folder / "data" / "b.csv")
    return folder / "data"


def looped(folder):
    (folder / "data" / "cat").mkdir(parents=True)
    for number in range(12):
        (folder / "data" / "cat" / f"{number}.png").write_bytes(png())
        (folder / "data" / f"dog{number}").mkdir()
    os.symlink(folder / "data", folder / "data" / "cat" / "again")
    return folder / "data"


def packed_bomb(folder):
    with lzma.open(folder / "data.csv.xz", "wb") as file:
        for _ in range(80):
            file.write(b"0" * 2**20)
    return folder / "data.csv.xz"


GOOD = rows("v,w,y", lambda i: f"{i},{i % 7}")

# name: (content or maker, words of what is printed)
READ = {
    # text: encodings, marks, separators, quotes
    "byte-order mark": ("\ufeff" + GOOD, "30 rows of 2 used columns"),
    "the mark with which DOS ends a text": (GOOD + "\x1a", "30 rows of 2 used columns"),
    "the mark behind the last row": (GOOD.rstrip() + "\x1a\r\n", "2 classes ('p', 'q')"),
    "a block filled up with the mark": (GOOD.replace("\n", "\r\n") + "\x1a" * 100, "30 rows of 2 used columns"),
    "the mark behind JSON": (json.dumps([{"v": i, "y": "pq"[i % 2]} for i in range(30)]) + "\x1a", "30 rows of 1 used column"),
    "hexadecimal numbers": (column([hex(31 + i) for i in range(9)]), "column v: category (hexadecimal, as in '0x1f'; if these are quantities, write plain numbers such as 31)"),
    "errors of newer sheets": (rows("v,w,y", lambda i: f"{['#SPILL!', '#CALC!', '#ERROR!', i][i % 4]},{i % 7}"), "missing values: v 23"),
    "coordinates before columns of nothing": (rows("x,y,w,,", lambda i: f"{i % 7},{i % 11}", label=lambda i: "pq"[i % 2] + ",,"), "Do this: --target w, or another column, if it is a coordinate"),
    "the mark within a text": (column(["\x1a", "b"]), "1 category"),
    "utf-16 big end first": (("\ufeff" + GOOD).encode("utf-16-be"), "encoding: utf-16"),
    "latin-1 umlauts": (column(["Köln", "Bonn"]).encode("latin-1"), "encoding: cp1252"),
    "emoji in names and cells": (column(["😀", "👍🏽"], "gefühl 😀,y"), "layout: flat, 1 category"),
    "markup in a name": (column([1, 2, 3], "<script>alert(1)</script>,y"), "1 number"),
    "a formula as a name": (column([1, 2, 3], "=cmd|' /C calc'!A0,y"), "1 number"),
    "control characters in a name": (column([1, 2, 3], "\x1b[31mred\x07,y"), "1 number"),
    "right-to-left override": (column([1, 2, 3], "\u202egnp,y"), "1 number"),
    "names that differ in case": (rows("V,v,y", lambda i: f"{i},{i * i % 7}"), "2 numbers"),
    "a name of 5,000 characters": (column([1, 2, 3], "n" * 5000 + ",y"), "1 number"),
    "a name of blanks": (column([1, 2, 3], "   ,y"), "column 'column 1' (it had no name)"),
    "semicolons and decimal commas": (rows("v;y", lambda i: f"{i},5", separator=";"), "with decimal commas"),
    "tabs": (rows("v\tw\ty", lambda i: f"{i}\t{i % 7}", separator="\t"), "separated by tabs"),
    "bars": (rows("v|w|y", lambda i: f"{i}|{i % 7}", separator="|"), "separated by bars"),
    "a separator inside quotes": (column(['"a, b"', '"c, d"']), "1 category"),
    "a line end inside quotes": (column(['"a\nb"', '"c\nd"']), "1 category"),
    "doubled quotes": (column(['"say ""a"""', '"say ""b"""']), "1 category"),
    "quoted numbers": (column(['"1"', '"2"', '"3"']), "1 number"),
    "blanks around cells": (column([" 1 ", " 2", "3 "]), "1 number"),
    "blank lines at the end": (GOOD + "\n\n\n", "30 rows"),
    "no line end at the end": (GOOD.rstrip("\n"), "30 rows"),
    "a comma at the end of each row": (rows("v,y,", lambda i: i, label=lambda i: f"{LABELS[i % 2]},"), "column 3"),
    # numbers and dates as people write them
    "dollars": (column(['"$1,234.50"', "$7", "($3.00)"]), "$ left out, commas taken for thousands"),
    "euros": (column(['"1.234,50 €"', "7 €"]), "€ left out, with decimal commas"),
    "no cents": (column(["CHF 2'000.--", "CHF 5.50", "CHF 7.-"]), "CHF left out"),
    "accounts": (column(['"$ 1,234.00"', "$ -", '"$ (5.00)"', '"$ 7.00"']).replace("$ (", "($ "), "commas taken for thousands, brackets taken for a minus, a dash taken for 0"),
    "two currencies": (column(["$5", "€5"]), "1 category"),
    "percent": (column(["12 %", "7%", "0.5 %"]), "% left out: 12 % is 12"),
    "minus as a dash": (column(["−1", "−2", "3"]), "1 number"),
    "exponents": (column(["1e-3", "2E5", "7"]), "1 number"),
    "hexadecimal": (column(["0x1F", "0x2A"]), "1 category"),
    "codes with lines below": (rows("v,y", lambda i: f"{i % 3}_{i % 4}"), "column v: category (several numbers in a cell, as in '0_0'"),
    "codes with leading zeros": (column(["00501", "10001"]), "codes: they have leading zeros"),
    "leading zeros of numbers": (column(["007", "42", "5"]), "1 number"),
    "numbers with a unit": (column(["5 kg", "7 kg", "9 kg"]), "column v: number (kg left out)"),
    "a letter behind few numbers": (column(["2D", "3D"]), "1 category"),
    "infinities": (column(["1", "2", "3", "inf", "-inf"]), "infinite values taken for missing"),
    "huge numbers": (column(["1e308", "-1e308", "3"]), "1 number"),
    "many spellings of missing": (column(["1", "NA", "N/A", "null", "?", "#N/A", "NaN", "", "2", "3"]), "missing values: v"),
    "codes some of which have letters behind": (rows("v,y", lambda i: f"{207 + i // 2}{'ab'[i % 2] * (i > 55)}", 60), "column v: category (codes: among plain numbers stands '235a')"),
    "codes one of which has a letter before": (rows("v,y", lambda i: f"c{i}" if i == 5 else 100 + i % 30, 60), "column v: category (codes: among plain numbers stands 'c5')"),
    "codes with zeros before, one of which has a letter": (rows("v,y", lambda i: f"{i % 30:03}" + "A" * (i == 5), 60), "column v: category (codes: among plain numbers stands '005A')"),
    "one number with a letter that may be a unit": (rows("v,y", lambda i: f"{i}" + "C" * (i == 5), 60), "column v: number (1 word such as '5C' taken for missing)"),
    "some words among numbers": (rows("v,y", lambda i: "none" if i == 5 else i, 60), "1 word such as 'none' taken for missing"),
    "spellings of nothing among numbers": (column(["unknown", "none", "1", "2"]), "20 words such as 'unknown' taken for missing"),
    "nulls of databases": (column(["\\N", "(null)", "n.a.", "k.A.", "1", "2"]), "missing values: v 28"),
    "values below what is measured": (column(["<0.5", "1.5", "2.5"]), "26 of 40 values are numbers, but not '<0.5'"),
    "what to do with values below what is measured": (column(["<0.5", "1.5", "2.5"]), "write a number for each limit, such as half of a lower one"),
    "several words for values below what is measured": (column(["ND", "1.5", "<0.05", "2.5", "3.5", "n.d."]), "column v: category (20 of 40 values are numbers, but not '<0.05' (7), 'ND' (7), 'n.d.' (6); write a number for each limit, such as half of a lower one)"),
    "a few of them": (rows("v,y", lambda i: {3: "ND", 7: "<0.5"}.get(i, f"{i}.25"), 60), "2 words such as '<0.5' taken for missing; write a number for each limit"),
    "few values below what is measured": (rows("v,y", lambda i: "<0.5" if i % 12 == 0 else f"{i}.25", 60), "5 words such as '<0.5' taken for missing; write a number for each limit"),
    "flags of statistical offices": (column(["13.5 p", "12.1 b", "11.7", ":", ": c", "10.2 bep"]), "column v: number (flags behind 20 of 40 values left out: 'p', 'b', 'bep'; 13 words such as ':' taken for missing)"),
    "a flag behind few of many numbers": (rows("v,y", lambda i: f"{i}.5 p" if i % 9 == 0 else f"{i}.25", 60), "column v: number (flags behind 7 of 60 values left out: 'p')"),
    "flags on all numbers": (rows("v,y", lambda i: [f"{i}.5 p", f"{i}.5 e", ": c", ".."][min(i % 9, 3) if i % 9 < 4 else i % 2]), "column v: number (flags behind 23 of 30 values left out: 'p', 'e'; 7 words such as ': c' taken for missing)"),
    "one flag on most numbers": (rows("v,y", lambda i: f"{1000 + i}" + " p" * (i % 4 > 0)), "column v: number (flags behind 22 of 30 values left out: 'p')"),
    "flags in brackets": (rows("v,y", lambda i: f"{i}.1({'pE'[i % 2]})" if i % 9 else ".."), "column v: number (flags behind 26 of 30 values left out: 'E', 'p'; 4 words such as '..' taken for missing)"),
    "letters in brackets where a number is withheld": (rows("v,y", lambda i: ["(D)", "[x]", "(NA)", i][min(i % 6, 3)]), "column v: number (15 words such as '(D)' taken for missing)"),
    "crosses for no value": (rows("v,y", lambda i: f"{i}.5" if i % 4 else "x"), "column v: number (8 words such as 'x' taken for missing)"),
    "a betting slip": (rows("v,y", lambda i: "1X2"[i % 3]), "column v: category (20 of 30 values are numbers, but not 'X')"),
    "check digits": (rows("v,y", lambda i: "X" if i % 4 == 0 else i % 10, 60), "column v: category"),
    "numbers of houses": (rows("v,y", lambda i: f"{i % 17 + 1}" + ("", " a", " b", " c")[i % 4], 200), "column v: category"),
    "houses that all have letters": (rows("v,y", lambda i: f"{i % 7 + 1} {'bcde'[i % 4]}"), "column v: category (numbers with several endings: 'b', 'c', 'd', 'e')"),
    "degrees in two units": (rows("v,y", lambda i: f"{i % 7}.5 {'cf'[i % 2]}"), "column v: category (numbers with several endings: 'c', 'f')"),
    "units and no flags": (column(["5 b", "7 b", "9 b"]), "column v: number (b left out)"),
    "fractions": (column(["1/2", "3/4", "1 1/2", "2", "-", '"5/8"""']), "column v: number (3/4 is 0.75; 6 words such as '-' taken for missing)"),
    "fractions in one character": (column(["½", "¾", "2½"]), "column v: number (3/4 is 0.75)"),
    "bars of music": (column(["3/4", "4/4", "6/8"]), "1 category"),
    "codes that Excel has shortened": (column(["4.01E+12", "4.01E+12", "4.02E+12"]), "'4.01E+12' counts as 4010000000000; if these are codes, their other digits are lost: save them as text"),
    "codes shortened with decimal commas": (rows("v;y", lambda i: f"4,0{i % 7}E+12", separator=";"), "with decimal commas; '4,00E+12' counts as 4000000000000; if these are codes"),
    "half words, half numbers": (column(["1", "a"]), "20 of 40 values are numbers, but not 'a'"),
    "true and false": (column(["true", "FALSE"]), "1 boolean"),
    "true and false in Spanish": (column(["FALSO", "VERDADERO", "falso"]), "1 boolean"),
    "true and false in two languages": (column(["WAHR", "FAUX"]), "1 category"),
    "yes and no": (column(["yes", "no"]), "1 category"),
    "days by points": (column(["01.02.2020", "28.03.2021", "5.4.2022"]), "read as day.month.year"),
    "months first": (column(["1/28/2020", "2/27/2021"]), "read as month/day/year"),
    "days that don't exist": (column(["30.02.2020", "1.1.2020"]), "1 category"),
    "dates with zones": (column(["2020-01-01T00:00:00+02:00", "2020-06-01T12:00:00Z"]), "1 date"),
    "dates with zones behind a blank": (column(["2024-01-05 10:00:00 UTC", "2024-01-06 9:00:00 UTC"]).replace(" 9:", " 09:"), "1 date"),
    "dates of a form": (column(["2024/05/01 9:12:00 AM GMT+2", "2024/05/02 9:12:00 PM GMT+2"]), "read as year/month/day"),
    "dates in two ways": (column(["2024-01-05", "06.01.2024"]), "dates, but not in one way of writing: '2024-01-05', '06.01.2024'"),
    "durations": (column(["0:59:01", "1:02:03.5", "2 days 00:00:00"]), "column v: number (in seconds: 1:23:45 is 5025)"),
    "clocks with seconds at times": (column(["12:30", "12:30:10"]), "1 category"),
    "times of races some of which were given up": (column(["1:02.31", "DNF", "59.5", "1:00.25"]), "column v: category (30 of 40 values are clocks or durations, but not 'DNF')"),
    "years before 1900": (column(["1850-01-01", "0001-01-01"]), "1 date"),
    "clocks": (column(["12:30", "13:45"]), "column v: number (in seconds: 1:23 is 4980)"),
    "dates with few digits": (column(["1.2.20", "28.3.21"]), "read as day.month.year"),
    "dates with names of months": (column(["1 Jan 2020", "28 Mar 2021"]), "read as day month year"),
    "dates without marks": (column([20200100 + day for day in range(1, 21)]), "dates, read as yearmonthday"),
    "hours without marks": (rows("v,y", lambda i: 2020010100 + 100 * (i // 24) + i % 24), "dates, read as yearmonthday"),
    "minutes without marks": (rows("v,y", lambda i: 202001010000 + 100 * (i // 4) + 15 * (i % 4)), "dates, read as yearmonthday"),
    "ten digits one of which is no hour": (rows("v,y", lambda i: 2020010100 + i), "1 number"),
    "months": (column(["2020-01", "2021-07", "2022-12"]), "dates, read as year-month"),
    "months by their names behind years": (column(["2020 Jan", "2021 July"]), "dates, read as year month"),
    "days behind years and months by their names": (column(["2020 Jan 05", "2021-Feb-17"]), "dates, read as year month day"),
    "months by their names": (column(["Jan 2020", "July 2021"]), "dates, read as month year"),
    "months by their full names, with a dash": (column(["January-1996", "May-1997"]), "dates, read as month-year"),
    "days and months by their full names": (column(["5-January-2020", "17-June-2020"]), "dates, read as day-month-year"),
    "months by their full names first": (column(["January-05-2020", "June-17-2020"]), "dates, read as month-day-year"),
    "months by their full names last": (column(["2020-January", "2021-June"]), "dates, read as year month"),
    "months by their names before a comma": (column(['"January, 2020"', '"June, 2021"']), "dates, read as month year"),
    "months by their names before a slash": (column(["Jan/2020", "June/2021"]), "dates, read as month year"),
    "months by their names without a mark": (column(["Jan2020", "Jun2021"]), "dates, read as month year"),
    "weeks": (column(["2020-W01", "2020-W07"]), "dates, read as year-week"),
    "codes that look like months": (column(["2020-01", "2020-13"]), "1 category"),
    "apostrophes between thousands": (column(["1'234", "12'345", "7"]), "column v: number (apostrophes taken for thousands)"),
    "narrow blanks between thousands": (column(["1\u202f234", "12\u00a0345", "7"]), "1 number"),
    "plus signs": (column(["+5", "+7", "-3"]), "1 number"),
    "ranges": (column(["10-20", "20-30"]), "1 category"),
    "lists inside cells": (column(['"[1, 2]"', '"[3, 4]"']), "2 numbers"),
    "a cell longer than what files are told by": (column(["x" * 300_000, "y"]), "1 category"),
    "a line end inside a name": (column([1, 2, 3], '"v\n(kg)",y'), "1 number"),
    "carriage returns alone": (GOOD.replace("\n", "\r"), "30 rows of 2 used columns"),
    "a line that names the separator": ("sep=;\n" + GOOD.replace(",", ";"), "separated by semicolons"),
    "clocks of twelve hours": (column(["1/2/2020 1:30 PM", "2/28/2020 11:00 AM"]), "read as month/day/year"),
    "brackets": (column(["(5)", "7", "9"]), "brackets taken for a minus"),
    "lakh and crore": (column(["1,23,456", "12,34,567", "7"]).replace("1,23,456", '"1,23,456"').replace("12,34,567", '"12,34,567"'), "commas taken for thousands"),
    "commas among semicolons": (rows("v;y", lambda i: f"{i % 9 + 1},{i:03d}", separator=";"), "with decimal commas"),
    "points that may be thousands": (rows("v;y", lambda i: f"{i % 9 + 1}.{i:03d}", separator=";"), "decimal points: 'v' (three digits follow"),
    "numbers beyond floats": (column([str(2**60 + i) for i in range(4)]), "which numbers can't tell apart"),
    "None and errors of Excel": (column(["None", "#DIV/0!", "1", "2"]), "missing values: v 20"),
    "dashes for missing": (column(["-", "1", "2", "3"]), "10 words such as '-' taken for missing"),
    "-999 for missing": (column(["-999", "1", "2", "3"]), "column 'v' is -999 in 25.0 % of the rows"),
    # what stands around a table
    "utf-16 without a mark": (GOOD.encode("utf-16-le"), "encoding: utf-16-le"),
    "a title above": ("Report of 2020\n\n" + GOOD, "left out: 2 lines above the table (such as 'Report of 2020')"),
    "comments above": ("# made by a, b\n# 2020\n" + GOOD, "left out: 2 lines above the table"),
    "a header that begins with a hash": ("#" + GOOD, "30 rows of 2 used columns"),
    "the header again, and dashes below it": (("v w  y\n-- -- -\n" + "".join(f"{i} {i % 7}  {LABELS[i % 2]}\n" for i in range(10, 25)) + "\n") * 2, "left out: 2 rows (they repeat the header)"),
    "the header again": (GOOD + GOOD, "left out: 1 row (they repeat the header)"),
    "blanks between columns": (" v   w y\n" + "".join(f"{i:4} {i % 7:3}  {LABELS[i % 2]}\n" for i in range(30)), "separated by blanks"),
    "units below the names": (rows("v,w,y\ns,mm,-", lambda i: f"{i % 9},{i % 7}"), "left out: 1 line below the names (units, and no row: 's', 'mm', '-')"),
    "missing words below the names": (rows("v,w,y\nn.a.,n.a.,p", lambda i: f"{i % 9},{i % 7}"), "31 rows"),
    "words of a row below the names": (rows("v,w,y\nsecret,hidden,p", lambda i: f"{i % 9},{i % 7}"), "column v: number (1 word such as 'secret' taken for missing)"),
    "the first cell alone has a value in many rows": ("y,v,w\n" + "".join(f"{'pq'[i % 2]}," + ("," if i % 3 else f"{i % 5},{i % 7}") + "\n" for i in range(30)), "30 rows"),
    "a sentence below two columns": (rows("v,y", lambda i: i) + "\nSource: some office of statistics\n", "left out: 1 row at the end (their first cell alone has a value, such as 'Source: some office of statist')"),
    "a text without a label below others": (rows("v,y", lambda i: f"some text of {i}") + "\none text more of these\n,q\n".replace("\n,q\n", ",\n"), "left out: 1 of 31 texts"),
    "a sentence with commas behind a blank line": (GOOD + "\nSource: some office, of 2024\nAll rights, also yours, reserved\n".replace("also yours, ", ""), "left out: 2 rows at the end (their first cell alone has a value, such as 'Source: some office, of 2024')"),
    "a note below the table": (GOOD + "\nSource: some office\n", "left out: 1 row at the end (their first cell alone has a value, such as 'Source: some office')"),
    "names in two lines": (rows(",2020,,2021,\nplace,a,b,a,y", lambda i: f"k{i % 3},{i % 9},{i % 7},{i % 5}"), "names in two lines: 'place', '2020 a', '2020 b', '2021 a', '2021 y'"),
    "names of two levels that differ": (rows(",A,B\n,a,y", lambda i: f"{i},{i * 7 % 5}.5"), "names in two lines: '', 'A a', 'B y'"),
    "an empty cell in the first row below an index": (rows(",A,y\n,red,p", lambda i: f"k{i},{['red', 'blue'][i % 2]}"), "31 rows"),
    "a pivot table of pandas, its levels named": (rows(",mean,mean\nmonth,2020-01,2020-02\nstore,,", lambda i: f"s{i},{i % 7}.5", label=lambda i: f"{i % 5}.25"), "names of rows: 'store' (a line below them)"),
    "a table of pandas with names of three levels": (rows(",a,b\n,mean,std\nweek,0,1\nstore,,", lambda i: f"s{i},{i % 7}.5", label=lambda i: f"{i % 5}.25"), "names in three lines: 'store', 'a mean 0', 'b std 1'"),
    "names in two lines beside names in one": (rows("store,week,a,a\n,,mean,std", lambda i: f"s{i % 3},{i},{i % 7}.5", label=lambda i: f"{i % 5}.25"), "names in two lines: 'store', 'week', 'a mean', 'a std'"),
    "the header again, beside an index": ((rows(",v,y", lambda i: f"{i},{i % 7}") * 2), "left out: 1 row (they repeat the header)"),
    "prices and the names of their levels": (rows("Price,Close,Volume\nTicker,ABC,ABC\nDate,,", lambda i: f"2020-01-{i + 1:02d},{i % 7}.5", label=lambda i: i % 11 * 100), "names in two lines: 'Date', 'Close ABC', 'Volume ABC'"),
    "names in two lines as pandas writes them": (rows(",m,m,t\n,a,b,y", lambda i: f"{i},{i % 7},{i % 5}"), "target: t y"),
    "names of all columns but the first": (rows('"v","w","y"', lambda i: f'"{i + 1}",{i % 9},{i % 7}'), "names of rows: the first column (the header has one name less than the rows have cells)"),
    "a comma at the end of the header alone": (rows("v,w,y,", lambda i: f"{i % 9},{i % 7}"), "left out: ',' at the end of the line of names (no row has a cell behind it)"),
    "a semicolon at the end of the header alone": (rows("v;w;y;", lambda i: f"{i % 9};{i % 7}", separator=";"), "left out: ';' at the end of the line of names (no row has a cell behind it)"),
    "a comma at the end of each row but the header": (rows("v,w,y", lambda i: f"{i % 9},{i % 7}", label=lambda i: f"{LABELS[i % 2]},"), "left out: 'column 4' (no values)"),
    "names of all columns but the first, between blanks": ('"v" "w" "y"\n' + "".join(f'"row {i}" {i % 9} {i % 7} "{LABELS[i % 2]}"\n' for i in range(30)), "separated by blanks"),
    "names behind a hash": ("# v w y\n" + "".join(f"{i % 9} {i % 7} {i % 2}\n" for i in range(30)), "30 rows of 2 used columns"),
    "classes first, then a series": ("".join(f"{i % 2 + 1}\t{i % 7}.5\t{i % 9}.25\n" for i in range(30)), "target: x0 (the only column of few whole numbers"),
    "a row of totals": ("v,price\n" + "".join(f"{i % 9},{10 + i}\n" for i in range(30)) + f"{sum(i % 9 for i in range(30))},{sum(10 + i for i in range(30))}\n", "the last row holds the sums of the rows above in 'v', 'price'"),
    "words without a header": ("".join(f"{'abc'[i % 3]},{LABELS[i % 2]}\n" for i in range(30)), "no header"),
    # tables of odd shapes
    "2,000 columns": (",".join(f"c{i}" for i in range(2000)) + ",y\n" + "".join(
        ",".join(str((i * j) % 11) for j in range(1, 2001)) + f",{LABELS[i % 2]}\n" for i in range(20)), "20 rows of"),
    "an empty column": (rows("v,w,y", lambda i: f"{i % 9},"), "left out: 'w' (no values)"),
    "one value in 99 %": (rows("v,w,y", lambda i: f"{i % 9},{int(i == 3)}", 150), "columns with one value in 99 % of the rows: 'w'"),
    "an id": (rows("user_id,v,y", lambda i: f"{i},{i % 9}"), "left out: 'user_id' (it counts the rows)"),
    "an id in no order": (rows("tweet_id,v,y", lambda i: f"{(i * 7919 + 3) % 10007},{i % 9}"), "left out: 'tweet_id' (a number that names each row: whole, and different in each)"),
    "an id of another name": (rows("serial,v,y", lambda i: f"{i * 2 + 7},{i % 9}"), "column 'serial' numbers the rows"),
    "a copy of the target": (rows("v,w,y", lambda i: f"{i % 9},{'xz'[i % 2]}", 60), "column 'w' alone tells the target"),
    "equal rows": (GOOD + "".join(GOOD.splitlines(True)[1:]), "rows with the inputs of an earlier row"),
    "rows in order of time": (rows("day,v,y", lambda i: f"2020-01-{i + 1:02d},{i % 9}"), "the rows are sorted by the date 'day'"),
    # targets
    "semicolons at the ends of lines between whose cells commas stand": ("".join(f"{i % 7},{LABELS[i % 2]},{i}.5;\n" for i in range(30)), "left out: ';' at the end of each line"),
    "an outcome is asked for": (rows("Churn?,v", lambda i: ["True.", "False."][i % 2], label=lambda i: i * 7 % 13), "target: Churn? (a usual name of a target)"),
    "an outcome is not last": (rows("Survived,v", lambda i: i % 2, label=lambda i: i * 7 % 13), "target: Survived (a usual name of a target)"),
    "responses of many values are not the target": (rows("response,v,w", lambda i: f"{i}.5,{i % 9}"), "target: w (the last column)"),
    "the target is not last": (rows("y,v", lambda i: LABELS[i % 2], label=lambda i: i), "target: y (a usual name of a target)"),
    "fractions of few values": (target([i % 5 / 4 for i in range(60)]), "has only 5 different values"),
    "ages": (target([20 + i % 60 for i in range(30)]), "task: regression"),
    "numbers of classes from 0": (target([i % 40 for i in range(800)]), "the target has 40 classes, all of them numbers"),
    "a hundred classes": (target([f"k{i % 100}" for i in range(400)]), "the target has 100 classes, 4 rows each"),
    "one class in a hundred rows": (target(["a"] * 297 + ["b"] * 3), "class 'a' holds 99.0 % of the rows"),
    "a rare class": (target(["a", "b"] * 30 + ["c"] * 3), "classes with fewer than 10 rows: 'c'"),
    "booleans in French": (target(["VRAI", "FAUX"] * 15), "its values are true and false"),
    "booleans": (target(["true", "false"] * 15), "its values are true and false"),
    "classes with blanks and emoji": (target(["left side", "😀"] * 15), "classification into 2 classes"),
    "a target in percent": (target([f"{i * 3 % 17} %" for i in range(40)]), "task:"),
    "ten rows": (rows("v,y", lambda i: i % 7, 10), "10 tested rows can show differences of about 78.4 points"),
    "classes that differ in case": (target(["yes", "Yes", "no"] * 12), "classes that differ in case, blanks or unseen marks alone: 'Yes', 'yes'"),
    "an id that repeats": (rows("user_id,v,y", lambda i: f"{i // 4},{i * i % 17}"), "column 'user_id' is called an id and repeats"),
    # json, arrays
    "json of columns": (json.dumps({"v": list(range(30)), "y": [1, 0] * 15}), "30 rows"),
    "json as pandas writes it": (json.dumps({"v": {i: i for i in range(30)}, "y": {i: i % 2 for i in range(30)}}), "30 rows"),
    "json of names and rows": (json.dumps({"columns": ["v", "y"], "data": [[i, i % 2] for i in range(30)]}), "30 rows"),
    "json of rows by their names": (json.dumps({f"k{i}": {"v": i % 7, "w": i % 5, "y": i % 2} for i in range(30)}), "left out: 'row_id' (different in every row)"),
    "json of lists, names first": (json.dumps([["v", "w", "y"], *([f"k{i % 3}", i % 7, LABELS[i % 2]] for i in range(30))]), "target: y"),
    "json over many lines": ("".join(json.dumps({"v": i % 7, "y": i % 2}, indent=2) + "\n" for i in range(30)), "30 rows"),
    "json of rows under a name": (json.dumps({"rows": [{"v": i, "y": i % 2} for i in range(30)]}), "30 rows"),
    "json with lists of numbers": ("".join(f'{{"v": [{i}, {i % 7}], "y": {i % 2}}}\n' for i in range(30)), "lists: 'v'"),
    "json with lists of unequal lengths": ("".join(f'{{"v": {[0.5] * (i % 3)}, "y": {i % 2}}}\n' for i in range(30)), "without a number: 10 series (taken for series of one missing step)"),
    "json with series of unequal lengths": ("".join(f'{{"v": {[0.5] * (2 + i % 3)}, "y": {i % 2}}}\n' for i in range(30)), "lengths: 2 to 4 steps"),
    "json lines with keys that come and go": ("".join(
        f'{{"v": {i}, "{"uw"[i % 2]}": {i % 7}, "y": "{LABELS[i % 2]}"}}\n' for i in range(30)), "missing values: u 15, w 15"),
    "a map": (json.dumps({"features": [{"type": "Feature", "properties": {"v": i % 7, "y": i % 2}} for i in range(30)]}), "objects: 'properties' (their fields are columns NAME.FIELD)"),
    "json of one list": ("[" + ",".join(f'{{"v": {i}, "y": {i % 2}}}' for i in range(30)) + "]", "30 rows"),
    "json with nested values": ("".join(f'{{"v": {i}, "deep": {{"a": [[[1]]], "b": {{"c": {i % 7}}}}}, "y": {i % 2}}}\n' for i in range(30)), "left out: 'deep.a' (nested or binary values)"),
    "json with fields of objects": ("".join(f'{{"at": {{"lat": {i % 9}, "lon": {{"deg": {i % 7}}}}}, "y": {i % 2}}}\n' for i in range(30)), "layout: flat, 2 numbers"),
    "json with NUL in a word": ("".join(f'{{"v": "a\\u0000{i % 3}", "y": {i % 2}}}\n' for i in range(30)), "1 category"),
    "npz of other names": (npz(features=X, labels=Y), "task: classification"),
    "npz of bytes": (npz(x=(X * 9).astype(np.int8), y=Y), "4 columns"),
    "npz with NaN": (npz(x=np.where(X > 2, np.nan, X), y=Y), "layout: flat"),
    "npz in big-end order": (npz(x=X.astype(">f8"), y=Y.astype(">i4")), "30 rows"),
    "npz in Fortran order": (npz(x=np.asfortranarray(X), y=Y), "30 rows"),
    "npz of truths": (npz(x=X > 0, y=Y), "30 rows"),
    "npz of words as labels": (npz(x=X, y=np.array(["a", "b"] * 15)), "its values are words"),
    "npz of half floats": (npz(x=X.astype(np.float16), y=Y), "30 rows"),
    "series": (npz(x=X.reshape(30, 2, 2), y=Y), "sequence of 2 steps with 2 channels"),
    "channels first": (npz(x=np.random.default_rng(1).normal(size=(30, 3, 8, 9)), y=Y), "channels moved to the last axis"),
    "numbers with equal sides": (npz(x=np.random.default_rng(1).normal(size=(30, 9, 9)), y=Y), "x has 3 axes and equal sides); --layout sequence, if x holds series of as many channels as steps, overrides"),
    "numbers with equal sides and ends": (npz(x=np.where(np.arange(9) < 5 + np.arange(30)[:, None, None] % 5, 1.5, np.nan).transpose(0, 2, 1) * np.random.default_rng(1).normal(size=(30, 9, 9)), y=Y), "sequence of 9 steps with 9 channels"),
    "numbers with short equal sides": (npz(x=np.random.default_rng(1).normal(size=(30, 7, 7)), y=Y), "sequence of 7 steps with 7 channels"),
    "bytes with sides that differ": (npz(x=np.arange(30 * 72, dtype=np.uint8).reshape(30, 8, 9), y=Y), "bytes); --layout image, if x holds pictures, overrides"),
    "bytes with equal sides": (npz(x=np.arange(30 * 64, dtype=np.uint8).reshape(30, 8, 8), y=Y), "image of 8 x 8"),
    # files and folders
    "packed in two members": (gzip.compress(GOOD[:70].encode()) + gzip.compress(GOOD[70:].encode()), "30 rows of 2"),
    "dates as an array": (npz(x=np.arange(30).astype("datetime64[D]")[:, None], y=Y), "the rows are sorted by the date 'x0'"),
    "json of several types in a column": ("".join(json.dumps({"v": [i % 7, str(i % 7)][i % 2], "y": LABELS[i % 3 % 2]}) + "\n" for i in range(30)), "1 number"),
    "json with NaN": ("".join(f'{{"v": {"NaN" if i % 9 == 0 else i % 8}, "y": {i % 2}}}\n' for i in range(30)), "missing values: v 4"),
    "packed, named otherwise": (gzip.compress(GOOD.encode()), "30 rows"),
    "bzip2": (bz2.compress(GOOD.encode()), "30 rows"),
    "a folder of one table": (files(a_dot_csv=GOOD, notes_dot_pdf=b"%PDF"), "30 rows"),
    "a folder of two tables": (files(a_dot_csv=GOOD, b_dot_csv=GOOD), "tables: 2"),
    "a folder of train, validation and test": (files(train_dot_csv=GOOD, test_dot_csv=GOOD, val_dot_csv=GOOD), "ignored: 'val.csv' (beside train and test; rows to validate are taken from train: to learn from 'val.csv', too, put its rows into train)"),
    "a table of pictures beside their folder": (files(labels_dot_csv="file,y\n" + "".join(f"img/{i}.png,{LABELS[i % 2]}\n" for i in range(16)), **{f"img__{i}_dot_png": png() for i in range(16)}), "pictures: 8 x 8"),
    "pictures in a folder of a folder": (files(**{f"all__{c}__{i}_dot_png": png() for c in "ab" for i in range(8)}), "classes: the subfolders of 'all' (it is the only folder)"),
    "pictures for training and validation": (files(**{f"{part}__{c}__{i}_dot_png": png() for part in ("Training", "valid") for c in "ab" for i in range(8)}), "test rows: 16"),
    "tables with notes of their own": (files(a_dot_csv=GOOD, b_dot_csv="A title\n\n" + GOOD), "'b.csv': left out: 2 lines above the table"),
    "a folder of train and test": (files(train_dot_csv=GOOD, test_dot_csv=GOOD), "test rows: 30"),
    "pictures in classes": (files(**{f"{c}__{i}_dot_png": png(size=(8 + i % 3, 9)) for c in "ab" for i in range(8)}), "resized from 3 sizes"),
    "pictures of several modes": (files(**{f"{c}__{i}_dot_png": png(["L", "RGB", "RGBA", "P"][i % 4]) for c in "ab" for i in range(8)}), "laid on white"),
    "pictures beside other files": (files(a__x_dot_db="x", **{f"{c}__{i}_dot_png": png() for c in "ab" for i in range(8)}), "ignored: 'x.db'"),
    "texts in classes": (files(**{f"{c}__{i}_dot_txt": f"{c} {i}" for c in "ab" for i in range(8)}), "a folder of texts"),
    "an empty text": (files(a__e_dot_txt="", **{f"{c}__{i}_dot_txt": f"{c} {i}" for c in "ab" for i in range(8)}), "17 texts"),
}  # fmt: skip

# name: (content or maker, exit code, slug, words of the message)
REFUSED = {
    "a name without rows": ("v", 2, "header-only", "has a header but no rows"),
    "html as csv": ("<!DOCTYPE html>\n<table><tr><td>1</td></tr></table>", 2, "wrong-kind", "download the file itself"),
    "html after a byte-order mark": ("\ufeff<html>", 2, "wrong-kind", "an HTML page"),
    "nine rows": (rows("v,y", lambda i: i, 9), 2, "too-few-rows", "got 9, wanted at least 10"),
    "ten thousand classes": (target([f"k{i}" for i in range(10_000)]), 2, "too-many-classes", "10000 classes"),
    "a target of missing values": (target(["", ""] * 10), 2, "empty-target", "choose another target"),
    "a row that is too short": (GOOD + "7\n", 2, "ragged-row", "line 32"),
    "a first line that does not name all columns": ("60,2,red,blue\n" + "1.5,2,3,4,5.5,6,0\n7.5,8,2,1,2.5,3,1\n" * 30, 2, "ragged-row", "write a name for each column into line 1, or remove it"),
    "a note of one word below the table": (GOOD + "confidential\n", 2, "ragged-row", "remove the line, if it is a note and no row"),
    "the mark with which DOS ends a text, in gzip": (gzip.compress((GOOD + "\x1a").encode()), 2, "ragged-row", r"tr -d '\032\000' < FILE > OTHER, which takes out the marks"),
    "NUL far behind a long text": (GOOD + "1,2,p\n" * 50000 + "\0" * 90, 2, "ragged-row", r"tr -d '\032\000' < FILE > OTHER, which takes out the marks"),
    "many NUL behind a short text": (GOOD.encode() + b"\0" * 900, 2, "wrong-kind", "text with bytes of zero in it"),
    "many NUL within a text": (GOOD.encode() + b"\0" * 900 + GOOD.encode(), 2, "wrong-kind", r"tr -d '\000' < FILE > OTHER"),
    "NUL behind the text": (GOOD.encode() + b"\0\0", 2, "wrong-kind", "text with bytes of zero in it"),
    "questions on paragraphs of articles": (json.dumps({"data": [{"title": f"t{i}", "paragraphs": [{"context": "c", "qas": [{"question": f"q{k}", "answers": [{"text": "a", "answer_start": k}]} for k in range(3)]}]} for i in range(20)]}), 2, "no-inputs", "json_normalize(rows, ['paragraphs', 'qas'], ['title'])"),
    "a program": ("import os\nprint('x')\n" * 20, 2, "no-inputs", "got one column, 'x0'"),
    "a notebook": (json.dumps({"cells": [{"cell_type": "code", "source": ["a"]}], "nbformat": 4}), 2, "wrong-kind", "a notebook of Jupyter"),
    "a comma behind the last object": ("[" + '{"v": 1, "y": 2},' * 20 + "]", 2, "damaged-json-lines", "is no valid JSON"),
    "text in place of a number of the target": (target([i / 3 for i in range(30)] + ["x"]), 2, "words-among-numbers", "1 of 31, such as 'x' in row 31"),
    "a fragment of html": ("<table><tr><td>1</td></tr></table>", 2, "wrong-kind", "an HTML page"),
    "arff": ("% iris\n@RELATION iris\n@ATTRIBUTE v NUMERIC\n@DATA\n{0 1}\n", 2, "arff-line", "got a row of the values that are not 0"),
    "statements of SQL": ("-- MySQL dump 10.13\nINSERT INTO t VALUES (1, 2);\n", 2, "wrong-kind", "export the table as csv"),
    "python's dictionaries": ("{'v': 1, 'y': 2}\n" * 20, 2, "wrong-kind", "json.dumps"),
    "a file of R": (gzip.compress(b"X\n\0\0\0\3\0\4\1\2"), 2, "wrong-kind", "write.csv"),
    "a file of SPSS": (b"$FL2@(#) SPSS DATA FILE" + b"\0" * 99, 2, "wrong-kind", "export it as csv, or pandas.read_spss(FILE)"),
    "a file of Stata": (b"<stata_dta><header>" + b"\0" * 99, 2, "wrong-kind", "pandas.read_stata(FILE).to_csv('data.csv', index=False)"),
    "a file of MATLAB": (b"MATLAB 5.0 MAT-file" + b"\0" * 99, 2, "wrong-kind", "scipy.io.loadmat"),
    "a sparse matrix": (npz(format=b"csr", shape=[30, 4], data=X[:, 0], indices=Y, indptr=Y), 2, "sparse", "toarray()"),
    "json of columns of unequal lengths": (json.dumps({"v": list(range(30)), "y": [0, 1] * 14}), 2, "unequal-columns", "30 of 'v', 28 of 'y'"),
    "missing words in the last column, and in others": (rows("party,v,w", lambda i: f"{'pq'[i % 2]},{'n?y'[i % 3]}", label=lambda i: "n?y"[i * 7 % 11 % 3]), 2, "missing-target", "such as nothing (here '?'); else --target party, or another column: 'w' was taken for it (the last column)"),
    "missing words as classes": (target(["p", "q", "n.a."] * 10), 2, "missing-target", "10 of 30 rows"),
    "a line of 3 MB": (GOOD + "x" * 3_000_000 + ",1,p\n", 2, "long-line", "line 32 of"),
    "more columns than rows can be": (",".join(map(str, range(60_000))), 2, "too-many-columns", "at most 50,000"),
    "pictures named without an end": (files(**{f"{c}__{i}": png() for c in "ab" for i in range(8)}), 2, "no-text", "let the names of pictures end in .png"),
    "sparse rows": ("1 1:0.5 7:2\n0 3:1\n", 2, "wrong-kind", "load_svmlight_file"),
    "an unknown mark between columns": (GOOD.replace(",", "@"), 2, "no-inputs", "put commas, semicolons, tabs, bars or blanks between columns"),
    "lists alone": ("".join(f'{{"v": [["a"]], "y": {i % 2}}}\n' for i in range(30)), 2, "no-inputs", "left out: 'v' (nested or binary values)"),
    "pictures whose names end otherwise": (files(**{f"{c}__{i}_dot_bin": png() for c in "ab" for i in range(8)}), 2, "folder", "rename the pictures that end in '.bin': let them end in .png"),
    "pictures of another kind": (files(**{f"{c}__{i}_dot_heic": b"ftyp" for c in "ab" for i in range(8)}), 2, "folder", "save the pictures as PNG or JPEG"),
    "cut bzip2": (bz2.compress(GOOD.encode())[:-9], 2, "damaged-packing", "wanted a whole packed file"),
    "cut xz": (lzma.compress(GOOD.encode())[:-9], 2, "damaged-packing", "fetch it again"),
    "bzip2 in gzip": (gzip.compress(bz2.compress(GOOD.encode())), 2, "wrong-kind", "unpack it once"),
    "xz bomb": (packed_bomb, 3, "bomb", "would grow beyond reason when unpacked"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 99, 2, "wrong-kind", "use gzip, bzip2, xz or zstd"),
    "a binary workbook": (zipped("a.xlsb", **{"xl/workbook.bin": b"x"}), 2, "wrong-kind", "save it as xlsx or csv"),
    "a workbook without sheets": (zipped("a.xlsx", **{"xl/workbook.xml": "<workbook/>"}), 2, "damaged-excel", "save the sheet as csv"),
    "a workbook that is no XML": (zipped("a.xlsx", **{"xl/workbook.xml": "<workbook"}), 2, "damaged-excel", "save the sheet as csv"),
    "a workbook with entities": (zipped("a.xlsx", **{"xl/workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), 3, "xml-document-type", "a workbook as Excel writes it"),
    "a zip of pictures": (zipped("a.zip", **{"a/1.png": png(), "b/2.png": png()}), 2, "too-few-rows", "got 2, wanted at least 10"),
    "npy without labels": (npy(X), 2, "no-target", "--y FILE"),
    "npy of objects": (npy(np.array([{}, 1], dtype=object)), 3, "pickle", "can run any program"),
    "npz of arrays of other names": (npz(width=X, kind=Y), 2, "no-x", "wanted x and y, or columns, arrays of one axis and one length"),
    "npz of a table of objects": (npz(x=np.array([[1, "a"]] * 30, dtype=object), y=Y), 3, "pickle", "to_parquet for a table"),
    "npy of nothing": (npy(np.zeros((0, 3))), 2, "empty-array", "got shape (0, 3)"),
    "series of length 0": (npz(x=np.zeros((30, 0, 2)), y=Y), 2, "empty-array", "got shape (30, 0, 2)"),
    "json of numbers": ("[1, 2, 3]", 2, "no-inputs", "at least one column more"),
    "json in the middle of a word": ('{"v": "a', 2, "damaged-json-lines", "is no valid JSON"),
    "folders of documents": (files(**{f"{c}__{i}_dot_html": f"<html>{c} {i}</html>" for c in "ab" for i in range(8)}), 2, "folder", "Do this: save the text alone of each in a file that ends in .txt"),
    "folders of nothing": (folders("a", "b"), 2, "folder", "got no files, wanted tables, or a subfolder of pictures or of texts for each class. Do this: write one table"),
    "a folder of other files": (files(notes_dot_pdf=b"%PDF"), 2, "wrong-kind", "notes.pdf is no data that Fourfold reads: got a PDF document"),
    "tables with other columns": (files(a_dot_csv=GOOD, b_dot_csv=GOOD.replace("w", "u")), 2, "part-columns", "no 'w'; 'u' beside them"),
    "a folder with a link out of it": (link, 3, "outside", "copy the file into the folder"),
    "a link to the folder above": (looped, 2, "one-class", "only one class: got 'cat'"),
    "a picture that is cut": (files(a__1_dot_png=png()[:60], **{f"{c}__x{i}_dot_png": png() for c in "ab" for i in range(8)}), 2, "damaged-picture", "a/1.png"),
    "a picture that is a page": (files(a__1_dot_png="<html>", **{f"{c}__x{i}_dot_png": png() for c in "ab" for i in range(8)}), 2, "damaged-picture", "replace it, or remove it"),
    "pictures without classes": (files(**{f"{i}_dot_png": png() for i in range(8)}), 2, "no-target", "a subfolder for each class"),
    "a class with one picture": (files(b__1_dot_png=png(), **{f"a__{i}_dot_png": png() for i in range(12)}), 2, "class-of-one", "got 'b'"),
    "pictures of one class": (files(**{f"a__{i}_dot_png": png() for i in range(12)}), 2, "one-class", "put the files of each class into a subfolder"),
    "texts of one class": (files(**{f"a__{i}_dot_txt": "so it is a film\n" * (i % 3 + 1) for i in range(12)}), 2, "one-class", "called as the class"),
    "texts of one class without ends of lines": (files(**{f"a__{i}_dot_txt": "so it is a film" for i in range(12)}), 2, "one-class", "called as the class"),
    "texts whose names hold their classes": (files(**{f"{'ab'[i % 2]}_{i}_dot_txt": "so it is a film" for i in range(12)}), 2, "lines-of-text", "put each file into a subfolder that is called as its class"),
    "a text of zeros": (files(a__1_dot_txt=b"a\0b", **{f"{c}__x{i}_dot_txt": f"{c}{i}" for c in "ab" for i in range(8)}), 2, "no-text", "a/1.txt"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    read_and_said(*READ[name], tmp_path, recwarn)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    refused_and_said(*REFUSED[name], tmp_path)


def test_columns_that_number_the_rows_of_y(tmp_path):
    """They are no targets, and tell whether x and y have their rows in one order."""
    (tmp_path / "x.csv").write_text("who,v\n" + "".join(f"{i * 7},{i % 5}\n" for i in range(30)))
    lines = [f"{i * 7},{LABELS[i % 2]}\n" for i in range(30)]
    (tmp_path / "y.csv").write_text("who,label\n" + "".join(lines))
    data = read(tmp_path / "x.csv", labels=tmp_path / "y.csv")
    assert data.task.classes == ("p", "q") and "ignored in y: 'who'" in "".join(map(str, data.notes))
    (tmp_path / "y.csv").write_text("who,label\n" + "".join(lines[::-1]))
    turned = read(tmp_path / "x.csv", labels=tmp_path / "y.csv")
    assert turned.target.tolist() == data.target.tolist() and "joined by 'who'" in "".join(map(str, turned.notes))
    x, y = pd.read_csv(tmp_path / "x.csv"), pd.read_csv(tmp_path / "y.csv")
    assert from_arrays(x, y).target.tolist() == data.target.tolist()
    (tmp_path / "y.csv").write_text("".join(f"{LABELS[i % 2]}\n" for i in range(30)))
    assert read(tmp_path / "x.csv", labels=tmp_path / "y.csv").rows == 30


@pytest.mark.parametrize("added", ["5,6,p\n", "5\n", '"5'])
def test_a_file_that_changes_while_it_is_read(added, tmp_path, monkeypatch):
    """What is wrong in it may come of that."""
    path = made(GOOD, tmp_path)
    module = sys.modules["fourfold.data.files.forms"]
    reader = module.READERS[-1]

    def writing(content, reading):
        path.write_text(GOOD + added)
        return reader.read(content, reading)

    monkeypatch.setattr(module, "READERS", (replace(reader, read=writing),))
    with pytest.raises(FourfoldError, match="changed while it was read.*wait until it is complete") as caught:
        read(path)
    assert caught.value.exit_code == 2
