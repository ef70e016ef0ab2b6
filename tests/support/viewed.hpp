#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "capture/reader.hpp"
#include "pcap/dissection.hpp"
#include "pcap/sink.hpp"
#include "tests/support/conversation.hpp"

namespace wsrig::test {

/// What a view writes of a capture. A view is made of a pcap::Sink and `arguments`.
template <class View, class... Arguments>
std::string viewed(const MadeCapture& packets, const Arguments&... arguments) {
  const ws::ByteBuffer file = as_pcapng(packets);
  const auto source = capture::read_capture(ws::Bytes(file));
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* memory = open_memstream(&text, &size);
  {
    pcap::Sink sink(memory);
    View view(sink, arguments...);
    pcap::TlsKeyLog keys;
    pcap::dissect(*source, {&view}, keys, {});
    view.finish();
  }
  std::fclose(memory);
  std::string out(text, size);
  std::free(text);
  return out;
}

}  // namespace wsrig::test
