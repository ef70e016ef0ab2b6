#include "ws/text_regex.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/regex.hpp>

namespace wsrig::ws {
namespace {

diag::Diagnostic mistake_at(std::size_t offset, std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.column = offset + 1;
  diagnostic.message = std::move(message);
  return diagnostic;
}

/// Is this the `(?<` of a named group, and not of a look-behind `(?<=`, `(?<!`?
bool begins_group(std::string_view text, std::size_t offset) {
  if (!text.substr(offset).starts_with("(?<") || offset + 3 >= text.size()) return false;
  return text[offset + 3] != '=' && text[offset + 3] != '!';
}

/// The names in order. Boost.Regex finds a group by its name but cannot list the names.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  bool in_class = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '[' || text[i] == ']') {
      in_class = text[i] == '[';
    } else if (!in_class && begins_group(text, i)) {
      const std::size_t end = text.find('>', i);
      if (end != std::string_view::npos) names.emplace_back(text.substr(i + 3, end - i - 3));
    }
  }
  return names;
}

}  // namespace

struct TextRegex::Compiled {
  boost::regex regex;
};

diag::Result<TextRegex> TextRegex::compile(std::string_view text) {
  TextRegex result;
  result.text_ = text;
  result.group_names_ = names_in(text);
  auto compiled = std::make_shared<Compiled>();
  try {
    compiled->regex.assign(text.data(), text.data() + text.size(), boost::regex::perl);
  } catch (const boost::regex_error& error) {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, error.position()));
    std::string what = boost::regex_traits<char>().error_string(error.code());
    if (what.ends_with('.')) what.pop_back();
    return mistake_at(offset, "regular expression: " + what);
  } catch (const std::runtime_error&) {
    return mistake_at(0, "the regular expression is too complex");
  }
  for (auto name = result.group_names_.begin(); name != result.group_names_.end(); ++name) {
    if (std::find(result.group_names_.begin(), name, *name) != name) {
      return mistake_at(text.rfind("(?<" + *name), "the group '" + *name + "' is named twice");
    }
  }
  result.compiled_ = std::move(compiled);
  return result;
}

std::optional<Captures> TextRegex::search(std::string_view subject, std::size_t* end) const {
  boost::cmatch found;
  try {
    if (!boost::regex_search(subject.data(), subject.data() + subject.size(), found, compiled_->regex))
      return {};
  } catch (const std::runtime_error&) {
    return {};  // too much work for this subject
  }
  if (end != nullptr) *end = static_cast<std::size_t>(found[0].second - subject.data());
  Captures captures;
  for (const std::string& name : group_names_) {
    if (found[name].matched) captures.emplace_back(name, found[name].str());
  }
  return captures;
}

}  // namespace wsrig::ws
