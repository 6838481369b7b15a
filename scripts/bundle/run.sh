#!/bin/sh
# Retort with everything it needs but PyTorch, for Linux on x86-64: unpacks itself, then does what it is told.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=${RETORT_HOME:-$here/unpacked}

usage() {
  cat <<'TEXT'
Usage: ./run COMMAND [OPTIONS]

  build                 compile the torch engine against this machine's PyTorch (python3's, or RETORT_LIBTORCH; --python PATH)
  doctor                what runs here, and how fast
  test [OPTIONS]        the engine's tests on the torch engine
                        --device cpu|cuda:N, --precision fp32|bf16; more words go to ava, as test/nn/encoder.test.ts
  bench [OPTIONS]       speed, against PyTorch where python3 has transformers (bench --help lists the options)
  start [OPTIONS]       the quick start, into ./runs; takes --engine, --device, --precision
  check [OPTIONS]       all of these on one device in some minutes, into a folder of logs and figures (check --help)
  retort WORDS          the retort command itself
  node WORDS            Node

Building needs cmake, a C++ compiler, make or ninja, and torch 2.11 to 2.13; no network, no npm, no Node.
It unpacks itself beside this file, or into RETORT_HOME.
TEXT
}

unpack() {
  id=$(cksum < "$here/payload.tar.xz")
  [ "$(cat "$home/.payload" 2>/dev/null || true)" = "$id" ] && return
  echo "unpacking into $home" >&2
  rm -rf "$home.partial"
  mkdir -p "$home.partial"
  if command -v xz >/dev/null; then xz -dc "$here/payload.tar.xz" | tar xf - -C "$home.partial"
  else python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/payload.tar.xz" "$home.partial"
  fi
  echo "$id" > "$home.partial/.payload"
  rm -rf "$home"
  mv "$home.partial" "$home"
}

build() { node "$home/dist/cli.js" build-native "$@"; }

# The engine's own lines are of no interest where it is only made sure of.
built() { build "$@" >&2; }

tests() {
  while [ $# -gt 0 ]; do
    case $1 in
      --device) RETORT_TEST_DEVICE=$2; export RETORT_TEST_DEVICE; shift 2 ;;
      --precision) RETORT_TEST_PRECISION=$2; export RETORT_TEST_PRECISION; shift 2 ;;
      *) break ;;
    esac
  done
  RETORT_TEST_ENGINE=torch
  export RETORT_TEST_ENGINE
  cd "$home"
  # shellcheck disable=SC2046
  [ $# -gt 0 ] || set -- $(cat suites)
  node --import "$tsx" scripts/test.ts "$@"
}

bench() { node --import "$tsx" "$home/scripts/bench.ts" "$@"; }

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
  build | doctor | test | bench | start | check | retort | node) unpack ;;
  help | --help | -h) usage; exit 0 ;;
  *) echo "run: there is no command $command" >&2; usage >&2; exit 2 ;;
esac
PATH=$home/bin:$PATH
TSX_TSCONFIG_PATH=$home/tsconfig.json
export PATH TSX_TSCONFIG_PATH
tsx=$home/node_modules/tsx/dist/loader.mjs

case $command in
  build) build "$@" ;;
  doctor) node "$home/dist/cli.js" doctor "$@" ;;
  test) built && tests "$@" ;;
  bench) built && bench "$@" ;;
  start) node "$home/dist/cli.js" run "$home/recipes/quickstart.ts" --set "corpus=$home/corpora/opinions/sample" "$@" ;;
  check) node --import "$tsx" "$home/scripts/bundle/check.ts" "$@" ;;
  retort) node "$home/dist/cli.js" "$@" ;;
  node) node "$@" ;;
esac
