// What a search over a decoder asks for beside products of matrices: the largest scores of each row, and one token's attention to what
// was written before it (src/engine/fused/cached-attention.ts).
#include "chosen_rows.h"
#include "cpu/search.h"
#include "dense.h"

namespace retort {
namespace {

// Largest first; equal values in the order of their places, as the other engines have it.
OPERATION(TopK) {
  const at::Tensor x = call.tensor().contiguous();
  const int64_t count = call.integer();
  TORCH_CHECK(x.dim() >= 1 && count >= 0 && count <= x.size(-1), "the ", count, " largest of ", x.dim() < 1 ? 0 : x.size(-1));
  if (onRows() && x.scalar_type() == at::kFloat && count > 0 && count <= cpu::mostTaken) {
    std::vector<int64_t> sizes = x.sizes().vec();
    sizes.back() = count;
    const at::Tensor values = at::empty(sizes, options(at::kFloat)), places = at::empty(sizes, options(at::kInt));
    cpu::largest(x.data_ptr<float>(), values.data_ptr<float>(), places.data_ptr<int32_t>(), x.numel() / x.size(-1), x.size(-1), count);
    call.give(values);
    call.give(places);
    return;
  }
  const auto [values, places] = at::sort(x, /*stable=*/true, -1, /*descending=*/true);
  call.give(values.narrow(-1, 0, count).contiguous());
  call.give(places.narrow(-1, 0, count).to(at::kInt).contiguous());
}

// Arrays of rows, each of which serves the next `counts[i]` steps.
struct Blocks {
  std::vector<at::Tensor> keys, values;
  std::vector<int64_t> counts;
};

// [R, 1, H] by way of LibTorch: what every row sees is gathered first.
at::Tensor gathered(const at::Tensor& query, const at::Tensor& places, const Blocks& blocks, const at::Tensor& bias, int64_t heads, double scale) {
  const int64_t rows = query.size(0), width = query.size(-1), steps = places.size(0);
  const auto collect = [&](const std::vector<at::Tensor>& arrays) {
    std::vector<at::Tensor> parts;
    int64_t first = 0;
    for (size_t i = 0; i < arrays.size(); ++i) {
      parts.push_back(chosenRows(arrays[i], 0, places.narrow(0, first, blocks.counts[i]).clamp_min(0).reshape({-1})));
      first += blocks.counts[i];
    }
    return asActivation(at::cat(parts)).view({steps, rows, heads, width / heads}).permute({1, 2, 0, 3});  // [R, A, S, D]
  };
  at::Tensor mask = places.lt(0).t().contiguous().to(at::kFloat).mul(-1e9).view({rows, 1, 1, steps});
  if (bias.defined()) mask = mask.add(bias.view({1, heads, 1, steps}));
  const at::Tensor q = asActivation(query).reshape({rows, heads, 1, width / heads});
  return at::scaled_dot_product_attention(q, collect(blocks.keys), collect(blocks.values), mask.to(q.scalar_type()), 0.0, false, scale).reshape({rows, 1, width});
}

// Inputs: query [R, 1, H], places [S, R], then the keys and the values, arrays of rows [.., H], and bias [A, S] where there is one.
// Attributes: heads, scale, and how many steps each array serves.
OPERATION(RetortCachedAttention) {
  const at::Tensor query = call.stored().contiguous(), places = call.tensor().contiguous();
  const size_t count = static_cast<size_t>(call.inputsLeft()) / 2;
  const bool biased = call.inputsLeft() % 2 == 1;
  const int64_t rows = query.size(0), width = query.size(-1);
  Blocks blocks;
  for (std::vector<at::Tensor>* const arrays : {&blocks.keys, &blocks.values}) {
    for (size_t i = 0; i < count; ++i) arrays->push_back(flatRows(call.stored()).contiguous());
  }
  const at::Tensor bias = biased ? call.tensor().contiguous() : at::Tensor();
  const int64_t heads = call.integer();
  const double scale = call.real();
  blocks.counts = call.list();
  TORCH_CHECK(query.dim() == 3 && query.size(1) == 1 && heads > 0 && width % heads == 0, heads, " heads of a query of shape ", query.sizes());
  TORCH_CHECK(places.dim() == 2 && places.size(1) == rows && places.scalar_type() == at::kInt, "places of shape ", places.sizes(), " for ", rows, " rows");
  TORCH_CHECK(blocks.counts.size() == count, blocks.counts.size(), " counts for ", count, " arrays");
  const int64_t steps = places.size(0);
  int64_t served = 0;
  for (const int64_t own : blocks.counts) served += own;
  TORCH_CHECK(served == steps && steps > 0, "arrays for ", served, " steps of ", steps);
  TORCH_CHECK(!biased || bias.numel() == heads * steps, "a bias of shape ", bias.sizes(), " for ", heads, " heads and ", steps, " steps");
  for (const std::vector<at::Tensor>* const arrays : {&blocks.keys, &blocks.values}) {
    for (const at::Tensor& array : *arrays) TORCH_CHECK(array.size(-1) == width, "rows of ", array.size(-1), " numbers for a query of ", width);
  }
  if (settings().looks) {
    const int32_t* place = places.data_ptr<int32_t>();
    for (size_t i = 0; i < count; ++i) {
      const int64_t last = std::min(blocks.keys[i].size(0), blocks.values[i].size(0));
      for (int64_t seen = 0; seen < blocks.counts[i] * rows; ++seen, ++place) TORCH_CHECK(*place < last, "row ", *place, " of an array of ", last);
    }
  }
  if (!onRows()) return call.give(gathered(query, places, blocks, bias, heads, scale));
  std::vector<const void*> keys, values;
  std::vector<at::Tensor> kept;
  const at::ScalarType type = activationType();
  for (size_t i = 0; i < count; ++i) {
    const at::Tensor key = blocks.keys[i].to(type), value = blocks.values[i].to(type);
    kept.insert(kept.end(), {key, value});
    keys.insert(keys.end(), blocks.counts[i], key.data_ptr());
    values.insert(values.end(), blocks.counts[i], value.data_ptr());
  }
  const at::Tensor asked = query.to(type), context = at::empty(query.sizes(), options(type));
  cpu::cachedAttention({asked.data_ptr(), keys.data(), values.data(), context.data_ptr(), places.data_ptr<int32_t>(), biased ? bias.data_ptr<float>() : nullptr, rows, heads, width / heads, steps, static_cast<float>(scale), type == at::kBFloat16});
  call.give(context);
}

}  // namespace
}  // namespace retort
