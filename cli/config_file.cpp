#include "cli/config_file.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "cli/option_table.hpp"

namespace wsrig::cli {

using diag::Diagnostic;

namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// "true" or "false" for the words a flag takes in the environment and in files.
std::optional<std::string> flag_value(std::string_view word) {
  constexpr std::array<std::string_view, 4> on{"true", "yes", "on", "1"};
  constexpr std::array<std::string_view, 4> off{"false", "no", "off", "0"};
  if (std::ranges::find(on, word) != on.end()) return "true";
  if (std::ranges::find(off, word) != off.end()) return "false";
  return std::nullopt;
}

/// Reads one file, line by line.
class ConfigReader {
 public:
  ConfigReader(const std::vector<Option>& options, std::shared_ptr<const diag::Source> file)
      : options_(options), file_(std::move(file)) {}

  diag::Result<Layer> read() {
    std::string_view rest = file_->text();
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const std::string_view written = trim(line);
      if (written.empty() || written.starts_with('#')) continue;
      const auto mistake = written.starts_with('[') ? begin_section(written) : read_setting(written);
      if (mistake) return file_->at(offset_of(written), written.size(), mistake->message, mistake->hint);
    }
    return std::move(layer_);
  }

 private:
  std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - file_->text().data());
  }

  Written written(std::string_view text) const { return {std::string(text), file_, offset_of(text)}; }

  std::optional<Mistake> begin_section(std::string_view header) {
    if (!header.ends_with(']')) return Mistake{"a section needs a ']'", "write [NAME TITLE]"};
    const std::string_view inner = trim(header.substr(1, header.size() - 2));
    const std::string_view name = inner.substr(0, inner.find_first_of(" \t"));
    const Option* option = find_option(options_, name);
    if (option == nullptr || option->section.empty()) return no_section(name);
    const std::string_view title = trim(inner.substr(name.size()));
    if (title.empty()) {
      return Mistake{fmt::format("the section has no title: [{} {}]", name, option->value)};
    }
    section_options_ = &option->section;
    section_ = &layer_.sections[option->name].emplace_back(Section{written(title), {}});
    return {};
  }

  Mistake no_section(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const Option& option : options_) {
      if (!option.section.empty()) names.push_back(option.name);
    }
    if (names.empty()) return {"there are no sections in this file"};
    return {fmt::format("unknown section '{}'; there is {}", name, fmt::join(names, ", ")),
            diag::did_you_mean(name, names)};
  }

  /// `name = value`, or a bare `name` for a flag.
  std::optional<Mistake> read_setting(std::string_view line) {
    const std::vector<Option>& options = section_ == nullptr ? options_ : *section_options_;
    const std::size_t equals = line.find('=');
    const std::string_view name = trim(line.substr(0, equals));
    const Option* option = find_option(options, name);
    if (option == nullptr || environment_name(*option).empty() || option->name == "config") {
      return unknown_option(options, name, "");
    }
    const bool has_value = equals != std::string_view::npos;
    if (!has_value && !option->is_flag()) {
      return Mistake{fmt::format("option '{}' needs a value: {} = {}", name, name, placeholder(*option))};
    }
    Written value = written(has_value ? trim(line.substr(equals + 1)) : name);
    if (!has_value) value.text = "true";
    if (auto mistake = check_written(*option, value.text)) return mistake;
    if (!option->repeatable && is_given(option->name)) {
      return Mistake{fmt::format("option '{}' was given above already", name)};
    }
    add(*option, std::move(value));
    return {};
  }

  bool is_given(std::string_view name) const {
    if (section_ == nullptr) return layer_.values.contains(name);
    return std::ranges::find(section_->settings, name, &Setting::name) != section_->settings.end();
  }

  void add(const Option& option, Written value) {
    if (section_ == nullptr) {
      layer_.values[option.name].push_back(std::move(value));
    } else {
      section_->settings.push_back({option.name, std::move(value)});
    }
  }

  const std::vector<Option>& options_;
  std::shared_ptr<const diag::Source> file_;
  Layer layer_;
  Section* section_ = nullptr;  ///< the last one of its option in layer_; null: before the first
  const std::vector<Option>* section_options_ = nullptr;
};

}  // namespace

const Option* find_option(const std::vector<Option>& options, std::string_view name) {
  const auto found = std::ranges::find(options, name, &Option::name);
  return found == options.end() ? nullptr : &*found;
}

Mistake unknown_option(const std::vector<Option>& options, std::string_view written,
                       std::string_view prefix) {
  std::vector<std::string> names;
  for (const Option& option : options) names.push_back(fmt::format("{}{}", prefix, option.name));
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return {fmt::format("unknown option '{}'", written), diag::did_you_mean(written, candidates)};
}

std::optional<Mistake> check_choice(const Option& option, const std::string& value) {
  if (option.choices.empty() || std::ranges::find(option.choices, value) != option.choices.end()) return {};
  const std::vector<std::string_view> choices(option.choices.begin(), option.choices.end());
  return Mistake{fmt::format("'{}' is not a value of '--{}', which takes one of {}", value, option.name,
                             fmt::join(choices, ", ")),
                 diag::did_you_mean(value, choices)};
}

std::optional<Mistake> check_written(const Option& option, std::string& text) {
  if (option.is_flag()) {
    const auto word = flag_value(text);
    if (!word) {
      return Mistake{fmt::format("'{}' is not a value of the flag '--{}', which takes true or false", text,
                                 option.name)};
    }
    text = *word;
  }
  return check_choice(option, text);
}

diag::Result<Layer> read_config(const std::vector<Option>& options,
                                std::shared_ptr<const diag::Source> file) {
  return ConfigReader(options, std::move(file)).read();
}

Diagnostic Written::place(Diagnostic mistake) const {
  if (!file || mistake.line != 0) return mistake;
  return file->at(offset, std::max<std::size_t>(1, text.size()), std::move(mistake.message),
                  std::move(mistake.hint));
}

}  // namespace wsrig::cli
