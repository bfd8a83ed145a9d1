"""Letters as people mean them: one form for what keyboards and files write in several.

Persian and Arabic keyboards write the same name with different code points (ي and ی, ك and ک), and
digits in three sets; files carry invisible marks of direction. Folding is for comparing only: what
is shown stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata

# Marks of direction (bidi), zero-width spaces and joiners, soft hyphen, byte-order mark.
INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ـ": "",  # kashida, which only stretches a word
        "׳": "'",
        "״": '"',
    }
)
_AROUND = re.compile(rf"^(?:\s|{INVISIBLE.pattern})+|(?:\s|{INVISIBLE.pattern})+\Z")
_WORD = re.compile(r"[^\W_]+")


def digits_folded(text: str) -> str:
    """The text with every decimal digit of any script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )


def visible(text: str) -> str:
    """The text without invisible marks, and without space around it."""
    return INVISIBLE.sub("", text).strip()


def trimmed(text: str) -> str:
    """The text without space and invisible marks around it.

    Inside they stay: Persian's half-space is part of how a word is written.
    """
    return _AROUND.sub("", text)


def folded(text: str) -> str:
    """The text as it compares: one letter form, no marks, no capitals, single spaces."""
    plain = unicodedata.normalize("NFKD", INVISIBLE.sub("", text))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = digits_folded(plain.translate(_LETTERS)).casefold()
    return " ".join(plain.split())


def words_of(*texts: str) -> list[str]:
    """The words of the texts as they are searched: folded, each once, in order."""
    # The half-space of Persian parts a word for some writers and joins it for others: both count.
    found: dict[str, None] = {}
    for text in texts:
        parted = text.replace("\u200c", " ")
        for form in (parted, text) if parted != text else (text,):
            found.update(dict.fromkeys(_WORD.findall(folded(form))))
    return list(found)
