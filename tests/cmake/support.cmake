# What the tests in this folder share. Each is a script that makes a fresh copy of a project, configures and builds it
# as a user would, and checks what that prints:
#   cmake -D source=TREE -D package=PREFIX -D work=FOLDER -D generator=Ninja|… [-D qemu=PROGRAM] -P NAME.cmake

cmake_minimum_required(VERSION 3.25)
unset(ENV{BURIN_EXECUTABLE})  # the scripts say themselves where the tool comes from
unset(ENV{VERBOSE})
file(REMOVE_RECURSE ${work})

# run(does [FAILS] [HAS regex…] [LACKS regex…] COMMAND …): runs a command, prints what it says, and checks that. CMake
# wraps the lines of messages, so any white space counts as one space.
function(run does)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FAILS" "" "HAS;LACKS;COMMAND")
  execute_process(COMMAND ${arg_COMMAND} RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
  list(JOIN arg_COMMAND " " shown)
  message("== ${does}\n$ ${shown}\n${text}")
  string(REGEX REPLACE "[ \n]+" " " text "${text}")
  if(arg_FAILS AND result EQUAL 0)
    message(FATAL_ERROR "${does}: this must fail")
  elseif(NOT arg_FAILS AND NOT result EQUAL 0)
    message(FATAL_ERROR "${does}: this must not fail, but ended with ${result}")
  endif()
  foreach(expected IN LISTS arg_HAS)
    if(NOT text MATCHES "${expected}")
      message(FATAL_ERROR "${does}: nothing here matches \"${expected}\"")
    endif()
  endforeach()
  foreach(unwanted IN LISTS arg_LACKS)
    if(text MATCHES "${unwanted}")
      message(FATAL_ERROR "${does}: something here matches \"${unwanted}\"")
    endif()
  endforeach()
endfunction()

# Copies a project of this folder to ${work}/PROJECT, with models, and remembers it for the two functions below.
function(copy_project project)
  file(COPY ${source}/tests/cmake/burin.cmake ${source}/tests/cmake/${project} DESTINATION ${work})
  file(COPY ${source}/models/digits/digits.tflite ${source}/models/sine/sine.tflite
       DESTINATION ${work}/${project}/models)
  set(project ${work}/${project} PARENT_SCOPE)
endfunction()

# configure(does [arguments of run] [ARGUMENTS of cmake…]). By default Burin comes from the installed package.
function(configure does)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FAILS" "" "HAS;LACKS;ARGUMENTS")
  if(arg_FAILS)
    set(fails FAILS)
  else()
    set(fails "")
  endif()
  run(${does} ${fails} HAS ${arg_HAS} LACKS ${arg_LACKS}
      COMMAND ${CMAKE_COMMAND} -S ${project} -B ${work}/build -G ${generator} -D burin_from=package
              -D Burin_DIR=${package}/lib/cmake/Burin -D burin_source=${source} ${arg_ARGUMENTS})
endfunction()

# build(does [arguments of run] [ARGUMENTS of cmake --build…])
function(build does)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FAILS" "" "HAS;LACKS;ARGUMENTS")
  if(arg_FAILS)
    set(fails FAILS)
  else()
    set(fails "")
  endif()
  run(${does} ${fails} HAS ${arg_HAS} LACKS ${arg_LACKS}
      COMMAND ${CMAKE_COMMAND} --build ${work}/build ${arg_ARGUMENTS})
endfunction()

# Nothing is done by a build right after another one.
function(build_does_nothing)
  build("a build without a change" LACKS "Building" "Linking" "Compiling" "Re-running")
endfunction()
