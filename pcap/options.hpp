#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "pcap/filter.hpp"

namespace wsrig::pcap {

/// What is made of a capture.
enum class View : std::uint8_t { summary, list, follow, why, stats, jsonl, csv, har, html, scenario };

/// What wsrig-pcap is asked to do.
struct Config {
  View view = View::summary;
  std::optional<std::uint64_t> connection{};  ///< of follow and why
  std::string file{};                         ///< "-": standard input; empty: capture from `interface`
  std::string interface{};
  std::string bpf{};
  std::string output{};           ///< empty: standard output
  std::string write{};            ///< a pcapng file for the packets of the WebSockets
  std::string export_payloads{};  ///< a folder
  std::vector<std::string> key_logs{};
  FilterOptions filter{};
  std::vector<std::string> fail_on{};
  std::optional<std::uint64_t> payload{};  ///< octets of payload that are shown
  bool tcp = false;
  bool hex = false;
  bool search = true;
  std::vector<std::string> argv{};
};

cli::Command command();
diag::Result<Config> read_options(const cli::Values& values);

}  // namespace wsrig::pcap
