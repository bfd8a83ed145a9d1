"""Asterisk's CEL, folded to channels that are gone (``callcenter.domain.hung_up.LegEnd``).

Rows come from ``cel-custom/Master.csv``, with the columns of our sample or with those of
Asterisk's own, or from a table. Events that a PBX does not write (``events=``, ``apps=`` of
cel.conf) are not missed where they would be needed: then less is concluded.

Source: cel/cel_custom.c, main/cel.c of Asterisk 16 to 22; ASTERISK 1.8, 12.14.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from callcenter.domain.hung_up import LegEnd
from callcenter.ports.log_tables import Row, Wanted

from .wall_times import WallTimes

CEL = Wanted(
    time="eventtime",
    columns=(
        *("uniqueid", "linkedid", "eventtype", "channame", "appname", "extra"),
        *("cid_num", "exten"),
    ),
)
"""The columns of Asterisk's own schema that we read."""

# Places of: eventtime, uniqueid, linkedid, eventtype, channame, appname, extra, cid_num, exten.
SHAPES: dict[int, tuple[int, ...]] = {
    12: (1, 8, 9, 0, 5, 6, 11, 2, 3),
    20: (1, 14, 15, 0, 9, 10, 19, 3, 7),
}
"""By the number of columns: asterisk-sample/cel_custom.conf, and Asterisk's own sample."""

HANDED = frozenset(("BLINDTRANSFER", "ATTENDEDTRANSFER", "PARK_START", "PICKUP", "FORWARD"))
LEGS = 100_000
"""Channels and Linkedids in memory at most; the oldest are forgotten."""


class Extra(Struct):
    """What a HANGUP, or a BRIDGE_ENTER and BRIDGE_EXIT, tells besides."""

    hangupsource: str = ""
    dialstatus: str = ""
    bridge_id: str = ""


class _Leg(Struct):
    started_at: int | None = None
    number: str = ""
    line: str = ""
    bridges: int = 0
    peer: str = ""
    joined_at: int | None = None
    parted_at: int | None = None
    queued: bool = False
    left_queue_at: int | None = None
    dialled: bool = False


class CelFold:
    """Rows in, in their order; ended channels out. ``zone``: of times without one."""

    def __init__(self, zone: str) -> None:
        self.times = WallTimes(zone)
        self.rows = 0
        self.garbage = 0
        self._legs: dict[str, _Leg] = {}
        self._bridges: dict[str, dict[str, str]] = {}
        self._handed: dict[str, int] = {}
        self._apps: set[str] = set()
        self._extra = msgspec.json.Decoder(Extra)

    def texts(self, lines: Iterable[str]) -> list[LegEnd]:
        """Lines of Master.csv."""
        ends: list[LegEnd] = []
        for line in lines:
            try:
                fields = next(csv.reader([line], strict=True), [])
            except csv.Error:
                fields = []
            shape = SHAPES.get(len(fields))
            if shape is None:
                self.garbage += 1
                continue
            time, *values = (fields[place] for place in shape)
            ends += self._row(time, values)
        return ends

    def table(self, rows: Iterable[Row]) -> list[LegEnd]:
        """Rows of a table with the columns of ``CEL``."""
        return [end for row in rows for end in self._row(row.time, row.values)]

    def _row(self, time: str, values: Sequence[str]) -> list[LegEnd]:
        uniqueid, linkedid, event, channel, app, text, number, exten = values
        at = self.times.read(time, uniqueid)
        if at is None or not uniqueid:
            self.garbage += 1
            return []
        self.rows += 1
        if event == "CHAN_END":
            self._legs.pop(uniqueid, None)
        elif event == "HANGUP":
            return [self._end(uniqueid, linkedid, channel, at, self._told(text))]
        if event in HANDED:
            self._handed[linkedid] = at
            _trim(self._handed)
        elif event == "CHAN_START":
            leg = self._leg(uniqueid)
            leg.started_at, leg.number, leg.line = at, number, exten
        elif event == "LINKEDID_END":
            self._handed.pop(linkedid, None)
        elif event in ("BRIDGE_ENTER", "BRIDGE_EXIT"):
            bridge = self._bridges.setdefault(self._told(text).bridge_id, {})
            if event == "BRIDGE_ENTER":
                self._entered(bridge, uniqueid, channel, at)
            else:
                self._left(bridge, uniqueid, channel, at)
            if not bridge:
                del self._bridges[self._told(text).bridge_id]
            _trim(self._bridges)
        else:
            self._step(self._leg(uniqueid), event, app, at)
        return []

    def _leg(self, uniqueid: str) -> _Leg:
        leg = self._legs.get(uniqueid)
        if leg is None:
            leg = self._legs[uniqueid] = _Leg()
            _trim(self._legs)
        return leg

    def _entered(self, bridge: dict[str, str], uniqueid: str, channel: str, at: int) -> None:
        mine = self._leg(uniqueid)
        for other, name in bridge.items():
            for leg, peer in ((mine, name), (self._leg(other), channel)):
                if peer != leg.peer:
                    leg.bridges += 1
                    leg.peer, leg.joined_at = peer, at
                leg.parted_at = None
        bridge[uniqueid] = channel

    def _left(self, bridge: dict[str, str], uniqueid: str, channel: str, at: int) -> None:
        bridge.pop(uniqueid, None)
        self._leg(uniqueid).parted_at = at
        for other in bridge:
            leg = self._leg(other)
            if leg.peer == channel:
                leg.parted_at = at

    def _step(self, leg: _Leg, event: str, app: str, at: int) -> None:
        if event == "APP_START":
            self._apps.add(app)
            leg.queued |= app == "Queue"
            leg.dialled |= app == "Dial"
            leg.left_queue_at = None
        elif event == "APP_END" and app == "Queue":
            leg.left_queue_at = at

    def _told(self, text: str) -> Extra:
        try:
            return self._extra.decode(text.encode()) if text else Extra()
        except msgspec.DecodeError:
            return Extra()

    def _end(self, uniqueid: str, linkedid: str, channel: str, at: int, told: Extra) -> LegEnd:
        leg = self._legs.pop(uniqueid, None) or _Leg()
        return LegEnd(
            uniqueid=uniqueid,
            channel=channel,
            at=at,
            source=told.hangupsource,
            dial=told.dialstatus,
            # Only a PBX that writes both would have written them of this channel.
            whole=leg.started_at is not None and {"Queue", "Dial"} <= self._apps,
            bridges=leg.bridges,
            peer=leg.peer,
            joined_at=leg.joined_at,
            parted_at=leg.parted_at,
            queued=leg.queued,
            left_queue_at=leg.left_queue_at,
            dialled=leg.dialled,
            handed_at=self._handed.get(linkedid),
            first=uniqueid == linkedid,
            started_at=leg.started_at,
            number=leg.number,
            line=leg.line,
        )


def _trim(kept: dict[str, _Leg] | dict[str, int] | dict[str, dict[str, str]]) -> None:
    while len(kept) > LEGS:
        del kept[next(iter(kept))]
