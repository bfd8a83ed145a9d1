"""Copies of ``asterisk-sample`` made fit for one lab instance.

Only what must differ is changed: folders, ports, secrets, the line's address. Everything else is
the sample as a user gets it. What the lab adds of its own stands in the ``*_local.conf`` files that
the sample includes for such a purpose: an account with full rights, and *sites*, copies of the six
queues (``support1`` ...) with twelve phones each (``1101`` ...), so that many stories can be played
at once without meeting each other.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from . import realtime

SAMPLE = Path(__file__).resolve().parents[2] / "asterisk-sample"
QUEUES = ("support", "billing", "sales", "overflow", "tiny", "vip")
SITES = 9  # besides site 0, the sample itself
PHONES = 12  # of each site
WAIT_LIMIT = 10  # seconds; the sample's 60 would make every timeout story a minute long
PARK_LIMIT = 8  # seconds; the sample's 30, of a parked caller's stay, likewise
COMEBACK_LIMIT = 3  # seconds; the sample's 20, of ringing who parked him
PATIENT = "patient"
"""A queue of each site, 607, that rings for a minute and keeps its callers for ever: for what takes
an unknown time in between."""
REALTIME = "realtime"
"""A queue of each site, 629, that stands in a database, with its members (``realtime.py``)."""
LOAD_QUEUES = 4
LOAD_LIMITS = (10, 10, 30, 4)
"""Queues for load, ``load0`` to ``load3``, and the longest wait in each, in seconds."""
NAMES = ("Agent", "دفتر", "משרד")


@dataclass(frozen=True)
class Ports:
    """Loopback ports of one instance; RTP is the first of ``RTP_PORTS``."""

    ami: int
    sip: int
    line: int
    rtp: int


RTP_PORTS = 800


@dataclass
class Secrets:
    """Fresh secrets of one instance; there are no default ones anywhere."""

    read: str = field(default_factory=lambda: secrets.token_hex(12))
    action: str = field(default_factory=lambda: secrets.token_hex(12))
    lab: str = field(default_factory=lambda: secrets.token_hex(12))
    phone: str = field(default_factory=lambda: secrets.token_hex(12))


def prepare(
    folder: Path,
    inside: str,
    root: Path,
    version: int,
    ports: Ports,
    keys: Secrets,
    sites: int = SITES,
) -> None:
    """Fills ``folder`` (``inside``/etc as seen in the chroot ``root``) with one instance's files.

    ``sites`` is how many copies of the queues and phones are added to the sample's own.

    Raises:
        ValueError: a line that must be replaced is no longer in the sample.
    """
    folder.mkdir(parents=True)
    for source in sorted(SAMPLE.glob("*.conf")):
        text = source.read_text(encoding="utf-8")
        text = _changed(source.name, text, inside, root, version, ports, keys)
        (folder / source.name).write_text(text, encoding="utf-8")
    (folder / "manager_local.conf").write_text(
        f"[lab]\nsecret = {keys.lab}\nread = all\nwrite = all\nwritetimeout = 5000\n"
        "deny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1/255.255.255.255\n"
    )
    (folder / "queues_local.conf").write_text(_queues(sites))
    (folder / "pjsip_local.conf").write_text(_phones(keys.phone, sites), encoding="utf-8")
    (folder / "agents_local.conf").write_text(
        _each(sites, "[{0}](pool)\nfullname = Agent {0}\n", 1, 2)
    )
    (folder / "followme_local.conf").write_text(
        _each(sites, "[{0}]\ncontext => internal\nnumber => {0},10\n", 1)
    )
    (folder / "extensions_local.conf").write_text(_dialplan())
    realtime.configure(folder, inside)


def _replaced(name: str, text: str, old: str, new: str) -> str:
    if old not in text:
        raise ValueError(f"asterisk-sample/{name} has no longer the line {old!r}")
    return text.replace(old, new)


def _changed(
    name: str, text: str, inside: str, root: Path, version: int, ports: Ports, keys: Secrets
) -> str:
    if name == "asterisk.conf":
        for key, part in (
            ("astcachedir", "cache"),
            ("astetcdir", "etc"),
            ("astdbdir", "db"),
            ("astspooldir", "spool"),
            ("astrundir", "run"),
            ("astlogdir", "log"),
        ):
            text = re.sub(rf"^{key} => .*$", f"{key} => {inside}/{part}", text, flags=re.M)
        modules = next(root.glob("usr/lib/**/asterisk/modules"))
        text = re.sub(
            r"^astmoddir => .*$", f"astmoddir => /{modules.relative_to(root)}", text, flags=re.M
        )
    elif name == "manager.conf":
        text = _replaced(name, text, "port = 5038", f"port = {ports.ami}")
        text = _replaced(name, text, ";secret = @READ_SECRET@", f"secret = {keys.read}")
        text = _replaced(name, text, ";secret = @ACTION_SECRET@", f"secret = {keys.action}")
        if version < 18:
            text = re.sub(r"^(eventfilter\()", r";\1", text, flags=re.M).replace(";16;", "")
    elif name == "pjsip.conf":
        text = _replaced(name, text, "bind = 127.0.0.1:5060", f"bind = 127.0.0.1:{ports.sip}")
        text = _replaced(name, text, "sip:127.0.0.1:5070", f"sip:127.0.0.1:{ports.line}")
        text = re.sub(r"@PHONE_SECRET_\d+@", keys.phone, text)
    elif name == "res_parking.conf":
        text = _replaced(name, text, "parkingtime => 30", f"parkingtime => {PARK_LIMIT}")
        mine = f"comebackdialtime = {COMEBACK_LIMIT}"
        text = _replaced(name, text, "comebackdialtime = 20", mine)
    elif name == "rtp.conf":
        text = _replaced(name, text, "rtpstart = 10000", f"rtpstart = {ports.rtp}")
        text = _replaced(name, text, "rtpend = 10999", f"rtpend = {ports.rtp + RTP_PORTS - 1}")
    return text


def site_queue(queue: str, site: int) -> str:
    """The name of a queue at a site: ``support`` at 0, ``support3`` at 3."""
    return queue if site == 0 else f"{queue}{site}"


def site_line(extension: int, site: int) -> str:
    """The number a caller dials for an extension (600 to 610) of a site."""
    return f"+982191000{extension}" if site == 0 else f"+98219101{site}{extension}"


def site_phone(number: int, site: int) -> int:
    """The number of a site's phone, ``number`` from 1: 1001 at site 0, 1301 at site 3."""
    return 1000 + 100 * site + number


def _queues(sites: int) -> str:
    special = {
        "support": "strategy = rrmemory",
        "billing": "strategy = linear\njoinempty = strict\nleavewhenempty = strict",
        "sales": "strategy = ringall",
        "overflow": "strategy = leastrecent",
        "tiny": "strategy = ringall\nmaxlen = 1",
        "vip": "strategy = fewestcalls\nweight = 10",
    }
    paused = "".join(
        f"[{site_queue('auto', site)}](common)\nstrategy = ringall\nautopause = yes\n"
        for site in range(sites + 1)
    )
    return (
        paused
        + "\n".join(
            f"[{site_queue(queue, site)}](common)\n{special[queue]}\n"
            for site in range(1, sites + 1)
            for queue in QUEUES
        )
        + "\n".join(
            f"[{site_queue(PATIENT, site)}](common)\nstrategy = ringall\ntimeout = 60\n"
            for site in range(sites + 1)
        )
        + "".join(
            f"[load{number}](common)\nstrategy = rrmemory\ntimeout = 3\nwrapuptime = 0\n"
            for number in range(LOAD_QUEUES)
        )
    )


def _phones(secret: str, sites: int) -> str:
    parts = []
    for site in range(1, sites + 1):
        for number in range(1, PHONES + 1):
            phone = site_phone(number, site)
            name = f"{NAMES[number % len(NAMES)]} {phone}"
            parts.append(
                f"[{phone}](agent)\nauth = {phone}\naors = {phone}\n"
                f'callerid = "{name}" <{phone}>\nset_var = __SITE={site}\n'
                f"call_group = {site + 1}\npickup_group = {site + 1}\n"
                f"[{phone}](agent-auth)\nusername = {phone}\npassword = {secret}\n"
                f"[{phone}](agent-aor)\n"
            )
    return "\n".join(parts)


def _each(sites: int, text: str, *phones: int) -> str:
    """The text for these phones of each site."""
    return "".join(
        text.format(site_phone(phone, site)) for site in range(1, sites + 1) for phone in phones
    )


def _dialplan() -> str:
    return (
        f"[globals](+)\nWAIT_LIMIT = {WAIT_LIMIT}\n"
        "[from-trunk](+)\n"
        "exten => _+98219101[1-9]6XX,1,Set(__SITE=${EXTEN:9:1})\n"
        " same => n,Gosub(hidden,s,1)\n"
        " same => n,Goto(did,${EXTEN:10},1)\n"
        "exten => _+982191001[1-9]XX,1,Set(__SITE=${EXTEN:10:1})\n"
        " same => n,Gosub(hidden,s,1)\n"
        " same => n,Goto(direct,${EXTEN:9},1)\n"
        "[did](+)\n"
        "exten => 607,1,Answer()\n"
        " same => n,Set(QUEUESTATUS=)\n"
        f" same => n,Queue({PATIENT}${{SITE}},tkx)\n"
        " same => n,Hangup()\n"
        "[from-trunk](+)\nexten => _+9821910090X,1,Goto(load,${EXTEN:-1},1)\n[load]\n"
        + "".join(
            f"exten => {number},1,Answer()\n"
            " same => n,Set(CC_BOX=600)\n"
            " same => n,Set(QUEUESTATUS=)\n"
            f" same => n,Queue(load{number},tkx,,,{LOAD_LIMITS[number]})\n"
            f" same => n,Gosub(queue-left,s,1(load{number}))\n"
            " same => n,Hangup()\n"
            for number in range(LOAD_QUEUES)
        )
        + _more_ways()
    )


def _more_ways() -> str:
    """Ways into the queues that the sample does without, 621 to 631."""
    after = " same => n,Gosub(queue-left,s,1({0}${{SITE}}))\n same => n,Hangup()\n"
    enter = "exten => {0},1,Answer()\n same => n,Set(QUEUESTATUS=)\n"
    ways = {
        628: " same => n,Queue(support${SITE},tkxn,,,${WAIT_LIMIT})\n",
        # The caller stays in the dialplan when the agent has hung up (a survey, say).
        621: " same => n,Queue(support${SITE},tkxc,,,${WAIT_LIMIT})\n same => n,Wait(3)\n",
        622: " same => n,Queue(support${SITE},tkx,,conf-onlyperson,${WAIT_LIMIT})\n",
        626: " same => n,Queue(support${SITE},tkx,,vm-instructions,${WAIT_LIMIT})\n",
        624: " same => n,Set(TIMEOUT(absolute)=4)\n"
        " same => n,Queue(support${SITE},tkx,,,${WAIT_LIMIT})\n",
    }
    text = "[did](+)\n" + "".join(
        enter.format(number) + way + after.format("support") for number, way in ways.items()
    )
    text += enter.format(623) + " same => n,Queue(nosuch${SITE})\n" + after.format("nosuch")
    text += enter.format(627) + " same => n,Queue(auto${SITE},tkx,,,${WAIT_LIMIT})\n"
    text += after.format("auto")
    text += enter.format(629) + f" same => n,Queue({REALTIME}${{SITE}},tkx,,,${{WAIT_LIMIT}})\n"
    text += after.format(REALTIME)
    # The caller may press the keys of features.conf as well.
    text += "exten => 631,1,Answer()\n same => n,Set(QUEUESTATUS=)\n"
    text += " same => n,Set(TRANSFER_CONTEXT=internal)\n"
    text += " same => n,Queue(support${SITE},tTkKxX,,,${WAIT_LIMIT})\n" + after.format("support")
    text += 'exten => 625,1,Dial(PJSIP/1${IF($["${SITE}" = ""]?0:${SITE})}01,20,tkxL(3000))\n'
    return text + " same => n,Hangup()\n"
