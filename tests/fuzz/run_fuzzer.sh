#!/bin/sh
# The fuzzers as a part of the tests. Exit code 77 where clang or its runtime is not installed: skipped.
#
#   run_fuzzer.sh build FOLDER                  builds all fuzzers in FOLDER
#   run_fuzzer.sh run NAME FOLDER [SECONDS]     runs one of them from the project's own models on
#
# What it finds is left in FOLDER/findings, and reproduced by FOLDER/tests/fuzz/NAME_fuzzer FILE.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)

build() {
  folder=$1
  # A program that links is what tells whether the runtime is there; Debian has it in a package of its own.
  if ! echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
    clang++ -x c++ - -fsanitize=fuzzer,address -o /dev/null 2>/dev/null; then
    echo "clang++ or its runtime (Debian: clang, libclang-rt-dev) is not installed: nothing is fuzzed"
    exit 77
  fi
  cmake -S "$source" -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DBURIN_BUILD_FUZZERS=ON \
    -DBURIN_BUILD_TESTS=OFF
  cmake --build "$folder" --target fuzzers
}

run() {
  name=$1
  folder=$2
  seconds=$3
  [ -x "$folder/tests/fuzz/${name}_fuzzer" ] || exit 77
  rm -rf "$folder/seeds_$name"
  mkdir -p "$folder/seeds_$name" "$folder/findings"
  case $name in
    tflite) cp "$source"/tests/models/*.tflite "$source"/models/*/*.tflite "$folder/seeds_$name" ;;
    tir) "$folder/tests/fuzz/write_seeds" "$folder/seeds_$name" "$source"/tests/models/*.tflite ;;
    onnx) "$folder/tests/fuzz/write_onnx_seeds" "$folder/seeds_$name" ;;
    target) cp "$source"/targets/*.json "$source"/targets/boards/*.json "$folder/seeds_$name" ;;
  esac
  # The same seed, so that a failure is likely to come again. No input may take longer than ten seconds or more than
  # a gigabyte, and what it shows is kept short.
  "$folder/tests/fuzz/${name}_fuzzer" -max_total_time="$seconds" -seed=1 -max_len=20000 -timeout=10 \
    -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$folder/findings/${name}_" "$folder/seeds_$name" \
    2>&1 | grep -v -E '^(#[0-9]|INFO: -max_len|  *NEW_FUNC|"|###)' >"$folder/log_$name" || true
  cat "$folder/log_$name"
  grep -q '^Done ' "$folder/log_$name"
}

case $1 in
  build) build "$2" ;;
  run) run "$2" "$3" "${4:-${BURIN_FUZZ_SECONDS:-30}}" ;;
esac
