#pragma once

#include <array>
#include <string_view>

/// The words of the scenario format, in one place: the reader takes them from here, and a test holds
/// scenarios/schema.json against them.
namespace wsrig::engine::keys {

using Word = std::string_view;

inline constexpr std::array<Word, 10> file{"wsrig",   "suite", "about",  "services", "tls",
                                           "include", "cases", "decode", "load",     "thresholds"};
inline constexpr std::array<Word, 4> included_file{"wsrig", "about", "services", "tls"};

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

inline constexpr std::array<Word, 25> load{"url",
                                           "data",
                                           "headers",
                                           "offer",
                                           "mix",
                                           "replay",
                                           "mask",
                                           "replies",
                                           "broken",
                                           "reply_timeout",
                                           "drain",
                                           "via",
                                           "source",
                                           "connect_rate",
                                           "churn",
                                           "end",
                                           "phases",
                                           "ping_interval",
                                           "find_limit",
                                           "connect_timeout",
                                           "handshake_timeout",
                                           "close_timeout",
                                           "receive_buffer",
                                           "replies_per_message",
                                           "session"};
inline constexpr std::array<Word, 6> mix{"weight", "message", "bytes", "frag", "cut", "payload"};
inline constexpr std::array<Word, 4> messages{"text", "binary", "ping", "close"};
inline constexpr std::array<Word, 2> broken{"share", "frames"};
inline constexpr std::array<Word, 2> endings{"close", "reset"};
inline constexpr std::array<Word, 7> phase{"name", "model", "connections", "rate", "depth", "record", "for"};
inline constexpr std::array<Word, 5> models{"open", "closed", "blast", "hold", "receive"};

/// What a case may need of the subject.
inline constexpr std::array<Word, 6> capabilities{"echo", "deflate", "subprotocol", "limit", "tls", "plain"};
/// Variables that the runner gives to every case.
inline constexpr std::array<Word, 9> runner_variables{"response", "accept",      "host",  "target", "key",
                                                      "origin",   "subprotocol", "limit", "sent"};
/// What `${name.…}` says of a service.
inline constexpr std::array<Word, 4> service_variables{"address", "host", "port", "url"};

}  // namespace wsrig::engine::keys
