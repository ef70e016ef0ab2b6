// Each *.yaml here is wrong; its *.err is what `wsrig check` says of it. WSRIG_UPDATE_GOLDEN=1 writes the
// *.err files anew.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> scenarios() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(GOLDEN_FOLDER)) {
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string all_diagnostics(const fs::path& path) {
  std::string text;
  for (const auto& diagnostic : check_scenario(path.filename().string(), read(path)))
    text += render(diagnostic) + "\n";
  return text;
}

class GoldenDiagnostics : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenDiagnostics, are_as_written) {
  fs::path expected = GetParam();
  expected.replace_extension(".err");
  const std::string text = all_diagnostics(GetParam());
  if (std::getenv("WSRIG_UPDATE_GOLDEN")) std::ofstream(expected, std::ios::binary) << text;
  EXPECT_NE(text, "") << GetParam() << " has no mistake";
  EXPECT_EQ(text, read(expected)) << "WSRIG_UPDATE_GOLDEN=1 accepts it";
}

/// `load_scenario` gives the first of what `check_scenario` gives.
TEST_P(GoldenDiagnostics, begin_with_the_one_that_loading_gives) {
  const auto loaded = load_scenario(GetParam().filename().string(), read(GetParam()));
  ASSERT_TRUE(loaded.has_error());
  EXPECT_TRUE(all_diagnostics(GetParam()).starts_with(render(loaded.error()) + "\n"));
}

std::string name_of(const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.stem().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenDiagnostics, testing::ValuesIn(scenarios()), name_of);

}  // namespace
}  // namespace wsrig::engine
