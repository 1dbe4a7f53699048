# burin_add_model(kws MODEL models/kws.tflite [TARGET auto] [NAME kws] [OPTIMIZE size] [RAM_LIMIT 64K]
#                 [FLASH_LIMIT 256K] [SELF_TEST 4] [QUANTIZE int8 CALIBRATION samples.npy] [AT_CONFIGURE]
#                 [OPTIONS …])
#
# Adds the static library kws: the code that `burin compile` makes of a model. docs/how-to/use-burin-in-cmake.md is the
# page for users. Comes with an installed package and with the source tree; BurinTool.cmake finds the tool for both.

cmake_policy(VERSION 3.25)  # for the functions below, whatever the project that calls them asks for
include(${CMAKE_CURRENT_LIST_DIR}/BurinTool.cmake)

# The core that the user's flags compile for: its name among Burin's targets, and the flag that says so. "generic" where
# nothing says so, or nothing that is known: that code is right everywhere.
function(_burin_target_of_flags out_target out_flag)
  get_property(options DIRECTORY PROPERTY COMPILE_OPTIONS)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" configuration)
  # In the order of the compiler's command line: the last one counts. Options may lie inside generator expressions.
  set(flags "${CMAKE_CXX_COMPILER_ARG1} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${configuration}} ${options}")
  string(REGEX MATCHALL "-mcpu=[A-Za-z0-9.+-]+" mentions "${flags}")
  set(target generic)
  set(flag "")
  if(mentions)
    list(GET mentions -1 flag)
    string(TOLOWER "${flag}" cpu)
    string(REGEX REPLACE "^-mcpu=" "" cpu "${cpu}")
    string(REGEX REPLACE "[.+].*" "" core "${cpu}")
    if(cpu MATCHES "\\+nodsp")
      # A Cortex-M33 can be had without the instructions that its kernels are made of.
    elseif(core MATCHES "^cortex-m(0|0plus|1)$")
      set(target cortex-m0plus)
    elseif(core MATCHES "^cortex-m(3|4|7|23|33|55)$")
      set(target ${core})
    elseif(core MATCHES "^(cortex-m35p|star-mc1)$")
      set(target cortex-m33)
    elseif(core MATCHES "^cortex-m(52|85)$")
      set(target cortex-m55)
    endif()
  endif()
  set(${out_target} ${target} PARENT_SCOPE)
  set(${out_flag} "${flag}" PARENT_SCOPE)
endfunction()

# An absolute path of a file that `what` names, relative to the caller's folder, and that exists or will be made.
function(_burin_input_file out name what value at_configure)
  cmake_path(ABSOLUTE_PATH value BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE OUTPUT_VARIABLE path)
  get_property(generated SOURCE ${path} PROPERTY GENERATED)
  if(IS_DIRECTORY ${path} OR NOT (EXISTS ${path} OR (generated AND NOT at_configure)))
    message(FATAL_ERROR "burin_add_model(${name}): there is no file ${path}, which ${what} names. "
                        "A relative path counts from the folder of this CMakeLists.txt.")
  endif()
  set(${out} ${path} PARENT_SCOPE)
endfunction()

# Runs the tool now, and replaces those of the files in `directory` that differ. Sets the numbers and names of the
# report as properties BURIN_… of the target.
function(_burin_compile_now name id directory command)
  set(fresh ${directory}/fresh)
  execute_process(COMMAND ${command} --output ${fresh} RESULT_VARIABLE result OUTPUT_VARIABLE messages
                  ERROR_VARIABLE messages)
  string(REGEX REPLACE "\n *wrote [^\n]*" "" messages "${messages}")  # for a moment, to another place
  string(REGEX REPLACE "\n+$" "" messages "${messages}")
  string(REPLACE "\n" "\n  " messages "  ${messages}")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "burin_add_model(${name}) failed:\n${messages}")
  endif()
  message(STATUS "burin_add_model(${name}):\n${messages}")
  foreach(ending IN ITEMS cpp h json)
    file(COPY_FILE ${fresh}/${id}.${ending} ${directory}/${id}.${ending} ONLY_IF_DIFFERENT)
  endforeach()
  file(REMOVE_RECURSE ${fresh})
  file(READ ${directory}/${id}.json report)
  string(JSON last LENGTH "${report}")
  math(EXPR last "${last} - 1")
  foreach(index RANGE ${last})
    string(JSON field MEMBER "${report}" ${index})
    string(JSON type TYPE "${report}" ${field})
    if(type MATCHES "^(NUMBER|STRING|BOOLEAN)$")
      string(JSON value GET "${report}" ${field})
      string(TOUPPER ${field} property)
      set_property(TARGET ${name} PROPERTY BURIN_${property} "${value}")
    endif()
  endforeach()
endfunction()

function(burin_add_model name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "AT_CONFIGURE"
                        "MODEL;TARGET;NAME;OPTIMIZE;RAM_LIMIT;FLASH_LIMIT;SELF_TEST;QUANTIZE;CALIBRATION" "OPTIONS")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    list(JOIN arg_UNPARSED_ARGUMENTS " " unknown)
    message(FATAL_ERROR "burin_add_model(${name}): unknown arguments: ${unknown}")
  endif()
  if(DEFINED arg_KEYWORDS_MISSING_VALUES)
    list(JOIN arg_KEYWORDS_MISSING_VALUES ", " keywords)
    message(FATAL_ERROR "burin_add_model(${name}): a value is missing after ${keywords}")
  endif()
  if(NOT DEFINED arg_MODEL)
    message(FATAL_ERROR "burin_add_model(${name}): MODEL is missing: the .tflite file")
  endif()
  if(NOT CMAKE_CXX_COMPILER_LOADED)
    message(FATAL_ERROR "burin_add_model(${name}): generated code is C++: "
                        "the project has to enable that language, as in project(… LANGUAGES C CXX)")
  endif()
  if(DEFINED arg_NAME)
    set(id ${arg_NAME})
  else()
    string(MAKE_C_IDENTIFIER "${name}" id)
    string(TOLOWER "${id}" id)
  endif()
  if(NOT id MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "burin_add_model(${name}): \"${id}\" cannot begin the names of functions and files: "
                        "NAME wants lower-case letters, digits and underscores")
  endif()

  _burin_input_file(model ${name} MODEL "${arg_MODEL}" ${arg_AT_CONFIGURE})
  set(inputs ${model})
  if(NOT DEFINED arg_TARGET OR arg_TARGET STREQUAL "auto")
    _burin_target_of_flags(target flag)
    if(flag)
      message(STATUS "burin_add_model(${name}): target ${target}, because of ${flag}")
    else()
      message(STATUS "burin_add_model(${name}): target ${target}, because no flag says -mcpu=…")
    endif()
  elseif(arg_TARGET MATCHES "\\.json$")
    _burin_input_file(target ${name} TARGET "${arg_TARGET}" ${arg_AT_CONFIGURE})
    list(APPEND inputs ${target})
  else()
    set(target ${arg_TARGET})
  endif()
  set(arguments compile ${model} --target ${target} --name ${id})
  foreach(option IN ITEMS OPTIMIZE RAM_LIMIT FLASH_LIMIT SELF_TEST)
    if(DEFINED arg_${option})
      string(TOLOWER ${option} flag)
      string(REPLACE "_" "-" flag ${flag})
      list(APPEND arguments --${flag} ${arg_${option}})
    endif()
  endforeach()
  if(DEFINED arg_QUANTIZE OR DEFINED arg_CALIBRATION)
    if(NOT DEFINED arg_QUANTIZE OR NOT DEFINED arg_CALIBRATION)
      message(FATAL_ERROR "burin_add_model(${name}): QUANTIZE and CALIBRATION go together: "
                          "QUANTIZE int8 CALIBRATION samples.npy")
    endif()
    _burin_input_file(calibration ${name} CALIBRATION "${arg_CALIBRATION}" ${arg_AT_CONFIGURE})
    list(APPEND inputs ${calibration})
    list(APPEND arguments --quantize ${arg_QUANTIZE} --calibration ${calibration})
  endif()
  list(APPEND arguments ${arg_OPTIONS})

  set(directory ${CMAKE_CURRENT_BINARY_DIR}/burin_models/${name})
  set(files ${directory}/${id}.cpp ${directory}/${id}.h ${directory}/${id}.json)
  add_library(${name} STATIC ${files})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${directory}>)
  target_compile_features(${name} PUBLIC cxx_std_11)
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX BURIN_REPORT ${directory}/${id}.json)
  file(MAKE_DIRECTORY ${directory})
  if(arg_AT_CONFIGURE)
    _burin_tool_at_configure(${name} tool tool_inputs)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs} ${tool_inputs})
    _burin_compile_now(${name} ${id} ${directory} "${tool};${arguments}")
  else()
    _burin_tool_at_build(${name} tool tool_inputs)
    cmake_path(GET model FILENAME model_name)
    add_custom_command(
      OUTPUT ${files}
      COMMAND ${tool} ${arguments} --output ${directory} --depfile ${directory}/${id}.d
      DEPENDS ${inputs} ${tool_inputs}
      DEPFILE ${directory}/${id}.d
      COMMENT "Compiling ${model_name} to ${id}.cpp"
      VERBATIM)
  endif()
endfunction()
