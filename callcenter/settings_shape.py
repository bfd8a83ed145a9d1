"""The settings, as typed values: what may be set, within which limits, and what it means.

One struct is one table of the TOML file, one field is one key. The sentence beside each field is
its documentation: ``settings.listing()``, ``callcenter config`` and ``docs/settings.md`` show it.
Durations carry their unit in the key (``_s`` seconds, ``_days`` days). Nothing here reads a file
or the environment; ``settings.load`` does.
"""

from __future__ import annotations

from typing import Annotated as An
from typing import Literal

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from .settings_desk import Desk
from .settings_secret import Secret

Language = Literal["en", "fa", "he"]

_Port = Meta(ge=1, le=65535)
_Name = Meta(
    min_length=1,
    max_length=64,
    pattern=r"^[A-Za-z0-9._-]+$",
    title="letters, digits, dots, - and _",
)
_Share = Meta(ge=0.0, le=1.0)
_Seconds = Meta(ge=0, le=86_400)
_Days = Meta(ge=0, le=36_500)


def _says(text: str) -> Meta:
    return Meta(description=text)


class Site(Struct, frozen=True, kw_only=True):
    """Where the contact centre is and which languages it speaks."""

    name: An[str, _says("What the pages call this centre.")] = "Contact centre"
    timezone: An[
        str,
        _says(
            "IANA name of the time zone in which days and intervals are cut, such as Asia/Tehran; "
            "without it the machine's own, and UTC when the machine has none."
        ),
    ] = "UTC"
    region: An[
        str,
        _says(
            "ISO country, such as IR, by whose rules a number without a country code is read. "
            "Empty: such numbers are shown as they are and match no customer."
        ),
    ] = ""
    languages: An[
        tuple[Language, ...], _says("Languages offered on the pages, the first is the default.")
    ] = ("en", "fa", "he")


class Tls(Struct, frozen=True, kw_only=True):
    """How the AMI connection is encrypted."""

    ca_file: An[
        str,
        _says("File with the certificates to trust, PEM. Empty: those of the machine."),
    ] = ""
    server_name: An[
        str, _says("Name that must stand in the PBX's certificate. Empty: the host.")
    ] = ""
    verify: An[
        bool,
        _says("Check the certificate. false leaves the connection open to whoever stands between."),
    ] = True


class Account(Struct, frozen=True, kw_only=True):
    """A second AMI account that may act: pause, hang up, originate."""

    username: An[str, Meta(min_length=1), _says("Name of the account in manager.conf.")]
    secret: An[Secret | None, _says("Its password. Better in secret_file.")] = None
    secret_file: An[
        str, _says("File whose first line is the password; readable by the service only.")
    ] = ""


class LogTable(Struct, frozen=True, kw_only=True):
    """A table of Asterisk's own database, into which it writes a log."""

    url: An[
        str,
        Meta(min_length=1),
        _says("postgresql://USER@HOST/NAME or mysql://USER@HOST/NAME (MariaDB too), no password."),
    ]
    table: An[
        str,
        _says(
            "Name of the table, with its schema and a dot before it if need be. Empty: the log's."
        ),
    ] = ""
    zone: An[
        str,
        _says(
            "IANA name of the zone in which Asterisk writes its times there: the PBX's own, or UTC "
            "with queue_log_realtime_use_gmt or usegmtime. Empty: the site's."
        ),
    ] = ""
    secret: An[Secret | None, _says("The user's password. Better in secret_file.")] = None
    secret_file: An[
        str, _says("File whose first line is the password; readable by the service only.")
    ] = ""


class Pbx(Struct, frozen=True, kw_only=True):
    """One Asterisk."""

    name: An[
        str,
        _Name,
        _says("Name of this PBX in ids, pages and figures. It must not change later."),
    ] = "pbx1"
    host: An[str, Meta(min_length=1), _says("Address of its AMI.")] = "127.0.0.1"
    port: An[int, _Port, _says("Port of its AMI; with TLS usually 5039.")] = 5038
    username: An[str, Meta(min_length=1), _says("The reading account in manager.conf.")]
    secret: An[Secret | None, _says("Its password. Better in secret_file.")] = None
    secret_file: An[
        str,
        _says(
            "File whose first line is the password; readable by the service only. "
            "A relative path starts at the settings file."
        ),
    ] = ""
    tls: An[bool | Tls, _says("true, or a table, when AMI is spoken over TLS.")] = False
    actions: An[
        Account | None,
        _says("Second account, by which agents are paused. Without it the pages only show."),
    ] = None
    queue_log: An[
        str | LogTable,
        _says(
            "Path of this PBX's queue_log when the service can read it, or a table: its URL, or "
            "keys of its own. Empty: not read."
        ),
    ] = ""
    cel: An[
        str | LogTable,
        _says(
            "Path of its cel-custom/Master.csv, or a table of CEL, likewise: who hung up where "
            "AMI did not tell. Empty: not read."
        ),
    ] = ""
    internal: An[
        str,
        _says(
            "Regular expression that matches channel names of our own phones, such as "
            "^PJSIP/1[0-9]{3}-. Empty: queue members and what they dial like are taken as ours."
        ),
    ] = ""
    trunks: An[
        tuple[str, ...],
        _says("Starts of channel names that are lines to the outside, such as PJSIP/trunk-."),
    ] = ()

    @property
    def encryption(self) -> Tls | None:
        """The TLS table, or None when AMI is spoken in clear."""
        if isinstance(self.tls, Tls):
            return self.tls
        return Tls() if self.tls else None


class Http(Struct, frozen=True, kw_only=True):
    """The one port for pages, API, websocket and metrics."""

    host: An[str, Meta(min_length=1), _says("Address to listen on.")] = "127.0.0.1"
    port: An[int, _Port, _says("Port to listen on.")] = 8080
    public_url: An[
        str,
        _says(
            "Address by which browsers come, such as https://calls.example.org. With https the "
            "session cookie is marked Secure; websockets of another origin are refused."
        ),
    ] = ""
    trusted_proxies: An[
        tuple[str, ...],
        _says("Addresses or networks of proxies whose X-Forwarded-For is believed."),
    ] = ()
    metrics_open: An[
        bool, _says("Let anybody read /metrics. false: this machine itself, or with an API token.")
    ] = False


class Database(Struct, frozen=True, kw_only=True):
    """Where facts, calls, customers and users are kept."""

    url: An[
        str,
        _says(
            "sqlite:///FILE (relative to the working directory; four slashes for an absolute "
            "path) or postgresql://USER:PASSWORD@HOST/NAME."
        ),
    ] = "sqlite:///data/callcenter.db"


class Bus(Struct, frozen=True, kw_only=True):
    """How facts reach their readers."""

    url: An[str, _says("Empty: inside this process. Nothing else exists yet.")] = ""


class Directory(Struct, frozen=True, kw_only=True):
    """Who is calling."""

    regions: An[
        dict[str, str],
        _says(
            "ISO country by dialled line, where a line's callers dial by other rules than the "
            "site's: the line's digits = country."
        ),
    ] = field(default_factory=dict)


class Queue(Struct, frozen=True, kw_only=True):
    """What is promised to the callers of one queue."""

    name: An[
        str,
        Meta(min_length=1, max_length=128),
        _says("Name of the queue in Asterisk, or * for every queue without its own table."),
    ]
    title_en: An[str, _says("Title on English pages. Empty: the name.")] = ""
    title_fa: An[str, _says("Title on Persian pages. Empty: the name.")] = ""
    title_he: An[str, _says("Title on Hebrew pages. Empty: the name.")] = ""
    target_s: An[
        int, _Seconds, _says("Answered within so many seconds meets the service level.")
    ] = 20
    short_abandon_s: An[
        int, _Seconds, _says("Who hangs up within so many seconds is a short abandon.")
    ] = 5
    target: An[float, _Share, _says("Share of calls to be answered in time.")] = 0.8
    abandon_target: An[float, _Share, _says("Share of abandoned calls that is still fine.")] = 0.05
    wrapup_s: An[
        An[int, _Seconds] | None, _says("Seconds of wrap-up. Without it Asterisk's wrapuptime.")
    ] = None
    ring_limit_s: An[
        An[int, _Seconds] | None,
        _says("Seconds a phone is rung (the queue's timeout), for the bar on the pop."),
    ] = None


class Retention(Struct, frozen=True, kw_only=True):
    """How long things are kept; 0 keeps them for ever."""

    journal_days: An[
        int, _Days, _says("Days the journal of facts is kept; `db rebuild` reaches as far back.")
    ] = 730
    calls_days: An[int, _Days, _says("Days calls are kept, with numbers, names and notes.")] = 730
    spans_days: An[int, _Days, _says("Days the states of agents are kept.")] = 730
    figures_days: An[
        int, _Days, _says("Days the counters by quarter of an hour are kept; no numbers in them.")
    ] = 0
    done_follow_ups_days: An[int, _Days, _says("Days a follow-up is kept after it was done.")] = 730


class Trace(Struct, frozen=True, kw_only=True):
    """The flight recorder: what the PBX said, kept for a while."""

    keep: An[
        str,
        Meta(
            pattern=r"^([1-9][0-9]{0,4}[hd])?$",
            title="a number of hours or days such as 24h or 7d",
        ),
        _says("How long the AMI stream is kept, such as 24h or 7d. Empty: not at all."),
    ] = ""
    folder: An[str, Meta(min_length=1), _says("Where it is kept.")] = "data/traces"
    scrub: An[
        bool, _says("Replace numbers and names, each by the same substitute, before writing.")
    ] = True


class Log(Struct, frozen=True, kw_only=True):
    """The service's own log, on standard error."""

    format: An[
        Literal["plain", "json"], _says("plain for people, json for collectors of logs.")
    ] = "plain"
    level: An[
        Literal["debug", "info", "warning", "error"], _says("The least weight that is written.")
    ] = "info"
    mask_numbers: An[
        bool, _says("Show only the last two digits of telephone numbers in the log.")
    ] = True


class Settings(Struct, frozen=True, kw_only=True):
    """All settings. With no ``[[pbx]]`` the built-in fake PBX plays (``demo`` is true)."""

    site: Site = Site()
    pbx: tuple[Pbx, ...] = ()
    http: Http = Http()
    database: Database = Database()
    bus: Bus = Bus()
    directory: Directory = field(default_factory=Directory)
    queue: tuple[Queue, ...] = ()
    retention: Retention = Retention()
    trace: Trace = Trace()
    desk: Desk = Desk()
    log: Log = Log()

    @property
    def demo(self) -> bool:
        """True when no PBX is configured and the fake one plays."""
        return not self.pbx

    def queue_named(self, name: str) -> Queue:
        """The promise of this queue: its own table, else the one called ``*``, else the defaults.

        Asterisk compares queue names without regard to case, and so do we.
        """
        wanted = name.casefold()
        for queue in self.queue:
            if queue.name.casefold() == wanted:
                return queue
        for queue in self.queue:
            if queue.name == "*":
                return replace(queue, name=name)
        return Queue(name=name)
