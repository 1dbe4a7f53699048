#!/usr/bin/env bash
# Builds the test of a kernel family for Cortex-M cores, runs it in QEMU and compares every byte with plain loops; then
# prints the cycles that the model of runtime-stub/platform/count_plugin.c finds for layers of known networks.
#
#   run_kernel.sh FAMILY DIRECTORY [CPUS] [BUILDS] [SEED] [COUNT]
#   run_kernel.sh depthwise /tmp/depthwise "m4 m7 m33" "O0 O2 O3 Os+sections+at2" 1 100
#
# A build is a level of optimization, and behind a + each: `sections`, a section for every function and object, as
# Arduino and Zephyr have them; `lto`, optimization when linking; and with sections `atN`, the inner loops' functions at
# addresses that are N modulo 8.
#
# FAMILY_generate.cpp makes the cases on the host, FAMILY_check.cpp runs them. Files go to DIRECTORY only. The last line
# says what passed; the exit status is 0 if everything did, and 77 where a cross tool is not installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
family=${1:?family of kernels}
directory=${2:?directory for temporary files}
cpus=${3:-m4 m7 m33}
builds=${4:-O0 O1 O2 O3 Os O2+lto Os+sections+at0 Os+sections+at2 Os+sections+at4 Os+sections+at6}
seed=${5:-1}
count=${6:-100}
cross=${BURIN_ARM_CXX:-arm-none-eabi-g++}
for tool in ${cross%% *} arm-none-eabi-nm qemu-system-arm; do
  command -v "$tool" >/dev/null || {
    echo "skipped: $tool is not installed"
    exit 77
  }
done
mkdir -p "$directory"
cd "$directory"

${CXX:-g++} -std=c++20 -O1 -Wall -Wextra -Wconversion -Wshadow -Wsign-conversion -DBURIN_HOST -I"$root/runtime-stub" \
  -I"$root/compiler" "$here/${family}_generate.cpp" "$root"/compiler/arithmetic/*.cpp "$root"/compiler/support/check.cpp -o generate -lfmt
./generate . "$seed" "$count" > generate.log || { cat generate.log; exit 1; }
[ libcount.so -nt "$root/runtime-stub/platform/count_plugin.c" ] ||
  ${CC:-cc} -O2 -shared -fPIC -o libcount.so "$root/runtime-stub/platform/count_plugin.c"

warnings="-Wall -Wextra -Wconversion -Wshadow -Wsign-conversion -Wpedantic"
failed=0
runs=0
for cpu in $cpus; do
  case $cpu in
    m4) flags="-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16"; machine=mps2-an386; flash=0x0; ram=0x21000000 ;;
    m7) flags="-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-sp-d16"; machine=mps2-an500; flash=0x0; ram=0x20000000 ;;
    m33) flags="-mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16"; machine=mps2-an505; flash=0x10000000
         ram=0x38000000 ;;
    *) echo "unknown CPU $cpu"; exit 2 ;;
  esac
  for build in $builds; do
    elf=check-$cpu-$build.elf
    options=
    place=
    level=${build%%+*}
    rest=${build#"$level"}
    for part in ${rest//+/ }; do
      case $part in
        sections) options="$options -ffunction-sections -fdata-sections -Wl,--gc-sections" ;;
        lto) options="$options -flto=auto" ;;
        at[0246]) place=${part#at} ;;
        *) echo "unknown build $build"; exit 2 ;;
      esac
    done
    compile="$cross -std=c++11 $flags -mthumb -$level $options $warnings -Werror -ffreestanding -fno-exceptions -fno-rtti
      -I$root/runtime-stub -I."
    script=$root/runtime-stub/platform/board.ld
    if [ -n "$place" ]; then
      script=place-$cpu-$build.ld
      $compile -c "$here/${family}_check.cpp" -o place.o
      "$here/place_functions.sh" place.o "$place" > "$script"
    fi
    $compile -nostartfiles --specs=nano.specs -Wl,--defsym=burin_vectors_origin=$flash \
      -Wl,--defsym=burin_flash_origin=$((flash + 64)) -Wl,--defsym=burin_flash_bytes=$((4 * 1024 * 1024 - 64)) \
      -Wl,--defsym=burin_ram_origin=$ram -Wl,--defsym=burin_ram_bytes=$((4 * 1024 * 1024)) \
      -T "$script" "$here/${family}_check.cpp" \
      "$root/runtime-stub/platform/startup.cpp" "$root/runtime-stub/platform/semihosting.cpp" -o "$elf"
    symbols=$(arm-none-eabi-nm "$elf")
    address() { echo "0x$(echo "$symbols" | awk -v name="$1" '$3 == name { print $1 }')"; }
    echo "$symbols" | awk '$3 ~ /^mark_[0-9]+$/ { sub("mark_", "", $3); print "0x" $1, $3 }' > marks
    runs=$((runs + 1))
    if ! timeout 600 qemu-system-arm -M $machine -nographic -monitor none -serial none \
        -semihosting-config enable=on,target=native \
        -plugin "./libcount.so,begin=$(address burin_bench_begin),end=$(address burin_bench_end),layers=marks,out=count-$cpu-$build.json" \
        -kernel "$elf" > "run-$cpu-$build.log" 2>&1; then
      failed=$((failed + 1))
      echo "$cpu -$build:"
      head -n 20 "run-$cpu-$build.log"
    elif [ "$cpu" = m4 ]; then
      echo "-$build"
      # The cycles are for people to read: the tests do without Python.
      if command -v python3 >/dev/null; then
        python3 "$here/print_cycles.py" generate.log "count-$cpu-$build.json"
      fi
    fi
  done
done
tail -n 1 "run-$cpu-$build.log"
echo "$family: $((runs - failed)) of $runs builds right ($cpus; $builds; seed $seed)"
[ "$failed" = 0 ]
