# wsrig_library(NAME SOURCES a.cpp … [PUBLIC deps…] [PRIVATE deps…]): one library a folder, alias wsrig::NAME,
# includes by full path from the root.
function(wsrig_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(wsrig_${name} STATIC ${ARG_SOURCES})
  add_library(wsrig::${name} ALIAS wsrig_${name})
  target_include_directories(wsrig_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(wsrig_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} wsrig_warnings)
endfunction()

# wsrig_program(NAME SOURCES main.cpp DEPS …): an installed program in build/bin, with the man page and the shell
# completions that it prints from its own option tables.
function(wsrig_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} wsrig_warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  wsrig_generated(${name} man ${name}.1 ${CMAKE_INSTALL_MANDIR}/man1)
  wsrig_generated(${name} bash ${name} ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  wsrig_generated(${name} zsh _${name} ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  wsrig_generated(${name} fish ${name}.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endfunction()

# wsrig_generated(PROGRAM WHAT FILE FOLDER): what `PROGRAM --generate WHAT` prints, below the build folder and
# installed.
function(wsrig_generated program what file folder)
  set(output ${PROJECT_BINARY_DIR}/${folder}/${file})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/${folder})
  add_custom_command(OUTPUT ${output} COMMAND ${program} --generate ${what} > ${output} DEPENDS ${program} VERBATIM)
  add_custom_target(${program}-${what} ALL DEPENDS ${output})
  install(FILES ${output} DESTINATION ${folder})
endfunction()

# wsrig_test(NAME SOURCES … DEPS …): a GoogleTest program whose cases become CTest cases, NAME.Suite.case.
# Tests find their data below WSRIG_SOURCE_DIR.
function(wsrig_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE WSRIG_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main wsrig_warnings)
  include(GoogleTest)
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST TEST_PREFIX ${name}.
    DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
