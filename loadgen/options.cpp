#include "loadgen/options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "cli/option_value.hpp"
#include "cli/text_file.hpp"
#include "loadgen/replay_file.hpp"
#include "loadgen/source_pool.hpp"
#include "loadgen/target_url.hpp"
#include "loadgen/template.hpp"
#include "loadgen/text_scan.hpp"
#include "loadgen/threshold.hpp"
#include "ws/base64.hpp"
#include "ws/handshake.hpp"
#include "ws/http_head.hpp"

namespace wsrig::loadgen {
namespace {

using cli::Values;
using diag::Diagnostic;

constexpr std::uint64_t most_connections = 10'000'000;

/// Reads options one after the other into a Config and keeps the first mistake.
class Reader {
 public:
  explicit Reader(const Values& values) : values_(values) {}

  template <class Value, class Out>
  void take(const diag::Result<Value>& value, Out& out) {
    if (value) {
      out = static_cast<Out>(*value);
    } else if (!mistake_) {
      mistake_ = value.error();
    }
  }
  /// The same for a value that is an option's text.
  template <class Out, class Parse>
  void parse(std::string_view name, Out& out, Parse parse_text) {
    if (!values_.has(name)) return;
    const auto value = parse_text(values_.text(name));
    value ? take(value, out) : fail(values_.place(name, value.error()));
  }
  void time(std::string_view name, milliseconds& out) {
    auto value = cli::duration_option(values_, name);
    if (!value) return fail(value.error());
    out = std::chrono::duration_cast<milliseconds>(*value);
  }
  void time(std::string_view name, nanoseconds& out) { take(cli::duration_option(values_, name), out); }
  void fail(Diagnostic mistake) {
    if (!mistake_) mistake_ = std::move(mistake);
  }
  const std::optional<Diagnostic>& first_mistake() const { return mistake_; }

 private:
  const Values& values_;
  std::optional<Diagnostic> mistake_;
};

// ---- what several parts need ----

TemplateNames names_of(const Config& config) { return {.data = config.data ? &*config.data : nullptr}; }

ws::Expression literal(const std::string& text) {
  ws::Expression expression;
  expression.parts.emplace_back(text);
  return expression;
}

// ---- model ----

Model model_of(const Values& values) {
  if (values.flag("closed")) return Model::closed;
  if (values.flag("blast")) return Model::blast;
  if (values.flag("hold")) return Model::hold;
  if (values.flag("receive")) return Model::receive;
  return Model::open;
}

diag::Result<std::pair<std::size_t, std::size_t>> parse_connections(const std::string& text) {
  const auto range = parse_range(text);
  const auto from = ws::parse_number(range ? range->first : text, most_connections);
  const auto to = ws::parse_number(range ? range->second : text, most_connections);
  if (from && to && *to > 0) return std::pair(static_cast<std::size_t>(*from), static_cast<std::size_t>(*to));
  return mistake(fmt::format("'--connections' takes a number or FROM..TO, not '{}'", text));
}

void read_phases(const Values& values, Config& config, Reader& reader) {
  PhasePlan plan{.model = model_of(values)};
  std::pair<std::size_t, std::size_t> connections{1, 1};
  reader.parse("connections", connections, parse_connections);
  plan.connections_from = connections.first;
  plan.connections_to = connections.second;
  if (plan.model == Model::open || (plan.model == Model::receive && values.given("rate"))) {
    reader.parse("rate", plan.rate, [](const std::string& text) { return parse_rate_plan(text, false); });
  }
  reader.take(cli::number_option(values, "depth", 1, 1u << 20), plan.depth);
  reader.time("duration", plan.duration);
  if (plan.duration <= nanoseconds{}) reader.fail(mistake("'--duration' must be more than nothing"));
  if (values.given("warmup")) {
    PhasePlan warmup = plan;
    warmup.name = "warmup";
    warmup.is_recorded = false;
    reader.time("warmup", warmup.duration);
    config.phases.push_back(warmup);
  }
  config.phases.push_back(plan);
}

void read_model(const Values& values, Config& config, Reader& reader) {
  read_phases(values, config, reader);
  reader.time("ping-interval", config.ping_interval);
  if (values.given("churn")) reader.take(cli::number_option(values, "churn"), config.churn);
  if (values.text("end") == "reset") config.ending = Ending::reset;
  reader.parse("connect-rate", config.connect_rate,
               [](const std::string& text) { return parse_rate(text, false); });
  config.seed = std::random_device{}();
  config.seed_was_given = values.given("seed");
  if (config.seed_was_given) reader.take(cli::number_option(values, "seed"), config.seed);
}

// ---- traffic ----

void read_data(const Values& values, Config& config, Reader& reader) {
  if (!values.given("data")) return;
  auto text = cli::read_text_file(values.text("data"));
  if (!text) return reader.fail(text.error());
  reader.take(CsvTable::parse(values.text("data"), std::move(*text)), config.data);
}

void read_replay(const Values& values, Config& config, Reader& reader) {
  if (!values.given("replay")) return;
  auto text = cli::read_text_file(values.text("replay"));
  if (!text) return reader.fail(text.error());
  auto entries = parse_replay(values.text("replay"), *text);
  if (!entries) return reader.fail(entries.error());
  config.mix = std::move(*entries);
  config.order = Mix::Order::in_turn;
  for (MixEntry& entry : config.mix)
    reader.take(settle_template(*entry.payload, names_of(config)), entry.payload);
}

void read_traffic(const Values& values, Config& config, Reader& reader) {
  config.mix.clear();
  for (const std::string& text : values.list("message")) {
    auto entry = parse_mix_entry(text);
    if (entry) {
      config.mix.push_back(std::move(*entry));
    } else {
      reader.fail(entry.error());
    }
  }
  reader.parse("mask", config.target.masking, parse_masking);
  reader.parse("replies", config.replies, parse_reply_rule);
  reader.take(cli::number_option(values, "replies-per-message", 1, 1000), config.replies.replies);
  reader.time("reply-timeout", config.reply_timeout);
  reader.time("drain", config.drain_timeout);
  if (!values.given("deflate")) return;
  config.target.extensions = std::string(ws::deflate_extension);
  if (!values.text("deflate").empty()) config.target.extensions += "; " + values.text("deflate");
  std::string error;
  if (!ws::parse_extensions(config.target.extensions, error)) reader.fail(mistake("'--deflate': " + error));
}

void read_broken(const Values& values, Config& config, Reader& reader) {
  for (const std::string& text : values.list("broken")) {
    auto frame = parse_broken_frame(text);
    if (!frame) return reader.fail(diag::Source("--broken", text).place(frame.error()));
    config.broken.frames.push_back(std::move(*frame));
  }
  reader.parse("broken-share", config.broken.share, parse_share);
}

void read_search(const Values& values, Config& config, Reader& reader) {
  if (!values.given("find-limit")) return;
  for (const std::string& text : values.list("find-limit")) {
    if (const auto threshold = parse_threshold(text); !threshold)
      return reader.fail(diag::Source("--find-limit", text).place(threshold.error()));
  }
  config.search = SearchPlan{.criterion = values.list("find-limit")};
  config.search->criterion.emplace_back("errors == 0");
}

// ---- handshake ----

/// "Name: value"
diag::Result<std::pair<std::string, ws::Expression>> parse_header(const std::string& text,
                                                                  const TemplateNames& names) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || !ws::is_token(std::string_view(text).substr(0, colon))) {
    return mistake(fmt::format("'--header' takes 'Name: value', not '{}'", text));
  }
  auto value = read_template(trim(std::string_view(text).substr(colon + 1)), names);
  if (!value) return value.error();
  return std::pair(text.substr(0, colon), std::move(*value));
}

void add_header(Config& config, std::string name, const diag::Result<std::string>& value, Reader& reader) {
  if (!value) return reader.fail(value.error());
  config.target.headers.emplace_back(std::move(name), literal(*value));
}

void read_authentication(const Values& values, Config& config, Reader& reader) {
  if (values.given("user")) {
    auto user = cli::expand_secrets(values.text("user"));
    if (user && user->find(':') == std::string::npos)
      return reader.fail(mistake("'--user' takes NAME:PASSWORD"));
    if (user) *user = "Basic " + ws::base64(ws::as_bytes(*user));  // RFC 7617 §2
    add_header(config, "Authorization", user, reader);
  }
  if (values.given("bearer")) {
    auto token = cli::expand_secrets(values.text("bearer"));
    if (token) *token = "Bearer " + *token;  // RFC 6750 §2.1
    add_header(config, "Authorization", token, reader);
  }
}

/// RFC 6265 §5.4: one header for all.
void read_cookies(const Values& values, Config& config, Reader& reader) {
  std::string cookies;
  for (const std::string& cookie : values.list("cookie")) cookies += (cookies.empty() ? "" : "; ") + cookie;
  if (!cookies.empty()) add_header(config, "Cookie", cli::expand_secrets(cookies), reader);
}

void read_handshake(const Values& values, Config& config, Reader& reader) {
  config.target.subprotocols = values.list("subprotocol");
  if (values.given("origin"))
    add_header(config, "Origin", cli::expand_secrets(values.text("origin")), reader);
  read_authentication(values, config, reader);
  read_cookies(values, config, reader);
  for (const std::string& text : values.list("header")) {
    const auto header = parse_header(text, names_of(config));
    if (header) {
      config.target.headers.push_back(*header);
    } else {
      reader.fail(header.error());
    }
  }
}

// ---- connections ----

diag::Result<net::Via> read_via(const std::string& text) {
  auto expanded = cli::expand_secrets(text);
  if (!expanded) return expanded.error();
  auto via = net::parse_via(*expanded);
  if (!via) return mistake("'--via': " + via.error());
  return *via;
}

void read_sources(const Values& values, Config& config, Reader& reader) {
  for (const std::string& text : values.list("source")) {
    const auto addresses = parse_sources(text);
    if (!addresses) return reader.fail(addresses.error());
    config.target.sources.insert(config.target.sources.end(), addresses->begin(), addresses->end());
  }
}

void read_connections(const Values& values, Config& config, Reader& reader) {
  Target& target = config.target;
  reader.parse("via", target.via, read_via);
  read_sources(values, config, reader);
  reader.time("connect-timeout", target.connect_timeout);
  reader.time("handshake-timeout", target.handshake_timeout);
  reader.time("close-timeout", target.close_timeout);
  reader.take(cli::size_option(values, "max-message"), target.limits.message);
  target.limits.frame = target.limits.message;
  if (values.given("receive-buffer"))
    reader.take(cli::size_option(values, "receive-buffer"), target.receive_buffer);
  target.tls = {.server_name = values.text("server-name"),
                .ca_file = values.text("ca"),
                .cert_file = values.text("cert"),
                .key_file = values.text("key"),
                .insecure = values.flag("insecure")};
}

void read_url(const Values& values, Config& config, Reader& reader) {
  auto text = read_template(values.positionals().front(), names_of(config));
  if (!text) return reader.fail(text.error());
  auto target = read_target_url(*text);
  if (!target) return reader.fail(target.error());
  config.target.url = std::move(target->url);
  config.target.path = std::move(target->path);
}

// ---- contradictions ----

/// The options that only some models know, by the option that chooses the model.
std::optional<Diagnostic> find_contradiction(const Values& values, const Config& config) {
  const std::vector<std::string> models{"closed", "blast", "hold", "receive"};
  const auto chosen =
      std::ranges::count_if(models, [&](const std::string& name) { return values.flag(name); });
  if (chosen > 1) return mistake("only one of '--closed', '--blast', '--hold' and '--receive' can be");
  if (chosen == 1 && values.given("rate") && !values.flag("receive"))
    return mistake("'--rate' is for open loops: without '--closed', '--blast' and '--hold'");
  if (values.given("broken-share") && !values.given("broken"))
    return mistake("'--broken-share' needs '--broken'");
  const bool is_constant =
      config.phases.front().rate && config.phases.front().rate->shape == RatePlan::Shape::constant;
  if (config.search && !is_constant) return mistake("'--find-limit' begins at a constant '--rate'");
  if (config.search && values.given("warmup")) return mistake("'--find-limit' has no '--warmup'");
  if (values.given("depth") && !values.flag("closed")) return mistake("'--depth' needs '--closed'");
  if (values.given("ping-interval") && !values.flag("hold"))
    return mistake("'--ping-interval' needs '--hold'");
  if (values.flag("closed") && !config.replies.awaits_reply())
    return mistake("'--closed' needs replies: not '--replies none'");
  if (values.given("user") && values.given("bearer"))
    return mistake("only one of '--user' and '--bearer' can be");
  if (values.given("replay") && values.given("message"))
    return mistake("only one of '--replay' and '--message' can be");
  const bool needs_own = config.replies.kind == ReplyRule::Kind::json;
  if (needs_own && !values.given("replay"))
    return mistake("'--replies json:…' needs messages of your own: '--replay'");
  if (values.given("key") && !values.given("cert")) return mistake("'--key' needs '--cert'");
  if (!config.replies.awaits_reply() && values.given("replies-per-message"))
    return mistake("'--replies none' has no '--replies-per-message'");
  return std::nullopt;
}

}  // namespace

diag::Result<Config> read_options(const cli::Values& values) {
  Config config;
  Reader reader(values);
  read_data(values, config, reader);
  read_url(values, config, reader);
  read_model(values, config, reader);
  read_traffic(values, config, reader);
  read_replay(values, config, reader);
  read_broken(values, config, reader);
  read_search(values, config, reader);
  read_handshake(values, config, reader);
  read_connections(values, config, reader);
  config.meta.version = cli::version_number();
  config.meta.argv = values.argv();
  if (reader.first_mistake()) return *reader.first_mistake();
  if (auto wrong = find_contradiction(values, config)) return *wrong;
  return config;
}

}  // namespace wsrig::loadgen
