#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "cli/option_value.hpp"

namespace wsrig::cli {

/// Reads options one after the other into a program's configuration, and keeps the first mistake, with its
/// place where that is in a file.
class OptionReader {
 public:
  /// `values` must outlive the reader.
  explicit OptionReader(const Values& values) : values_(values) {}

  /// A size, at least one octet.
  template <class Value>
  void size(std::string_view name, Value& out) {
    take(size_option(values_, name), out);
    refuse_zero(name, out == 0);
  }
  template <class Value>
  void number(std::string_view name, Value& out, std::uint64_t least = 0) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Value>::max());
    take(number_option(values_, name, least, most), out);
  }
  void duration(std::string_view name, std::chrono::microseconds& out) {
    take(duration_option(values_, name), out);
    refuse_zero(name, out.count() == 0);
  }
  void duration_or_none(std::string_view name, std::chrono::microseconds& out) {
    take(duration_option(values_, name), out);
  }

  /// What is wrong with an option's last value, or nothing.
  void check(std::string_view name, const std::string& problem);
  /// The same for one of its values.
  void check(std::string_view name, const Written& value, const std::string& problem);
  void fail(diag::Diagnostic mistake);
  const std::optional<diag::Diagnostic>& first_mistake() const { return mistake_; }

 private:
  template <class Result, class Value>
  void take(const Result& result, Value& out) {
    if (result) out = static_cast<Value>(*result);
    if (!result) fail(result.error());
  }
  void refuse_zero(std::string_view name, bool is_zero);

  const Values& values_;
  std::optional<diag::Diagnostic> mistake_;
};

/// A mistake without a place.
diag::Diagnostic mistake(std::string message, std::string hint = {});

}  // namespace wsrig::cli
