#pragma once

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

namespace wsrig::test {

/// Compares a text with tests/golden/NAME. With WSRIG_UPDATE_GOLDEN=1 in the environment the file is written
/// instead, to be read in the diff before it is committed.
inline void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string{WSRIG_SOURCE_DIR} + "/tests/golden/" + name;
  if (std::getenv("WSRIG_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; WSRIG_UPDATE_GOLDEN=1 writes it";
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(actual, expected.str()) << path;
}

}  // namespace wsrig::test
