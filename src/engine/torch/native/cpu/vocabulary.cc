#ifdef RETORT_AVX512
#include <ATen/Parallel.h>
#include <vector>
#include "vocabulary.h"
#include "lanes.h"

namespace retort::cpu {
namespace {

float largest(const float* x, int64_t count) {
  Lanes most = all(-INFINITY);
  for (int64_t i = 0; i < count; i += 16) {
    const __mmask16 mask = firstOf(count - i);
    most = _mm512_mask_max_ps(most, mask, most, load(x + i, mask));
  }
  return _mm512_reduce_max_ps(most);
}

struct Softened {
  float largestStudent, inverseStudent, inverseTeacher;
  double divergence;
};

// Of one row at the temperature; the teacher's exponentials take the place of its logits.
Softened soften(const float* student, float* teacher, int64_t count, float temperature) {
  const float largestStudent = largest(student, count), largestTeacher = largest(teacher, count);
  const Lanes inverse = all(1 / temperature), fromStudent = all(largestStudent), fromTeacher = all(largestTeacher);
  Lanes studentSum = _mm512_setzero_ps(), teacherSum = _mm512_setzero_ps(), between = _mm512_setzero_ps();
  for (int64_t i = 0; i < count; i += 16) {
    const __mmask16 mask = firstOf(count - i);
    const Lanes s = _mm512_mul_ps(_mm512_sub_ps(load(student + i, mask), fromStudent), inverse);
    const Lanes t = _mm512_mul_ps(_mm512_sub_ps(load(teacher + i, mask), fromTeacher), inverse);
    const Lanes es = _mm512_maskz_mov_ps(mask, exponential(s)), et = _mm512_maskz_mov_ps(mask, exponential(t));
    studentSum = _mm512_add_ps(studentSum, es);
    teacherSum = _mm512_add_ps(teacherSum, et);
    between = _mm512_fmadd_ps(et, _mm512_sub_ps(t, s), between);
    store(teacher + i, mask, et);
  }
  const float sumStudent = _mm512_reduce_add_ps(studentSum), sumTeacher = _mm512_reduce_add_ps(teacherSum);
  const double divergence = _mm512_reduce_add_ps(between) / static_cast<double>(sumTeacher) + std::log(static_cast<double>(sumStudent)) - std::log(static_cast<double>(sumTeacher));
  return {largestStudent, 1 / sumStudent, 1 / sumTeacher, divergence};
}

float sumOfExponentials(const float* x, int64_t count, float most) {
  Lanes sum = _mm512_setzero_ps();
  for (int64_t i = 0; i < count; i += 16) {
    const __mmask16 mask = firstOf(count - i);
    sum = _mm512_add_ps(sum, _mm512_maskz_mov_ps(mask, exponential(_mm512_sub_ps(load(x + i, mask), all(most)))));
  }
  return _mm512_reduce_add_ps(sum);
}

}  // namespace

void vocabularyRows(const VocabularyRows& v) {
  const int64_t count = v.vocabulary;
  std::vector<double> soft(v.rows, 0.0), masked(v.rows, 0.0);
  at::parallel_for(0, v.rows, 1, [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to; ++row) {
      float* const student = v.student + row * count;
      float* const teacher = v.teacher == nullptr ? nullptr : v.teacher + row * count;
      const int32_t word = v.maskedScale == 0 ? -1 : v.words[row];
      Softened softened{0, 0, 0, 0};
      if (teacher != nullptr) {
        softened = soften(student, teacher, count, v.temperature);
        soft[row] = softened.divergence;
      }
      const float most = teacher == nullptr ? largest(student, count) : softened.largestStudent;
      float inverseSum = 0;
      if (word >= 0) {
        const float sum = sumOfExponentials(student, count, most);
        inverseSum = 1 / sum;
        masked[row] = most + std::log(static_cast<double>(sum)) - student[word];
      }
      const Lanes inverse = all(1 / v.temperature), from = all(most);
      const Lanes softFactor = all(v.softScale / v.temperature), maskedFactor = all(v.maskedScale * inverseSum);
      for (int64_t i = 0; i < count; i += 16) {
        const __mmask16 mask = firstOf(count - i);
        const Lanes off = _mm512_sub_ps(load(student + i, mask), from);
        Lanes gradient = _mm512_setzero_ps();
        if (teacher != nullptr) {
          const Lanes ps = _mm512_mul_ps(exponential(_mm512_mul_ps(off, inverse)), all(softened.inverseStudent));
          const Lanes pt = _mm512_mul_ps(load(teacher + i, mask), all(softened.inverseTeacher));
          gradient = _mm512_mul_ps(_mm512_sub_ps(ps, pt), softFactor);
        }
        if (word >= 0) gradient = _mm512_fmadd_ps(exponential(off), maskedFactor, gradient);
        store(student + i, mask, gradient);
      }
      if (word >= 0) student[word] -= v.maskedScale;
    }
  });
  for (int64_t row = 0; row < v.rows; ++row) {
    *v.soft += soft[row];
    *v.masked += masked[row];
  }
}

}  // namespace retort::cpu
#endif
