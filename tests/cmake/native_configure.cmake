# A model compiled when the project is configured: what is done when, and what happens over budget.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
copy_project(native)

configure("configuring" HAS "burin_add_model\\(digits\\): digits: 8 layers" ARGUMENTS -D arguments=AT_CONFIGURE)
build("the first build" HAS "digits.cpp" "classify" LACKS "Compiling")
run("the program" HAS "450 of 450 images, self-test passed"
    COMMAND ${work}/build/classify ${source}/models/digits/test_images.bin ${source}/models/digits/test_outputs.bin)
build_does_nothing()
file(TOUCH ${project}/models/digits.tflite)
build("the build after a touch of the model" HAS "digits: 8 layers" LACKS "Building" "Linking")
build_does_nothing()
configure("another target" HAS "8 layers for host" ARGUMENTS -D "arguments=AT_CONFIGURE TARGET host OPTIMIZE size")
build("the build for another target" HAS "Building[^:]*digits.cpp" "Building[^:]*main.cpp" LACKS "bystander.cpp")
run("the program" HAS "450 of 450 images, self-test passed"
    COMMAND ${work}/build/classify ${source}/models/digits/test_images.bin ${source}/models/digits/test_outputs.bin)
configure("a budget" FAILS HAS "burin_add_model\\(digits\\) failed:.*error\\[E0501\\].* the limit is 1024"
          ARGUMENTS -D "arguments=AT_CONFIGURE RAM_LIMIT 1K")
