// Work that was written down by recorder.ts, run again: its operations one after the other, without JavaScript in between.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include "command.h"

namespace retort {

struct Program {
  const int32_t* integers;
  size_t length;
  const double* reals;
  size_t realsLength;
  // Handles: of foreign tensors, `foreign` of them, and then of those the program makes. One that was freed is -1 again.
  int32_t* registers;
  size_t registersLength;
  size_t foreign;
  // Where the program's uploads are kept on the device; filled by the first run that is given an empty list, and used by those that follow.
  std::vector<at::Tensor>* constants = nullptr;
};

// Runs it. Where an operation throws, or a result is not as it was when the program was written down, everything it made is freed, and
// the answer says so; it is empty when all went well.
std::string replay(const Program& program);

}  // namespace retort
