#include "proxy/faults/fault_kind.hpp"

namespace wsrig::proxy {

const std::vector<FaultKind>& fault_kinds() {
  static const std::vector<FaultKind> kinds{
      latency_fault(),
      bandwidth_fault(),
      slice_fault(),
      cut_fault(),
      half_close_fault(),
      reset_fault(),
      black_hole_fault(),
      drop_pongs_fault(),
      delay_pongs_fault(),
      flip_mask_fault(),
      flip_rsv_fault(),
      flip_opcode_fault(),
      flip_payload_fault(),
      false_length_fault(),
      duplicate_control_fault(),
      reorder_control_fault(),
      close_code_fault(),
      split_fragments_fault(),
      merge_fragments_fault(),
  };
  return kinds;
}

}  // namespace wsrig::proxy
