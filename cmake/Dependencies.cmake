# The one list of what wsrig is built from. Debian 12 package names are in ci/setup.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)

find_package(Threads REQUIRED)
# Debian's own configuration of Boost knows its version and its dependencies; CMake's FindBoost guesses them.
set(Boost_USE_STATIC_LIBS OFF)
find_package(Boost 1.81.0 EXACT CONFIG REQUIRED COMPONENTS headers program_options json url)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)

if(WSRIG_TESTS)
  find_package(GTest REQUIRED)
  if(WSRIG_BENCH)
    find_package(benchmark REQUIRED)
  endif()
endif()
