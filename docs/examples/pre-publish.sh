#!/bin/sh
# Publish a draft only if no rule is broken and nobody else is publishing the same.
#
#   pre-publish.sh DRAFT CATALOG COMMAND…
#
# COMMAND publishes the draft and exits with 0 if it did. PUBLISH_NAME names the attempt: give a job or order number, and
# a repetition of the same job cannot publish twice; without it every run is an attempt of its own. A name proves nothing:
# only who reserved (--as, else the user of this machine) can publish or give back by it; others need the one-time token.
# Exit code: 0 published; 1 it would be a duplicate, or the attempt was made before; 2 wrong input; else COMMAND's own.
set -eu
draft=$1
catalog=$2
shift 2
name=${PUBLISH_NAME:-$(uname -n)-$$-$(date +%s)}

dupcheck check "$draft" --against "$catalog" --claim "$name" || exit $?
code=0
"$@" || code=$?
if [ "$code" -eq 0 ]; then
  # It is online, however long that took: it must count even if the reservation has expired meanwhile.
  dupcheck publish "$name" --override "published later than reserved"
else
  dupcheck release "$name"
fi
# Killed while COMMAND ran? Nobody knows whether it published, so nothing is given back: the reservation expires by itself.
exit "$code"
