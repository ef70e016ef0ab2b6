#include "loadgen/threshold.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A threshold: it is read, or its mistake has a place in the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const std::string text(ws::as_text({data, size}));
  const auto threshold = loadgen::parse_threshold(text);
  if (threshold) {
    loadgen::judge(*threshold, {});
  } else {
    const diag::Diagnostic& mistake = threshold.error();
    fuzz::require(mistake.column >= 1 && mistake.column <= text.size() + 1, "a mistake has its place");
    diag::render(diag::Source("fuzz", text).place(mistake));
  }
  return 0;
}
