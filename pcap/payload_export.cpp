#include "pcap/payload_export.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

#include "pcap/show.hpp"

namespace wsrig::pcap {

PayloadExport::PayloadExport(std::string folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) failure_ = fmt::format("cannot make '{}': {}", folder_, error.message());
}

void PayloadExport::on_message(const MessageSeen& message) {
  if (!failure_.empty() || !message.inflated) return;
  const bool text = message.opcode == ws::Opcode::text && message.utf8;
  const std::string path = fmt::format("{}/{:06}-{}-{:06}.{}", folder_, message.connection->id,
                                       role_name(message.sender), message.number, text ? "txt" : "bin");
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const bool written = file != nullptr && std::fwrite(message.payload.data(), 1, message.payload.size(),
                                                      file) == message.payload.size();
  const int error = errno;
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (!written || !closed) failure_ = fmt::format("cannot write '{}': {}", path, std::strerror(error));
}

}  // namespace wsrig::pcap
