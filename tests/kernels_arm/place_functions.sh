#!/usr/bin/env bash
# Prints the linker script of the emulator's boards, changed so that each function of inline assembly of an object lies
# at an address that is N modulo 8, whatever its section asks for: an inner loop has to work wherever a linker puts it.
#
#   place_functions.sh OBJECT N
#
# The object is compiled with -ffunction-sections.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=${1:?object}
residue=${2:?residue modulo 8}
# Sections of the primitive layers' own functions; those that are C++ may have constants to align.
sections=$(arm-none-eabi-objdump -h "$object" | awk '{ print $2 }' |
  grep -E '^\.text\._ZN(12_GLOBAL__N_1)?13burin_kernels[0-9]+ArmDsp' | grep -v requantize | sort -u)
[ -n "$sections" ] || { echo "no inner loops in $object" >&2; exit 1; }
while IFS= read -r line; do
  if [[ $line == "  .text : "* ]]; then
    echo "  .placed ALIGN(8) : SUBALIGN(2)"
    echo "  {"
    for section in $sections; do
      echo "    . = ALIGN(8) + $residue;"
      echo "    *($section)"
    done
    echo "  } > FLASH"
  fi
  echo "$line"
done < "$here/../../runtime-stub/platform/board.ld"
