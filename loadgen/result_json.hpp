#pragma once

#include <string>

#include "diag/diagnostic.hpp"
#include "loadgen/result.hpp"

/// A run as a JSON document ("wsrig-load/1"). Durations are whole nanoseconds and names end in `_ns`;
/// histograms are summed up in figures for people and given whole in `hdr`, HdrHistogram's compressed
/// encoding in base64, so that `parse(print(r)) == r` and documents of shards can be added up without loss.
namespace wsrig::loadgen {

inline constexpr std::string_view result_schema = "wsrig-load/1";
inline constexpr std::string_view events_schema = "wsrig-load-events/1";

/// One document, with a line end.
std::string to_json(const Result& result);

/// Lines of a JSON stream while a run goes on, without a line end: what is run, each second, the end.
std::string start_event(const Meta& meta);
std::string second_event(const Phase& phase, const Second& second);
std::string end_event(const Result& result);

/// Reads what `to_json` writes. `file` names it in the diagnostic, which says where ("phases[0].figures: …").
diag::Result<Result> parse_result(const std::string& file, std::string_view text);
/// The same of a file.
diag::Result<Result> read_result(const std::string& path);

}  // namespace wsrig::loadgen
