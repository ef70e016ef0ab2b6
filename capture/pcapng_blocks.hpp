#pragma once

#include <cstdint>

// Numbers of draft-ietf-opsawg-pcapng.
namespace wsrig::capture::pcapng {

// Block types, §4 and §10.1.
constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t obsolete_packet = 2;
constexpr std::uint32_t simple_packet = 3;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint32_t decryption_secrets = 10;

constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;

// Options, §3.5, §4.1 and §4.2.
constexpr std::uint16_t opt_endofopt = 0;
constexpr std::uint16_t opt_comment = 1;
constexpr std::uint16_t shb_userappl = 4;
constexpr std::uint16_t if_name = 2;
constexpr std::uint16_t if_tsresol = 9;
constexpr std::uint16_t if_tsoffset = 14;

}  // namespace wsrig::capture::pcapng
