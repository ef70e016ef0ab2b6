#include "proxy/control.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "proxy/metrics.hpp"

namespace wsrig::proxy {

namespace {

namespace json = boost::json;

ws::ResponseHead make_answer(int status, std::string_view type, std::string body) {
  return {
      .status = status,
      .reason = std::string(ws::reason_phrase(status)),
      .fields = {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}, {"Connection", "close"}},
      .body = std::move(body)};
}

ws::ResponseHead json_answer(int status, const json::value& value) {
  return make_answer(status, "application/json", json::serialize(value) + "\n");
}

ws::ResponseHead mistake(const std::string& message) {
  return json_answer(400, json::object{{"error", message}});
}

std::string key_of(const Route& route) { return route.host + route.path; }

/// What a PUT asks for.
struct Order {
  std::optional<std::string> route;
  FaultSwitch::Faults faults;
};

std::variant<Order, std::string> read_faults(const json::value& list, Order order) {
  if (!list.is_array()) return "\"faults\" is no array";
  for (const json::value& item : list.get_array()) {
    if (!item.is_string()) return "a fault is a string, such as \"latency(50ms)@upstream\"";
    auto fault = parse_fault(std::string_view(item.get_string()));
    if (!fault) return diag::render(fault.error());
    order.faults.push_back(*std::move(fault));
  }
  return order;
}

std::variant<Order, std::string> read_order(std::string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse({body.data(), body.size()}, error);
  if (error) return "the body is not JSON: " + error.message();
  if (!value.is_object()) return "the body is no object";
  Order order;
  const json::value* faults = nullptr;
  for (const auto& [name, member] : value.get_object()) {
    if (name == "faults") {
      faults = &member;
    } else if (name == "route" && member.is_string()) {
      order.route = std::string(std::string_view(member.get_string()));
    } else {
      return "unknown member \"" + std::string(std::string_view(name)) + "\", or not of its type";
    }
  }
  if (faults == nullptr) return "\"faults\" is missing";
  return read_faults(*faults, std::move(order));
}

bool needs_frames(const FaultSwitch::Faults& faults) {
  return std::ranges::any_of(faults, [](const auto& fault) { return fault->needs_frames(); });
}

}  // namespace

void Control::attach(Config& config) {
  std::map<std::string, Entry, std::less<>> routes;
  for (Route& route : config.routes) {
    Entry& entry = routes[key_of(route)];
    const auto known = routes_.find(key_of(route));
    if (!entry.faults)
      entry.faults = known != routes_.end() ? known->second.faults : std::make_shared<FaultSwitch>();
    entry.mode = route.mode;
    entry.speaks_frames = route.mode == Mode::inspect && !route.is_bridge();
    if (!entry.speaks_frames && needs_frames(entry.faults->faults())) entry.faults->set({});
    entry.faults->allow_frames(entry.speaks_frames);
    route.faults.push_back(entry.faults);
  }
  routes_ = std::move(routes);
}

ws::ResponseHead Control::answer(const ws::HttpHead& request, std::string_view body,
                                 const Counters& counters) {
  if (request.count("origin") != 0) return make_answer(403, "text/plain", "not for web pages\n");
  const std::string_view method = request.method();
  const std::string_view target = request.target();
  if (target == "/healthz" && method == "GET") return make_answer(200, "text/plain", "ok\n");
  if (target == "/metrics" && method == "GET") {
    return make_answer(200, "text/plain; version=0.0.4; charset=utf-8", print_metrics(counters));
  }
  if (target == "/faults" && method == "GET") return list_faults();
  if (target == "/faults" && method == "PUT") return put_faults(body);
  if (target == "/faults" && method == "DELETE") {
    clear_faults();
    return list_faults();
  }
  const bool is_known = target == "/healthz" || target == "/metrics" || target == "/faults";
  return make_answer(is_known ? 405 : 404, "text/plain",
                     "GET /healthz, GET /metrics, GET|PUT|DELETE /faults\n");
}

ws::ResponseHead Control::put_faults(std::string_view body) {
  const auto read = read_order(body);
  if (const auto* problem = std::get_if<std::string>(&read)) return mistake(*problem);
  const Order& order = std::get<Order>(read);
  if (order.route && !routes_.contains(*order.route))
    return mistake("there is no route '" + *order.route + "'");
  const auto concerns = [&](const std::string& name) { return !order.route || *order.route == name; };
  for (const auto& [name, entry] : routes_) {
    if (concerns(name) && needs_frames(order.faults) && !entry.speaks_frames) {
      return mistake("route '" + name + "': a fault of frames needs mode inspect");
    }
  }
  for (const auto& [name, entry] : routes_) {
    if (concerns(name)) entry.faults->set(order.faults);
  }
  return list_faults();
}

void Control::clear_faults() {
  for (const auto& [name, entry] : routes_) entry.faults->set({});
}

ws::ResponseHead Control::list_faults() const {
  json::array routes;
  for (const auto& [name, entry] : routes_) {
    json::array faults;
    for (const auto& fault : entry.faults->faults()) faults.emplace_back(fault->text());
    routes.push_back(json::object{{"route", name},
                                  {"mode", entry.mode == Mode::inspect ? "inspect" : "tunnel"},
                                  {"faults", std::move(faults)}});
  }
  return json_answer(200, json::object{{"routes", std::move(routes)}});
}

}  // namespace wsrig::proxy
