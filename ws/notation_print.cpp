#include <algorithm>
#include <fmt/format.h>

#include "ws/close_code.hpp"
#include "ws/notation.hpp"
#include "ws/utf8.hpp"

namespace wsrig::ws {
namespace {

/// How many octets the code point at the front of valid UTF-8 takes.
std::size_t code_point_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/// The length of the valid UTF-8 at the front: 1 to 4 for one code point, 0 when there is none.
std::size_t valid_prefix(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
    if (is_valid_utf8(as_bytes(text.substr(0, size)))) return size;
  }
  return 0;
}

/// C0 but \n \r \t, DEL, and C1 (U+0080 to U+009F): what a terminal may obey.
bool is_control(std::string_view code_point) {
  const auto first = static_cast<unsigned char>(code_point[0]);
  if (code_point.size() == 2) return first == 0xc2 && static_cast<unsigned char>(code_point[1]) < 0xa0;
  return first == 0x7f || (first < 0x20 && first != '\n' && first != '\r' && first != '\t');
}

void append_quoted(std::string& out, std::string_view code_point, std::string_view rest) {
  static constexpr std::string_view escaped = "\"\\\n\r\t";
  static constexpr std::string_view letters = "\"\\nrt";
  const std::size_t which = code_point.size() == 1 ? escaped.find(code_point[0]) : std::string_view::npos;
  if (which != std::string_view::npos) {
    out += '\\';
    out += letters[which];
  } else if (is_control(code_point)) {
    const auto last =
        static_cast<unsigned char>(code_point.back());  // of C1 the last octet is the code point
    out += fmt::format("\\u{:04x}", last);
  } else {
    if (code_point == "$" && rest.starts_with('{')) out += '\\';
    out += code_point;
  }
}

std::size_t valid_run(std::string_view text) {
  std::size_t run = 0;
  while (run < text.size()) {
    const std::size_t size = valid_prefix(text.substr(run));
    if (size == 0) break;
    run += size;
  }
  return run;
}

std::size_t invalid_run(std::string_view text) {
  std::size_t run = 0;
  while (run < text.size() && valid_prefix(text.substr(run)) == 0) ++run;
  return run;
}

/// Valid UTF-8 as one JSON string.
std::string quote_valid(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = code_point_size(text);
    append_quoted(out, text.substr(0, size), text.substr(size));
    text.remove_prefix(size);
  }
  return out + '"';
}

bool is_plain_text(Bytes bytes) {
  if (!is_valid_utf8(bytes)) return false;
  for (std::string_view text = as_text(bytes); !text.empty(); text.remove_prefix(code_point_size(text))) {
    if (is_control(text.substr(0, code_point_size(text)))) return false;
  }
  return true;
}

/// The longest front of valid UTF-8 that is at most `size` octets long and ends between code points.
std::string_view cut_text(std::string_view text, std::size_t size) {
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

std::string print_cut_payload(Bytes payload, std::size_t max_payload) {
  if (!is_plain_text(payload)) {
    return fmt::format("hex({} …) ({} bytes)", hex(payload.first(max_payload)), payload.size());
  }
  std::string text = quote(cut_text(as_text(payload), max_payload));
  text.insert(text.size() - 1, "…");
  return fmt::format("{} ({} bytes)", text, payload.size());
}

std::string print_kind(Opcode opcode) {
  const std::string_view word = name(opcode);
  return word.empty() ? fmt::format("op={}", static_cast<unsigned>(opcode)) : std::string(word);
}

std::string print_rsv(std::uint8_t rsv) {
  std::string text;
  if (rsv & rsv1) text += " rsv1";
  if (rsv & rsv2) text += " rsv2";
  if (rsv & rsv3) text += " rsv3";
  return text;
}

std::string print_mask(const FrameHeader& header, Role sender, bool show_mask) {
  if (!header.mask) return sender == Role::client ? " mask=none" : "";
  if (sender == Role::client && !show_mask) return "";
  const MaskKey& key = *header.mask;
  return fmt::format(" mask={:02x}{:02x}{:02x}{:02x}", key[0], key[1], key[2], key[3]);
}

std::string print_length(const FrameHeader& header, std::size_t payload_size) {
  const std::string_view form = header.length_form == LengthForm::u16   ? "u16"
                                : header.length_form == LengthForm::u64 ? "u64"
                                                                        : "";
  if (header.payload_length == payload_size) return form.empty() ? "" : fmt::format(" len={}", form);
  return fmt::format(" len={}{}{}", form, form.empty() ? "" : ":", header.payload_length);
}

/// RFC 6455 §5.5.1: two octets of code, then the reason; one octet is neither.
std::string print_close_payload(Bytes payload, std::size_t max_payload) {
  if (payload.empty()) return "";
  const auto code = parse_close(payload).code;
  if (!code) return fmt::format(" hex({})", hex(payload));
  if (payload.size() == 2) return fmt::format(" {}", *code);
  return fmt::format(" {} {}", *code, print_payload(payload.subspan(2), max_payload));
}

}  // namespace

std::string hex(Bytes bytes) { return fmt::format("{:02x}", fmt::join(bytes, " ")); }

std::string quote(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t valid = valid_run(text);
    const std::size_t size = valid != 0 ? valid : invalid_run(text);
    const std::string_view run = text.substr(0, size);
    parts.push_back(valid != 0 ? quote_valid(run) : fmt::format("hex({})", hex(as_bytes(run))));
    text.remove_prefix(size);
  }
  return parts.empty() ? "\"\"" : fmt::format("{}", fmt::join(parts, " "));
}

std::string print_payload(Bytes payload, std::size_t max_payload) {
  if (payload.size() > max_payload) return print_cut_payload(payload, max_payload);
  return is_plain_text(payload) ? quote(as_text(payload)) : fmt::format("hex({})", hex(payload));
}

std::string print(const Frame& frame, Role sender, const PrintOptions& options) {
  const FrameHeader& header = frame.header;
  std::string text = print_kind(header.opcode);
  const bool is_close = header.opcode == Opcode::close;
  if (!header.fin) text += " fin=0";
  text += print_rsv(header.rsv) + print_mask(header, sender, options.show_mask);
  text += print_length(header, frame.payload.size());
  if (is_close) return text + print_close_payload(frame.payload, options.max_payload);
  return text + " " + print_payload(frame.payload, options.max_payload);
}

}  // namespace wsrig::ws
