#pragma once

#include <memory>
#include <string>

#include <boost/system/result.hpp>

#include "capture/input.hpp"
#include "capture/packet_source.hpp"

namespace wsrig::capture {

/// Opens a capture file: pcap (microseconds, nanoseconds, both byte orders) or pcapng, plain or in gzip; `-`
/// is standard input. A regular file is mapped, and its pages are released behind the reader; a stream is
/// read with bounded memory. The error is that of the operating system; a file that is no capture gives a
/// source without packets, whose problem() tells so.
boost::system::result<std::unique_ptr<PacketSource>> open_capture(const std::string& path);

/// The same for octets from anywhere.
std::unique_ptr<PacketSource> read_capture(std::unique_ptr<Input> input);

/// A capture in memory, which outlives the source.
std::unique_ptr<PacketSource> read_capture(ws::Bytes file);

}  // namespace wsrig::capture
