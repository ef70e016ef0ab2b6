#include "tests/fuzz/fuzz_input.hpp"
#include "ws/notation.hpp"

// The text of a frame: any text is a frame or a diagnostic, and a frame is printed as what reads back to it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const std::string_view text = ws::as_text({data, size});
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    const auto frame = ws::parse_frame(text, role);
    if (!frame) {
      fuzz::require(!diag::render(frame.error()).empty(), "a mistake is explained");
      continue;
    }
    const auto again = ws::parse_frame(ws::print(*frame, role), role);
    fuzz::require(again.has_value() && *again == *frame, "a frame is printed as what reads back to it");
  }
  return 0;
}
