#include "ws/http_head.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::ws {
namespace {

struct AnomalyInfo {
  std::string_view slug, section, text;
};
// In the order of the enumerators.
constexpr AnomalyInfo anomaly_table[] = {
    {"bare-lf", "RFC 9112 §2.2", "a line ends with LF alone"},
    {"bare-cr", "RFC 9112 §2.2", "a CR that is not followed by LF"},
    {"obs-fold", "RFC 9112 §5.2", "a field is folded over several lines"},
    {"blank-before-colon", "RFC 9112 §5.1", "a blank between field name and colon"},
    {"blank-before-first-field", "RFC 9112 §2.2", "white space between the start line and the first field"},
    {"field-without-colon", "RFC 9112 §5", "a field line without a colon"},
    {"field-name-invalid", "RFC 9112 §5.1", "a field name that is not a token"},
    {"control-character", "RFC 9110 §5.5", "a control character in a field value"},
    {"start-line-malformed", "RFC 9112 §2.1", "the first line is neither a request line nor a status line"},
};
const AnomalyInfo& info(HeadAnomaly anomaly) { return anomaly_table[static_cast<std::size_t>(anomaly)]; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trim(std::string_view text, std::string_view outer) {
  const auto first = text.find_first_not_of(outer);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(outer) - first + 1);
}

bool has_version_shape(std::string_view text) {  // RFC 9112 §2.3: case-sensitive, one digit each
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]);
}

bool is_status_code(std::string_view text) { return text.size() == 3 && std::ranges::all_of(text, is_digit); }

/// CR is left out: it is an anomaly of its own.
bool has_forbidden_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\t' && c != '\r'; });
}

}  // namespace

std::string_view describe(HeadAnomaly anomaly) { return info(anomaly).text; }
std::string_view slug(HeadAnomaly anomaly) { return info(anomaly).slug; }
std::string_view section(HeadAnomaly anomaly) { return info(anomaly).section; }

HttpHead::HttpHead(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {
  std::string_view rest = *bytes_;
  std::string_view line = take_line(rest);
  const bool empty_line_first = line.empty() && !rest.empty();
  if (empty_line_first) line = take_line(rest);
  read_start_line(line);
  fields_.reserve(8);  // what most have; growing there would allocate four times
  // §2.2 forgives an empty line before a request line only.
  if (empty_line_first && status_ != 0) note(HeadAnomaly::bad_start_line);
  while (!rest.empty()) {
    line = take_line(rest);
    if (line.empty()) return;
    read_field_line(line);
  }
}

std::string_view HttpHead::take_line(std::string_view& rest) {
  const auto lf = rest.find('\n');
  std::string_view line = rest.substr(0, lf);
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  if (line.ends_with('\r') && lf != std::string_view::npos) {
    line.remove_suffix(1);
  } else if (lf != std::string_view::npos) {
    note(HeadAnomaly::bare_lf);
  }
  if (line.find('\r') != std::string_view::npos) note(HeadAnomaly::bare_cr);
  return line;
}

void HttpHead::note(HeadAnomaly anomaly) {
  if (std::ranges::find(anomalies_, anomaly) == anomalies_.end()) anomalies_.push_back(anomaly);
}

void HttpHead::read_start_line(std::string_view line) {
  start_line_ = line;
  if (line.starts_with("HTTP/")) {
    read_status_line(line);
  } else {
    read_request_line(line);
  }
}

void HttpHead::read_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return note(HeadAnomaly::bad_start_line);
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  if (!is_token(method) || target.empty() || std::ranges::any_of(target, is_control) ||
      !version.starts_with("HTTP/") || version.find(' ') != std::string_view::npos) {
    return note(HeadAnomaly::bad_start_line);
  }
  method_ = method;
  target_ = target;
  version_ = version;
  if (!has_version_shape(version)) note(HeadAnomaly::bad_start_line);
}

void HttpHead::read_status_line(std::string_view line) {
  const auto space = std::min(line.find(' '), line.size());
  const std::string_view code = line.substr(std::min(space + 1, line.size())).substr(0, 3);
  version_ = line.substr(0, space);
  if (!has_version_shape(version_) || !is_status_code(code)) return note(HeadAnomaly::bad_start_line);
  const std::string_view tail = line.substr(space + 4);
  // §4: the blank behind the code is sent even when there is no reason.
  if (!tail.starts_with(' ')) note(HeadAnomaly::bad_start_line);
  if (!tail.empty() && tail.front() != ' ') return;
  status_ = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  reason_ = tail.substr(std::min<std::size_t>(1, tail.size()));
  if (has_forbidden_control(reason_)) note(HeadAnomaly::bad_start_line);
}

void HttpHead::read_field_line(std::string_view line) {
  if (is_blank(line.front())) return read_folded_line(line);
  const auto colon = line.find(':');
  may_fold_ = colon != std::string_view::npos;
  if (!may_fold_) return note(HeadAnomaly::no_colon);
  std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 1);
  if (!name.empty() && is_blank(name.back())) {
    note(HeadAnomaly::blank_before_colon);
    name = trim(name, " \t");
  }
  if (!is_token(name)) note(HeadAnomaly::bad_field_name);
  if (has_forbidden_control(value)) note(HeadAnomaly::control_character);
  fields_.push_back({name, trim(value, " \t")});
}

void HttpHead::read_folded_line(std::string_view line) {
  if (fields_.empty() && !may_fold_) return note(HeadAnomaly::blank_before_first);
  note(HeadAnomaly::obs_fold);
  if (!may_fold_) return;  // it continues a line that is no field
  std::string_view& value = fields_.back().value;
  value = trim(std::string_view(value.begin(), line.end()), " \t\r\n");
  if (has_forbidden_control(line)) note(HeadAnomaly::control_character);
}

int HttpHead::version_number() const {
  return has_version_shape(version_) ? (version_[5] - '0') * 10 + (version_[7] - '0') : 0;
}

std::size_t HttpHead::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [&](const HttpField& f) { return equal_ignoring_case(f.name, name); }));
}

std::optional<std::string_view> HttpHead::find(std::string_view name) const {
  const auto field =
      std::ranges::find_if(fields_, [&](const HttpField& f) { return equal_ignoring_case(f.name, name); });
  if (field == fields_.end()) return std::nullopt;
  return field->value;
}

std::vector<std::string_view> HttpHead::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const HttpField& field : fields_) {
    if (equal_ignoring_case(field.name, name)) values.push_back(field.value);
  }
  return values;
}

std::string HttpHead::joined(std::string_view name) const {
  std::string list;
  bool first = true;
  for (const HttpField& field : fields_) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (!std::exchange(first, false)) list += ", ";
    list += field.value;
  }
  return list;
}

HeadReader::Status HeadReader::feed(Bytes data, std::size_t& taken) {
  taken = 0;
  while (status_ == Status::need_more && taken < data.size()) taken += take_line_part(data.subspan(taken));
  return status_;
}

std::size_t HeadReader::take_line_part(Bytes data) {
  const std::size_t room = max_bytes_ - bytes_.size();
  const Bytes fitting = data.first(std::min(room, data.size()));
  const std::size_t lf = as_text(fitting).find('\n');
  const bool ended = lf != std::string_view::npos;
  const std::size_t size = ended ? lf + 1 : fitting.size();
  if (bytes_.empty()) bytes_.reserve(std::min(data.size(), max_bytes_));  // mostly it has come as a whole
  bytes_.append(as_text(fitting.first(size)));
  if (ended) {
    end_line();
  } else if (size < data.size()) {
    status_ = Status::too_long;
  }
  return size;
}

void HeadReader::end_line() {
  const std::string_view line = std::string_view(bytes_).substr(line_start_);
  const bool first = line_start_ == 0;
  line_start_ = bytes_.size();
  if (line == "\n" || line == "\r\n") {
    // RFC 9112 §2.2: one empty line before the request line is ignored.
    if (!first) status_ = Status::complete;
  } else if (++lines_ > max_fields_ + 1) {
    status_ = Status::too_many_fields;
  }
}

HttpHead HeadReader::take() {
  lines_ = line_start_ = 0;
  status_ = Status::need_more;
  return HttpHead(std::exchange(bytes_, {}));
}

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return is_alpha(c) || is_digit(c) || others.find(c) != std::string_view::npos;
  });
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  // Nearly all are written the same way.
  return a == b || std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::vector<std::string_view> split_list(std::string_view value) {
  std::vector<std::string_view> elements;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i == value.size() || (value[i] == ',' && !quoted)) {
      const std::string_view element = trim(value.substr(begin, i - begin), " \t");
      if (!element.empty()) elements.push_back(element);
      begin = i + 1;
    } else if (value[i] == '"') {
      quoted = !quoted;
    } else if (value[i] == '\\' && quoted && i + 1 < value.size()) {
      ++i;  // a quoted pair
    }
  }
  return elements;
}

bool list_has_token(std::string_view value, std::string_view token) {
  return std::ranges::any_of(split_list(value),
                             [&](std::string_view element) { return equal_ignoring_case(element, token); });
}

}  // namespace wsrig::ws
