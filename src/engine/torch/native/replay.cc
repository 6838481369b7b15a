// A program is a list of entries of whole numbers:
//   freed count, registers...      freed before what follows
//   words                          of the operation that follows; 0: only the freeing; -1: an upload
//   operation: its words as in command.h, from the operation's place on, with registers for handles; how many real numbers it reads;
//              its results as in command.h, with registers for handles
//   upload:    dtype code, rank, sizes..., words of data, data..., register
// An entry that only frees ends the list if there was anything left to free.
#include "replay.h"
#include <ATen/core/LegacyTypeDispatch.h>
#include <algorithm>
#include <cstring>

namespace retort {
namespace {

class Run {
 public:
  explicit Run(const Program& program) : program_(program), at_(program.integers), end_(program.integers + program.length), reals_(program.reals) {
    std::fill(program.registers + program.foreign, program.registers + program.registersLength, -1);
  }

  std::string go() {
    at::AutoDispatchBelowADInplaceOrView below;  // no autograd bookkeeping: TensorFlow.js keeps the tape
    try {
      while (at_ < end_) {
        free();
        const int32_t words = *at_++;
        if (words == -1) upload();
        else if (words > 0 && !operate(words)) {
          freeAll();
          return name_ + ": a result is not as it was";
        }
      }
    } catch (const std::exception& error) {
      freeAll();
      return name_ + ": " + error.what();
    }
    return "";
  }

 private:
  int32_t& cell() {
    const int32_t place = *at_++;
    TORCH_CHECK(place >= 0 && static_cast<size_t>(place) < program_.registersLength, "there is no register ", place);
    return program_.registers[place];
  }

  void free() {
    for (int32_t left = *at_++; left > 0; --left) {
      int32_t& freed = cell();
      table().remove(freed);
      freed = -1;
    }
  }

  void freeAll() {
    for (size_t i = program_.foreign; i < program_.registersLength; ++i) {
      if (program_.registers[i] >= 0) table().remove(program_.registers[i]);
      program_.registers[i] = -1;
    }
  }

  void upload() {
    const at::ScalarType type = scalarType(*at_++);
    const int32_t rank = *at_++;
    const std::vector<int64_t> sizes(at_, at_ + rank);
    at_ += rank;
    const int32_t words = *at_++;
    const int32_t* const data = at_;
    at_ += words;
    if (program_.constants == nullptr) {
      cell() = table().add(onDevice(data, sizes, type));
      return;
    }
    if (uploads_ == program_.constants->size()) program_.constants->push_back(onDevice(data, sizes, type));
    cell() = table().add((*program_.constants)[uploads_++].clone());  // whoever uses it may change it
  }

  static at::Tensor onDevice(const int32_t* data, at::IntArrayRef sizes, at::ScalarType type) {
    const bool onCpu = settings().device.is_cpu();
    const at::Tensor staged = at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(!onCpu));
    std::memcpy(staged.data_ptr(), data, staged.nbytes());
    return onCpu ? staged : staged.to(settings().device, /*non_blocking=*/true);
  }

  // Whether the results are what they were.
  bool operate(int32_t words) {
    words_.assign(at_, at_ + words);
    at_ += words;
    int32_t* input = words_.data() + 2;
    for (int32_t left = words_[1]; left > 0; --left) {
      TORCH_CHECK(*input >= 0 && static_cast<size_t>(*input) < program_.registersLength, "there is no register ", *input);
      *input = program_.registers[*input];
      input += 2 + std::max(input[1], 0);
    }
    name_ = operations().at(words_[0]).name;
    Command call(words_.data(), reals_);
    call.operation();
    call.openInputs();
    operations()[words_[0]].run(call);
    reals_ += *at_++;
    TORCH_CHECK(reals_ <= program_.reals + program_.realsLength, "there are no more real numbers");
    answer_.resize(call.answerLength());
    call.answer(answer_.data());
    bool same = true;
    const int32_t* given = answer_.data();
    const int32_t given_count = *given++, wanted = *at_++;
    // All of them are put into registers first, so that none is lost where they differ.
    std::vector<const int32_t*> facts;
    for (int32_t i = 0; i < given_count; ++i) {
      facts.push_back(given);
      given += 4 + given[3];
    }
    for (int32_t i = 0; i < wanted; ++i) {
      int32_t& made = cell();
      const int32_t* const recorded = at_;  // dtype, contiguous, rank, sizes
      at_ += 3 + recorded[2];
      if (i >= given_count) { same = false; continue; }
      made = facts[i][0];
      same = same && std::equal(recorded, recorded + 3 + recorded[2], facts[i] + 1, facts[i] + 4 + facts[i][3]);
    }
    for (int32_t i = wanted; i < given_count; ++i) {
      table().remove(facts[i][0]);
      same = false;
    }
    return same;
  }

  const Program& program_;
  const int32_t* at_;
  const int32_t* const end_;
  const double* reals_;
  size_t uploads_ = 0;
  std::vector<int32_t> words_;
  std::vector<int32_t> answer_;
  std::string name_;
};

}  // namespace

std::string replay(const Program& program) { return Run(program).go(); }

}  // namespace retort
