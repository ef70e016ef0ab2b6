# Warnings as an INTERFACE target: linked PRIVATE by our own code, so that nothing leaks to a consumer.
add_library(wsrig_warnings INTERFACE)
target_compile_options(wsrig_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wextra-semi -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(wsrig_warnings INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wsuggest-override)
endif()
# libstdc++ 12's stable_sort uses what it calls deprecated itself.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(wsrig_warnings INTERFACE -Wno-deprecated-declarations)
endif()
