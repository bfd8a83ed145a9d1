"""From an open connection to a session that Asterisk has let in."""

import hashlib

from ami_bridge.inbox import Arrived


def names(items):
    return [
        item.message.name if isinstance(item, Arrived) else type(item).__name__ for item in items
    ]


async def test_login_by_challenge_keeps_the_secret_off_the_wire(pbx, new_link, until):
    link = new_link()
    await until(lambda: link.state == "up", "login")
    login = next(a for a in pbx.peer.actions if a["Action"] == "Login")
    assert login["Key"] == hashlib.md5(f"{pbx.challenge}{pbx.secret}".encode()).hexdigest()
    assert all(pbx.secret not in action["_raw"] for action in pbx.peer.actions)
    assert pbx.secret not in repr(link.account)
    assert link.why == ""


async def test_login_is_plain_where_no_challenge_is_offered(pbx, new_link, until):
    pbx.challenge = None
    link = new_link(events="call,agent")
    await until(lambda: link.state == "up", "login")
    login = next(a for a in pbx.peer.actions if a["Action"] == "Login")
    assert (login["Secret"], login["Events"]) == (pbx.secret, "call,agent")


async def test_events_before_the_login_are_not_believed(pbx, new_link, until):
    pbx.banner += b"Event: Hangup\r\nUniqueid: 1.1\r\n\r\n"
    link = new_link()
    await until(lambda: link.state == "up", "login")
    assert names(link.inbox.take_now()) == ["LinkCameUp"]
    assert link.counters.unexpected == 1


async def test_peer_that_is_no_asterisk_gets_a_sentence(pbx, new_link, until):
    pbx.banner = b"SSH-2.0-OpenSSH_9.2\r\n"
    link = new_link()
    await until(lambda: link.state == "down" and "does not speak AMI" in link.why, "sentence")
    assert f"127.0.0.1:{pbx.port}" in link.why


async def test_peer_that_says_nothing_is_left_after_the_time_limit(pbx, new_link, until):
    pbx.banner = b""
    link = new_link(login_timeout_s=0.1)
    await until(lambda: "no AMI banner" in link.why, "sentence")
    await until(lambda: len(pbx.peers) >= 2, "next try")


async def test_unanswered_challenge_falls_back_to_the_plain_login(pbx, new_link, until):
    pbx.answers["Challenge"] = lambda *_: None
    link = new_link(login_timeout_s=0.2)
    await until(lambda: link.state == "up", "login")
    assert any(a.get("Secret") == pbx.secret for a in pbx.peer.actions)


async def test_login_that_is_never_answered_is_tried_again(pbx, new_link, until):
    pbx.answers["Login"] = lambda *_: None
    link = new_link(login_timeout_s=0.1)
    await until(lambda: len(pbx.peers) >= 2, "second try")
    assert link.state in ("connecting", "down")
    assert link.counters.connects == 0


async def test_connection_closed_before_the_login_says_where_to_look(pbx, new_link, until):
    pbx.answers["Challenge"] = lambda peer, _: peer.cut()
    link = new_link()
    await until(lambda: "closed the connection" in link.why, "sentence")
    assert link.state in ("connecting", "down")
