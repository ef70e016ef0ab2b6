#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace wsrig::report {

/// Writes one JSON document (or one line of JSON) from front to back. Numbers are written as a person would
/// write them: Boost.JSON makes 3.5E0 of 3.5.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end(']'); }
  /// The name of the member that comes next.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  /// The shortest text that reads back the same; null for what JSON cannot say (infinite, not a number).
  JsonWriter& value(double number);
  JsonWriter& value(std::integral auto number) { return raw(std::to_string(number)); }
  /// A member of an object.
  JsonWriter& member(std::string_view name, const auto& content) { return key(name).value(content); }

  const std::string& text() const { return text_; }

 private:
  JsonWriter& begin(char bracket);
  JsonWriter& end(char bracket);
  JsonWriter& raw(std::string_view text);
  void separate();

  std::string text_;
  bool after_value_ = false;  ///< a comma is due before what comes next
};

}  // namespace wsrig::report
