#include "report/json_writer.hpp"

#include <cmath>
#include <fmt/format.h>

#include "report/text.hpp"

namespace wsrig::report {

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  text_ += json_string(name) + ':';
  after_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) { return raw(json_string(text)); }
JsonWriter& JsonWriter::value(bool truth) { return raw(truth ? "true" : "false"); }
JsonWriter& JsonWriter::value(double number) {
  return raw(std::isfinite(number) ? fmt::format("{}", number) : "null");
}

JsonWriter& JsonWriter::begin(char bracket) {
  separate();
  text_ += bracket;
  after_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  text_ += bracket;
  after_value_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view text) {
  separate();
  text_ += text;
  after_value_ = true;
  return *this;
}

void JsonWriter::separate() {
  if (after_value_) text_ += ',';
}

}  // namespace wsrig::report
