#!/bin/sh
# Makes sure that the Debian packages named in FILE are installed (one a line, "#" begins a
# comment). As root it installs what is missing; otherwise it says what to install and fails, so
# that no test has to be left out for want of a program.
set -eu
file=${1:?usage: debian-packages.sh FILE}

wanted=$(sed -e 's/#.*//' "$file")
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is no Debian. The tests need what these Debian packages contain:" $wanted >&2
    echo "Run them on Debian 12 or newer, in a container for example." >&2
    exit 1
fi
missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need Debian packages that are not installed. As root:" >&2
    echo "  apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Of prometheus we want promtool, of postgresql initdb: no server shall run here for that. Debian
# asks this file before it starts one; a machine that has its own keeps it.
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
apt-get update -qq
# shellcheck disable=SC2086 -- the list is meant to be split
apt-get install -y -qq --no-install-recommends $missing
