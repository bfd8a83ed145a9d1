"""SIP messages as text: enough of RFC 3261 for a phone on loopback UDP.

Only what the lab's phones say and hear is understood: no folded headers, no TCP, one body.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
}


@dataclass
class SipMessage:
    """A request (``method``, ``uri``) or a response (``code``, ``reason``)."""

    method: str = ""
    uri: str = ""
    code: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    def get(self, name: str) -> str:
        """The first value of a header, empty when it is missing."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of CSeq."""
        number, _, method = self.get("cseq").partition(" ")
        return int(number), method.strip()

    def encode(self) -> bytes:
        """The bytes for the wire; Content-Length is added."""
        first = (
            f"{self.method} {self.uri} SIP/2.0"
            if self.method
            else f"SIP/2.0 {self.code} {self.reason}"
        )
        body = self.body.encode()
        lines = [first, *(f"{key}: {value}" for key, value in self.headers)]
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def decode(data: bytes) -> SipMessage:
    """The message in a datagram; ``ValueError`` when it is none."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    message = SipMessage(body=body.decode("utf-8", "replace"))
    if first.startswith("SIP/2.0 "):
        _, code, *reason = first.split(" ", 2)
        message.code, message.reason = int(code), "".join(reason)
    else:
        message.method, message.uri, _ = first.split(" ")
    for line in lines:
        key, _, value = line.partition(":")
        key = key.strip()
        message.headers.append((COMPACT.get(key.lower(), key), value.strip()))
    return message


def tag_of(header: str) -> str:
    """The tag of a From or To header, empty when it has none."""
    found = re.search(r";tag=([^;>\s]+)", header)
    return found.group(1) if found else ""


def uri_of(header: str) -> str:
    """The address in a From, To or Contact header, without its angle brackets."""
    found = re.search(r"<([^>]+)>", header)
    return found.group(1) if found else header.split(";")[0].strip()


def user_of(uri: str) -> str:
    """The part of an address before the @."""
    return uri.removeprefix("sip:").partition("@")[0]


def digest(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The value of Authorization that answers a Digest challenge (MD5, RFC 2617 and 7616)."""
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    realm, nonce = fields["realm"], fields["nonce"]

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    one, two = md5(f"{user}:{realm}:{password}"), md5(f"{method}:{uri}")
    parts = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
    if "qop" in fields:
        nc, cnonce = "00000001", secrets.token_hex(8)
        parts += ["qop=auth", f"nc={nc}", f'cnonce="{cnonce}"']
        answer = md5(f"{one}:{nonce}:{nc}:{cnonce}:auth:{two}")
    else:
        answer = md5(f"{one}:{nonce}:{two}")
    parts += [f'response="{answer}"', "algorithm=MD5"]
    if "opaque" in fields:
        parts.append(f'opaque="{fields["opaque"]}"')
    return "Digest " + ", ".join(parts)


def sdp(port: int, direction: str = "sendrecv", version: int = 1) -> str:
    """A session description: A-law and telephone-event on one loopback port."""
    return (
        f"v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=lab\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
        f"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na={direction}\r\n"
    )


def media_port(body: str) -> int:
    """The audio port in a session description, 0 when there is none."""
    found = re.search(r"^m=audio (\d+)", body, re.M)
    return int(found.group(1)) if found else 0


def media_answer(body: str) -> str:
    """The direction that answers an offer: what they only send, we only receive."""
    for theirs, ours in (
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
    ):
        if f"a={theirs}" in body:
            return ours
    return "sendrecv"
