#include "scenarios/engine/commands/subject_options.hpp"

#include <fmt/format.h>
#include <random>

#include "cli/option_value.hpp"
#include "ws/notation.hpp"

namespace wsrig::engine {

namespace {

diag::Diagnostic wrong(std::string message, std::string hint = {}) {
  diag::Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

std::uint64_t new_seed() { return std::random_device{}(); }

/// "message=1MiB", "frame=64KiB"
std::optional<diag::Diagnostic> read_limit(std::string_view text, Subject& subject) {
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  const auto size = equals == std::string_view::npos ? std::nullopt : ws::parse_size(text.substr(equals + 1));
  if (!size) {
    return wrong(fmt::format("--limit takes NAME=SIZE, for instance message=1MiB, not '{}'", text));
  }
  if (name == "message") {
    subject.max_message = size;
  } else if (name == "frame") {
    subject.max_frame = size;
  } else {
    constexpr std::string_view known[] = {"message", "frame"};
    return wrong(fmt::format("unknown limit '{}'; one of message, frame", name),
                 diag::did_you_mean(name, known));
  }
  return std::nullopt;
}

/// "Name: value"; the value may hold ${env:…} and ${file:…}.
std::optional<diag::Diagnostic> read_header(std::string_view text, Subject& subject) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !ws::is_token(text.substr(0, colon))) {
    return wrong(fmt::format("--header takes 'Name: value', not '{}'", text));
  }
  auto value = cli::expand_secrets(text.substr(colon + 1));
  if (!value) return value.error();
  const auto first = value->find_first_not_of(" \t");
  subject.headers.emplace_back(text.substr(0, colon), first == std::string::npos ? "" : value->substr(first));
  return std::nullopt;
}

std::optional<diag::Diagnostic> read_subject(const cli::Values& values, Subject& subject) {
  auto oracle = parse_oracle(values.text("oracle"));
  if (!oracle) return oracle.error();
  subject.oracle = *oracle;
  subject.deflate = !values.flag("no-deflate");
  subject.subprotocol = values.text("subprotocol");
  for (const auto& limit : values.list("limit")) {
    if (auto mistake = read_limit(limit, subject)) return mistake;
  }
  for (const auto& header : values.list("header")) {
    if (auto mistake = read_header(header, subject)) return mistake;
  }
  return std::nullopt;
}

std::optional<diag::Diagnostic> read_timing(const cli::Values& values, CaseSettings& settings) {
  const auto read = [&](std::string_view name,
                        std::chrono::milliseconds& out) -> std::optional<diag::Diagnostic> {
    const auto duration = cli::duration_option(values, name);
    if (!duration) return duration.error();
    out = std::chrono::duration_cast<std::chrono::milliseconds>(*duration);
    return std::nullopt;
  };
  if (auto mistake = read("within", settings.within)) return mistake;
  if (auto mistake = read("connect-timeout", settings.connect_timeout)) return mistake;
  return read("handshake-timeout", settings.handshake_timeout);
}

}  // namespace

std::vector<cli::Option> subject_options() {
  const std::string group = "The subject";
  return {
      {.name = "oracle",
       .value = "WHAT",
       .help = "what it answers: echo, prefix:TEXT (echo behind a text), ping (only "
               "pongs and closes can be judged), passive",
       .default_value = "echo",
       .group = group},
      {.name = "no-deflate",
       .help = "it has no permessage-deflate: skip what needs it",
       .default_value = "",
       .group = group},
      {.name = "subprotocol",
       .value = "NAME",
       .help = "a subprotocol that it speaks",
       .default_value = "",
       .group = group},
      {.name = "limit",
       .value = "NAME=SIZE",
       .help = "what it takes at most: message=SIZE, frame=SIZE; beyond it, "
               "Close 1009 is no failure",
       .default_value = "",
       .repeatable = true,
       .group = group},
      {.name = "header",
       .letter = 'H',
       .value = "'NAME: VALUE'",
       .help = "sent with each handshake; ${env:NAME} and "
               "${file:PATH} are replaced",
       .default_value = "",
       .repeatable = true,
       .group = group},
      {.name = "ca",
       .value = "FILE",
       .help = "certificates (PEM) to verify a wss subject by",
       .default_value = "",
       .group = group},
      {.name = "server-name",
       .value = "NAME",
       .help = "name for SNI and verification, when it is not the host",
       .default_value = "",
       .group = group},
      {.name = "cert",
       .value = "FILE",
       .help = "client certificate (PEM)",
       .default_value = "",
       .group = group},
      {.name = "key", .value = "FILE", .help = "its key (PEM)", .default_value = "", .group = group},
      {.name = "insecure", .help = "do not verify its certificate", .default_value = "", .group = group},
  };
}

std::vector<cli::Option> run_options() {
  const std::string group = "The run";
  return {
      {.name = "jobs",
       .letter = 'j',
       .value = "N",
       .help = "cases side by side",
       .default_value = "8",
       .group = group},
      {.name = "seed",
       .value = "N",
       .help = "for random bytes and masking keys; the same seed sends the same bytes",
       .default_value = "",
       .group = group},
      {.name = "within",
       .value = "TIME",
       .help = "deadline of an answer, where the case states none",
       .default_value = "2s",
       .group = group},
      {.name = "connect-timeout",
       .value = "TIME",
       .help = "for TCP and TLS",
       .default_value = "5s",
       .group = group},
      {.name = "handshake-timeout",
       .value = "TIME",
       .help = "for the answer to the opening handshake",
       .default_value = "5s",
       .group = group},
      {.name = "strict",
       .help = "non-strict grades and failures of level should fail the run too",
       .default_value = "",
       .group = group},
      {.name = "fail-on",
       .value = "LEVEL",
       .help = "the weakest level whose failure fails the run",
       .default_value = "must",
       .choices = {"must", "should", "may", "contested"},
       .group = group},
      {.name = "fail-fast",
       .help = "stop at the first case that fails the run",
       .default_value = "",
       .group = group},
      {.name = "expected",
       .value = "FILE",
       .help = "baseline: failures that are known, each with its reason",
       .default_value = "",
       .group = group},
      {.name = "update-expected",
       .help = "write what was seen into the baseline",
       .default_value = "",
       .group = group},
  };
}

diag::Result<RunOptions> read_run_options(const cli::Values& values) {
  RunOptions options;
  if (auto mistake = read_subject(values, options.cases.subject)) return *mistake;
  if (auto mistake = read_timing(values, options.cases)) return *mistake;
  const auto jobs = cli::number_option(values, "jobs", 1, 1000);
  if (!jobs) return jobs.error();
  options.jobs = *jobs;
  options.cases.seed = new_seed();
  if (values.given("seed")) {
    const auto seed = cli::number_option(values, "seed");
    if (!seed) return seed.error();
    options.cases.seed = *seed;
  }
  options.tls = {.server_name = values.text("server-name"),
                 .ca_file = values.text("ca"),
                 .cert_file = values.text("cert"),
                 .key_file = values.text("key"),
                 .insecure = values.flag("insecure")};
  options.fail_fast = values.flag("fail-fast");
  options.severity.strict = values.flag("strict");
  options.severity.fail_on = *report::level_from_name(values.text("fail-on"));
  if (options.severity.strict && !values.given("fail-on")) options.severity.fail_on = report::Level::should;
  return options;
}

}  // namespace wsrig::engine
