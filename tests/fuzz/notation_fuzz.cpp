#include "tests/fuzz/fuzz_input.hpp"
#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

// The text of a frame: any text is a frame or a diagnostic, and a frame is printed as what reads back to it.
namespace wsrig::fuzz {
namespace {

/// Would the text stand for more octets than are worth making and printing? repeat("x", 100000000) is legal.
bool is_huge(std::string_view text) {
  const diag::Source source("", std::string(text));
  try {
    ws::TokenReader reader(source);
    const auto payload = ws::read_frame(reader).payload;
    const diag::Result<std::uint64_t> size = payload ? ws::measure(*payload, {}) : 0;
    return size.has_value() && *size > 64 * 1024;
  } catch (const ws::SyntaxError&) {
    return false;
  }
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const std::string_view text = ws::as_text({data, size});
  if (fuzz::is_huge(text)) return 0;
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
