#!/bin/bash
# A load from several processes that Open MPI starts, and the sum of it:
#   ./mpirun.sh 3 ws://server:9001/ -c 30000 -r 60000 -d 60s --threshold 'rtt p99 < 10ms'
# MPIRUN_OPTIONS goes to mpirun (--hostfile hosts); SHARDS is a folder that all hosts see; BARRIER is host:port on the
# first of them.
set -euo pipefail
world=$1
shift
shards=${SHARDS:-$PWD/wsrig-$$}
# shellcheck disable=SC2086 # several words
mpirun ${MPIRUN_OPTIONS:-} -np "$world" wsrig-load "$@" --quiet --seed "$$" --shards "$shards" \
  --barrier "${BARRIER:-127.0.0.1:9400}" || echo "a shard failed: $?" >&2
wsrig merge "$shards" --json "$shards/run.json" --html "$shards/run.html"
