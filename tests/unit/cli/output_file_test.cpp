#include "cli/output_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

namespace wsrig::cli {
namespace {

namespace fs = std::filesystem;

struct OutputFileTest : ::testing::Test {
  OutputFileTest() {
    std::string name = (fs::temp_directory_path() / "wsrig-output-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~OutputFileTest() override { fs::remove_all(folder); }

  std::string path(const std::string& name) const { return (folder / name).string(); }
  static std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  fs::path folder;
};

TEST_F(OutputFileTest, appears_whole_or_not_at_all) {
  write("a", "old");
  {
    auto file = OutputFile::open(path("a"));
    ASSERT_TRUE(file) << file.error();
    EXPECT_EQ(read(path("a")), "old");
    EXPECT_EQ(file->write("new and longer"), "");
  }
  EXPECT_EQ(read(path("a")), "new and longer");
  {
    ASSERT_TRUE(OutputFile::open(path("a")));
  }  // and nothing is written
  EXPECT_EQ(read(path("a")), "new and longer");
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFileTest, can_be_large_and_empty) {
  const std::string text(300'000, 'x');
  auto large = OutputFile::open(path("large")), empty = OutputFile::open(path("empty"));
  EXPECT_EQ(large->write(text), "");
  EXPECT_EQ(empty->write(""), "");
  EXPECT_EQ(read(path("large")), text);
  EXPECT_EQ(fs::file_size(path("empty")), 0u);
}

TEST_F(OutputFileTest, follows_a_symbolic_link) {
  write("target", "old");
  fs::create_symlink(path("target"), path("link"));
  EXPECT_EQ(OutputFile::open(path("link"))->write("new"), "");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read(path("target")), "new");
}

TEST_F(OutputFileTest, moves) {
  auto first = OutputFile::open(path("a")), second = OutputFile::open(path("b"));
  OutputFile moved = std::move(*first);
  moved = std::move(*second);  // what was to be written to a is given up
  EXPECT_EQ(moved.write("text"), "");
  EXPECT_FALSE(fs::exists(path("a")));
  EXPECT_EQ(read(path("b")), "text");
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFileTest, says_at_once_what_cannot_be_written) {
  write("file", "");
  const std::pair<std::string, std::string> rows[] = {{path("no/file"), "No such file or directory"},
                                                      {folder.string(), "Is a directory"},
                                                      {path("file") + "/x", "Not a directory"},
                                                      {"/dev/full", "No space left on device"}};
  for (const auto& [name, why] : rows) {
    const auto file = OutputFile::open(name);
    ASSERT_FALSE(file) << name;
    EXPECT_EQ(file.error(), "cannot write " + name + ": " + why);
  }
}

TEST_F(OutputFileTest, writes_to_what_is_no_file_as_it_is) {
  EXPECT_EQ(OutputFile::open("/dev/null")->write("text"), "");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace wsrig::cli
