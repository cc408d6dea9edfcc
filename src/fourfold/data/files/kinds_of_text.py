"""Kinds of text that are no tables: logs, settings, programs, documents."""

from __future__ import annotations

import re

from .content import Content
from .kinds import WrongKind, first_lines, matches, says, starts

__all__ = ["KINDS_OF_TEXT"]

LOGGED = re.compile(
    rb"\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[-+]\d\d:?\d\d)?\]? [^,;\t|]{0,60}?"
    rb"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b"
    rb"|<\d{1,3}>[A-Z][a-z]{2} |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+: "
    rb'|\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]*\] "'
)
"""How a line of a log begins: a moment and a level; as syslog writes it; as servers of the web do."""

CHATTED = re.compile(
    rb"(?:\xe2\x80\x8e)?\[?\d{1,4}[-./]\d{1,2}[-./]\d{1,4},? \d{1,2}:\d\d(?::\d\d)?"
    rb"(?:(?: |\xe2\x80\xaf)?[AaPp]\.?[Mm]\.?)?(?:\]| -) [^:,;\t|]{1,40}: "
)
"""How a message of a chat begins: a moment, in brackets or before a dash, and who wrote it."""

YAML = re.compile(rb"\s*(?:#[^\n]*\n\s*|---\s*\n\s*)*- +[\w\"' ]+:(?: [^\n]*)?\n {2,}[\w\"' ]+:")
TOML = re.compile(rb"\s*(?:#[^\n]*\n\s*)*\[\[?[\w.\" -]+\]\]?\s*\n(?:\s*(?:[#;][^\n]*)?\n)*\s*[\w.\"-]+ *=")
SCRIPT = re.compile(rb"\s*(?:(?:var|let|const|window\.)\s*[\w.]+\s*=|[A-Za-z_$][\w.$]*\()\s*[\[{]")
INFLUX = re.compile(rb"[A-Za-z_][^\s,=]*(?:,[^\s,=]+=[^\s,]+)+ [^\s=]+=\S+ \d{10,19}\r?\n")
TEX = re.compile(rb"(?:\s*%[^\n]*\n)*\s*\\(?:begin|documentclass|usepackage)\b")
MATRIX = re.compile(rb"\s*(?:%[^\n]*\n\s*)*[A-Za-z]\w* *= *\[ *[-\d]")
FASTA = re.compile(rb">[^\n]+\r?\n[A-Za-z*-]{3,}\r?\n(?:[A-Za-z*-]+\r?\n)*>")
FASTQ = re.compile(rb"@[^\n]+\r?\n[ACGTNacgtn.]+\r?\n\+")
RECORDS = re.compile(rb"\s*-\[ RECORD 1 \]-")
BY_ROW = re.compile(rb"\s*\*{20,} 1\. row \*{20,}")
DPUT = re.compile(rb"\s*structure\(list\(")
TIBBLE = re.compile(rb"\s*# A (?:tibble|data\.table|data\.frame): ")
POLARS = re.compile(rb"\s*shape: \([\d_]+, [\d_]+\)\s*\n\xe2\x94\x8c")
OF_PANDAS = re.compile(rb"\[\d+ rows x \d+ columns\]\s*\Z")
SUBTITLES = re.compile(rb"WEBVTT\b|\s*\d+\r?\n(?:\d\d:)?\d\d:\d\d[,.]\d{3} --> ")
CHESS = re.compile(rb"\s*\[[A-Z]\w+ \"[^\"\n]*\"\]\r?\n\[[A-Z]\w+ \"")
BIBTEX = re.compile(rb"\s*(?:%[^\n]*\n\s*)*@[A-Za-z]+\{[^,\s]+,\s*[A-Za-z]+ *= *[{\"]")
MAILS = re.compile(rb"From \S+[^\n]*\n(?:[A-Za-z-]+: [^\n]*\n)")
MOLECULES = re.compile(rb"[^\n]*\n[^\n]*\n[^\n]*\n[ \d]{6}[^\n]* V[23]000\r?\n")
ATOMS = re.compile(rb"\s*\d+\r?\n[^\n]*\n(?:[A-Z][a-z]?(?:[ \t]+-?\d+\.\d+(?:[eE][-+]?\d+)?){3}[^\n]*\n)+")
PROTEIN = re.compile(rb"(?:[A-Z]{3,6}\d? [^\n]*\n)*ATOM  [ \d]{5} ")
ALIGNED = re.compile(rb"@HD\tVN:|@SQ\tSN:")
TREES = re.compile(rb"\s*\(\d+ \((?:\d+ )")
LABVIEW = re.compile(rb"LabVIEW Measurement(?:.{0,2000}?\*\*\*End_of_Header\*\*\*){2}", re.DOTALL)
ANNOTATED = re.compile(rb"#(?:group|datatype|default),")
ACTIGRAPH = re.compile(rb"-{5,} Data File Created By ActiGraph")
EMPATICA = re.compile(rb"(\d{10}\.\d{2,})(?:, \1)*\r?\n(\d+\.0{2,})(?:, \2)*\r?\n")
"""How a recording begins: when, for each column, and how often in a second."""

WFDB = re.compile(rb"(?:#[^\n]*\n)*([^\s/]+)(?:/\d+)? \d+[^\n]*\n(?:#[^\n]*\n)*\1\S*\.(?:dat|mat) \d+")
LABEL_STUDIO = re.compile(
    rb"\s*\[\s*\{.{0,20000}?\"annotations\"\s*:\s*\[\s*\{.{0,2000}?\"from_name\"\s*:", re.DOTALL
)
JSON_STAT = re.compile(rb"\s*\{(?=.{0,2000}\"class\"\s*:\s*\"dataset\")", re.DOTALL)


def _logged(content: Content) -> bool:
    """Lines of a log: all of the first begin so."""
    lines = first_lines(content)
    return len(lines) > 1 and all(map(LOGGED.match, lines))


def _chatted(content: Content) -> bool:
    """Messages of a chat: of the first lines, some of which go on, most begin so."""
    lines = first_lines(content)
    return len(lines) > 1 and 2 * sum(CHATTED.match(line) is not None for line in lines) > len(lines)


def _cut_by_pandas(content: Content) -> bool:
    """A printed table whose columns in the middle are left out: its last line counts those of the whole."""
    return OF_PANDAS.search(content.head) is not None and b"..." in content.head.lstrip().split(b"\n", 1)[0].split()


TAG = re.compile(rb"O|[BIESLU]-\S+")
"""The tag of a word outside of names, or within one."""


def _of_tagged_words(content: Content) -> bool:
    """Whether each line is a word and, behind others, its tag, sentences between blank lines."""
    lines = [line.split() for line in content.head[:20_000].split(b"\n")[:-1]]
    words = [line for line in lines if line]
    tagged = len(words) > 1 and all(len(line) > 1 and TAG.fullmatch(line[-1]) for line in words)
    apart = any(above and not blank and below for above, blank, below in zip(lines, lines[1:], lines[2:]))
    return tagged and apart and any(b"-" in line[-1] for line in words)


KINDS_OF_TEXT: tuple[WrongKind, ...] = (
    WrongKind(
        "lines of InfluxDB",
        matches(INFLUX),
        "influx query with --raw, or write a csv with a row for each time",
    ),
    WrongKind(
        "sequences in FASTA or FASTQ",
        lambda content: bool(FASTA.match(content.head[:4000]) or FASTQ.match(content.head[:4000])),
        "write a csv with the columns sequence and label",
    ),
    WrongKind(
        "lines of a log",
        _logged,
        "write a csv with a column for each quantity; lines of nothing but NAME=VALUE are read as they are",
    ),
    WrongKind("messages of a chat", _chatted, "write a csv with a column each for the time, who wrote, and the text"),
    WrongKind("YAML", matches(YAML), "json.dump(yaml.safe_load(open(FILE)), open('data.json', 'w'))"),
    WrongKind("TOML, or settings", matches(TOML), "json.dump(tomllib.load(open(FILE, 'rb')), open('data.json', 'w'))"),
    WrongKind("a program of JavaScript, not JSON", matches(SCRIPT), "take out what stands around the [...] or {...}"),
    WrongKind("a document of LaTeX", matches(TEX), "write the rows of its table as csv, commas in the place of &"),
    WrongKind("a program of MATLAB", matches(MATRIX), "writematrix(X, 'X.csv') there, then --x X.csv --y y.csv"),
    WrongKind("JSON with record separators", starts(b"\x1e"), "tr -d '\\036' < FILE > data.jsonl"),
    WrongKind(
        "rows of PostgreSQL, one cell below the other",
        matches(RECORDS),
        "psql -c '\\copy the_table to data.csv csv header'",
    ),
    WrongKind(
        "rows of MySQL, one cell below the other",
        matches(BY_ROW),
        "mysql --batch -e 'SELECT * FROM the_table' > data.tsv",
    ),
    WrongKind("data of R, as dput writes them", matches(DPUT), "write.csv(data, 'data.csv', row.names = FALSE)"),
    WrongKind(
        "a table that R printed, with rounded numbers",
        matches(TIBBLE),
        "write.csv(data, 'data.csv', row.names = FALSE)",
    ),
    WrongKind("a table that polars printed, with rounded numbers", matches(POLARS), "data.write_csv('data.csv')"),
    WrongKind(
        "a table that pandas printed, which left out the columns at ...",
        _cut_by_pandas,
        "data.to_csv('data.csv', index=False)",
    ),
    WrongKind(
        "a measurement of LabVIEW with two headers",
        matches(LABVIEW),
        "take out all lines to the second ***End_of_Header***",
    ),
    WrongKind(
        "a spectrum in JCAMP-DX",
        says(b"##title="),
        "jcamp.jcamp_readfile of all, then numpy.savez with x and y",
    ),
    WrongKind(
        "annotations of Praat, in time",
        says(b'file type = "ootextfile'),
        "write a csv with a row for each interval: tgt.read_textgrid(FILE), or Down to Table in Praat and save it",
    ),
    WrongKind("subtitles", matches(SUBTITLES), "write a csv with the columns text and label"),
    WrongKind("a calendar", says(b"begin:vcalendar"), "write a csv with a row for each event"),
    WrongKind(
        "mass spectra, peak by peak (MGF)",
        says(b"begin ions"),
        "pyteomics.mgf.read, then a csv with a row for each spectrum, and a column for each range of m/z",
    ),
    WrongKind("addresses (vCard)", says(b"begin:vcard"), "export them as csv"),
    WrongKind(
        "games of chess (PGN)",
        matches(CHESS),
        "write a csv with a row for each game; chess.pgn.read_game reads one",
    ),
    WrongKind("references of BibTeX", matches(BIBTEX), "export them as csv, as JabRef and Zotero do"),
    WrongKind(
        "mails (mbox)",
        matches(MAILS),
        "write a csv with the columns text and label; Python's mailbox.mbox reads them",
    ),
    WrongKind(
        "molecules in SDF", matches(MOLECULES), "rdkit.Chem.PandasTools.LoadSDF(FILE, smilesName='smiles'), then to_csv"
    ),
    WrongKind(
        "places of atoms", matches(ATOMS), "ase.io.read(FILE, ':') gives their positions; then numpy.savez with x and y"
    ),
    WrongKind("a structure of the Protein Data Bank", matches(PROTEIN), "numpy.savez with x, features of many, and y"),
    WrongKind(
        "alignments of sequences (SAM)",
        matches(ALIGNED),
        "write a csv with a row for each read, or for each sample; pysam.AlignmentFile(FILE) reads it",
    ),
    WrongKind("trees of words", matches(TREES), "write a csv with the text and the label of each"),
    WrongKind(
        "words in the form of CoNLL, sentences between blank lines",
        lambda content: content.head.startswith(b"-DOCSTART-") or _of_tagged_words(content),
        "write a csv with a row for each sentence, its words in one cell and a label in another",
    ),
    WrongKind(
        "a cube of JSON-stat",
        matches(JSON_STAT),
        "download it as csv, or pyjstat.Dataset.read(FILE).write('dataframe')",
    ),
    WrongKind(
        "a header of WFDB, whose signals lie in a file beside it",
        matches(WFDB),
        "wfdb.rdsamp(RECORD)[0] of all records, without the end of the name; then numpy.savez with x and y",
    ),
    WrongKind(
        "labels of Label Studio in its own form",
        lambda content: LABEL_STUDIO.match(content.head) is not None,
        "export them as CSV, and name the column of the labels with --target",
    ),
    WrongKind("a table of InfluxDB with annotations", matches(ANNOTATED), "grep -v '^#' FILE > data.csv"),
    WrongKind(
        "a recording of ActiGraph, settings above its rows",
        matches(ACTIGRAPH),
        "tail -n +11 FILE > data.csv, behind the second line of dashes",
    ),
    WrongKind(
        "a recording of Empatica, its start and its rate above the rows",
        matches(EMPATICA),
        "tail -n +3 FILE > data.csv",
    ),
)
