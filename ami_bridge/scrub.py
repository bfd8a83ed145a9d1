"""People taken out of a trace, the call left in it.

A number becomes another number of the same shape and a name another name of the same shape,
always the same one under the same key, wherever it stands: in its own header, in a channel name,
in a dial string, in a variable. So a call is still a call, and who called is not in it.

What must survive does: short numbers (extensions, queues, up to four digits) are the house's own,
identifiers are needed to follow a leg, times are times.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from itertools import islice

_NAME_HEADER = re.compile(r"(?:CallerIDName|ConnectedLineName|MemberName)$", re.IGNORECASE)
# Where a member is rung: what ``Name`` and ``MemberName`` repeat when he was given no name.
_PLACE_HEADER = re.compile(r"Interface|StateInterface|Location", re.IGNORECASE)
_KEPT_HEADER = re.compile(
    r"(?:\w*Uniqueid|\w*Linkedid|ActionID|Timestamp|SequenceNumber|Event|Response|Privilege"
    r"|Variable|SystemName|LastPause|LastCall|LoginTime|Uptime|LastReload|CoreStartup\w+"
    r"|CoreReload\w+|EventList|ListItems)",
    re.IGNORECASE,
)
# Free text, in which a name may stand; elsewhere a caller called Ring would change states.
_TEXT_HEADER = re.compile(
    r"(?:Value|AppData|ApplicationData|\w*ChanVariable.*|CallerID|Interface|StateInterface"
    r"|Location|Name|Agent|AgentName|DialString|\w*Channel|UserEvent|Output)",
    re.IGNORECASE,
)
_WHOLLY_NUMBER = re.compile(r"\+?[\d ()/.-]+")
# Kept: the serial at the end of a channel name, a unique id. Scrubbed: five digits and more.
_WITHIN = re.compile(
    r"(?P<serial>-[0-9a-f]{8}(?:;\d)?(?!\w))|(?P<id>\d{9,11}\.\d+)"
    r"|(?<![A-Za-z0-9])(?P<number>\+?\d{5,})(?![A-Za-z0-9])"
)
_UNIQUEID = re.compile(r"\d{9,11}\.\d+")
_CHANNEL = re.compile(r"[A-Za-z0-9]+/")
_HASHED_DIGITS = 7
_MOST_NAMES_SOUGHT = 1000
_UNKNOWN = {"", "<unknown>", "unknown", "anonymous", "private"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PERSIAN = "ابپتثجچحخدذرزسشصضطظعغفقکگلمنوهی"
_HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"


class Scrubber:
    """Replaces numbers and names by a keyed hash of the same shape.

    ``key`` is kept secret and thrown away after the recording: with it, numbers could be tried
    out one by one. Raises ValueError for a key below 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a scrubbing key needs 16 bytes or more")
        self._key = key
        self._names: dict[str, str] = {}

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The same headers without people."""
        pairs = list(headers)
        # A member without a name has his interface for one: that is no person's name.
        places = {value for key, value in pairs if _PLACE_HEADER.fullmatch(key)}
        in_a_row = any(key.lower() == "event" and value == "QueueMember" for key, value in pairs)
        return [
            (
                key,
                self.name(value)
                if value not in places and _names_somebody(key, in_a_row)
                else self._value(key, value),
            )
            for key, value in pairs
        ]

    def number(self, text: str) -> str:
        """A number of the same shape: its last seven digits replaced, all else kept.

        The digits in front tell country, network and how it was dialled; since only the last
        seven go into the hash, the national and the international form stay one customer.
        """
        digits = [int(character) for character in text if character.isdecimal()]
        count = min(_HASHED_DIGITS, len(digits) - 1)
        if count < 1:
            return text
        tail = "".join(map(str, digits[-count:]))
        stream = self._digest("number", tail)
        digits[-count:] = [stream[at] % 10 for at in range(count)]
        fresh = iter(digits)
        # Persian and Arabic digits stay in their script.
        return "".join(
            chr(ord(character) - int(character) + next(fresh))
            if character.isdecimal()
            else character
            for character in text
        )

    def name(self, text: str) -> str:
        """A name of the same shape: letters for letters of the same script, the rest as it is."""
        if text.strip().lower() in _UNKNOWN:
            return text
        known = self._names.get(text)
        if known is not None:
            return known
        # AMI escapes quotes in some headers and not in others: one name all the same.
        stream = self._digest("name", text.replace("\\", ""))
        letters: list[str] = []
        at = 0
        for character in text:
            if character != "\\":
                at += 1
            pick = stream[at % len(stream)] + at
            if "؀" <= character <= "ۿ" and character.isalpha():
                letters.append(_PERSIAN[pick % len(_PERSIAN)])
            elif "֐" <= character <= "׿" and character.isalpha():
                letters.append(_HEBREW[pick % len(_HEBREW)])
            elif character.isdigit():
                letters.append(str(pick % 10))
            elif character.isalpha():
                letter = _LETTERS[pick % len(_LETTERS)]
                letters.append(letter.upper() if character.isupper() else letter)
            else:
                letters.append(character)
        scrubbed = "".join(letters)
        if len(self._names) < 100_000:
            self._names[text] = scrubbed
        return scrubbed

    def _value(self, key: str, value: str) -> str:
        if not value or _KEPT_HEADER.fullmatch(key) or _UNIQUEID.fullmatch(value):
            return value
        if _WHOLLY_NUMBER.fullmatch(value):
            digits = sum(character.isdecimal() for character in value)
            return self.number(value) if digits >= 5 else value
        is_channel = _CHANNEL.match(value) is not None

        def replaced(found: re.Match[str]) -> str:
            if found["number"] is not None:
                return self.number(found["number"])
            if found["serial"] is not None and not is_channel:
                return "-" + self.number(found["serial"][1:])
            return found[0]

        value = _WITHIN.sub(replaced, value)
        if _TEXT_HEADER.fullmatch(key):
            recent = islice(reversed(self._names), _MOST_NAMES_SOUGHT)
            found = [name for name in recent if len(name) >= 3 and name in value]
            # The longest first: "Sara Levi" is one person although there is a "Sara" as well.
            for name in sorted(found, key=len, reverse=True):
                value = value.replace(name, self._names[name])
        return value

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.new(self._key, f"{kind}:{text}".encode(), hashlib.sha256).digest()


def _names_somebody(key: str, in_a_row: bool) -> bool:
    """Whether a header holds a person's name. ``Name`` does in a row of QueueStatus only
    (``in_a_row``), where it is the member's; elsewhere it is an object's."""
    return _NAME_HEADER.search(key) is not None or (in_a_row and key.lower() == "name")
