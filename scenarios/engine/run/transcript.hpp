#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/result.hpp"
#include "report/text.hpp"

namespace wsrig::engine {

/// What went over the wire in a case, in the notation; bounded, so that a flood does not fill the memory.
class Transcript {
 public:
  static constexpr std::size_t max_lines = 500;
  static constexpr std::size_t max_text = 4096;  ///< octets of a line

  void add(std::chrono::microseconds at, const std::string& connection, char direction,
           std::string_view text) {
    if (lines_.size() < max_lines) {
      lines_.push_back({at, connection, direction, report::shorten(text, max_text)});
    } else {
      ++left_out_;
    }
  }

  std::vector<report::TranscriptLine> lines() const {
    auto lines = lines_;
    if (left_out_ > 0) {
      lines.push_back({lines.back().at, "", '-', std::to_string(left_out_) + " more lines"});
    }
    return lines;
  }

 private:
  std::vector<report::TranscriptLine> lines_;
  std::size_t left_out_ = 0;
};

}  // namespace wsrig::engine
