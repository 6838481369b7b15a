// The losses of a word prediction over a whole vocabulary, row by row, and their gradient in place of the logits.
#pragma once
#include <cstdint>

namespace retort::cpu {

struct VocabularyRows {
  // [rows, vocabulary]: the student's logits; their gradient afterwards.
  float* student;
  // [rows, vocabulary]: the teacher's logits, or none; overwritten.
  float* teacher;
  // The word to predict, below 0 for none.
  const int32_t* words;
  int64_t rows, vocabulary;
  float temperature;
  // What a row's divergence and cross-entropy count in the loss.
  float softScale, maskedScale;
  // Σ of KL(teacher || student) of the softened rows and of -log p(word), unscaled; added to.
  double *soft, *masked;
};

void vocabularyRows(const VocabularyRows& rows);

}  // namespace retort::cpu
