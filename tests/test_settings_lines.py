"""The lines of keys in a TOML file."""

from __future__ import annotations

from callcenter.settings_lines import line_of, lines_of


def test_the_lines_of_keys_are_found_through_strings_lists_and_dotted_keys() -> None:
    text = (
        "# [http]\n"
        'site.name = "a # b"\n'
        "[desk]\n"
        "x = [\n"
        "  'port = 3', # ]\n"
        "]\n"
        'long = """\n'
        "port = 3\n"
        '[no]"""\n'
        "[[pbx]]\n"
        "  host = 'a'\n"
        "  [pbx.tls]\n"
        "  verify = true\n"
        "[[ pbx ]]\n"
        '"port" = 1\n'
        "[pbx.actions]\n"
        "username = 'x'\n"
    )
    lines = lines_of(text)
    assert lines[("site", "name")] == 2
    assert lines[("desk", "x")] == 4
    assert lines[("desk", "long")] == 7
    assert ("no",) not in lines
    assert ("desk", "port") not in lines
    assert lines[("pbx", 0, "host")] == 11
    assert lines[("pbx", 0, "tls", "verify")] == 13
    assert lines[("pbx", 1)] == 14
    assert lines[("pbx", 1, "port")] == 15
    assert lines[("pbx", 1, "actions", "username")] == 17
    assert line_of(lines, ("pbx", 1, "actions", "secret")) == 16
    assert line_of(lines, ("nowhere",)) == 1
