"""One AMI account: its checks, and TLS to a PBX with a certificate made here."""

import asyncio
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from ami_bridge.account import AmiAccount, TlsOptions
from ami_bridge.inbox import Arrived
from ami_bridge.link import AmiLink


def names(items):
    return [
        item.message.name if isinstance(item, Arrived) else type(item).__name__ for item in items
    ]


async def taken(inbox, count):
    items = []
    async with asyncio.timeout(4):
        while len(items) < count:
            items += await inbox.take()
    return items


def test_account_with_a_line_break_in_the_secret_is_refused():
    with pytest.raises(ValueError, match="secret holds a line break"):
        AmiAccount("pbx", 5038, "u", "s\r\nAction: Command")
    with pytest.raises(ValueError, match="between 1 and 65535"):
        AmiAccount("pbx", 0, "u", "s")
    with pytest.raises(ValueError, match="above 0 seconds"):
        AmiAccount("pbx", 5038, "u", "s", ping_interval_s=0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=pbx.example",
            "-addext",
            "subjectAltName=DNS:pbx.example",
            "-keyout",
            str(folder / "key.pem"),
            "-out",
            str(folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
async def tls_pbx(pbx, certificate):
    await pbx.stop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    await pbx.start(tls=context)
    return pbx


async def test_tls_with_the_right_authority_and_name_comes_up(
    tls_pbx, certificate, new_link, until
):
    tls = TlsOptions(ca_file=str(certificate / "cert.pem"), server_name="pbx.example")
    link = new_link(tls=tls)
    await until(lambda: link.state == "up", "login over TLS")
    tls_pbx.peer.event("Secure")
    assert names(await taken(link.inbox, 2)) == ["LinkCameUp", "Secure"]
    assert tls_pbx.peer.writer.get_extra_info("ssl_object") is not None


async def test_tls_with_the_wrong_name_is_refused_with_a_sentence(
    tls_pbx, certificate, new_link, until
):
    link = new_link(tls=TlsOptions(ca_file=str(certificate / "cert.pem"), server_name="other"))
    await until(lambda: link.state == "refused", "refusal")
    assert "certificate" in link.why
    assert "server_name" in link.why
    assert not any(peer.logged_in for peer in tls_pbx.peers)


async def test_tls_with_an_unknown_authority_is_refused(tls_pbx, new_link, until):
    link = new_link(tls=TlsOptions(server_name="pbx.example"))
    await until(lambda: link.state == "refused" and "certificate" in link.why, "refusal")
    assert link.counters.refused >= 1


async def test_tls_unverified_comes_up_when_asked_for(tls_pbx, new_link, until):
    link = new_link(tls=TlsOptions(verify=False))
    await until(lambda: link.state == "up", "login over TLS")


async def test_tls_authority_file_that_is_missing_gets_a_sentence(pbx, new_link, until):
    link = new_link(tls=TlsOptions(ca_file="no/such/file.pem"))
    await until(lambda: link.state == "refused", "refusal")
    assert "no/such/file.pem cannot be used" in link.why


async def test_tls_to_a_plain_port_is_down_with_a_sentence(pbx, new_link, until):
    link = new_link(tls=TlsOptions(verify=False))
    await until(lambda: link.state == "down" and "cannot be reached" in link.why, "sentence")


async def test_silent_tls_handshake_ends_at_the_connect_time_out(new_link, until):
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        link: AmiLink = new_link(
            port=listener.getsockname()[1], tls=TlsOptions(verify=False), connect_timeout_s=0.1
        )
        await until(lambda: "did not take the connection" in link.why, "time-out")
    finally:
        listener.close()
