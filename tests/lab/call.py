"""One call of one phone: its SIP dialog, and what the phone does in it."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from .media import Media
from .seen import Seen
from .sip import SipMessage, media_port, sdp, tag_of, uri_of

if TYPE_CHECKING:
    from .phone import Phone


class SipCall(Seen):
    """A dialog. Made by ``Phone``; stories call ``hangup``, ``hold``, ``refer`` and so on."""

    def __init__(self, phone: Phone, media: Media, *, incoming: bool) -> None:
        super().__init__(phone.name)
        self.phone = phone
        self.media = media
        self.incoming = incoming
        self.call_id = secrets.token_hex(10)
        self.tag = secrets.token_hex(4)
        self.here = self.there = self.target = ""
        self.remote_media = 0
        self.notified: list[str] = []
        self._invite = SipMessage()
        self._branch = ""
        self._cseq = 1
        self._version = 1
        self._acked = False

    # -- what happened --------------------------------------------------------------------------

    def take(self, invite: SipMessage) -> None:
        """Fills the dialog from an INVITE that came in."""
        self._invite = invite
        self.call_id = invite.get("call-id")
        self.there = invite.get("from")
        self.here = f"{invite.get('to')};tag={self.tag}"
        self.target = uri_of(invite.get("contact"))
        self.remote_media = media_port(invite.body)

    def acked(self) -> None:
        """Our answer has arrived."""
        self._acked = True

    def cancelled(self, _: SipMessage) -> None:
        """The caller gave up, or somebody else answered, while we rang."""
        if not self.final and self.t_answer is None:
            self.phone.respond(self._invite, 487, "Request Terminated", tag=self.tag)
            self.ended("there")

    # -- what the phone does --------------------------------------------------------------------

    def next_version(self) -> int:
        """The version of our next session description."""
        self._version += 1
        return self._version

    def answer(self) -> None:
        """Picks up."""
        self.talks()
        self.phone.respond(self._invite, 200, "OK", tag=self.tag, body=sdp(self.media.port))
        self.phone.spawn(self._insist())

    async def _insist(self) -> None:
        """Repeats the 200 until its ACK has come, as RFC 3261 wants."""
        for pause in (0.5, 1.0, 2.0):
            await asyncio.sleep(pause)
            if self._acked or self.final:
                return
            self.phone.respond(self._invite, 200, "OK", tag=self.tag, body=sdp(self.media.port))

    async def invite(self, extra: list[tuple[str, str]]) -> None:
        """Calls out; signs when asked; repeats until something is heard."""
        signed: list[tuple[str, str]] = []
        while True:
            done = await self._invite_once([*extra, *signed])
            if done.code in (401, 407) and not signed:
                signed = [self.phone.sign(done, "INVITE", self.target)]
                self._cseq += 1
                continue
            break
        if done.code != 200:
            self.code = done.code
            self.ended("here" if done.code == 487 else "there")

    async def _invite_once(self, extra: list[tuple[str, str]]) -> SipMessage:
        self._branch = branch = f"z9hG4bK{secrets.token_hex(8)}"
        message = SipMessage(method="INVITE", uri=self.target, body=sdp(self.media.port))
        message.headers = [
            self.phone.via(branch),
            ("From", self.here),
            ("To", self.there),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self._cseq} INVITE"),
            ("Contact", f"<{self.phone.contact}>"),
            ("Max-Forwards", "70"),
            ("Content-Type", "application/sdp"),
            *extra,
        ]
        self._invite = message
        heard: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()
        provisional = asyncio.Event()

        def hear(answer: SipMessage) -> None:
            provisional.set()
            if answer.code in (180, 183):
                # The early dialog has its tag now: a phone may transfer to whom it still rings.
                self.there = answer.get("to")
                self.rings()
            elif answer.code >= 200:
                self._confirm(message, answer, branch)
                if not heard.done():
                    heard.set_result(answer)

        self.phone.expect(branch, hear)
        for _ in range(10):
            self.phone.send(message)
            with suppress(TimeoutError):
                await asyncio.wait_for(provisional.wait(), 0.5)
                break
        return await heard

    def _confirm(self, invite: SipMessage, answer: SipMessage, branch: str) -> None:
        """The ACK; for a 200 it also begins the talk."""
        accepted = answer.code == 200
        if accepted:
            self.there = answer.get("to")
            self.target = uri_of(answer.get("contact")) or self.target
            if answer.body:
                self.remote_media = media_port(answer.body)
            if self.t_answer is None:
                # Answer() of the dialplan waits up to half a second for the first voice.
                self.phone.spawn(self.media.silence(self.remote_media, 5))
                self.talks()
        ack = SipMessage(method="ACK", uri=self.target if accepted else invite.uri)
        ack.headers = [
            self.phone.via(f"z9hG4bK{secrets.token_hex(8)}" if accepted else branch),
            ("From", invite.get("from")),
            ("To", answer.get("to")),
            ("Call-ID", self.call_id),
            ("CSeq", f"{invite.cseq[0]} ACK"),
            ("Max-Forwards", "70"),
        ]
        self.phone.send(ack)

    async def _within(
        self, method: str, extra: list[tuple[str, str]] | None = None, body: str = ""
    ) -> SipMessage:
        """A request inside this dialog."""
        self._cseq += 2
        headers = [("From", self.here), ("To", self.there), ("Call-ID", self.call_id)]
        headers += [("Contact", f"<{self.phone.contact}>"), *(extra or [])]
        return await self.phone.request(method, self.target, headers, body, self._cseq)

    async def hangup(self) -> None:
        """Ends the call from this side: CANCEL while it rings, 603 when rung, BYE afterwards."""
        if self.final:
            return
        if self.t_answer is not None:
            self.ended("here")
            await self._within("BYE")
        elif self.incoming:
            self.phone.respond(self._invite, 603, "Decline", tag=self.tag)
            self.code = 603
            self.ended("here")
        else:
            message = SipMessage(method="CANCEL", uri=self._invite.uri)
            keep = ("via", "from", "to", "call-id", "max-forwards")
            message.headers = [(k, v) for k, v in self._invite.headers if k.lower() in keep]
            message.headers.append(("CSeq", f"{self._cseq} CANCEL"))
            self.phone.send(message)
            self.ended("here")

    async def _again(self, direction: str) -> None:
        """A re-INVITE that changes which way the voice goes."""
        self._cseq += 1
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        body = sdp(self.media.port, direction, self.next_version())
        message = SipMessage(method="INVITE", uri=self.target, body=body)
        signed: list[tuple[str, str]] = []
        while True:
            message.headers = [
                self.phone.via(branch),
                ("From", self.here),
                ("To", self.there),
                ("Call-ID", self.call_id),
                ("CSeq", f"{self._cseq} INVITE"),
                ("Contact", f"<{self.phone.contact}>"),
                ("Max-Forwards", "70"),
                ("Content-Type", "application/sdp"),
                *signed,
            ]
            heard: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()

            def hear(
                answer: SipMessage, heard: asyncio.Future[SipMessage] = heard, branch: str = branch
            ) -> None:
                if answer.code >= 200:
                    self._confirm(message, answer, branch)
                    if not heard.done():
                        heard.set_result(answer)

            self.phone.expect(branch, hear)
            self.phone.send(message)
            answer = await asyncio.wait_for(heard, 8)
            if answer.code not in (401, 407) or signed:
                break
            signed = [self.phone.sign(answer, "INVITE", self.target)]
            self._cseq += 1
            branch = f"z9hG4bK{secrets.token_hex(8)}"
        assert answer.code == 200, f"{self.phone.name}: re-INVITE was answered {answer.code}"

    async def hold(self, direction: str = "sendonly") -> None:
        """Puts the other side on hold (``sendonly`` or ``inactive``)."""
        self.holds.append([time.time()])
        await self._again(direction)

    async def unhold(self) -> None:
        """Talks on."""
        await self._again("sendrecv")
        self.holds[-1].append(time.time())

    async def refer(self, number: str) -> int:
        """Blind transfer: asks Asterisk to send the other side to ``number``; the answer's code."""
        to = f"<sip:{number}@127.0.0.1>"
        return (
            await self._within("REFER", [("Refer-To", to), ("Referred-By", self.phone.contact)])
        ).code

    async def refer_to(self, consult: SipCall) -> int:
        """Attended transfer: connects the other side of this call with that of ``consult``."""
        dialog = f"{consult.call_id};to-tag={tag_of(consult.there)};from-tag={consult.tag}"
        uri = uri_of(consult.there).split(";")[0]
        to = f"<{uri}?Replaces={quote(dialog, safe='')}>"
        return (
            await self._within("REFER", [("Refer-To", to), ("Referred-By", self.phone.contact)])
        ).code

    async def press(self, keys: str) -> None:
        """Presses keys, as RFC 4733 events in the voice."""
        await self.media.press(self.remote_media, keys)

    async def press_by_info(self, key: str) -> int:
        """Presses a key as a SIP INFO; the answer's code."""
        body = f"Signal={key}\r\nDuration=160\r\n"
        return (await self._within("INFO", [("Content-Type", "application/dtmf-relay")], body)).code
