"""The actions we send to Asterisk, one function each.

They return what ``AmiLink.ask`` takes: header names and values. Arguments are checked here for
what makes no sense (an empty queue, a negative penalty); line breaks and lengths are checked for
every action when it is written (``outgoing``). Write classes are those of ``manager.conf``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

Headers = dict[str, str | list[str]]


def login(username: str, secret: str, events: str = "on") -> Headers:
    """Plain login; over TLS, or when the server offers no challenge."""
    return {
        "Action": "Login",
        "Username": _filled("username", username),
        "Secret": secret,
        "Events": events,
    }


def challenge() -> Headers:
    """Asks for the random text of the MD5 login."""
    return {"Action": "Challenge", "AuthType": "MD5"}


def login_md5(username: str, secret: str, challenge_text: str, events: str = "on") -> Headers:
    """The login that keeps the secret off the wire: MD5 of challenge and secret."""
    digest = hashlib.md5((challenge_text + secret).encode(), usedforsecurity=False).hexdigest()
    return {
        "Action": "Login",
        "AuthType": "MD5",
        "Username": _filled("username", username),
        "Key": digest,
        "Events": events,
    }


def logoff() -> Headers:
    """Says good-bye; Asterisk closes the connection."""
    return {"Action": "Logoff"}


def ping() -> Headers:
    """Needs no class; any login may send it."""
    return {"Action": "Ping"}


def core_status() -> Headers:
    """Start and reload time, calls in progress. Class system or reporting."""
    return {"Action": "CoreStatus"}


def core_settings() -> Headers:
    """Version and system name. Class system or reporting."""
    return {"Action": "CoreSettings"}


def core_show_channels() -> Headers:
    """List: every channel. Class system or reporting."""
    return {"Action": "CoreShowChannels"}


def bridge_list() -> Headers:
    """List: every bridge. No class."""
    return {"Action": "BridgeList"}


def bridge_info(bridge_uniqueid: str) -> Headers:
    """List: the channels of one bridge. No class."""
    return {
        "Action": "BridgeInfo",
        "BridgeUniqueid": _filled("bridge_uniqueid", bridge_uniqueid),
    }


def queue_status(queue: str | None = None, member: str | None = None) -> Headers:
    """List: queues, their members and waiting callers. No class."""
    return {"Action": "QueueStatus"} | _given(Queue=queue, Member=member)


def queue_summary(queue: str | None = None) -> Headers:
    """List: one line of figures a queue. No class."""
    return {"Action": "QueueSummary"} | _given(Queue=queue)


def device_state_list() -> Headers:
    """List: the state of every device. Class call or reporting."""
    return {"Action": "DeviceStateList"}


def status(channel: str | None = None, variables: Sequence[str] = ()) -> Headers:
    """List: channels with the values of some variables. Class system, call or reporting."""
    for name in variables:
        if not name or "," in name:
            raise ValueError(f"{name!r} is not the name of a channel variable")
    named = ",".join(variables) or None
    return {"Action": "Status"} | _given(Channel=channel, Variables=named)


def getvar(variable: str, channel: str | None = None) -> Headers:
    """The value of a variable, of a channel or global. Class call or reporting."""
    return {"Action": "Getvar", "Variable": _filled("variable", variable)} | _given(Channel=channel)


def queue_pause(
    interface: str, paused: bool, queue: str | None = None, reason: str | None = None
) -> Headers:
    """Pauses or resumes a member, in all queues when ``queue`` is None. Class agent."""
    return {
        "Action": "QueuePause",
        "Interface": _filled("interface", interface),
        "Paused": "true" if paused else "false",
    } | _given(Queue=queue, Reason=reason)


def queue_add(
    queue: str,
    interface: str,
    member_name: str | None = None,
    penalty: int = 0,
    paused: bool = False,
    reason: str | None = None,
    state_interface: str | None = None,
) -> Headers:
    """Adds a dynamic member. Class agent."""
    if penalty < 0:
        raise ValueError("a penalty is 0 or more")
    return {
        "Action": "QueueAdd",
        "Queue": _filled("queue", queue),
        "Interface": _filled("interface", interface),
        "Penalty": str(penalty),
        "Paused": "true" if paused else "false",
    } | _given(MemberName=member_name, Reason=reason, StateInterface=state_interface)


def queue_remove(queue: str, interface: str) -> Headers:
    """Removes a dynamic member. Class agent."""
    return {
        "Action": "QueueRemove",
        "Queue": _filled("queue", queue),
        "Interface": _filled("interface", interface),
    }


def originate(
    channel: str,
    context: str,
    exten: str,
    caller_number: str | None = None,
    caller_name: str | None = None,
    timeout_ms: int = 30_000,
    variables: Mapping[str, str] | None = None,
    channel_id: str | None = None,
    account: str | None = None,
) -> Headers:
    """Click to call: rings ``channel`` (the agent), then dials ``exten`` in ``context``.

    Always asynchronous, or the whole AMI session waits for the agent to pick up; the later event
    ``OriginateResponse`` bears the same ActionID. Names in angle brackets or quotes would change
    the caller's number, so they are refused. Class originate.
    """
    if timeout_ms <= 0:
        raise ValueError("timeout_ms must be above 0 milliseconds")
    caller = None
    if caller_number is not None or caller_name is not None:
        for text in (caller_number or "", caller_name or ""):
            if any(c in text for c in '<>"'):
                raise ValueError(f"{text!r} cannot stand in a caller id: no quotes or brackets")
        caller = f'"{caller_name or ""}" <{caller_number or ""}>'
    headers: Headers = {
        "Action": "Originate",
        "Channel": _filled("channel", channel),
        "Context": _filled("context", context),
        "Exten": _filled("exten", exten),
        "Priority": "1",
        "Timeout": str(timeout_ms),
        "Async": "true",
    }
    headers |= _given(CallerID=caller, ChannelId=channel_id, Account=account)
    if variables:
        for name in variables:
            if not name or "=" in name or "," in name:
                raise ValueError(f"{name!r} is not the name of a channel variable")
        headers["Variable"] = [f"{name}={value}" for name, value in variables.items()]
    return headers


def redirect(channel: str, context: str, exten: str, priority: int = 1) -> Headers:
    """Sends a channel to another place of the dialplan (a blind transfer). Class call."""
    if priority < 1:
        raise ValueError("a dialplan priority is 1 or more")
    return {
        "Action": "Redirect",
        "Channel": _filled("channel", channel),
        "Context": _filled("context", context),
        "Exten": _filled("exten", exten),
        "Priority": str(priority),
    }


def hangup(channel: str, cause: int = 16) -> Headers:
    """Ends one channel. Patterns (``/regex/`` would end many) are refused. Class system or call."""
    if channel.startswith("/"):
        raise ValueError("hang up one channel by its name, not by a pattern")
    if not 0 <= cause <= 127:
        raise ValueError("a Q.850 cause is between 0 and 127")
    return {"Action": "Hangup", "Channel": _filled("channel", channel), "Cause": str(cause)}


def filter_add(
    expression: str, criteria: str | None = None, operation: Literal["Add"] = "Add"
) -> Headers:
    """Adds an event filter to this session; ``criteria`` is the advanced form's. Class system."""
    if not expression and criteria is None:
        raise ValueError("an event filter needs an expression or criteria")
    return {"Action": "Filter", "Operation": operation, "Filter": expression} | _given(
        MatchCriteria=criteria
    )


def _filled(what: str, value: str) -> str:
    if not value.strip():
        raise ValueError(f"{what} must not be empty")
    return value


def _given(**headers: str | None) -> Headers:
    return {key: value for key, value in headers.items() if value is not None}
