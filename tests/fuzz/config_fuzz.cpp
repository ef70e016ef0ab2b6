#include "cli/config_file.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A configuration file: each mistake has its place, and what is read stands where it is said to stand.
namespace wsrig::fuzz {
namespace {

std::vector<cli::Option> options() {
  return {
      {.name = "listen", .value = "URL", .repeatable = true},
      {.name = "mode", .choices = {"tunnel", "inspect"}},
      {.name = "trace"},
      {.name = "route",
       .value = "PATH",
       .repeatable = true,
       .section = {{.name = "target", .value = "URL"}, {.name = "fault", .value = "F", .repeatable = true}}}};
}

void check(const cli::Written& value, bool is_flag) {
  const std::string_view there = value.file->text().substr(value.offset, value.text.size());
  require(is_flag || there == value.text, "a value stands where it is said to");
  const auto placed = value.place({.message = "x"});
  require(placed.line > 0 && placed.column > 0, "a mistake in a value has its place");
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const auto file = std::make_shared<const diag::Source>("x.conf", std::string(ws::as_text({data, size})));
  const auto layer = cli::read_config(fuzz::options(), file);
  if (!layer) {
    fuzz::require(layer.error().line > 0 && !layer.error().message.empty(), "a mistake has its place");
    return 0;
  }
  for (const auto& [name, values] : layer->values) {
    for (const cli::Written& value : values) fuzz::check(value, name == "trace");
  }
  for (const auto& [name, sections] : layer->sections) {
    for (const cli::Section& section : sections) {
      fuzz::check(section.title, false);
      for (const cli::Setting& setting : section.settings) fuzz::check(setting.value, false);
    }
  }
  return 0;
}
