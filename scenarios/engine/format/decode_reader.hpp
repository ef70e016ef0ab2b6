#pragma once

#include <filesystem>

#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {

/// Reads one entry of `decode:`. The names of files in it are relative to `folder`.
Case read_decode(const YamlNode& node, const std::filesystem::path& folder, Findings& findings);

/// Reads `capture:` of a case: what wsrig-pcap must say of the case's own traffic.
Decode read_capture(const YamlNode& node, Findings& findings);

}  // namespace wsrig::engine
