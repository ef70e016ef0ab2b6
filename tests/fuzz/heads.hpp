#pragma once

#include <optional>

#include "tests/fuzz/fuzz_input.hpp"
#include "ws/http_head.hpp"

namespace wsrig::fuzz {

/// A head and how much of the stream it took.
struct ReadHead {
  ws::HttpHead head;
  std::size_t taken;
};

inline std::optional<ReadHead> read_head(ws::Bytes stream, Cut cut) {
  ws::HeadReader reader(2048, 20);
  auto status = ws::HeadReader::Status::need_more;
  std::size_t total = 0;
  in_pieces(stream, cut, [&](ws::Bytes piece) {
    std::size_t taken = 0;
    status = reader.feed(piece, taken);
    total += taken;
  });
  if (status != ws::HeadReader::Status::complete) return std::nullopt;
  return ReadHead{reader.take(), total};
}

/// Reads the head in all cuts, which must agree; checks that no octet is lost.
inline std::optional<ReadHead> read_head(ws::Bytes stream) {
  auto whole = read_head(stream, Cut::whole);
  for (const Cut cut : {Cut::octets, Cut::growing}) {
    const auto other = read_head(stream, cut);
    require(other.has_value() == whole.has_value(), "the cut does not matter");
    require(!whole || (other->taken == whole->taken && other->head.bytes() == whole->head.bytes()),
            "the cut does not matter");
  }
  require(!whole || whole->head.bytes() == ws::as_text(stream.first(whole->taken)),
          "the head keeps its octets");
  return whole;
}

}  // namespace wsrig::fuzz
