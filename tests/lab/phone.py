"""A scripted telephone: registers, rings, answers, talks, holds, transfers, and remembers when.

What a phone saw on its own clock is the truth that everything else is measured against. The same
class without a registration plays the outside line (``Line``): it calls in as any number and name,
and takes the calls that go out.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .call import SipCall
from .media import Media
from .sip import SipMessage, decode, digest, media_answer, media_port, sdp, tag_of, user_of

FINAL_SECONDS = 8
RESEND_S = 0.5


class PhoneError(Exception):
    """The other side did not do what the story needs; the text says what came instead."""


@dataclass(frozen=True)
class Plan:
    """What a phone does when it is called.

    ``answer_after`` seconds it answers; None: it rings until the caller gives up. ``refuse_with``:
    a final code (486 busy, 603 rejected, 302 with ``forward_to``) after ``refuse_after`` seconds of
    ringing, at once when that is 0.
    """

    answer_after: float | None = None
    refuse_with: int = 0
    refuse_after: float = 0.0
    forward_to: str = ""


class Phone(asyncio.DatagramProtocol):
    """One phone with its own UDP port. ``plan`` is what it does when called; ``plans`` may name
    another one for calls to a certain number (the line is called with many).
    """

    def __init__(self, name: str, secret: str, server: int) -> None:
        self.name = name
        self.calls: list[SipCall] = []
        self.plan = Plan()
        self.plans: dict[str, Plan] = {}
        self.port = 0
        self._secret = secret
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None
        self._client: dict[str, Callable[[SipMessage], None]] = {}
        self._answered: dict[tuple[str, str], bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._came = asyncio.Condition()

    async def start(self, port: int = 0) -> None:
        """Opens the port; a phone with a secret registers."""
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", port)
        )
        self.port = self._transport.get_extra_info("sockname")[1]
        if self._secret:
            await self.register()

    async def stop(self) -> None:
        """Hangs up what is open and closes the port."""
        for call in self.calls:
            with suppress(PhoneError):
                await call.hangup()
            call.media.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    async def register(self, expires: int = 600) -> None:
        """Tells Asterisk where this phone is; ``expires`` 0 takes it away."""
        me = f"sip:{self.name}@127.0.0.1"
        answer = await self.request(
            "REGISTER",
            f"sip:127.0.0.1:{self._server}",
            [
                ("From", f"<{me}>;tag={secrets.token_hex(4)}"),
                ("To", f"<{me}>"),
                ("Call-ID", secrets.token_hex(8)),
                ("Contact", f"<{self.contact}>"),
                ("Expires", str(expires)),
            ],
        )
        if answer.code != 200:
            raise PhoneError(f"{self.name}: REGISTER was answered {answer.code} {answer.reason}")

    @property
    def contact(self) -> str:
        """The address at which this phone can be reached."""
        return f"sip:{self.name}@127.0.0.1:{self.port}"

    async def call(
        self, number: str, *, sender: str = "", headers: tuple[tuple[str, str], ...] = ()
    ) -> SipCall:
        """Calls ``number``. Returns at once with the call; ``await call.answered()`` for the talk.

        ``sender`` is the whole From address with its name, for the line; a phone uses its own.
        """
        call = SipCall(self, await Media.open(), incoming=False)
        call.here = f"{sender or f'<sip:{self.name}@127.0.0.1>'};tag={call.tag}"
        call.there = f"<sip:{number}@127.0.0.1>"
        call.target = f"sip:{number}@127.0.0.1:{self._server}"
        self.calls.append(call)
        self.spawn(call.invite([*headers]))
        return call

    async def next_call(self, seconds: float = 20, *, after: int = 0) -> SipCall:
        """The call number ``after`` (from 0) that has come or will come to this phone."""
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: len(self.incoming) > after)
        return self.incoming[after]

    async def call_for(self, number: str, seconds: float = 10) -> SipCall:
        """The first call that has come or will come to the line for ``number``."""

        def found() -> SipCall | None:
            return next((call for call in self.incoming if number in call.here), None)

        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(found)
        call = found()
        assert call is not None
        return call

    @property
    def incoming(self) -> list[SipCall]:
        """The calls that came to this phone, oldest first."""
        return [call for call in self.calls if call.incoming]

    # -- the wire -------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine that the phone owns."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def send(self, message: SipMessage, port: int | None = None) -> None:
        """Puts a message on the wire."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(message.encode(), ("127.0.0.1", port or self._server))

    def expect(self, branch: str, handler: Callable[[SipMessage], None] | None) -> None:
        """Calls ``handler`` with every response of a transaction; None forgets it."""
        if handler is None:
            self._client.pop(branch, None)
        else:
            self._client[branch] = handler

    def via(self, branch: str) -> tuple[str, str]:
        """The Via header of a request."""
        return ("Via", f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch={branch}")

    async def request(
        self, method: str, uri: str, headers: list[tuple[str, str]], body: str = "", first: int = 1
    ) -> SipMessage:
        """Sends a request other than INVITE and returns its final response, signing it when asked.

        ``first`` is its CSeq. Raises ``PhoneError`` when nothing comes.
        """
        extra: list[tuple[str, str]] = []
        for number in (first, first + 1):
            branch = f"z9hG4bK{secrets.token_hex(8)}"
            message = SipMessage(method=method, uri=uri, body=body)
            message.headers = [
                self.via(branch),
                *headers,
                ("CSeq", f"{number} {method}"),
                ("Max-Forwards", "70"),
                *extra,
            ]
            answer = await self._transact(branch, message)
            if answer.code not in (401, 407) or extra:
                return answer
            extra = [self.sign(answer, method, uri)]
        return answer

    def sign(self, answer: SipMessage, method: str, uri: str) -> tuple[str, str]:
        """The header that answers a 401 or 407."""
        asked = answer.get("www-authenticate") or answer.get("proxy-authenticate")
        name = "Authorization" if answer.code == 401 else "Proxy-Authorization"
        return (name, digest(asked, method, uri, self.name, self._secret))

    async def _transact(self, branch: str, message: SipMessage) -> SipMessage:
        future: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()

        def hear(answer: SipMessage) -> None:
            if answer.code >= 200 and not future.done():
                future.set_result(answer)

        self.expect(branch, hear)
        try:
            for _ in range(int(FINAL_SECONDS / RESEND_S)):
                self.send(message)
                with suppress(TimeoutError):
                    return await asyncio.wait_for(asyncio.shield(future), RESEND_S)
        finally:
            self.expect(branch, None)
        raise PhoneError(f"{self.name}: {message.method} got no answer in {FINAL_SECONDS} s")

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Sorts what came into answers to us, repetitions, and requests."""
        if not data.strip():
            return
        message = decode(data)
        found = re.search(r"branch=([^;,\s]+)", message.get("via"))
        branch = found.group(1) if found else ""
        if message.code:
            if handler := self._client.get(branch):
                handler(message)
            return
        before = self._answered.get((branch, message.method))
        if before is not None and self._transport is not None:
            self._transport.sendto(before, addr)
            return
        self._hear(message, addr[1])

    def _hear(self, message: SipMessage, port: int) -> None:
        call = next((c for c in self.calls if c.call_id == message.get("call-id")), None)
        if message.method == "ACK":
            if call is not None:
                call.acked()
        elif message.method == "INVITE" and not tag_of(message.get("to")):
            self.spawn(self._ring(message, port))
        elif message.method == "CANCEL":
            self.respond(message, 200, "OK", port)
            if call is not None:
                call.cancelled(message)
        elif message.method == "BYE" and call is not None:
            self.respond(message, 200, "OK", port)
            call.ended("there")
        elif call is not None and message.body and message.method in ("INVITE", "UPDATE"):
            call.remote_media = media_port(message.body)
            body = sdp(call.media.port, media_answer(message.body), call.next_version())
            self.respond(message, 200, "OK", port, body=body)
        elif call is None and message.method in ("BYE", "INVITE", "UPDATE", "INFO"):
            self.respond(message, 481, "No such call", port)
        else:
            if call is not None and message.method == "NOTIFY":
                call.notified.append(message.body.strip())
            self.respond(message, 200, "OK", port)

    def respond(
        self,
        request: SipMessage,
        code: int,
        reason: str,
        port: int | None = None,
        *,
        tag: str = "",
        body: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Answers a request and keeps the answer for its repetitions."""
        to = request.get("to")
        if tag and not tag_of(to):
            to = f"{to};tag={tag}"
        answer = SipMessage(code=code, reason=reason, body=body)
        answer.headers = [("Via", via) for via in request.all("via")]
        answer.headers += [("Record-Route", route) for route in request.all("record-route")]
        answer.headers += [
            ("From", request.get("from")),
            ("To", to),
            ("Call-ID", request.get("call-id")),
            ("CSeq", request.get("cseq")),
            *(headers or (("Contact", f"<{self.contact}>"),)),
        ]
        if body:
            answer.headers.append(("Content-Type", "application/sdp"))
        found = re.search(r"branch=([^;,\s]+)", request.get("via"))
        if found:
            self._answered[(found.group(1), request.method)] = answer.encode()
        self.send(answer, port)

    async def _ring(self, invite: SipMessage, port: int) -> None:
        """What this phone does when it is called."""
        call = SipCall(self, Media(), incoming=True)
        call.take(invite)
        plan = self.plans.get(user_of(invite.uri), self.plan)
        self.calls.append(call)
        self.respond(invite, 100, "Trying", port)
        call.media = await Media.open()
        if plan.refuse_with and not plan.refuse_after:
            self._refuse(call, invite, plan)
        else:
            self.respond(invite, 180, "Ringing", port, tag=call.tag)
            call.rings()
        async with self._came:
            self._came.notify_all()
        if plan.refuse_with:
            await call.over(plan.refuse_after)
            self._refuse(call, invite, plan)
        elif plan.answer_after is not None:
            await call.over(plan.answer_after)
            if not call.final:
                call.answer()

    def _refuse(self, call: SipCall, invite: SipMessage, plan: Plan) -> None:
        if call.final:
            return
        reasons = {486: "Busy Here", 603: "Decline", 302: "Moved Temporarily", 480: "Unavailable"}
        headers: tuple[tuple[str, str], ...] = ()
        if plan.forward_to:
            headers = (("Contact", f"<sip:{plan.forward_to}@127.0.0.1:{self._server}>"),)
        code = plan.refuse_with
        self.respond(invite, code, reasons[code], tag=call.tag, headers=headers)
        call.code = code
        call.ended("here")
