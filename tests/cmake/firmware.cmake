# Firmware: cross-compiled, run in the emulator. `found` says how the tool is found: package, executable (variable of
# the environment), path, or source, where it has to be built with the compiler of this machine.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
copy_project(firmware)
set(arguments -D CMAKE_TOOLCHAIN_FILE=${project}/cortex-m4.cmake -D CMAKE_BUILD_TYPE=Release
              -D platform=${source}/runtime-stub/platform)
set(emulator ${qemu} -M mps2-an386 -nographic -monitor none -serial none -semihosting-config enable=on,target=native
             -kernel ${work}/build/firmware)
if(found STREQUAL "executable")
  set(ENV{BURIN_EXECUTABLE} ${package}/bin/burin)
  list(APPEND arguments -D burin_from=fetch)
elseif(found STREQUAL "path")
  set(ENV{PATH} "${package}/bin:$ENV{PATH}")
  list(APPEND arguments -D burin_from=subdirectory -D at_configure=AT_CONFIGURE)
elseif(found STREQUAL "source")
  # As an environment for cross-compilation has it.
  set(ENV{CC} arm-none-eabi-gcc)
  set(ENV{CXX} arm-none-eabi-g++)
  set(ENV{CXXFLAGS} -mcpu=cortex-m4)
  list(APPEND arguments -D burin_from=fetch -D at_configure=AT_CONFIGURE)
  # It compiles two small models: quick to build is better than quick.
  file(WRITE ${work}/unoptimized.cmake
       "set(BURIN_HOST_ARGUMENTS -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 CACHE STRING \"\")\n")
  configure("a library of this machine is missing" FAILS
            HAS "burin runs on this machine and has to be built first" "Debian has them as: libfmt-dev"
                "or set BURIN_EXECUTABLE"
            ARGUMENTS ${arguments} -D BURIN_HOST_ARGUMENTS=-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON)
  list(APPEND arguments -C ${work}/unoptimized.cmake)
  file(REMOVE_RECURSE ${work}/build)
  set(built "Burin: the tool is built with the compiler of this machine" "Burin: building the tool, which .* needs now")
endif()

configure("configuring" HAS ${built} "digits\\): target cortex-m4, because of -mcpu=cortex-m4" ARGUMENTS ${arguments})
build("the build" HAS "digits: 8 layers for cortex-m4")
run("the firmware" HAS "all self-tests passed" COMMAND ${emulator})
build_does_nothing()
file(TOUCH ${project}/targets/board.json)
build("the build after a touch of the target" HAS "sine: [^ ]* layers for board-of-ours" LACKS "digits: 8 layers")
build_does_nothing()
