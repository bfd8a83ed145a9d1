"""From an open connection to a session that Asterisk has let in."""

from __future__ import annotations

import asyncio

from ami_bridge import actions
from ami_bridge.account import AmiAccount
from ami_bridge.answers import LinkError, LinkLost, NoAnswer
from ami_bridge.protocol import Message
from ami_bridge.session import Session


class LoginRefused(LinkError):
    """Asterisk, or the check of its certificate, said no; the text says what to look at."""


async def log_in(session: Session, account: AmiAccount) -> None:
    """Waits for the banner and logs in, by MD5 challenge where the server offers one.

    Raises LoginRefused when the answer is no, LinkError when there is none.
    """
    limit_s = account.login_timeout_s
    try:
        async with asyncio.timeout(limit_s):
            await session.greeted.wait()
    except TimeoutError:
        raise LinkError(f"{account.address} sends no AMI banner: is it the AMI port?") from None
    if session.lost.is_set():
        raise LinkLost(f"{session.why} before the login: host not in permit=, or too many logins")
    if not session.banner:
        raise LinkError(
            f"{account.address} does not speak AMI (TLS expected, or another service's port?)"
        )
    attempt = actions.login(account.username, account.secret, account.events)
    try:
        challenge = await session.ask(actions.challenge(), limit_s / 2)
    except NoAnswer:
        challenge = None
    if challenge is not None and challenge.ok and challenge.response.get("Challenge"):
        attempt = actions.login_md5(
            account.username,
            account.secret,
            challenge.response.get("Challenge"),
            account.events,
        )

    def answered(response: Message) -> None:
        # In the moment of the answer: events stand behind it in the same chunk.
        if response.get("Response").lower() == "success":
            session.come_up()

    answer = await session.ask(attempt, limit_s, answered)
    if not answer.ok:
        raise LoginRefused(
            f"{account.address} refused the AMI login of {account.username!r}: "
            f"{answer.message or 'no reason given'}. "
            "Check username, secret and permit= in manager.conf"
        )
