#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <unistd.h>

#include "cli/options.hpp"

namespace wsrig::cli {
namespace {

TEST(Secrets, come_from_the_environment_and_from_files) {
  setenv("WSRIG_TEST_SECRET", "s3cret", 1);
  const std::string path = testing::TempDir() + "wsrig-secret-" + std::to_string(getpid());
  std::ofstream(path) << "from a file\r\n";
  EXPECT_EQ(expand_secrets("Bearer ${env:WSRIG_TEST_SECRET}!").value(), "Bearer s3cret!");
  EXPECT_EQ(expand_secrets("${file:" + path + "}${env:WSRIG_TEST_SECRET}").value(), "from a files3cret");
  EXPECT_EQ(expand_secrets("nothing $here").value(), "nothing $here");
  std::filesystem::remove(path);
}

TEST(Secrets, an_empty_file_is_an_empty_text_and_a_folder_is_none) {
  EXPECT_EQ(expand_secrets("x${file:/dev/null}y").value(), "xy");
  EXPECT_EQ(expand_secrets("${file:/}").error().message, "cannot read '/': Is a directory");
}

TEST(Secrets, a_value_is_not_expanded_again) {
  setenv("WSRIG_TEST_SECRET", "${env:HOME}", 1);
  EXPECT_EQ(expand_secrets("${env:WSRIG_TEST_SECRET}").value(), "${env:HOME}");
}

TEST(Secrets, that_cannot_be_read_are_mistakes) {
  unsetenv("WSRIG_TEST_SECRET");
  EXPECT_EQ(expand_secrets("${env:WSRIG_TEST_SECRET}").error().message,
            "the environment variable WSRIG_TEST_SECRET is not set");
  EXPECT_EQ(expand_secrets("${file:/nonexistent}").error().message,
            "cannot read '/nonexistent': No such file or directory");
  EXPECT_EQ(expand_secrets("${token}").error().message, "'${token}' is not known here");
  EXPECT_EQ(expand_secrets("a ${env:X").error().message, "'${env:X' has no closing brace");
}

}  // namespace
}  // namespace wsrig::cli
