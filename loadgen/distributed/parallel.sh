#!/bin/bash
# A load from several processes that GNU parallel starts, and the sum of it:
#   ./parallel.sh 4 ws://server:9001/ -c 30000 -r 60000 -d 60s --threshold 'rtt p99 < 10ms'
# PARALLEL_OPTIONS goes to parallel (--sshlogin a,b,c); SHARDS is a folder that all hosts see; BARRIER is host:port where
# the first of them listens.
set -euo pipefail
world=$1
shift
shards=${SHARDS:-$PWD/wsrig-$$}
# All at once (-j): a shard that is not started keeps the others waiting at the barrier. It numbers them from 1.
# shellcheck disable=SC2086 # several words
seq "$world" | parallel --will-cite ${PARALLEL_OPTIONS:-} -j "$world" -N0 --line-buffer --quote \
  wsrig-load "$@" --quiet --world "$world" --seed "$$" --shards "$shards" --barrier "${BARRIER:-127.0.0.1:9400}" ||
  echo "$? shards failed" >&2
wsrig merge "$shards" --json "$shards/run.json" --html "$shards/run.html"
