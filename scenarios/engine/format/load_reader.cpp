#include "scenarios/engine/format/load_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "loadgen/replay_file.hpp"
#include "loadgen/source_pool.hpp"
#include "loadgen/template.hpp"
#include "loadgen/threshold.hpp"
#include "net/via.hpp"
#include "scenarios/engine/format/case_reader.hpp"
#include "scenarios/engine/format/scenario_file.hpp"
#include "scenarios/engine/format/scenario_keys.hpp"
#include "scenarios/engine/steps/session_script.hpp"
#include "ws/handshake.hpp"

namespace wsrig::engine {
namespace {

using loadgen::MixEntry;
using loadgen::Model;
using loadgen::PhasePlan;

constexpr std::uint64_t most_connections = 10'000'000;

class LoadReader {
 public:
  LoadReader(const KnownVariables& services, std::string folder, Findings& findings)
      : services_(services), folder_(std::move(folder)), findings_(findings) {}

  std::shared_ptr<const Load> run(const YamlNode& node, const YamlNode* thresholds, const Tls& tls) {
    load_.line = node.line;
    if (check_keys(node, "load", keys::load, findings_)) read_all(node);
    if (thresholds) read_thresholds(*thresholds);
    load_.config.target.tls = {.server_name = tls.server_name,
                               .ca_file = tls.ca_file,
                               .cert_file = tls.cert_file,
                               .key_file = tls.key_file,
                               .insecure = tls.insecure};
    return std::make_shared<const Load>(std::move(load_));
  }

 private:
  loadgen::Config& config() { return load_.config; }

  /// Calls `read` with the member of that name, if there is one.
  template <class Read>
  static void with(const YamlNode& node, std::string_view name, Read read) {
    if (const YamlNode* const member = node.find(name)) read(*member);
  }
  /// A text that one of loadgen's readers understands.
  template <class Out, class Parse>
  void parse(const YamlNode& node, std::string_view what, Out& out, Parse parse_text) {
    const auto text = read_text(node, what, findings_);
    if (!text) return;
    auto value = parse_text(*text);
    if (value) {
      out = std::move(*value);
    } else {
      findings_.add(node, value.error().message, value.error().hint);
    }
  }
  template <class Out>
  void duration(const YamlNode& node, std::string_view what, Out& out) {
    if (const auto time = read_duration(node, what, findings_)) out = *time;
  }
  template <class Out>
  void number(const YamlNode& node, std::string_view what, Out& out, std::uint64_t most = most_connections) {
    const auto value = ws::parse_number(node.value, most);
    if (node.is_scalar() && value) {
      out = static_cast<Out>(*value);
    } else {
      findings_.add(node, fmt::format("{} must be a whole number of at most {}", what, most));
    }
  }
  /// What is checked before services run: all that they will say, and secrets, are there.
  ws::Lookup known_services() const {
    return [this](std::string_view name) {
      return services_.has(name) ? std::optional<std::string>("") : std::nullopt;
    };
  }
  /// May name services, and what connections have.
  std::string text_template(const YamlNode& node, std::string_view what,
                            std::span<const std::string> captured) {
    auto text = read_text(node, what, findings_).value_or("");
    if (const auto settled = settle(text, config(), known_services(), captured); !settled)
      findings_.add(node, settled.error().message, settled.error().hint);
    return text;
  }

  void read_all(const YamlNode& node) {
    with(node, "data", [&](const YamlNode& one) { read_data(one); });
    with(node, "session", [&](const YamlNode& one) { read_session(one); });
    captured_ = captured_by(load_.session);
    with(node, "url",
         [&](const YamlNode& one) { load_.url = text_template(one, "url", captured_.by_login); });
    with(node, "headers", [&](const YamlNode& one) { read_headers(one); });
    read_handshake(node);
    read_traffic(node);
    read_connections(node);
    read_phases(node);
    if (!config().broken.frames.empty() && !captured_.by_login.empty())
      findings_.add(node, "broken frames come on connections of their own, which do not log in");
  }

  /// A file beside this one.
  template <class Read>
  void read_file(const YamlNode& node, Read read) {
    const std::string path = (std::filesystem::path(folder_) / node.value).lexically_normal().string();
    auto text = read_scenario_text(path);
    if (!text) return findings_.add(node, text.error().message);
    if (auto wrong = read(path, std::move(*text))) findings_.add(std::move(*wrong));
  }

  void read_data(const YamlNode& node) {
    read_file(node, [&](const std::string& path, std::string text) -> std::optional<diag::Diagnostic> {
      auto table = loadgen::CsvTable::parse(path, std::move(text));
      if (!table) return table.error();
      config().data = std::move(*table);
      return std::nullopt;
    });
  }

  void read_replay(const YamlNode& node) {
    read_file(node, [&](const std::string& path, const std::string& text) -> std::optional<diag::Diagnostic> {
      auto messages = loadgen::parse_replay(path, text);
      if (!messages) return messages.error();
      for (const MixEntry& entry : *messages) {
        const auto settled = settle(*entry.payload, config(), known_services(), captured_.by_all);
        if (!settled) return settled.error();
      }
      config().mix = std::move(*messages);
      config().order = loadgen::Mix::Order::in_turn;
      return std::nullopt;
    });
  }

  void read_headers(const YamlNode& node) {
    if (!node.is_map()) return findings_.add(node, "headers must be a map of names and values");
    for (const auto& [name, value] : node.members)
      load_.headers.emplace_back(name.value, text_template(value, name.value, captured_.by_login));
  }

  void read_session(const YamlNode& node) {
    const auto origin = place_steps(node, "session", findings_);
    if (!origin) return;
    auto script = parse_script(node.value, *origin);
    if (!script) return findings_.add(script.error());
    auto wrong = check_session(*script);
    if (!wrong) wrong = check_names(*script);
    if (wrong) return findings_.add(place_in_file(std::move(*wrong), node.value, *origin));
    load_.session = std::move(*script);
  }

  /// Steps may name what the messages' payloads may.
  std::optional<diag::Diagnostic> check_names(const Script& script) {
    for (const ws::Variable& variable : free_variables(script)) {
      if (services_.has(variable.name)) continue;
      const auto settled =
          settle("${" + variable.name + "}", config(), [](std::string_view) { return std::nullopt; });
      if (settled) continue;
      diag::Diagnostic wrong = settled.error();
      wrong.column = variable.offset + 1;
      return wrong;
    }
    return std::nullopt;
  }

  void read_handshake(const YamlNode& node) {
    const YamlNode* const offer = node.find("offer");
    if (!offer || !check_keys(*offer, "offer", keys::offer, findings_)) return;
    with(*offer, "subprotocols", [&](const YamlNode& one) {
      config().target.subprotocols = read_texts(one, "subprotocols", findings_);
    });
    with(*offer, "extensions", [&](const YamlNode& one) {
      std::string error;
      config().target.extensions = read_text(one, "extensions", findings_).value_or("");
      if (!ws::parse_extensions(config().target.extensions, error)) findings_.add(one, error);
    });
  }

  // ---- traffic ----

  void read_traffic(const YamlNode& node) {
    with(node, "mix", [&](const YamlNode& one) { read_mix(one); });
    with(node, "replay", [&](const YamlNode& one) { read_replay(one); });
    if (node.find("mix") && node.find("replay"))
      findings_.add(node, "a load has a mix of messages, or a file of them to replay, not both");
    with(node, "mask",
         [&](const YamlNode& one) { parse(one, "mask", config().target.masking, loadgen::parse_masking); });
    with(node, "replies",
         [&](const YamlNode& one) { parse(one, "replies", config().replies, loadgen::parse_reply_rule); });
    with(node, "replies_per_message",
         [&](const YamlNode& one) { number(one, "replies_per_message", config().replies.replies, 1000); });
    with(node, "broken", [&](const YamlNode& one) { read_broken(one); });
    with(node, "reply_timeout",
         [&](const YamlNode& one) { duration(one, "reply_timeout", config().reply_timeout); });
    with(node, "drain", [&](const YamlNode& one) { duration(one, "drain", config().drain_timeout); });
  }

  void read_mix(const YamlNode& node) {
    if (!node.is_sequence() || node.items.empty())
      return findings_.add(node, "mix must be a list of at least one kind of message");
    config().mix.clear();
    for (const YamlNode& entry : node.items) read_mix_entry(entry);
  }

  void read_mix_entry(const YamlNode& node) {
    if (!check_keys(node, "an entry of mix", keys::mix, findings_)) return;
    MixEntry entry{.sizes = {}};
    const YamlNode* const message = node.find("message");
    if (!message) return findings_.add(node, "an entry of mix needs a message: text, binary, ping or close");
    if (const auto word = read_choice(*message, "message", keys::messages, findings_))
      entry.kind = *loadgen::parse_message_kind(*word);
    with(node, "weight", [&](const YamlNode& one) { number(one, "weight", entry.weight, 1'000'000); });
    with(node, "bytes",
         [&](const YamlNode& one) { parse(one, "bytes", entry.sizes, loadgen::parse_size_distribution); });
    with(node, "frag",
         [&](const YamlNode& one) { parse(one, "frag", entry.fragmentation, loadgen::parse_fragmentation); });
    with(node, "cut", [&](const YamlNode& one) { read_cut(one, entry); });
    with(node, "payload", [&](const YamlNode& one) {
      parse(one, "payload", entry.payload, ws::parse_template);
      text_template(one, "payload", captured_.by_all);
    });
    if (node.find("payload") && node.find("bytes"))
      findings_.add(node, "a message has bytes or a payload, not both");
    if (const auto wrong = loadgen::check(entry)) findings_.add(node, wrong->message);
    config().mix.push_back(std::move(entry));
  }

  void read_cut(const YamlNode& node, MixEntry& entry) {
    const auto size = ws::parse_size(node.value);
    if (!size || *size == 0) return findings_.add(node, "cut must be a size, such as 100B");
    entry.cut = static_cast<std::size_t>(*size);
  }

  void read_broken(const YamlNode& node) {
    if (!check_keys(node, "broken", keys::broken, findings_)) return;
    config().broken.share = 0.01;
    with(node, "share",
         [&](const YamlNode& one) { parse(one, "share", config().broken.share, loadgen::parse_share); });
    const YamlNode* const frames = node.find("frames");
    if (!frames) return findings_.add(node, "broken needs frames");
    for (const YamlNode* const text : read_text_items(*frames, "frames", findings_)) {
      loadgen::BrokenFrame frame;
      parse(*text, "a frame", frame, loadgen::parse_broken_frame);
      config().broken.frames.push_back(std::move(frame));
    }
  }

  // ---- connections ----

  void read_connections(const YamlNode& node) {
    loadgen::Target& target = config().target;
    with(node, "via", [&](const YamlNode& one) { read_via(one); });
    with(node, "source", [&](const YamlNode& one) { read_sources(one); });
    with(node, "connect_rate", [&](const YamlNode& one) {
      parse(one, "connect_rate", config().connect_rate,
            [](const std::string& text) { return loadgen::parse_rate(text); });
    });
    with(node, "churn", [&](const YamlNode& one) {
      std::uint64_t count = 0;
      number(one, "churn", count);
      config().churn = count;
    });
    with(node, "end", [&](const YamlNode& one) {
      if (read_choice(one, "end", keys::endings, findings_) == "reset")
        config().ending = loadgen::Ending::reset;
    });
    with(node, "ping_interval",
         [&](const YamlNode& one) { duration(one, "ping_interval", config().ping_interval); });
    with(node, "connect_timeout",
         [&](const YamlNode& one) { duration(one, "connect_timeout", target.connect_timeout); });
    with(node, "handshake_timeout",
         [&](const YamlNode& one) { duration(one, "handshake_timeout", target.handshake_timeout); });
    with(node, "close_timeout",
         [&](const YamlNode& one) { duration(one, "close_timeout", target.close_timeout); });
    with(node, "receive_buffer", [&](const YamlNode& one) {
      const auto size = ws::parse_size(one.value);
      if (!size || *size > 1u << 30) return findings_.add(one, "receive_buffer must be a size, such as 4KiB");
      target.receive_buffer = static_cast<int>(*size);
    });
  }

  void read_via(const YamlNode& node) {
    auto via = net::parse_via(node.value);
    if (!via) return findings_.add(node, via.error());
    config().target.via = std::move(*via);
  }

  void read_sources(const YamlNode& node) {
    for (const YamlNode* const text : read_text_items(node, "source", findings_)) {
      const auto addresses = loadgen::parse_sources(text->value);
      if (!addresses) return findings_.add(*text, addresses.error().message);
      auto& sources = config().target.sources;
      sources.insert(sources.end(), addresses->begin(), addresses->end());
    }
  }

  // ---- phases ----

  void read_phases(const YamlNode& node) {
    const YamlNode* const phases = node.find("phases");
    if (!phases || !phases->is_sequence() || phases->items.empty()) {
      return findings_.add(phases ? *phases : node, "a load needs phases: a list of at least one");
    }
    for (const YamlNode& phase : phases->items) read_phase(phase);
    with(node, "find_limit", [&](const YamlNode& one) { read_search(one, phases->items.front()); });
  }

  void read_phase(const YamlNode& node) {
    if (!check_keys(node, "a phase", keys::phase, findings_)) return;
    PhasePlan plan{.name = fmt::format("phase-{}", config().phases.size() + 1)};
    with(node, "name",
         [&](const YamlNode& one) { plan.name = read_text(one, "name", findings_).value_or(""); });
    with(node, "model", [&](const YamlNode& one) { plan.model = read_model(one); });
    with(node, "connections", [&](const YamlNode& one) { read_connection_range(one, plan); });
    with(node, "rate", [&](const YamlNode& one) {
      parse(one, "rate", plan.rate, [](const std::string& text) { return loadgen::parse_rate_plan(text); });
    });
    with(node, "depth", [&](const YamlNode& one) { number(one, "depth", plan.depth, 1u << 20); });
    with(node, "record",
         [&](const YamlNode& one) { plan.is_recorded = read_flag(one, "record", findings_).value_or(true); });
    with(node, "for", [&](const YamlNode& one) { duration(one, "for", plan.duration); });
    check_phase(node, plan);
    config().phases.push_back(std::move(plan));
  }

  Model read_model(const YamlNode& node) {
    const auto word = read_choice(node, "model", keys::models, findings_);
    for (const Model model : {Model::open, Model::closed, Model::blast, Model::hold, Model::receive}) {
      if (word == loadgen::name(model)) return model;
    }
    return Model::open;
  }

  void read_connection_range(const YamlNode& node, PhasePlan& plan) {
    const auto dots = node.value.find("..");
    const auto from = ws::parse_number(node.value.substr(0, dots), most_connections);
    const auto to =
        dots == std::string::npos ? from : ws::parse_number(node.value.substr(dots + 2), most_connections);
    if (!node.is_scalar() || !from || !to)
      return findings_.add(node, "connections must be a number, or FROM..TO");
    plan.connections_from = static_cast<std::size_t>(*from);
    plan.connections_to = static_cast<std::size_t>(*to);
  }

  void check_phase(const YamlNode& node, const PhasePlan& plan) {
    if (plan.duration <= loadgen::nanoseconds{}) findings_.add(node, "a phase needs a time: for: 10s");
    if (plan.model == Model::open && !plan.rate)
      findings_.add(node, "an open loop needs a rate: rate: 1000/s");
    const bool may_have_rate = plan.model == Model::open || plan.model == Model::receive;
    if (!may_have_rate && plan.rate) findings_.add(node, "only the models open and receive have a rate");
    if (plan.model != Model::closed && node.find("depth"))
      findings_.add(node, "only the closed model has a depth");
  }

  void read_search(const YamlNode& node, const YamlNode& phase) {
    loadgen::SearchPlan search;
    for (const YamlNode* const text : read_text_items(node, "find_limit", findings_))
      search.criterion.push_back(threshold(*text));
    search.criterion.emplace_back("errors == 0");
    const auto& phases = config().phases;
    const bool is_one = phases.size() == 1 && phases.front().rate &&
                        phases.front().rate->shape == loadgen::RatePlan::Shape::constant;
    if (!is_one) findings_.add(phase, "find_limit needs one phase, with a constant rate to begin at");
    config().search = std::move(search);
  }

  std::string threshold(const YamlNode& node) {
    if (const auto read = loadgen::parse_threshold(node.value); !read)
      findings_.add(node, read.error().message, read.error().hint);
    return node.value;
  }

  void read_thresholds(const YamlNode& node) {
    for (const YamlNode* const text : read_text_items(node, "thresholds", findings_))
      load_.thresholds.push_back(threshold(*text));
  }

  const KnownVariables& services_;
  std::string folder_;
  Findings& findings_;
  Load load_;
  CapturedNames captured_;  ///< by the session
};

}  // namespace

std::shared_ptr<const Load> read_load(const YamlNode& load, const YamlNode* thresholds, const Tls& tls,
                                      const KnownVariables& services, const std::string& folder,
                                      Findings& findings) {
  return LoadReader(services, folder, findings).run(load, thresholds, tls);
}

}  // namespace wsrig::engine
