#include "scenarios/engine/steps/script.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// The steps of a case: any text is a script or a diagnostic with a place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const auto script = engine::parse_script(ws::as_text({data, size}), {});
  if (!script) {
    fuzz::require(!diag::render(script.error()).empty(), "a mistake is explained");
    return 0;
  }
  for (const ws::Variable& variable : engine::free_variables(*script)) {
    fuzz::require(!variable.name.empty(), "a variable has a name");
  }
  return 0;
}
