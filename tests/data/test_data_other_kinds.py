"""Files of other kinds: one sentence that names the kind and says how it is turned into data."""

import gzip
import json
import re

import pandas as pd
import pytest
from data_samples import LABELS, made, refused_and_said, rows

from fourfold.data import read
from fourfold.data.opening import parts_of
from fourfold.data.reading import USUAL
from fourfold.errors import FileError


def repeated(line, count=30):
    return "".join(line.format(i=i, d=i % 10, y=LABELS[i % 2]) + "\n" for i in range(count))


EDF = b"0       " + b"X X X X".ljust(80) + b"Startdate 01-JAN-2020".ljust(80) + b"01.01.2010.30.00512     " + b" " * 600

# name: (content, words of the message)
KINDS = {
    "WAV": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "got a sound"),
    "MP3": (b"ID3\3\0\0\0\0" + bytes(40), "got a sound"),
    "MP4": (b"\0\0\0\x20ftypisom" + bytes(40), "got a film"),
    "PDF": (b"%PDF-1.4\n" + bytes(40), "got a PDF document"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "a subfolder of pictures for each class"),
    "DICOM": (bytes(128) + b"DICM\2\0\0\0UL" + bytes(40), "pydicom.dcmread"),
    "EDF": (EDF, "got a recording in EDF or BDF"),
    "messages of a chat": (repeated("[01/02/2024, 10:00:1{d}] Ann: {y} is {i}, I think"), "got messages of a chat"),
    "messages of a chat before dashes": (repeated("3/14/24, 9:0{d} PM - Ann: {y}\nand so on {i}\n3/14/24, 9:0{d} PM - Bob: no"), "got messages of a chat"),
    "CIFAR-10": (b"".join(bytes([i % 10]) + bytes([0, i, 255]) * 1024 for i in range(20)), "reshape(-1, 3073)"),
    "CIFAR-100": (b"".join(bytes([i % 20, i * 5 % 100]) + bytes([i, 0, 255]) * 1024 for i in range(20)), "or 3074 of CIFAR-100"),
    "TFRecord": (b"".join(bytes([40]) + bytes(7) + b"abcd" + bytes([i]) * 40 + b"wxyz" for i in range(9)), "tf.data.TFRecordDataset"),
    "NIfTI": (b"\x5c\1\0\0" + bytes(340) + b"n+1\0" + bytes(40), "nibabel.load"),
    "a shapefile": (b"\0\0\x27\x0a" + bytes(96), "geopandas.read_file"),
    "DuckDB": (bytes(8) + b"DUCK" + bytes(40), "duckdb FILE"),
    "SQLite": (b"SQLite format 3\0" + bytes(40), "sqlite3 -header -csv FILE"),
    "SPSS portable": ("ASCII SPSS PORT FILE".ljust(40) * 5, "got a portable file of SPSS"),
    "SPSS portable behind other alphabets": ("0".ljust(40, "0") + "ASCII SPSS PORT FILE".ljust(40) * 4, "pyreadstat.read_por"),
    "Access": (b"\0\1\0\0Standard ACE DB\0" + bytes(400), "mdb-export FILE"),
    "dBase": (bytes([3, 124, 1, 31]) + bytes(28) + b"NAME".ljust(11, b"\0") + b"C" + bytes(20) + b"\r data", "got a table of dBase"),
    "EDIFACT": ("UNA:+.? 'UNB+UNOC:3+1+2+240101:1000+1'LIN+1++4000:EN'", "got a message of EDIFACT"),
    "HL7": ("MSH|^~\\&|LAB|HOSP|||20200101||ORU^R01|1|P|2.3\rPID|1||123\r", "got a message of HL7"),
    "MT940": (":20:STARTUMS\n:25:10020030/1234567\n:28C:0\n", "download the statement as csv"),
    "OFX": ("OFXHEADER:100\nDATA:OFXSGML\n", "download the statement as csv"),
    "NMEA": (repeated("$GPGGA,1230{d}9,4807.038,N,01131.000,E,1,08"), "gpsbabel"),
    "InfluxDB": (repeated("weather,loc=us temp=8{d} 146583983010040020{d}"), "got lines of InfluxDB"),
    "Matrix Market": ("%%MatrixMarket matrix coordinate real general\n3 3 2\n1 1 1.5\n", "scipy.io.mmread"),
    "GEO": ('!Series_title\t"x"\n!Sample_title\t"a"\t"b"\n', "got a series matrix of GEO"),
    "ROOT": (b"root\0\0\xf0\xa0\0\0\0d" + bytes(40), "uproot.open"),
    "FCS": (b"FCS3.1         256    1024" + bytes(40), "got measurements of a flow cytometer"),
    "a VOTable": ("<?xml version='1.0'?>\n<!-- by hand -->\n<VOTABLE version='1.3'>\n</VOTABLE>\n", "format='votable'"),
    "TextGrid": ('File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 2\n', "got annotations of Praat"),
    "FASTA": (repeated(">seq{i}\nACGTTT"), "columns sequence and label"),
    "FASTQ": (repeated("@r{i}\nACGT\n+\nIIII"), "columns sequence and label"),
    "YAML": (repeated("- a: {i}\n  y: {y}"), "yaml.safe_load"),
    "TOML": (repeated('[[row]]\na = {i}\ny = "{y}"\n'), "tomllib.load"),
    "settings": ("[first]\nx = 1\n[second]\nx = 2\n", "got TOML, or settings"),
    "JSONP": ('callback([{"a": 1}, {"a": 2}]);', "got a program of JavaScript"),
    "a variable of JavaScript": ('var data = [{"a": 1}, {"a": 2}];', "got a program of JavaScript"),
    "LaTeX": ("% a table\n\\begin{tabular}{lr}\na & b \\\\\n1 & 2 \\\\\n\\end{tabular}\n", "commas in the place of &"),
    "a program of MATLAB": ("X = [1 2 3\n4 5 6];\ny = [1; 2];\n", "writematrix"),
    "a sequence of JSON texts": ("".join(f'\x1e{{"a": {i}}}\n' for i in range(9)), "got JSON with record separators"),
    "rows of psql": (repeated("-[ RECORD {i} ]----\nv | {d}\ny | {y}").replace("-[ RECORD 0 ]----\nv | 0\ny | p\n", ""), "psql -c"),
    "rows of MySQL": (repeated("*" * 27 + " {i}. row " + "*" * 27 + "\nv: {d}\ny: {y}").split("\n", 3)[3], "mysql --batch"),
    "dput of R": ("structure(list(v = c(1.5, 2.5), y = c(\"p\", \"q\")), class = \"data.frame\", row.names = 1:2)\n", "row.names = FALSE"),
    "a printed tibble": ("# A tibble: 30 x 2\n      v y    \n  <dbl> <chr>\n" + repeated("{i} 1.{d} {y}"), "got a table that R printed"),
    "a printed frame of polars": ("shape: (30, 2)\n┌─────┬─────┐\n│ v   ┆ y   │\n│ --- ┆ --- │\n│ i64 ┆ str │\n╞═════╪═════╡\n" + repeated("│ {i:3} ┆ {y:3} │"), "data.write_csv"),
    "a printed frame without its middle columns": (str(pd.DataFrame({f"{i}" * 20: [1, 2] for i in range(30)})) + "\n\n[2 rows x 30 columns]\n", "data.to_csv"),
    "an answer with an error": ('{"error": {"code": 401, "message": "no such key"}}', "got an answer that says an error"),
    "an answer with errors": ('{"errors": [{"code": 88, "message": "too many"}], "data": null}', "got an answer that says an error"),
    "an answer with a message and a code": ('{"message": "Not Found", "documentation_url": "docs", "status": "404"}\n', "got an answer that says an error"),
    "an answer with a detail": ('{"detail": "Not found."}', "got an answer that says an error"),
    "an answer in plain text": ("404: Not Found", "got an answer that says an error"),
    "a page without rows": ('{"count": 0, "next": null, "results": []}', "got an answer without rows"),
    "LabVIEW": ("LabVIEW Measurement\t\nWriter_Version\t2\n***End_of_Header***\t\n\t\nChannels\t2\t\t\n***End_of_Header***\t\t\t\nX_Value\tVoltage\n", "to the second ***End_of_Header***"),
    "JCAMP-DX": ("##TITLE=x\n##JCAMP-DX=4.24\n400 1 2 3\n##END=\n", "got a spectrum in JCAMP-DX"),
    "subtitles": (repeated("{i}\n00:00:0{d},000 --> 00:00:0{d},900\nso it is\n"), "got subtitles"),
    "mass spectra": ("BEGIN IONS\nTITLE=scan=1\nPEPMASS=445.12\n100.1 5.0\nEND IONS\n\n" * 9, "pyteomics.mgf.read"),
    "a calendar": ("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "a row for each event"),
    "addresses": ("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", "got addresses"),
    "chess": (repeated('[Event "one"]\n[White "{y}"]\n\n1. e4 e5 1-0\n'), "chess.pgn.read_game"),
    "BibTeX": (repeated("@article{{k{i},\n  title = {{A}}\n}}\n"), "got references of BibTeX"),
    "mails": (repeated("From a@example.org Sat Jan 01 12:00:00 2023\nSubject: {y}\n\nso it is\n"), "mailbox.mbox"),
    "SDF": (repeated("m{i}\n  kit\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0 0.0 0.0 C\nM  END\n$$$$"), "LoadSDF"),
    "XYZ": (repeated("2\nm{i}\nO 0.{d} 0.5 0.25\nH -1.5 0.5 0.25"), "ase.io.read"),
    "PDB": ("HEADER    X\n" + repeated("ATOM  {i:5d}  CA  ALA A   1      11.104   6.134  -6.504"), "Protein Data Bank"),
    "SAM": ("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:ref\tLN:45\n" + repeated("r{i}\t99\tref\t{d}\t30\t8M\t=\t37\t39\tTTAG\t*"), "got alignments of sequences (SAM)"),
    "trees of words": (repeated("({d} (2 so) (2 (1 it) (3 is)))"), "got trees of words"),
    "CoNLL": ("-DOCSTART- -X- O\n\n" + repeated("word N {y}"), "a row for each sentence"),
    "JSON-stat": ('{"version": "2.0", "class": "dataset", "id": ["a"], "size": [2], "value": [1, 2]}', "pyjstat"),
    "annotations of InfluxDB": ("#group,false,true\n#datatype,long,string\n,table,v\n,0,1\n", "grep -v '^#' FILE"),
    "WFDB": ("100 2 360 650000\n100.dat 212 200 11 1024 995 -22131 0 MLII\n100.dat 212 200 11 1024 1011 20052 0 V5\n# 69 M\n", "wfdb.rdsamp(RECORD)"),
    "Label Studio": (json.dumps([{"id": i, "data": {"text": f"so {i}"}, "annotations": [{"id": i, "result": [{"value": {"choices": ["p"]}, "from_name": "kind"}]}]} for i in range(30)]), "export them as CSV"),
    "ActiGraph": ("------------ Data File Created By ActiGraph GT3X+ -----------\nSerial Number: A1\n", "behind the second line of dashes"),
    "Empatica": ("1544027337.000000, 1544027337.000000\n32.000000, 32.000000\n" + repeated("{i},{d}"), "its start and its rate"),
    "a log of Python": (repeated("2024-01-01 00:00:0{d},123 INFO sensor - temp 2{d}.5"), "got lines of a log"),
    "a log of Java": (repeated("2024-01-01T00:00:0{d}.123Z [main] WARN com.x.Y: {i} lost"), "got lines of a log"),
    "syslog": (repeated("Jan  1 00:00:0{d} host sshd[12]: Failed {i}"), "got lines of a log"),
    "a log of a server": (repeated('10.0.0.{d} - - [10/Oct/2000:13:55:36 -0700] "GET /{i} HTTP/1.0" 200 23'), "got lines of a log"),
}  # fmt: skip

PLAIN = {
    "names that begin as kinds do": rows("$GNP,ID3,y", lambda i: f"{i},{i % 7}"),
    "moments and words": rows("at,level,y", lambda i: f"2024-01-01 00:00:{i:02d},{'INFO' if i % 3 else 'WARN'}"),
    "moments, places and levels": rows("at,place,level,y", lambda i: f"2024-01-01 00:00:{i:02d},hall {i % 3},{'INFO' if i % 5 else 'WARN'}"),
    "moments and numbers between blanks": rows("at clock v y", lambda i: f"2024-01-01 00:00:{i:02d}.123 {i}", separator=" "),
    "names in square brackets": rows("[v],[w],y", lambda i: f"{i},{i % 7}"),
    "moments in square brackets": rows("[at],v,y", lambda i: f"[{i % 28 + 1:02d}/01/2024],{i % 7}").replace("[at],v,y\n", "", 1),
    "seconds, and rows of as many digits": rows("", lambda i: f"{1544027337 + i}.00,32.00", label=lambda i: i % 7)[1:],
    "stars and hashes": rows("# A,*v*,y", lambda i: f"{i % 5},{i % 7}"),
    "words and numbers as atoms are": rows("H v w", lambda i: f"{'HO'[i % 2]} {i % 7}.5 0.25", separator=" "),
    "structures in words": rows("structure(list),v,y", lambda i: f"{i % 5},{i % 7}"),
    "an error among columns": json.dumps({"v": [*range(30)], "error": ["none", "some"] * 15, "status": [*range(30)]}),
    "columns called as answers are": json.dumps([{"message": f"so {i % 3}", "status": i % 7, "y": i % 2} for i in range(30)]),
    "a printed frame": str(pd.DataFrame({"v": range(30), "y": ["p", "q"] * 15})) + "\n\n[30 rows x 2 columns]\n",
    "dots among words": str(pd.DataFrame({"v": range(30), "w": ["...", ".."] * 15, "y": ["p", "q"] * 15})),
    "dashes before words": rows("v,y", lambda i: f"- {i % 3}"),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["", "gz"])
@pytest.mark.parametrize("name", KINDS)
def test_the_kind_is_named_and_what_to_do(name, packed, tmp_path):
    content, words = KINDS[name]
    content = content.encode() if isinstance(content, str) else content
    refused_and_said(gzip.compress(content) if packed else content, 2, "wrong-kind", words, tmp_path)


# name: (what lies beside tables that can be read, what is said of it)
STORES = {
    "Delta": ("_delta_log/00000000000000000000.json", "deltalake.DeltaTable"),
    "Iceberg": ("metadata/v1.metadata.json", "got an Iceberg table"),
    "Hudi": (".hoodie/hoodie.properties", "got a Hudi table"),
    "Lance": ("_versions/1.manifest", "lance.dataset"),
    "an array of Zarr": (".zarray", "numpy.save"),
    "arrays of Zarr": (".zgroup", "group['NAME']"),
    "arrays of Zarr 3": ("zarr.json", "group['NAME']"),
    "LMDB": ("data.mdb", "got a database of LMDB"),
}


@pytest.mark.parametrize("name", STORES)
def test_folders_in_which_programs_keep_their_data_are_no_tables(name, tmp_path):
    mark, words = STORES[name]
    below = tmp_path / "shop"
    (below / mark).parent.mkdir(parents=True)
    (below / mark).write_text("{}")
    for part in "ab":
        (below / f"{part}.csv").write_text(rows("v,w,y", lambda i: f"{i},{i % 7}"))
    for folder in (below, tmp_path):
        with pytest.raises(FileError, match=re.escape(words)):
            read(folder)
        with pytest.raises(FileError, match=re.escape(words)):
            list(parts_of(folder, USUAL))
    assert read(str(below / "*.csv")).rows == 60  # as asked


@pytest.mark.parametrize("name", PLAIN)
def test_tables_are_none_of_these(name, tmp_path):
    assert read(made(PLAIN[name], tmp_path)).rows == 30


def test_what_excel_leaves_beside_an_open_file_is_no_table(tmp_path):
    (tmp_path / "a.csv").write_text(rows("v,w,y", lambda i: f"{i},{i % 7}"))
    (tmp_path / "~$b.xlsx").write_bytes(b"\5user" + b" " * 160)
    assert read(tmp_path).rows == 30


def test_a_name_that_begins_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~$a.csv").write_text(rows("v,w,y", lambda i: f"{i},{i % 7}"))
    assert read("~$a.csv").rows == 30
    refused_and_said(lambda folder: "~nobody-of-this-name/a.csv", 2, "no-such-file", "no such file", tmp_path)
