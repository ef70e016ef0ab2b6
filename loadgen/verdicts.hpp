#pragma once

#include "loadgen/result.hpp"

/// How far a run can be believed, from its own figures.
namespace wsrig::loadgen {

/// The generator's part of the processors that its loops may use: 1 when it was never idle.
double processor_share(const Meta& meta, const Figures& figures);

/// Looks at every recorded phase: was the generator itself the limit, was it steady? The remarks go behind
/// those that the engine made (ports, descriptors).
void add_verdicts(Result& result);

}  // namespace wsrig::loadgen
