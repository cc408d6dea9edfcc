"""Files that are no data: recognised by their content, and refused with what to do instead."""

from __future__ import annotations

import re

from fourfold.data.files.text.encoding import unmarked_utf16
from fourfold.errors import DataError, UnsafeFileError

from .answers import ANSWERS
from .content import Content
from .kinds import WrongKind, matches, says, starts
from .kinds_of_text import KINDS_OF_TEXT
from .members import held, is_workbook, packs

DBASE = re.compile(
    rb"[\x03\x30\x83\x8b\xf5].[\x01-\x0c][\x01-\x1f].{28}[A-Za-z][A-Za-z0-9_]*\0+[CNDLFMIBTY]", re.DOTALL
)
"""A version and a day, and behind what else is said of the table the name and the type of its first field."""


NOTEBOOK = re.compile(rb'\s*\{\s*"cells"\s*:\s*\[')
SPARSE = re.compile(rb"\s*[-+\d.,eE]+((?:[ \t]+(?:qid|\d+):[-+\d.eE]+)*)\s*(?:#.*)?")
MATLAB_4 = re.compile(rb"[\0-\x34]\0\0\0[^\0]..\0[^\0]..\0[\0\1]\0\0\0[^\0]\0\0\0[A-Za-z]", re.DOTALL)
SAS = (b"HEADER RECORD*******", bytes(12) + b"\xc2\xea\x81\x60")
STATA_OLD = re.compile(rb"[\x69-\x73][\x01\x02]\x01\0")
DICTS = re.compile(rb"\s*[\[({]?\s*\{\s*'[^'\n]*'\s*:")
COMMENTED = re.compile(
    rb"\s*(//[^\n]*\n\s*|/\*((?!\*/).)*\*/\s*)+[\[{]|\s*[\[{]\s*(\{[^\n]*\n\s*)?(//|/\*)", re.DOTALL
)
VOTABLE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,1000}?-->\s*)?<VOTABLE\b", re.DOTALL | re.IGNORECASE)
EDF = re.compile(rb"0 {7}[^\0]{160}\d\d\.\d\d\.\d\d\d\d\.\d\d\.\d\d")

COPIED = re.compile(rb"\s*COPY [^;]{1,1000} FROM stdin", re.IGNORECASE)
COCO = re.compile(rb'\s*\{.{0,20000}?"images"\s*:\s*\[\s*\{[^\]]{0,2000}"file_name"', re.DOTALL)
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WANTED = "csv, tsv, parquet, json, xlsx, npz, npy, idx or ts"

IDX = re.compile(rb"\0\0[\x08\x09\x0b-\x0e][\x01-\x04][\0-\x0f]")
"""How IDX files begin, the form of MNIST: the type of their values, how many axes they have, and below 2^28 rows."""

PICKLE = re.compile(
    rb"\x80[\x02-\x05]."  # protocols 2 to 5
    rb"|\(?[ci](__builtin__|builtins|os|posix|nt|numpy[\w.]*|pandas[\w.]*|copy_reg|copyreg)\n"  # 0 and 1
    rb"|\([dl]p\d*\n",
    re.DOTALL,
)


def refuse(content: Content, *, unknown: bool = True) -> None:
    """Raise if the content is known not to be data; without ``unknown`` not for bytes of whatever kind.

    Errors: ``UnsafeFileError`` for a pickle, ``FileError`` for everything else.
    """
    for wrong in WRONG_KINDS if unknown else WRONG_KINDS[:-1]:
        if wrong.recognises(content):
            slug = "pickle" if wrong.error is UnsafeFileError else "wrong-kind"
            raise wrong.error(
                slug,
                f"{content.name} is no data that Fourfold reads",
                got=wrong.kind + (held(content) if wrong.kind == ZIP else ""),
                wanted=WANTED,
                do=wrong.do,
            )
    if unknown and not content.head.strip():
        raise DataError(
            "blank-file", f"{content.name} holds nothing but blanks", wanted="rows of data", do="save or fetch it again"
        )


def _sparse(content: Content) -> bool:
    """Lines of a label and of index:value, which may be missing in some of them; comments above and behind them."""
    lines = [
        line for line in content.head[:4000].split(b"\n")[:-1] if line.strip() and line.lstrip()[:1] != b"#"
    ]
    found = [SPARSE.fullmatch(line) for line in lines]
    return all(found) and sum(bool(one and one[1]) for one in found) > 1


def _of_tensorflow(content: Content) -> bool:
    """Records that begin with their length: the first, and the one behind it, or the end."""
    length, checked = content.head[:8], 12
    end = checked + int.from_bytes(length, "little") + 4
    behind = content.head[end + 4 : end + 8]
    return len(length) == 8 and 16 < end <= content.unpacked and length[4:] == bytes(4) and behind in (b"", bytes(4))


def _of_cifar(content: Content) -> bool:
    """Pictures of 32 x 32 and three colours, one or two bytes of classes before each."""
    for before, most in ((1, 10), (2, 100)):
        size, head = before + 3 * 32 * 32, content.head
        if content.unpacked % size == 0 and max(head[::size] + head[before - 1 :: size]) < most and b"\0" in head:
            return True
    return False


def _binary(content: Content) -> bool:
    known = (b"PK", b"PAR1", b"\x93NUMPY", b"\xff\xfe", b"\xfe\xff")
    unknown = b"\0" in content.head and not content.head.startswith(known) and not IDX.match(content.head)
    return unknown and not unmarked_utf16(content.head)


ZEROS = re.compile(rb"\0+")


def _with_zeros(content: Content) -> bool:
    """Text in UTF-8 but for bytes of zero, alone or many in a row, in one of a hundred places at most."""
    rest = content.head.replace(b"\0", b"")
    if not _binary(content) or not rest or len(ZEROS.findall(content.head.rstrip(b"\0"))) > 0.01 * len(rest):
        return False
    text = rest.decode("utf-8", "replace").removesuffix("\ufffd")
    return "\ufffd" not in text and all(letter.isprintable() or letter.isspace() for letter in text)


SOUNDS = (b"fLaC", b"OggS", b"ID3\2", b"ID3\3", b"ID3\4")
TWICE = (b"PK", b"PAR1", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
ZIP = "a zip file"
SAVE = "save the arrays with numpy.savez, a table with to_parquet"
WRONG_KINDS: tuple[WrongKind, ...] = (
    WrongKind(
        "a pickle, which can run any program when it is read",
        lambda content: PICKLE.match(content.head) is not None,
        SAVE,
        UnsafeFileError,
    ),
    WrongKind(
        "a zip file with a pickle inside, such as PyTorch writes", packs(r"\.pkl$"), SAVE, UnsafeFileError
    ),
    WrongKind(
        "an HTML page",
        says(b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<div"),
        "download the file itself, not its page; of a table that was saved as a page pandas.read_html, then to_csv",
    ),
    WrongKind("a VOTable", matches(VOTABLE), "astropy.table.Table.read(FILE, format='votable').write('data.csv')"),
    WrongKind("XML", says(b"<?xml", b"<svg"), "export it as csv"),
    WrongKind(
        "sparse rows of index:value",
        _sparse,
        "sklearn.datasets.load_svmlight_file, then numpy.savez with x.toarray()",
    ),
    WrongKind(
        "a TOA5 file of a data logger, whose header has four lines",
        says(b'"toa5"', b"toa5,"),
        "pandas.read_csv(FILE, skiprows=[0, 2, 3]), then to_csv",
    ),
    WrongKind(
        "rows of PostgreSQL, between statements",
        matches(COPIED),
        "psql -c '\\copy the_table to data.csv csv header'",
    ),
    WrongKind(
        "annotations in the form of COCO, several of a picture",
        lambda content: COCO.match(content.head) is not None,
        "a csv with the paths of the pictures and one class or number of each",
    ),
    WrongKind("JSON with comments", matches(COMMENTED), "take the comments out"),
    WrongKind("text in UTF-32", starts(b"\xff\xfe\0\0", b"\0\0\xfe\xff"), "--encoding utf-32"),
    WrongKind("a notebook of Jupyter", matches(NOTEBOOK), "name the file of data that it reads"),
    WrongKind("Python dictionaries, not JSON", matches(DICTS), "write them with json.dumps"),
    WrongKind(
        "statements of SQL",
        says(
            *(
                b"insert into ",
                b"create table ",
                b"create database ",
                b"drop table ",
                b"begin transaction",
                b"pragma ",
            ),
            *(
                b"-- mysql dump",
                b"-- mariadb dump",
                b"-- postgresql",
                b"--\n-- postgresql",
                b"-- phpmyadmin",
                b"/*!",
            ),
        ),
        "load them into the database, and export the table as csv",
    ),
    WrongKind(
        "a tar archive",
        lambda content: content.head[257:262] == b"ustar",
        "unpack it, then name the file or the folder",
    ),
    WrongKind("a Git LFS pointer, not the file itself", says(b"version https://git-lfs"), "git lfs pull"),
    WrongKind(
        "a document of OpenOffice, Word or Apple",
        packs(r"^(content\.xml|word/document\.xml|Index/Document\.iwa)$"),
        "save its table as xlsx or csv",
    ),
    WrongKind("a binary Excel file", packs("^xl/workbook.bin$"), "save it as xlsx or csv"),
    WrongKind(
        "a workbook or document with a password",
        lambda content: content.head.startswith(b"\xd0\xcf\x11\xe0") and ENCRYPTED in content.head,
        "open it, take the password off and save it, or save the sheet as csv",
    ),
    WrongKind("an old Excel or Word file", starts(b"\xd0\xcf\x11\xe0"), "save the sheet as csv"),
    WrongKind("a Keras model", packs("^model.weights.h5$"), "give the data, not the model"),
    WrongKind(
        ZIP,
        lambda content: not is_workbook(content) and packs(r"(?<!\.npy)$")(content),
        "unpack it first, then name a file or the folder",
    ),
    WrongKind(
        "an HDF5 file",
        starts(b"\x89HDF"),
        "h5py.File, or pandas.read_hdf for a data frame; then numpy.savez with x and y, or to_parquet",
    ),
    WrongKind(
        "an Arrow or Feather file",
        starts(b"ARROW1", b"FEA1", b"\xff\xff\xff\xff"),
        "save it as parquet: pandas.read_feather, or datasets.load_from_disk, then to_parquet",
    ),
    WrongKind(
        "a database of Access",
        starts(b"\0\1\0\0Standard Jet DB", b"\0\1\0\0Standard ACE DB"),
        "export the table as csv (External Data, Text File), or mdb-export FILE the_table > data.csv",
    ),
    WrongKind(
        "a table of dBase",
        matches(DBASE),
        "save it as csv in LibreOffice or Excel, or geopandas.read_file(FILE).to_csv('data.csv', index=False)",
    ),
    WrongKind(
        "a SQLite database",
        starts(b"SQLite format 3"),
        "sqlite3 -header -csv FILE 'SELECT * FROM the_table' > data.csv",
    ),
    WrongKind(
        "a DuckDB database",
        lambda content: content.head[8:12] == b"DUCK",
        "duckdb FILE \"COPY the_table TO 'data.parquet'\"",
    ),
    WrongKind(
        "a MATLAB file",
        lambda content: content.head.startswith(b"MATLAB ") or MATLAB_4.match(content.head) is not None,
        "scipy.io.loadmat (h5py.File for version 7.3), then numpy.savez with x and y",
    ),
    WrongKind(
        "a NetCDF file",
        starts(b"CDF\x01", b"CDF\x02", b"CDF\x05"),
        "xarray.open_dataset, then to_dataframe().to_csv",
    ),
    WrongKind(
        "a file of ROOT",
        starts(b"root\0\0"),
        "uproot.open(FILE)['the_tree'].arrays(library='pd').to_csv('data.csv', index=False)",
    ),
    WrongKind(
        "measurements of a flow cytometer (FCS)",
        starts(b"FCS2.0 ", b"FCS3.0 ", b"FCS3.1 ", b"FCS3.2 "),
        "fcsparser.parse(FILE)[1].to_csv('data.csv', index=False), and a column with the class",
    ),
    WrongKind("a FITS file", starts(b"SIMPLE  ="), "astropy.table.Table.read, then write as csv"),
    WrongKind(
        "a file of Stata",
        lambda content: content.head.startswith(b"<stata_dta>") or STATA_OLD.match(content.head) is not None,
        "export it as csv, or pandas.read_stata(FILE).to_csv('data.csv', index=False)",
    ),
    WrongKind(
        "a file of SPSS",
        starts(b"$FL2@", b"$FL3@"),
        "export it as csv, or pandas.read_spss(FILE).to_csv('data.csv', index=False)",
    ),
    WrongKind(
        "a file of SAS", starts(*SAS), "export it as csv, or pandas.read_sas(FILE).to_csv('data.csv', index=False)"
    ),
    WrongKind(
        "a file of R",
        starts(b"RDX2\n", b"RDX3\n", b"X\n\0\0\0", b"A\n3\n", b"A\n2\n"),
        "write.csv(data, 'data.csv', row.names = FALSE)",
    ),
    WrongKind("an ORC or Avro file", starts(b"ORC", b"Obj\x01"), "save it as parquet"),
    WrongKind("an encrypted parquet file", starts(b"PARE"), "save it without encryption"),
    WrongKind(
        "a compressed file",
        starts(b"7z\xbc\xaf", b"Rar!"),
        "unpack it, or use gzip, bzip2, xz or zstd",
    ),
    WrongKind(
        "a picture",
        lambda content: content.head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"))
        or content.head[8:12] == b"WEBP",
        "name the folder that has a subfolder of pictures for each class, or a table of their paths",
    ),
    WrongKind(
        "a sound",
        lambda content: content.head[8:12] == b"WAVE" or content.head.startswith(SOUNDS),
        "numpy.savez with x, features of many sounds such as spectrograms, and y",
    ),
    WrongKind(
        "a film",
        lambda content: content.head[4:8] == b"ftyp" or content.head.startswith(b"\x1aE\xdf\xa3"),
        "save pictures of it, in a subfolder for each class, or arrays with numpy.savez",
    ),
    WrongKind("a PDF document", starts(b"%PDF"), "export its table as csv: tabula or camelot read such"),
    WrongKind(
        "a DICOM picture",
        lambda content: content.head[128:132] == b"DICM",
        "pydicom.dcmread(FILE).pixel_array of all pictures, then numpy.savez with x and y",
    ),
    WrongKind(
        "a recording in EDF or BDF",
        lambda content: EDF.match(content.head) is not None or content.head.startswith(b"\xffBIOSEMI"),
        "mne.io.read_raw_edf(FILE).to_data_frame().to_csv, or numpy.savez with x and y",
    ),
    WrongKind("a document or program", starts(b"RIFF", b"\x7fELF", b"MZ\x90", b"{\\rtf"), "give a table or arrays"),
    WrongKind(
        "a portable file of SPSS",
        lambda content: b"ASCII SPSS PORT FILE" in content.head[:220],
        "save it as csv, or pyreadstat.read_por(FILE)[0].to_csv('data.csv', index=False)",
    ),
    WrongKind("a message of EDIFACT", starts(b"UNA:+", b"UNB+"), "write a csv with a row for each line of the message"),
    WrongKind("a message of HL7", starts(b"MSH|^~\\&"), "write a csv with a row for each patient or observation"),
    WrongKind("a statement of a bank in MT940", starts(b":20:", b"{1:F01"), "download the statement as csv"),
    WrongKind("a statement of a bank in OFX", says(b"ofxheader", b"<ofx>"), "download the statement as csv"),
    WrongKind(
        "positions of a GPS receiver (NMEA)",
        matches(re.compile(rb"\$G[PNLA][A-Z]{3},")),
        "gpsbabel -i nmea -f FILE -o unicsv -F data.csv",
    ),
    WrongKind(
        "a matrix of Matrix Market",
        says(b"%%matrixmarket"),
        "scipy.io.mmread(FILE), then numpy.savez with x.toarray() and y",
    ),
    WrongKind(
        "a series matrix of GEO",
        starts(b"!Series_", b"!series_"),
        "take the lines that begin with ! out, and turn the table: pandas.read_csv(FILE, sep='\\t', comment='!', "
        "index_col=0).T",
    ),
    *ANSWERS,
    *KINDS_OF_TEXT,
    WrongKind(
        "a file that is packed twice",
        lambda content: content.packed and content.head.startswith(TWICE),
        "unpack it once",
    ),
    WrongKind(
        "pictures in the binary form of CIFAR",
        _of_cifar,
        "rows = numpy.fromfile(FILE, 'uint8').reshape(-1, 3073), or 3074 of CIFAR-100; "
        "numpy.savez('data.npz', x=rows[:, -3072:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), y=rows[:, -3073])",
    ),
    WrongKind(
        "a picture of a brain or body (NIfTI)",
        lambda content: content.head[344:348] in (b"n+1\0", b"ni1\0"),
        "nibabel.load(FILE).get_fdata() of all pictures, then numpy.savez with x and y",
    ),
    WrongKind(
        "shapes of a map (ESRI)",
        starts(b"\0\0\x27\x0a"),
        "geopandas.read_file(FILE).drop(columns='geometry').to_csv('data.csv')",
    ),
    WrongKind(
        "records of TensorFlow",
        _of_tensorflow,
        "tf.data.TFRecordDataset with tf.io.parse_single_example, then numpy.savez with x and y",
    ),
    WrongKind("text with bytes of zero in it", _with_zeros, "tr -d '\\000' < FILE > OTHER, which takes them out"),
    WrongKind("bytes that are no text", _binary, "give a table or arrays"),
)
