# The source tree inside a project: its target burin is the tool, unless BURIN_EXECUTABLE names one.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
copy_project(native)

configure("the source tree" ARGUMENTS -D burin_from=subdirectory)
# What would be done; building the tool takes long, and firmware_source does it.
find_program(ninja ninja REQUIRED)
run("what the program takes" HAS " -O2 [^&]* -o burin/burin .*burin/burin\" compile .* -o classify "
    COMMAND ${ninja} -C ${work}/build -t commands classify)
run("what something else takes" HAS " -o bystander" LACKS "-o burin/burin"
    COMMAND ${ninja} -C ${work}/build -t commands bystander)
configure("the source tree, and a tool" ARGUMENTS -D burin_from=subdirectory -D BURIN_EXECUTABLE=${package}/bin/burin)
build("the build" LACKS "Linking CXX executable burin")
run("the program" HAS "450 of 450 images, self-test passed"
    COMMAND ${work}/build/classify ${source}/models/digits/test_images.bin ${source}/models/digits/test_outputs.bin)
