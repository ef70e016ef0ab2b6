#include "scenarios/engine/format/model.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A scenario file: what has no mistakes is read, what has any is not, and each mistake has its place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const std::string text(ws::as_text({data, size}));
  const auto mistakes = engine::check_scenario("fuzz.yaml", text);
  for (const diag::Diagnostic& mistake : mistakes) {
    fuzz::require(mistake.line != 0 && !mistake.message.empty(), "a mistake has its place and its words");
  }
  fuzz::require(engine::load_scenario("fuzz.yaml", text).has_value() == mistakes.empty(),
                "a file is read when it has no mistakes");
  return 0;
}
