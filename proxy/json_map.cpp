#include "proxy/json_map.hpp"

#include <limits>

#include <boost/json/stream_parser.hpp>

#include "cli/repeated_key.hpp"
#include "cli/text_file.hpp"
#include "ws/number.hpp"

namespace wsrig::proxy {

namespace {

namespace json = boost::json;
using diag::Diagnostic;

// Of a map that names an address alone.
constexpr std::uint64_t default_port = 8080;

/// Reads the members of one map, and keeps the first mistake.
class MapReader {
 public:
  MapReader(const diag::Source& source, const Route& defaults, Config& config)
      : source_(source), defaults_(defaults), config_(config) {}

  void read(const json::object& map) {
    for (const auto& [key, value] : map) {
      if (!mistake_) read_member(key, value);
    }
    if (!mistake_) make_listener();
  }
  std::optional<Diagnostic> take_mistake() { return std::move(mistake_); }

 private:
  void read_member(std::string_view key, const json::value& value) {
    if (value.is_object()) return read_route(key, value.get_object());
    if (key == "bindIP") return read_bind_address(key, value);
    if (key == "bindPort") {
      bind_port_ = number(key, value, 0, 65'535);
    } else if (key == "backlog") {
      config_.backlog = static_cast<int>(number(key, value, 1, 65'535));
    } else if (key == "connectTimeout") {
      config_.timeouts.connect = duration(key, value, 1);
    } else if (key == "socketTimeout") {
      config_.timeouts.idle = duration(key, value, 0);
    } else if (key == "connectKeepalive") {
      config_.timeouts.keepalive = keepalive(key, value);
    } else {
      fail(key, "is no setting, and no map with a host and a port");
    }
  }

  void read_route(std::string_view name, const json::object& target) {
    const json::value* const host = target.if_contains("host");
    const json::value* const port = target.if_contains("port");
    if (host == nullptr || !host->is_string() || host->get_string().empty()) {
      return fail(name, "has no host");
    }
    if (port == nullptr) return fail(name, "has no port");
    if (name.empty() || name.find_first_of("/?#%\\") != std::string_view::npos) {
      return fail(name, "is no segment of a path");
    }
    Route route = defaults_;
    route.upstream.url = {.scheme = "ws", .host = std::string(host->get_string()), .port_given = true};
    route.upstream.url.port = static_cast<std::uint16_t>(number(name, *port, 1, 65'535));
    for (const char* end : {"", "/"}) {
      route.path = "/" + std::string(name) + end;
      config_.routes.push_back(route);
    }
  }

  void read_bind_address(std::string_view key, const json::value& value) {
    if (!value.is_string()) return fail(key, "is no address");
    bind_address_ = std::string(value.get_string());
  }

  void make_listener() {
    if (!bind_port_ && !bind_address_) return;
    net::Url url{.scheme = "ws", .host = bind_address_.value_or(""), .port_given = true};
    url.port = static_cast<std::uint16_t>(bind_port_.value_or(default_port));
    config_.listeners = {url};
  }

  // A number, or a text that is one.
  std::uint64_t number(std::string_view key, const json::value& value, std::uint64_t least,
                       std::uint64_t most) {
    std::uint64_t result = most + 1;
    if (value.is_int64() && value.get_int64() >= 0) result = static_cast<std::uint64_t>(value.get_int64());
    if (value.is_string()) {
      result = ws::to_integer<std::uint64_t>(value.get_string()).value_or(most + 1);
    }
    if (result < least || result > most) {
      fail(key, "needs a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return result;
  }

  // true and false, or how long until the first probe.
  microseconds keepalive(std::string_view key, const json::value& value) {
    if (!value.is_bool()) return duration(key, value, 0);
    return value.get_bool() ? Timeouts{}.keepalive : microseconds{0};
  }

  microseconds duration(std::string_view key, const json::value& value, std::uint64_t least) {
    return std::chrono::milliseconds(number(key, value, least, std::numeric_limits<std::int32_t>::max()));
  }

  void fail(std::string_view key, const std::string& problem) {
    const std::string quoted = "\"" + std::string(key) + "\"";
    const auto found = source_.text().find(quoted);
    const std::string message = "'" + std::string(key) + "' " + problem;
    if (!mistake_) mistake_ = source_.at(found == std::string_view::npos ? 0 : found, quoted.size(), message);
  }

  const diag::Source& source_;
  const Route& defaults_;
  Config& config_;
  std::optional<std::string> bind_address_;
  std::optional<std::uint64_t> bind_port_;
  std::optional<Diagnostic> mistake_;
};

}  // namespace

std::optional<Diagnostic> read_json_map(const std::string& path, const Route& defaults, Config& config) {
  const auto text = cli::read_text_file(path);
  if (!text) return text.error();
  const diag::Source source(path, *text);
  json::stream_parser parser;
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text->data(), text->size(), error);
  if (!error) parser.finish(error);
  if (error) return source.at(read, 1, "not JSON: " + error.message());
  if (auto repeated = cli::find_repeated_key(source)) return repeated;
  const json::value value = parser.release();
  if (!value.is_object()) return source.at(0, 1, "a map of names and targets is needed");
  MapReader reader(source, defaults, config);
  reader.read(value.get_object());
  return reader.take_mistake();
}

}  // namespace wsrig::proxy
