"""``check`` and ``trace record`` against a real Asterisk with the sample's configuration."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.lab.stories import STORIES

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.lab


async def callcenter(env: dict[str, str], *args: str, input: str = "") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callcenter.cli", *args),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **env},
        cwd=ROOT,
    )
    out, err = await process.communicate(input.encode())
    assert process.returncode is not None
    assert b"Traceback" not in err
    return process.returncode, out.decode(), err.decode()


def settings(lab: Lab, folder: Path) -> dict[str, str]:
    return {
        "CALLCENTER_DATABASE__URL": f"sqlite:///{folder}/calls.db",
        "CALLCENTER_PBX__0__PORT": str(lab.asterisk.ports.ami),
        "CALLCENTER_PBX__0__USERNAME": "callcenter",
        "CALLCENTER_PBX__0__SECRET": lab.asterisk.secrets.read,
        "CALLCENTER_PBX__0__QUEUE_LOG": str(lab.asterisk.queue_log),
        "CALLCENTER_PBX__0__ACTIONS__USERNAME": "callcenter-actions",
        "CALLCENTER_PBX__0__ACTIONS__SECRET": lab.asterisk.secrets.action,
    }


async def test_our_own_sample_passes_and_another_account_is_told_what_it_lacks(
    tmp_path: Path,
) -> None:
    async with Lab(sites=0) as lab:
        code, out, _ = await callcenter(settings(lab, tmp_path), "check", "--json")
        checked = json.loads(out)["pbx"][0]
        marks = {finding["about"]: finding["mark"] for finding in checked["findings"]}
        assert marks.pop("queues") == "advice", "nobody has signed in yet"
        assert set(marks.values()) == {"ok"}, checked
        assert code == 0
        where = ("--host", "127.0.0.1", "--port", str(lab.asterisk.ports.ami))
        account = ("--username", "callcenter-actions")
        code, out, _ = await callcenter(
            {}, "check", *where, *account, "--json", input=lab.asterisk.secrets.action
        )
        told = {f["about"]: f for f in json.loads(out)["pbx"][0]["findings"]}
        assert told["rights"]["mark"] == "advice"
        assert "Originate" in told["rights"]["says"]
        assert told["read"]["mark"] != "ok", "this account hears nothing"


async def test_a_call_on_a_real_asterisk_is_recorded_and_replayed(tmp_path: Path) -> None:
    async with Lab(sites=0) as lab:
        path = tmp_path / "trace.jsonl"
        env = settings(lab, tmp_path)
        story = STORIES["answered_caller_hangup"]

        recorder = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "callcenter.cli", "trace", "record", str(path)),
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **env},
            cwd=ROOT,
        )
        assert recorder.stderr is not None
        assert b"Recording" in await asyncio.wait_for(recorder.stderr.readline(), 20)
        await asyncio.sleep(0.5)
        await lab.play(story.name, story.play, proves=story.proves)
        recorder.send_signal(signal.SIGINT)
        said, _ = await asyncio.wait_for(recorder.communicate(), 20)
        assert recorder.returncode == 0
        assert b"numbers and names replaced" in said
        code, out, err = await callcenter(env, "trace", "replay", str(path))
        facts = [json.loads(line) for line in out.splitlines()]
        kinds = [fact["kind"] for fact in facts]
        assert code == 0
        assert "no whole roster" not in err
        for kind in ("CallStarted", "AgentOffered", "AgentAnswered", "CallEnded"):
            assert kind in kinds, kinds
