#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "cli/options.hpp"

namespace wsrig::cli {

/// Writes the options of one group of a table, each by what it takes.
class OptionGroup {
 public:
  explicit OptionGroup(std::string title) : title_(std::move(title)) {}

  Option flag(std::string name, std::string help) const { return text(std::move(name), {}, std::move(help)); }
  Option text(std::string name, std::string what, std::string help, std::string default_value = {}) const {
    return {.name = std::move(name),
            .value = std::move(what),
            .help = std::move(help),
            .default_value = std::move(default_value),
            .group = title_};
  }
  Option file(std::string name, std::string help) const {
    return text(std::move(name), "FILE", std::move(help));
  }
  Option size(std::string name, std::string help, std::string default_value = {}) const {
    return text(std::move(name), "SIZE", std::move(help), std::move(default_value));
  }
  Option number(std::string name, std::string help, std::string default_value = {}) const {
    return text(std::move(name), "N", std::move(help), std::move(default_value));
  }
  Option duration(std::string name, std::string help, std::string default_value = {}) const {
    return text(std::move(name), "DURATION", std::move(help), std::move(default_value));
  }
  /// One of some words, the first of them by default.
  Option choice(std::string name, std::vector<std::string> words, std::string help) const {
    Option option = text(std::move(name), {}, std::move(help), words.front());
    option.choices = std::move(words);
    return option;
  }
  /// An option that may be given several times.
  static Option repeatable(Option option) {
    option.repeatable = true;
    return option;
  }

 private:
  std::string title_;
};

/// The options of several groups as one list, in their order.
inline std::vector<Option> join_options(std::initializer_list<std::vector<Option>> groups) {
  std::vector<Option> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace wsrig::cli
