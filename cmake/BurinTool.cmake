# Where burin_add_model gets the tool from. It is a program of the machine that builds, also where the project
# cross-compiles: found by BURIN_EXECUTABLE (a variable, or else of the environment), in the package, on the path, or
# built from the source tree.
#
# _burin_provide(VERSION v [EXECUTABLE file] [SOURCE_DIR folder BINARY_DIR folder TARGET target])   says what there is
# _burin_tool_at_build(for tool inputs), _burin_tool_at_configure(for tool inputs)    give a command, and what to depend
#                                                                                     on

cmake_policy(VERSION 3.25)

# What `--version` of an executable prints as a version; empty if it cannot be run here.
function(_burin_version_of executable out)
  set(version "")
  execute_process(COMMAND ${executable} --version RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_QUIET)
  if(result EQUAL 0 AND text MATCHES "^burin ([0-9][0-9.]*)")
    set(version ${CMAKE_MATCH_1})
  endif()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# Looks for a tool that is built already. Fatal if BURIN_EXECUTABLE is set to something else; `out` may come back empty.
function(_burin_find_executable version packaged out)
  set(${out} "" PARENT_SCOPE)
  set(wanted "${BURIN_EXECUTABLE}")
  if(NOT wanted)
    set(wanted "$ENV{BURIN_EXECUTABLE}")
  endif()
  if(wanted)
    cmake_path(ABSOLUTE_PATH wanted BASE_DIRECTORY ${CMAKE_SOURCE_DIR} NORMALIZE)
    _burin_version_of(${wanted} found)
    if(NOT found)
      message(FATAL_ERROR "BURIN_EXECUTABLE is ${wanted}, which cannot be run here, or is not Burin")
    endif()
    set(${out} ${wanted} PARENT_SCOPE)
    return()
  endif()
  if(packaged)
    _burin_version_of(${packaged} found)
    if(found)
      set(${out} ${packaged} PARENT_SCOPE)
      return()
    endif()
  endif()
  if(CMAKE_CROSSCOMPILING)
    find_program(on_path burin NO_CACHE NO_CMAKE_FIND_ROOT_PATH)
    if(on_path)
      _burin_version_of(${on_path} found)
      if(found STREQUAL version)
        set(${out} ${on_path} PARENT_SCOPE)
      else()
        message(STATUS "Burin: passing over ${on_path}, which is not version ${version}")
      endif()
    endif()
  endif()
endfunction()

# Called once, by the package or the source tree. With a TARGET, the executable that this build makes is used natively.
function(_burin_provide)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "VERSION;EXECUTABLE;SOURCE_DIR;BINARY_DIR;TARGET" "")
  _burin_find_executable(${arg_VERSION} "${arg_EXECUTABLE}" executable)
  if(executable)
    message(VERBOSE "Burin: the tool is ${executable}")
  endif()
  if(NOT executable AND arg_SOURCE_DIR AND CMAKE_CROSSCOMPILING)
    _burin_configure_host_build(${arg_SOURCE_DIR} ${arg_BINARY_DIR})
    _burin_add_host_build(${arg_SOURCE_DIR} ${arg_BINARY_DIR})
  endif()
  foreach(fact IN ITEMS VERSION SOURCE_DIR BINARY_DIR TARGET)
    set_property(GLOBAL PROPERTY _BURIN_${fact} "${arg_${fact}}")
  endforeach()
  set_property(GLOBAL PROPERTY _BURIN_EXECUTABLE "${executable}")
endfunction()

# ---- building the tool from the source tree, with the compiler of this machine ----

# The files that the tool is made of.
function(_burin_tool_sources source_directory out)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false
       ${source_directory}/compiler/* ${source_directory}/codegen/* ${source_directory}/runtime-stub/*
       ${source_directory}/targets/*)
  set(${out} ${files} ${source_directory}/CMakeLists.txt ${source_directory}/cmake/embed_files.cmake PARENT_SCOPE)
endfunction()

# Writes the script that builds, and configures with it, so that what is missing on this machine shows at once.
function(_burin_configure_host_build source_directory binary_directory)
  set(generator "")
  if(CMAKE_GENERATOR MATCHES "Ninja")
    set(generator Ninja)
  elseif(CMAKE_GENERATOR STREQUAL "Unix Makefiles")
    set(generator ${CMAKE_GENERATOR})
  endif()
  cmake_host_system_information(RESULT jobs QUERY NUMBER_OF_LOGICAL_CORES)
  set(script ${binary_directory}/host_build.cmake)
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/host_build.cmake.in ${script} @ONLY)
  message(STATUS "Burin: the tool is built with the compiler of this machine, in ${binary_directory}/host. "
                 "BURIN_EXECUTABLE can name one that is built already.")
  execute_process(COMMAND ${CMAKE_COMMAND} -D step=configure -P ${script} RESULT_VARIABLE result
                  OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(NOT result EQUAL 0)
    string(REPLACE "\n" "\n  " log "  ${log}")
    message(FATAL_ERROR "The tool burin runs on this machine and has to be built first, which cannot be:\n${log}\n"
                        "Install what is missing, or set BURIN_EXECUTABLE to a burin that is built already.")
  endif()
endfunction()

# The target burin_host: the tool, built when a model wants it and its sources are newer.
function(_burin_add_host_build source_directory binary_directory)
  _burin_tool_sources(${source_directory} sources)
  add_custom_command(
    OUTPUT ${binary_directory}/host/burin
    COMMAND ${CMAKE_COMMAND} -D step=build -P ${binary_directory}/host_build.cmake
    # Or else a change that makes no difference would count as one for ever.
    COMMAND ${CMAKE_COMMAND} -E touch ${binary_directory}/host/burin
    DEPENDS ${sources} ${binary_directory}/host_build.cmake
    COMMENT "Building Burin for this machine"
    USES_TERMINAL VERBATIM)
  add_custom_target(burin_host DEPENDS ${binary_directory}/host/burin)
endfunction()

# ---- what a model asks ----

function(_burin_check_provided name)
  get_property(version GLOBAL PROPERTY _BURIN_VERSION)
  if(NOT version)
    message(FATAL_ERROR "burin_add_model(${name}): Burin comes by find_package(Burin CONFIG), or by "
                        "add_subdirectory of its source tree")
  endif()
endfunction()

function(_burin_missing name)
  message(FATAL_ERROR "burin_add_model(${name}): the tool burin was not found. Set BURIN_EXECUTABLE to one that runs "
                      "on this machine.")
endfunction()

function(_burin_tool_at_build name out_tool out_inputs)
  _burin_check_provided(${name})
  get_property(executable GLOBAL PROPERTY _BURIN_EXECUTABLE)
  get_property(binary_directory GLOBAL PROPERTY _BURIN_BINARY_DIR)
  get_property(target GLOBAL PROPERTY _BURIN_TARGET)
  if(executable)
    set(${out_tool} ${executable} PARENT_SCOPE)
    set(${out_inputs} ${executable} PARENT_SCOPE)
  elseif(TARGET burin_host)
    set(${out_tool} ${binary_directory}/host/burin PARENT_SCOPE)
    set(${out_inputs} burin_host ${binary_directory}/host/burin PARENT_SCOPE)
  elseif(target)
    set(${out_tool} ${target} PARENT_SCOPE)
    set(${out_inputs} ${target} PARENT_SCOPE)
  else()
    _burin_missing(${name})
  endif()
endfunction()

function(_burin_tool_at_configure name out_tool out_inputs)
  _burin_check_provided(${name})
  get_property(executable GLOBAL PROPERTY _BURIN_EXECUTABLE)
  get_property(source_directory GLOBAL PROPERTY _BURIN_SOURCE_DIR)
  get_property(binary_directory GLOBAL PROPERTY _BURIN_BINARY_DIR)
  if(executable)
    set(${out_tool} ${executable} PARENT_SCOPE)
    set(${out_inputs} ${executable} PARENT_SCOPE)
    return()
  elseif(NOT source_directory)
    _burin_missing(${name})
  endif()
  get_property(built GLOBAL PROPERTY _BURIN_BUILT_AT_CONFIGURE)
  if(NOT built)
    if(NOT TARGET burin_host)
      _burin_configure_host_build(${source_directory} ${binary_directory})
    endif()
    message(STATUS "Burin: building the tool, which burin_add_model(${name} … AT_CONFIGURE) needs now")
    execute_process(COMMAND ${CMAKE_COMMAND} -D step=build -P ${binary_directory}/host_build.cmake
                    RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
      message(FATAL_ERROR "Burin: building the tool failed")
    endif()
    set_property(GLOBAL PROPERTY _BURIN_BUILT_AT_CONFIGURE ON)
  endif()
  _burin_tool_sources(${source_directory} sources)
  set(${out_tool} ${binary_directory}/host/burin PARENT_SCOPE)
  set(${out_inputs} ${sources} PARENT_SCOPE)
endfunction()
