"""What competitions, programs and devices hand out: read and said, or refused, each for a stated reason."""

import numpy as np
import pytest
from data_samples import LABELS, column, files, png, read_and_said, refused_and_said, rows

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.values.words import as_written, understood

TRAIN = rows("Id,Survived,v", lambda i: f"{i + 1},{i % 2}", label=lambda i: i % 9)
TEST = rows("Id,v", lambda i: i + 101, label=lambda i: i % 9)


def pictures(*parts):
    return {f"{part}__{c}__{i}_dot_png": png() for part in parts for c in "ab" for i in range(8)}


def partitioned(folder):
    for year in (2023, 2024):
        (folder / f"year={year}").mkdir()
        (folder / f"year={year}" / "part.csv").write_text(rows("v,y", lambda i: i % 9))
    return folder / "*" / "part.csv"


def records(folder):
    np.save(folder / "x.npy", np.zeros(30, dtype=[("a", "f4", 2), ("y", "U3")]))
    return folder / "x.npy"


FILLED = rows("label,w", lambda i: i % 2, label=lambda i: i % 7)
BANK = ',USD,FLAGS\n,"Euro, daily",\nunit,USD,\nlast update,2023-01-01 10:00:00,\n'
GLUCOSE = "Data,Generated on,01-02-2023 10:00 UTC,by,A B\nDevice,Serial,At,Kind,mmol,Note\n"

# name: (content or maker, words of what is printed)
READ = {
    "a competition whose test rows have no target": (files(train_dot_csv=TRAIN, test_dot_csv=TEST), "not used: 'test.csv' (no 'Survived' in it; fourfold predict FOLDER"),
    "the target is what the test rows lack": (files(train_dot_csv=TRAIN, test_dot_csv=TEST, sample_submission_dot_csv="Id,Survived\n101,0\n"), "target: Survived (the only column that the test rows lack); --target NAME overrides"),
    "test rows whose target is kept back": (files(train_dot_csv=FILLED, val_dot_csv=FILLED, test_dot_csv=rows("label,w", lambda i: "", label=lambda i: i % 7)), "not used: 'test.csv' ('label' is empty in all rows; fourfold predict FOLDER"),
    "test rows whose classes are -1": (files(train_dot_csv=FILLED, test_dot_csv=rows("label,w", lambda i: -1, label=lambda i: i % 7)), "not used: 'test.csv' ('label' is -1 in all rows; fourfold predict FOLDER"),
    "an input that no test row has is no target that is kept back": (files(train_dot_csv=rows("v,w,y", lambda i: f"{i % 2},{i % 7}", label=lambda i: i % 5), test_dot_csv=rows("v,w,y", lambda i: f",{i % 7}", label=lambda i: i % 5)), "test rows: 30 (from"),
    "a last column that is seldom filled is no target that is kept back": (files(train_dot_csv=rows("v,y,note", lambda i: f"{i % 7},{i % 2}", label=lambda i: "x" * (i % 9 == 0)), test_dot_csv=rows("v,y,note", lambda i: f"{i % 7},{i % 2}", label=lambda i: "")), "test rows: 30 (from"),
    "validation rows beside test rows without a target": (files(train_dot_csv=TRAIN, val_dot_csv=TRAIN, test_dot_csv=TEST), "test rows: 30 (from"),
    "pictures to train and to validate on, and others without classes": (files(**pictures("train", "val"), **{f"test__{i}_dot_png": png() for i in range(8)}), "not used: 'test' (no 'class' in it; fourfold predict FOLDER"),
    "settings of a device above the names": ("Device,X-1000\nUnits: C, %\n\n" + rows("time,temp,hum,y", lambda i: f"10:{i:02d},{i % 9},{i % 7}"), "left out: 3 lines above the table (such as 'Device,X-1000')"),
    "filters of Power BI in quotes below": (rows("v,w,y", lambda i: f"{i % 9},{i % 7}") + '\n"Applied filters:\nYear is 2023\nShop is not 7"\n', "left out: 3 rows at the end (their first cell alone has a value, such as 'Applied filters:')"),
    "settings above three names": ("Report,Sales\nFilter,All\n\n" + rows("v,w,y", lambda i: f"{i % 9},{i % 7}"), "left out: 3 lines above the table (such as 'Report,Sales')"),
    "lines of a central bank below the names": (BANK + "".join(f"2020-01-{i:02d},1.{i * 7 % 13},{'p' if i % 3 else 'q'}\n" for i in range(1, 31)), "left out: 3 lines below the names (they describe the columns, and begin with no date: 'Euro, daily', 'unit', 'last update')"),
    "units of some columns below the names": (rows("year,month,index,change,y\n,,2015=100,in (%),", lambda i: f"{2000 + i},Jan,{i % 9}.5,{'-' if i < 3 else i % 7}"), "left out: 1 line below the names (units, and no row: '2015=100', 'in (%)')"),
    "words of a first row beside missing ones are no units": (rows("year,month,index,y\n2000,Jan,90,p\n,,none,", lambda i: f"{2000 + i},Jan,{i % 9}.5"), "32 rows"),
    "a line of one cell less above the names": (GLUCOSE + "".join(f"FreeStyle,abc,2023-01-{i:02d} 00:15,0,5.{i % 7},{LABELS[i % 2]}\n" for i in range(1, 31)), "left out: 1 line above the table (such as 'Data,Generated on,01-02-2023 10:00 UTC,by,A B')"),
    "names of all columns but the first, as R writes them": (rows("v,w,y", lambda i: f"r{i},{i % 9},{i % 7}"), "names of rows: the first column"),
    "names of R above words and numbers": (rows("v,w,y", lambda i: f"r{i},{'kl'[i % 2]},{i % 7}"), "names of rows: the first column"),
    "a setting and a blank line above three names": ("Report,Sales\n\n" + rows("v,w,y", lambda i: f"{i % 9},{i % 7}"), "left out: 2 lines above the table (such as 'Report,Sales')"),
    "the name of an index below two lines of names": (rows(",a,a,t\n,u,v,y\nrun,,,", lambda i: f"{i % 4},{i % 9},{i % 7}"), "names in two lines: 'run', 'a u', 'a v', 't y'"),
    "the names of two indices below two lines of names": (rows(",,a,a,t\n,,u,v,y\nrun,day,,,", lambda i: f"{i % 4},{i % 3},{i % 9},{i % 7}"), "names of rows: 'run', 'day'"),
    "single quotes around words with commas": (rows("v,w,y", lambda i: f"{i % 9},'{'kl'[i % 3 % 2]}, m'"), "quotes: single ones around cells"),
    "single quotes around everything": (rows("'v','w','y'", lambda i: f"'{i % 9}','{i % 7}'", label=lambda i: f"'{LABELS[i % 2]}'"), "layout: flat, 2 numbers"),
    "apostrophes within words": (column(["'t Hooft", "O'Neil"]), "1 category"),
    "a minus behind the number": (column(["1.200,50-", "7,00", "3,10-"], "v;y").replace(",p", ";p").replace(",q", ";q"), "a dash behind a number taken for a minus"),
    "Cyrillic in Windows-1251": (column(["Москва", "Казань"]).encode("cp1251"), "strange words, such as 'Ìîñêâà' (as text in another encoding has them"),
    "Chinese in Windows-1252": (column(["北京", "上海"]).encode("gbk"), "strange words, such as '±±¾©' (as text in another encoding has them; gbk is a usual one of Chinese, euc_kr of Korean); --encoding NAME"),
    "Korean in Windows-1252": (column(["한국", "중국"]).encode("euc_kr"), "gbk is a usual one of Chinese, euc_kr of Korean"),
    "Polish in Windows-1250": (column(["mały", "duży"]).encode("cp1250"), "strange words, such as 'ma³y' (as text in another encoding has them; cp1250 is a usual one of central Europe); --encoding NAME"),
    "signs in Windows-1252": (column(["5 m³/h", "±3 £/kg", "3¼ Zoll"]).encode("cp1252"), "encoding: cp1252 (not UTF-8); --encoding NAME overrides\ntarget"),
    "codes whose last digits are not told": (column(["940xx", "112xx", "606XX", "331xx"]), "layout: flat, 1 category"),
    "labels in the cells of a column": (column(["R;SQL", "SQL", "R;Excel", "Excel;SQL"]), "v: an indicator for each of 'Excel', 'R', 'SQL' (lists of words, 1 where one has the word, else 0)"),
    "objects in the cells of a column": (rows("v,w,y", lambda i: f'{i % 7},"{{""a"": {i}, ""b"": ""x""}}"'), "objects: 'w' (their fields are columns NAME.FIELD)"),
    "labels in the cells of a column, as JSON": ("".join(f'{{"v": {cell}, "y": "{LABELS[i % 2]}"}}\n' for i, cell in enumerate(['["R", "SQL"]', '["SQL"]', "[]", '["R", "Go"]', '["Go", "SQL"]'] * 6)), "v: an indicator for each of 'Go', 'R', 'SQL' (lists of words"),
    "values in the names of folders": (partitioned, "column year: from the names of the folders (NAME=VALUE, as the tables in them do not have it)"),
    "labels in the first row of each group": (rows("v,w,y", lambda i: f"{'' if i % 5 else f'g{i // 5}'},{i % 7}"), "! column 'v' names 6 groups in the first row of each, and is empty below it. Do this: fill in the empty cells, as frame['v'].ffill()"),
    "a total below classes": (rows("shop,v,w,y", lambda i: f"s{i % 5},{i % 9},{i % 7}") + f"Total,{sum(i % 9 for i in range(30))},{sum(i % 7 for i in range(30))},p\n", "the last row holds the sums of the rows above in 'v', 'w'"),
    "texts that are tables of one class each": (files(a_dot_txt=rows("v w y", lambda i: f"{i % 9} {i % 7}", separator=" "), b_dot_txt=rows("v w y", lambda i: f"{i % 9} {i % 7}", separator=" ")), "tables: 2"),
}  # fmt: skip

# name: (content or maker, exit code, slug, words of the message)
REFUSED = {
    "marks in the last column": (rows("day,v,flag", lambda i: f"2020-01-{i % 28 + 1:02d},{i * 7 % 13}.5", label=lambda i: "e" * (i % 3 == 0)), 2, "missing-target", "Do this: write into the empty cells what they mean, such as no; words such as NA, None and ? count as missing: a class of such a name needs another one, such as nothing; else --target v, or another column: 'flag' was taken for it (the last column)"),
    "test rows that lack another column than the target": (files(train_dot_csv=rows("v,w,y", lambda i: f"{i},{i % 7}"), test_dot_csv=rows("v,y", str)), 2, "test-columns", "no 'w', wanted the same columns, the target among them. Do this: add 'w', or --drop w, if"),
    "a header that is two names short": ("v,y\n" + "1,2,3,p\n1,3,2,q\n" * 20, 2, "ragged-row", "wanted 2"),
    "a header and a row that are one cell short": ("v,y\n1,2\n" + "1,3,p\n2,5,q\n" * 20, 2, "ragged-row", "wanted 2"),
    "lines of text in a file for each class": (files(pos_dot_txt="a good film, 1\n" * 20, neg_dot_txt="a bad film 2\n" * 20), 2, "lines-of-text", "--target file, if the names of the files are the classes"),
    "pictures and masks": (files(**{f"{part}__{i}_dot_png": png() for part in ("images", "masks") for i in range(8)}), 2, "no-classes", "got the subfolders 'images', 'masks'"),
    "pictures and boxes": (files(**{f"images__{i}_dot_png": png() for i in range(8)}, **{f"labels__{i}_dot_txt": "0 0.5" for i in range(8)}), 2, "no-classes", "no masks or boxes"),
    "sounds": (files(**{f"{c}__{i}_dot_wav": b"RIFF" for c in "ab" for i in range(8)}), 2, "folder", "x=[librosa.power_to_db(librosa.feature.melspectrogram("),
    "tables in a folder for each class": (files(**{f"{c}__{i}_dot_csv": rows("v,w", str) for c in "ab" for i in range(8)}), 2, "folder", "what names of folders say has to be a column"),
    "JSON with comments above": ('// of 2020\n[{"v": 1, "y": 2}]', 2, "wrong-kind", "take the comments out"),
    "JSON with comments within": ('[\n  // first\n  {"v": 1, "y": 2}]', 2, "wrong-kind", "JSON with comments"),
    "text in UTF-32": (column([1, 2, 3]).encode("utf-32"), 2, "wrong-kind", "--encoding utf-32"),
    "a table that was saved as a page": ("<table><tr><td>1</td></tr></table>", 2, "wrong-kind", "pandas.read_html"),
    "records with arrays in them": (records, 2, "array-type", "pandas.DataFrame(numpy.load(FILE)).to_parquet"),
    "test rows that write the target otherwise": (files(train_dot_csv=TRAIN, test_dot_csv=TRAIN.replace("Survived", "survived")), 2, "test-columns", "is it 'survived'?"),
}  # fmt: skip


def test_new_numbers_with_a_minus_behind_them_are_read_as_those_of_training():
    words = np.array(["5-", "1.5", "2.25-"], dtype=object)
    assert as_written(words, "number", understood(words).written).tolist() == [-5, 1.5, -2.25]


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    read_and_said(*READ[name], tmp_path, recwarn)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    refused_and_said(*REFUSED[name], tmp_path)


def test_what_lacks_another_input_than_the_target_is_told_how_to_be_tested_on(tmp_path):
    train = rows("Survived,w,v", lambda i: f"{i % 2},{i * 7 % 11}", label=lambda i: i % 9)
    test = rows("w,v", lambda i: i * 5 % 11, label=lambda i: i % 9)
    folder = files(train_dot_csv=train, test_dot_csv=test)(tmp_path)
    how = f"no 'Survived' in it; {folder / 'train.csv'} --test {folder / 'test.csv'} --drop Survived tests on it"
    assert f"not used: 'test.csv' ({how})" in map(str, read(folder, target="v").notes)
    assert len(read(folder / "train.csv", test=folder / "test.csv", target="v", roles=Roles(drop="Survived")).test_rows)
