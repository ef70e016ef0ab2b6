#include "proxy/rewrite_edits.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/regex.hpp>

#include "ws/http_head.hpp"

namespace wsrig::proxy {

void FieldEdit::edit(std::vector<std::pair<std::string, std::string>>& fields) const {
  const auto has_name = [this](const auto& field) { return ws::equal_ignoring_case(field.first, name_); };
  auto rest = std::ranges::find_if(fields, has_name);
  if (action_ == Action::set && rest == fields.end()) {
    fields.emplace_back(name_, value_);
    return;
  }
  if (action_ != Action::remove && rest != fields.end()) {
    rest->second = value_;
    ++rest;
  }
  fields.erase(std::remove_if(rest, fields.end(), has_name), fields.end());
}

struct TextEdit::Compiled {
  boost::regex regex;
};

diag::Result<std::shared_ptr<const MessageEdit>> TextEdit::make(std::string_view pattern,
                                                                std::string format) {
  auto compiled = std::make_shared<Compiled>();
  try {
    compiled->regex.assign(pattern.data(), pattern.data() + pattern.size(), boost::regex::perl);
  } catch (const boost::regex_error& error) {
    std::string what = boost::regex_traits<char>().error_string(error.code());
    if (what.ends_with('.')) what.pop_back();
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, error.position()));
    return diag::Diagnostic{.column = offset + 1, .message = "regular expression: " + what};
  } catch (const std::runtime_error&) {
    return diag::Diagnostic{.column = 1, .message = "the regular expression is too complex"};
  }
  auto edit = std::make_shared<TextEdit>();
  edit->compiled_ = std::move(compiled);
  edit->format_ = std::move(format);
  return std::shared_ptr<const MessageEdit>(std::move(edit));
}

void TextEdit::edit(ws::ByteBuffer& payload) const {
  const std::string_view text = ws::as_text(payload);
  std::string out;
  try {
    const char* behind = text.data();  // the last match
    boost::cregex_iterator match(text.data(), text.data() + text.size(), compiled_->regex);
    for (; match != boost::cregex_iterator(); ++match) {
      out.append(behind, (*match)[0].first).append(match->format(format_, boost::format_perl));
      behind = (*match)[0].second;
      if (out.size() > most) return;
    }
    out.append(behind, text.data() + text.size());
  } catch (const std::runtime_error&) {  // Boost.Regex gives up before a search takes for ever
    return;
  }
  if (out.size() <= most) payload.assign(out.begin(), out.end());
}

void PatternEdit::edit(ws::ByteBuffer& payload) const {
  ws::ByteBuffer out;
  auto rest = payload.cbegin();
  for (;;) {
    const auto found = std::search(rest, payload.cend(), pattern_.begin(), pattern_.end(),
                                   [](auto a, char b) { return a == static_cast<std::uint8_t>(b); });
    out.insert(out.end(), rest, found);
    if (found == payload.cend()) break;
    ws::append(out, octets_);
    rest = found + static_cast<std::ptrdiff_t>(pattern_.size());
  }
  payload = std::move(out);
}

void OffsetEdit::edit(ws::ByteBuffer& payload) const {
  for (std::size_t i = 0; i < octets_.size() && offset_ + i < payload.size(); ++i) {
    payload[static_cast<std::size_t>(offset_) + i] = static_cast<std::uint8_t>(octets_[i]);
  }
}

}  // namespace wsrig::proxy
