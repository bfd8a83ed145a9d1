#!/bin/sh
# Copies this sample into a folder and puts a fresh secret in place of every placeholder.
#
#     sh fill-in.sh /etc/asterisk
#
# Files of the same name are kept beside it as NAME.before-callcenter, once. At the end it prints
# what to write into callcenter.toml; the phones' passwords stand in the new pjsip.conf.
set -eu

target=${1:-}
if [ -z "$target" ]; then
    echo "usage: sh fill-in.sh FOLDER   (for example /etc/asterisk)" >&2
    exit 2
fi
if [ ! -d "$target" ]; then
    echo "fill-in.sh: $target is no folder. Is Asterisk installed?" >&2
    exit 1
fi
here=$(cd "$(dirname "$0")" && pwd)
secret() { od -An -N18 -tx1 /dev/urandom | tr -d ' \n'; }

umask 027
read_secret=$(secret)
action_secret=$(secret)
for file in "$here"/*.conf; do
    name=$(basename "$file")
    if [ "$name" = asterisk.conf ] && [ -f "$target/$name" ]; then
        # Folders differ from one distribution to the next: yours are right.
        continue
    fi
    if [ -f "$target/$name" ] && [ ! -f "$target/$name.before-callcenter" ]; then
        cp -p "$target/$name" "$target/$name.before-callcenter"
    fi
    sed -e "s/^;secret = @READ_SECRET@/secret = $read_secret/" \
        -e "s/^;secret = @ACTION_SECRET@/secret = $action_secret/" "$file" > "$target/$name.new"
    while grep -q '@PHONE_SECRET_[0-9]*@' "$target/$name.new"; do
        phone=$(sed -n 's/.*\(@PHONE_SECRET_[0-9]*@\).*/\1/p' "$target/$name.new" | head -n 1)
        sed "s/^password = $phone/password = $(secret)/" "$target/$name.new" > "$target/$name.next"
        if cmp -s "$target/$name.new" "$target/$name.next"; then
            # Only in a comment: nothing to fill in.
            rm "$target/$name.next"
            break
        fi
        mv "$target/$name.next" "$target/$name.new"
    done
    mv "$target/$name.new" "$target/$name"
done
if id asterisk > /dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    for file in "$here"/*.conf; do
        chown root:asterisk "$target/$(basename "$file")"
        chmod 640 "$target/$(basename "$file")"
    done
fi

cat << TOML
# callcenter.toml
[[pbx]]
name = "pbx1"
host = "127.0.0.1"
port = 5038
username = "callcenter"
secret = "$read_secret"
trunks = ["PJSIP/trunk-"]

[pbx.actions]
username = "callcenter-actions"
secret = "$action_secret"
TOML
