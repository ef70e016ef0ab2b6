#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "loadgen/config.hpp"
#include "loadgen/link.hpp"
#include "ws/notation.hpp"

namespace wsrig::loadgen {

/// The value of `${connection}` or `${row.COLUMN}` on the connection with this number.
std::optional<std::string> connection_value(const Config& config, std::uint32_t number,
                                            std::string_view name);

/// Which of our addresses it comes from; empty: the kernel chooses.
std::optional<net::SocketAddress> source_of(const Target& target, std::uint32_t number);

/// What it asks for in its opening handshake. `values` has one for each name that a template may use: that
/// was checked when it was read.
Link::Request request_of(const Target& target, std::uint32_t number, const ws::Scope& values);

}  // namespace wsrig::loadgen
