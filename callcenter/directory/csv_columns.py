"""A file of customers as lines and columns: encoding, delimiter, headers in three languages.

Files are read line by line, never whole. Everything that can be wrong with a file as such is told
by ``BadFile`` with a sentence; what is wrong with a line is the import's to report.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from callcenter.domain.customer import CUSTOMER_SINCE, FieldType

from .letters import folded, trimmed

ColumnKind = Literal[
    "name", "code", "tier", "organisation", "language", "tags", "notes", "number", "field"
]
DELIMITERS = (",", ";", "\t")
CHUNK = 1 << 20

# Headers as people write them; compared folded, without a number at the end ("phone 2").
_HEADERS: dict[ColumnKind, tuple[str, ...]] = {
    "name": (
        *("name", "customer", "customer name", "full name", "contact", "contact name"),
        *("نام", "نام مشتری", "نام کامل", "نام و نام خانوادگی", "مشتری"),
        *("שם", "שם לקוח", "שם הלקוח", "שם מלא", "לקוח"),
    ),
    "code": (
        *("code", "customer code", "customer id", "customer no", "account", "account no", "id"),
        *("کد", "کد مشتری", "شماره مشتری", "کد اشتراک", "شماره اشتراک"),
        *("קוד", "קוד לקוח", "מספר לקוח", "מזהה"),
    ),
    "tier": (
        *("tier", "level", "class", "segment"),
        *("سطح", "رده", "درجه"),
        *("דרגה", "רמה", "סיווג"),
    ),
    "organisation": (
        *("organisation", "organization", "company", "company name", "firm"),
        *("سازمان", "شرکت", "نام شرکت", "موسسه"),
        *("ארגון", "חברה", "שם החברה", "שם חברה"),
    ),
    "language": (*("language", "lang"), "زبان", "שפה"),
    "tags": (*("tags", "tag", "labels"), *("برچسب", "برچسب ها", "برچسبها"), *("תגיות", "תגית")),
    "notes": (
        *("notes", "note", "remark", "remarks", "comment", "comments"),
        *("یادداشت", "یادداشت ها", "توضیحات", "توضیح"),
        *("הערות", "הערה"),
    ),
    "number": (
        *("number", "numbers", "phone", "phones", "phone number", "phone numbers", "telephone"),
        *("tel", "mobile", "mobile phone", "cell", "cell phone", "home phone", "work phone"),
        *("home", "office", "office phone", "fax"),
        *("شماره", "شماره ها", "تلفن", "شماره تلفن", "موبایل", "همراه", "تلفن همراه"),
        *("شماره موبایل", "شماره همراه", "تلفن ثابت", "تلفن منزل", "تلفن محل کار", "فکس"),
        *("מספר", "מספרים", "טלפון", "מספר טלפון", "נייד", "טלפון נייד", "טלפון בבית", "פקס"),
        *("סלולרי", "טלפון בעבודה"),
    ),
}
# Free fields that the pages know, by their keys.
_FIELDS = {
    folded(word): key
    for key, words in {
        CUSTOMER_SINCE: (
            *("customer since", "client since", "member since"),
            *("مشتری از", "مشتری از تاریخ", "تاریخ عضویت"),
            *("לקוח מאז", "לקוחה מאז", "תאריך הצטרפות"),
        )
    }.items()
    for word in words
}
_KINDS = {folded(word): kind for kind, words in _HEADERS.items() for word in words}
# Such a header says nothing about which of the customer's numbers it is.
_NO_LABEL = frozenset(
    folded(word)
    for word in (
        *("number", "numbers", "phone", "phones", "phone number", "phone numbers", "telephone"),
        *(
            "tel",
            "شماره",
            "شماره ها",
            "تلفن",
            "شماره تلفن",
            "מספר",
            "מספרים",
            "טלפון",
            "מספר טלפון",
        ),
    )
)
_TYPED = re.compile(r"^(?:field:)?\s*(.*?)\s*\[(" + "|".join(get_args(FieldType)) + r")\]$")


class BadFile(Exception):
    """The file cannot be imported at all; ``sentence`` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Column(Struct, frozen=True):
    """What a column is: of a number its ``label``; of a free field its key, label and type."""

    kind: ColumnKind
    key: str = ""
    label: str = ""
    type: FieldType | None = None


class Layout(Struct, frozen=True):
    """How a file is to be read: ``columns`` by position, None for those without a header."""

    delimiter: str
    columns: tuple[Column | None, ...]
    skip: int


class Row(Struct, frozen=True):
    """One record with the number of its first line; ``wrong`` is why it could not be read."""

    line: int
    cells: tuple[str, ...] = ()
    wrong: str = ""


def column_of(header: str) -> Column | None:
    """What a header means; None when it is empty."""
    written = trimmed(header)
    if not written:
        return None
    typed = _TYPED.match(written)
    if typed is not None:
        return Column("field", field_key(typed[1]), typed[1], _type(typed[2]))
    plain = re.sub(r"[\s_.:-]+", " ", folded(written)).strip()
    bare = re.sub(r" ?[0-9]+$", "", plain)
    kind = _KINDS.get(plain) or _KINDS.get(bare)
    if kind == "number":
        return Column(kind, label="" if bare in _NO_LABEL else written)
    if kind is not None:
        return Column(kind)
    return Column("field", _FIELDS.get(plain) or field_key(written), written)


def field_key(label: str) -> str:
    """The key of a free field: its label folded, words joined by an underscore."""
    return "_".join(re.findall(r"[^\W_]+", folded(label))) or "field"


def check_text(path: Path) -> int:
    """Reads the file once as bytes and returns its lines. Raises ``BadFile`` if not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk or (not lines and chunk[:2] in (b"\xff\xfe", b"\xfe\xff")):
                    raise BadFile(
                        f"{path} is UTF-16 or no text at all; save it as CSV in UTF-8 "
                        "(in Excel: «CSV UTF-8»)."
                    )
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    lines += error.object[: error.start].count(b"\n")
                    raise BadFile(
                        f"{path} is not UTF-8: line {lines + 1} has the byte "
                        f"0x{error.object[error.start]:02x}; save it as CSV in UTF-8 "
                        "(in Excel: «CSV UTF-8»)."
                    ) from None
                lines += chunk.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise BadFile(f"{path} ends in the middle of a letter; it has been cut off.") from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from None
    return lines


def layout_of(path: Path) -> Layout:
    """Finds delimiter and columns by the header. Raises ``BadFile`` with what it misses."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        skip = 0
        start = file.tell()
        first = file.readline()
        # Excel's own hint, which is no record.
        hint = re.fullmatch(r"sep=(.)\s*", first, re.IGNORECASE)
        if hint is not None:
            skip, start = 1, file.tell()
        best: Layout | None = None
        score = (-1, -1)
        for delimiter in (hint[1],) if hint is not None else DELIMITERS:
            file.seek(start)
            try:
                headers = next(csv.reader(file, delimiter=delimiter), [])
            except csv.Error:
                continue
            columns = tuple(column_of(header) for header in headers)
            known = sum(1 for each in columns if each is not None and each.kind != "field")
            if (known, len(columns)) > score:
                score, best = (known, len(columns)), Layout(delimiter, columns, skip)
    if best is None or not any(best.columns):
        raise BadFile(f"{path} is empty, or its first line has no headers.")
    _check_columns(path, best.columns)
    return best


def rows_of(path: Path, layout: Layout) -> Iterator[Row]:
    """The records after the header; empty lines are left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(layout.skip):
            file.readline()
        reader = csv.reader(file, delimiter=layout.delimiter, strict=True)
        header = True
        while True:
            line = layout.skip + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                last = layout.skip + reader.line_num
                yield Row(line, wrong=f"quotation marks are not closed up to line {last} ({error})")
                continue
            if header:
                header = False
            elif any(cell.strip() for cell in cells):
                if len(cells) > len(layout.columns) and any(cells[len(layout.columns) :]):
                    yield Row(
                        line,
                        wrong=f"it has {len(cells)} columns, the header has {len(layout.columns)}",
                    )
                else:
                    yield Row(line, tuple(cells))


def _type(name: str) -> FieldType:
    return next(each for each in get_args(FieldType) if each == name)


def _check_columns(path: Path, columns: tuple[Column | None, ...]) -> None:
    found: set[tuple[str, str]] = set()
    for column in columns:
        if column is None or column.kind == "number":
            continue
        identity = (column.kind, column.key)
        if identity in found:
            which = column.label or column.kind
            raise BadFile(f"{path} has the column «{which}» twice; keep one of them.")
        found.add(identity)
    if not {("name", ""), ("organisation", "")} & found:
        raise BadFile(
            f"{path} has no column for the customer's name: its first line must have headers "
            "such as name, code, phone, tags (in English, Persian or Hebrew)."
        )
