#pragma once

#include <array>
#include <string_view>

/// The words of the scenario format, in one place: the reader takes them from here, and a test holds
/// scenarios/schema.json against them.
namespace wsrig::engine::keys {

using Word = std::string_view;

inline constexpr std::array<Word, 8> file{"wsrig", "suite",   "about", "services",
                                          "tls",   "include", "cases", "decode"};
inline constexpr std::array<Word, 4> included_file{"wsrig", "about", "services", "tls"};
/// Blocks of the format that this version cannot run.
inline constexpr std::array<Word, 2> unsupported{"load", "thresholds"};

inline constexpr std::array<Word, 24> scenario_case{
    "id",      "alias",  "must",  "should",    "may",   "contested", "about",   "subject",
    "tags",    "covers", "needs", "for",       "rows",  "offer",     "headers", "target",
    "backend", "within", "tls",   "handshake", "alive", "closing",   "capture", "steps"};
inline constexpr std::array<Word, 4> levels{"must", "should", "may", "contested"};
inline constexpr std::array<Word, 4> subjects{"server", "client", "endpoint", "proxy"};
inline constexpr std::array<Word, 2> handshakes{"auto", "manual"};
inline constexpr std::array<Word, 4> backends{"ws", "tcp", "refused", "unreachable"};
inline constexpr std::array<Word, 2> offer{"subprotocols", "extensions"};
inline constexpr std::array<Word, 5> tls{"insecure", "ca_file", "server_name", "cert_file", "key_file"};

inline constexpr std::array<Word, 2> capture{"args", "expect"};
inline constexpr std::array<Word, 8> decode{"id",   "about",  "tags",   "capture",
                                            "args", "expect", "golden", "exit"};

inline constexpr std::array<Word, 9> service{"use",   "exec",   "url",   "args", "env",
                                             "files", "listen", "needs", "ready"};
inline constexpr std::array<Word, 4> programs{"echo", "proxy", "load", "pcap"};
inline constexpr std::array<Word, 3> listen_schemes{"ws", "wss", "tcp"};
inline constexpr std::array<Word, 5> ready{"log", "port", "http", "ws", "timeout"};

/// What a case may need of the subject.
inline constexpr std::array<Word, 6> capabilities{"echo", "deflate", "subprotocol", "limit", "tls", "plain"};
/// Variables that the runner gives to every case.
inline constexpr std::array<Word, 9> runner_variables{"response", "accept",      "host",  "target", "key",
                                                      "origin",   "subprotocol", "limit", "sent"};
/// What `${name.…}` says of a service.
inline constexpr std::array<Word, 4> service_variables{"address", "host", "port", "url"};

}  // namespace wsrig::engine::keys
