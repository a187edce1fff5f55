#!/bin/sh
# Make sure that .venv holds infscale-sym with the extras named as arguments, e.g. `tools/bootstrap.sh test`.
# An environment that is complete is left alone (about 0.2 s); anything else is handed to tools/bootstrap.py,
# run by the first suitable Python on the PATH. Nothing outside this folder is written.
set -u
cd "$(dirname "$0")/.." || exit 1
unset PYTHONHOME PYTHONPATH

if [ -x .venv/bin/python ] && .venv/bin/python -I tools/bootstrap.py --check "$@" 2>/dev/null; then
    exit 0
fi

# python3 first: it is the Python that the user means. The .venv itself is no candidate, since it may be replaced.
seen=""
half=""
probe='
import os, sys
if os.path.realpath(sys.prefix) == os.path.realpath(".venv"): sys.exit(3)
if sys.version_info < (3, 11): print("%d.%d" % sys.version_info[:2]); sys.exit(4)
import venv
try: from ensurepip import version
except ImportError: import pip
'
extras=$*

try() { # hand over to this Python if it will do, else remember why not
    if [ -f "$1" ] && [ -x "$1" ]; then
        said=$("$1" -I -c "$probe" 2>/dev/null)
        case $? in
            0) exec "$1" -I tools/bootstrap.py $extras ;;
            1) half=$1 ;;
            4) seen="$seen $1 is $said;" ;;
        esac
    fi
}

if [ -n "${PYTHON:-}" ]; then
    try "$(command -v "$PYTHON" || echo "$PYTHON")"
else
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        old_ifs=$IFS; IFS=:
        for place in $PATH; do IFS=$old_ifs; try "${place:-.}/$name"; done
        IFS=$old_ifs
    done
fi

if [ -n "$half" ]; then
    echo "setup: $half lacks venv or pip; install them (Debian, Ubuntu: package python3-venv) and run make again." >&2
else
    echo "setup: no Python 3.11 or newer found on the PATH.${seen:+ Seen:$seen}" \
         "Install one, or name it: make PYTHON=/path/to/python3 ..." >&2
fi
exit 1
