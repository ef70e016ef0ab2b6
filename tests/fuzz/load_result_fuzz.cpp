#include "loadgen/result_json.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// The document of a load: what can be read is written and read again without loss; what cannot is explained.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const auto result = loadgen::parse_result("fuzz.json", ws::as_text({data, size}));
  if (!result) {
    fuzz::require(!result.error().message.empty(), "a mistake has its words");
    return 0;
  }
  const auto again = loadgen::parse_result("fuzz.json", loadgen::to_json(*result));
  fuzz::require(again.has_value(), "what was written can be read");
  return 0;
}
