# A model compiled by the build: what is done when, and what happens over budget.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
copy_project(native)
set(regenerates "Compiling digits.tflite" "Building CXX object [^ ]*digits.cpp" "Linking CXX executable classify")

configure("configuring" HAS "target generic, because no flag" LACKS "digits: 8 layers")
build("the first build" HAS ${regenerates} "digits: 8 layers" "Building[^:]*bystander.cpp")
run("the program" HAS "450 of 450 images, self-test passed"
    COMMAND ${work}/build/classify ${source}/models/digits/test_images.bin ${source}/models/digits/test_outputs.bin)
build_does_nothing()
file(TOUCH ${project}/models/digits.tflite)
build("the build after a touch of the model" HAS ${regenerates} LACKS "bystander.cpp" "Re-running")
build_does_nothing()
file(TOUCH ${project}/bystander.cpp)
build("the build after a touch of something else" HAS "bystander.cpp" LACKS "Compiling digits" "main.cpp" "Linking CXX executable classify")
build_does_nothing()

file(COPY ${package}/bin/burin DESTINATION ${work}/tool)
configure("another tool" ARGUMENTS -D BURIN_EXECUTABLE=${work}/tool/burin)
build("the build with another tool" HAS ${regenerates})
build_does_nothing()
file(TOUCH ${work}/tool/burin)
build("the build after a touch of the tool" HAS ${regenerates} LACKS "bystander.cpp")
build_does_nothing()

configure("a budget" ARGUMENTS -D "arguments=RAM_LIMIT 1K")
build("the build over budget" FAILS HAS "error\\[E0501\\]: the model needs .* bytes of RAM .*, the limit is 1024")
configure("a budget that is large enough" ARGUMENTS -D "arguments=RAM_LIMIT 64K FLASH_LIMIT 256K OPTIMIZE size")
build("the build within the budget")
run("the program" HAS "450 of 450 images, self-test passed"
    COMMAND ${work}/build/classify ${source}/models/digits/test_images.bin ${source}/models/digits/test_outputs.bin)
file(REMOVE ${project}/models/digits.tflite)
build("the build without the model" FAILS HAS "digits.tflite")
