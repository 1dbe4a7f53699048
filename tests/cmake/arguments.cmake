# What burin_add_model makes of its arguments, of mistakes in them above all, and of compiler flags.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
copy_project(arguments)

function(refused call)
  configure("${call}" FAILS HAS ${ARGN} ARGUMENTS -D "call=${call}")
endfunction()
refused("MODEL models/digits.tflite SPEED fast" "burin_add_model\\(m\\): unknown arguments: SPEED fast")
refused("models/digits.tflite TARGET generic" "unknown arguments: models/digits.tflite")
refused("MODEL models/digits.tflite RAM_LIMIT" "a value is missing after RAM_LIMIT")
refused("TARGET cortex-m4" "MODEL is missing")
refused("MODEL models/none.tflite" "there is no file .*/arguments/models/none.tflite, which MODEL names")
refused("MODEL models" "there is no file .*/arguments/models, which MODEL names")
refused("MODEL models/digits.tflite TARGET board.json" "there is no file .*/arguments/board.json, which TARGET names")
refused("MODEL models/digits.tflite NAME Digits" "\"Digits\" cannot begin the names")
refused("MODEL models/digits.tflite TARGET cortex-m5 AT_CONFIGURE" "there is no target \"cortex-m5\"" "did you mean")
refused("MODEL models/digits.tflite OPTIMIZE most AT_CONFIGURE" "--optimize")
refused("MODEL models/digits.tflite QUANTIZE int8" "QUANTIZE and CALIBRATION go together, or QUANTIZE and RANGES")
refused("MODEL models/digits.tflite RANGES CMakeLists.txt" "QUANTIZE and CALIBRATION go together, or QUANTIZE and RANGES")
refused("MODEL models/digits.tflite QUANTIZE int8 RANGES none.json" "none.json, which RANGES names")
refused("MODEL models/digits.tflite QUANTIZE int8 RANGES CMakeLists.txt AT_CONFIGURE" "error\\[E0204")
refused("MODEL wide.tir PRUNE 0.5" "PRUNE and CALIBRATION go together")
refused("MODEL wide.tir PRUNE 0.5 CALIBRATION none.bin" "none.bin, which CALIBRATION names")
refused("MODEL wide.tir PRUNE 0.5 QUANTIZE int8 RANGES CMakeLists.txt" "PRUNE and CALIBRATION go together")
refused("MODEL CMakeLists.txt AT_CONFIGURE" "CMakeLists.txt: error\\[E03")

configure("a tool that is none" FAILS HAS "BURIN_EXECUTABLE is /bin/false, which cannot be run here, or is not Burin"
          ARGUMENTS -D "call=MODEL models/digits.tflite" -D BURIN_EXECUTABLE=/bin/false)
configure("the tool by a relative path" FAILS HAS "BURIN_EXECUTABLE is .*/arguments/tool/burin"
          ARGUMENTS -D BURIN_EXECUTABLE=tool/burin)
configure("all is well" HAS "m.BURIN_ARENA_BYTES: [1-9][0-9]+" "m.BURIN_WEIGHT_BYTES: [1-9][0-9]+" "m.BURIN_STATE_BYTES: 0"
          "m.BURIN_STACK_BYTES: [1-9][0-9]+" "m.BURIN_NAME: other_name" "m.BURIN_TARGET: cortex-m4"
          ARGUMENTS -D BURIN_EXECUTABLE=
                    "-Dcall=MODEL models/digits.tflite NAME other_name TARGET cortex-m4 AT_CONFIGURE OPTIONS --rounding litert")
# A float model, and 64 samples of four floats between 0.01 and 0.7.
string(REPEAT "<<<<>>>>====????=<><====?>=<<=>?>>>>?<?<====<>=?>=>====>?>?><<<<" 16 samples)
file(WRITE ${project}/samples.bin "${samples}")
configure("a model to prune" HAS "m.BURIN_MACS: 48"
          ARGUMENTS "-Dcall=MODEL wide.tir AT_CONFIGURE")
configure("a pruned model" HAS "m.BURIN_MACS: (24|18)"
          ARGUMENTS "-Dcall=MODEL wide.tir PRUNE 0.5 CALIBRATION samples.bin AT_CONFIGURE")
configure("a pruned and quantized model" HAS "m.BURIN_MACS: (36|30)"
          ARGUMENTS "-Dcall=MODEL wide.tir PRUNE macs=0.75 QUANTIZE int8 CALIBRATION samples.bin AT_CONFIGURE")
configure("a goal out of reach" FAILS HAS "error\\[E0502\\]: pruning cannot reach"
          ARGUMENTS "-Dcall=MODEL wide.tir PRUNE 0.01 CALIBRATION samples.bin AT_CONFIGURE")
configure("a model that the build makes" ARGUMENTS -D "call=MODEL made.tflite")
build("making it" HAS "m: 8 layers for generic")
build_does_nothing()

# Flags of the project, and of its folder, that TARGET auto has to see.
function(target_of flags options expected)
  configure("${flags} ${options}" HAS "target ${expected}, because"
            ARGUMENTS -D "call=MODEL models/digits.tflite TARGET auto" -D "flags=${flags}" -D "options=${options}")
endfunction()
target_of("" "" generic)
target_of("-O2 -mthumb" "" generic)
target_of("-mcpu=cortex-m0 -mthumb" "" cortex-m0plus)
target_of("-mcpu=cortex-m4+nofp" "" cortex-m4)
target_of("-mcpu=cortex-m33+nodsp" "" generic)
target_of("-mcpu=Cortex-M85" "" cortex-m55)
target_of("-mcpu=cortex-a53" "" generic)
target_of("" "-mthumb;-mcpu=cortex-m7" cortex-m7)
target_of("-mcpu=cortex-m3" "$<$<COMPILE_LANGUAGE:CXX>:-mcpu=cortex-m33>" cortex-m33)
# Every core that comes with Burin is known by the flag that its own file has.
file(GLOB targets ${source}/targets/cortex-*.json)
foreach(file IN LISTS targets)
  file(READ ${file} text)
  string(REGEX MATCH "-mcpu=[a-z0-9.+-]+" flag "${text}")
  cmake_path(GET file STEM core)
  target_of("${flag}" "" ${core})
endforeach()
