// Operations that move numbers without computing with them. They keep bfloat16 as it is; where LibTorch can, they give views.
#include "chosen_rows.h"
#include "command.h"

namespace retort {
namespace {

at::Tensor index64(const at::Tensor& indices) { return indices.to(at::kLong); }

OPERATION(Contiguous) { call.give(call.stored().contiguous()); }

OPERATION(Fill) {
  const at::ScalarType type = call.dtype();
  const auto sizes = call.list();
  call.give(at::full(sizes, call.real(), options(type)));
}

OPERATION(Range) {
  const at::ScalarType type = call.dtype();
  const double start = call.real(), step = call.real();
  const int64_t count = call.integer();
  call.give(at::arange(count, options(at::kDouble)).mul_(step).add_(start).to(type));
}

OPERATION(LinSpace) {
  const double start = call.real(), stop = call.real();
  call.give(at::linspace(start, stop, call.integer(), options(at::kFloat)));
}

OPERATION(Cast) {
  const at::Tensor x = call.stored();
  const at::ScalarType type = call.dtype();
  // Numbers out of range go to the ends of int32, NaN to 0, as JavaScript's typed arrays and the other engines have it.
  if (type == at::kInt && x.is_floating_point()) call.give(at::nan_to_num(x.to(at::kDouble), 0.0).clamp_(-2147483648.0, 2147483647.0).to(at::kInt));
  else call.give(type == at::kFloat && x.scalar_type() == at::kBFloat16 ? x : x.to(type));
}

OPERATION(Transpose) {
  const at::Tensor x = call.stored();
  call.give(x.permute(call.list()));
}

OPERATION(Slice) {
  at::Tensor x = call.stored();
  const auto begin = call.list(), size = call.list();
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    if (begin[axis] != 0 || size[axis] != x.size(axis)) x = x.narrow(axis, begin[axis], size[axis]);
  }
  call.give(x);
}

// begin, strides and the sizes taken, per axis; strides may be negative. Then the shape of the result.
OPERATION(StridedSlice) {
  at::Tensor x = call.stored();
  const auto begin = call.list(), strides = call.list(), sizes = call.list(), shape = call.list();
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    if (strides[axis] == 1) {
      x = x.narrow(axis, sizes[axis] == 0 ? 0 : begin[axis], sizes[axis]);
    } else {
      const auto places = at::arange(sizes[axis], options(at::kLong)).mul_(strides[axis]).add_(begin[axis]);
      x = x.index_select(axis, places);
    }
  }
  call.give(x.reshape(shape));
}

OPERATION(Concat) {
  std::vector<at::Tensor> all;
  while (call.inputsLeft() > 0) all.push_back(call.stored());
  call.give(at::cat(all, call.integer()));
}

OPERATION(Pack) {
  std::vector<at::Tensor> all;
  while (call.inputsLeft() > 0) all.push_back(call.stored());
  call.give(at::stack(all, call.integer()));
}

OPERATION(Unpack) {
  const at::Tensor value = call.stored();
  for (const at::Tensor& part : value.unbind(call.integer())) call.give(part);
}

OPERATION(SplitV) {
  const at::Tensor x = call.stored();
  const int64_t axis = call.integer();
  for (const at::Tensor& part : x.split_with_sizes(call.list(), axis)) call.give(part);
}

// paddings: before and after of every axis in turn.
OPERATION(PadV2) {
  const at::Tensor x = call.stored();
  const auto paddings = call.list();
  TORCH_CHECK(paddings.size() == 2 * static_cast<size_t>(x.dim()), "every axis takes a padding before and one after");
  std::vector<int64_t> lastFirst;  // LibTorch counts axes from the last
  for (int64_t axis = x.dim() - 1; axis >= 0; --axis) {
    lastFirst.push_back(paddings[2 * axis]);
    lastFirst.push_back(paddings[2 * axis + 1]);
  }
  call.give(at::constant_pad_nd(x, lastFirst, call.real()));
}

OPERATION(Tile) {
  const at::Tensor x = call.stored();
  call.give(x.repeat(call.list()));
}

OPERATION(BroadcastTo) {
  const at::Tensor x = call.stored();
  call.give(x.expand(call.list()).contiguous());
}

OPERATION(Reverse) {
  const at::Tensor x = call.stored();
  call.give(x.flip(call.list()));
}

OPERATION(OneHot) {
  const at::Tensor indices = index64(call.stored());
  const at::ScalarType type = call.dtype();
  const int64_t depth = call.integer();
  const double on = call.real(), off = call.real();
  const at::Tensor hits = indices.unsqueeze(-1).eq(at::arange(depth, options(at::kLong)));
  call.give(at::where(hits, at::full({}, on, options(at::kDouble)), at::full({}, off, options(at::kDouble))).to(type));
}

// Rows of x along `axis`, the first `batches` axes shared by x and indices. An index out of range is an error where numbers are looked at.
OPERATION(GatherV2) {
  const at::Tensor x = call.stored();
  const at::Tensor indices = index64(call.stored());
  const int64_t axis = call.integer(), batches = call.integer();
  TORCH_CHECK(0 <= batches && batches <= axis && batches <= indices.dim(), batches, " shared axes of indices of rank ", indices.dim(), " for axis ", axis);
  const int64_t rows = x.size(axis);
  if (settings().looks) {
    const at::Tensor outside = indices.lt(0).logical_or(indices.ge(rows));
    TORCH_CHECK(!outside.any().item<bool>(), "GatherV2: the index value ", indices.masked_select(outside)[0].item<int64_t>(), " is not in [0, ", rows - 1, "]");
  }
  const auto pick = [](const at::Tensor& from, const at::Tensor& which, int64_t at) {
    auto sizes = from.sizes().vec();
    sizes.erase(sizes.begin() + at);
    sizes.insert(sizes.begin() + at, which.sizes().begin(), which.sizes().end());
    return chosenRows(from, at, which.reshape({-1})).reshape(sizes);
  };
  if (batches == 0) {
    call.give(pick(x, indices, axis));
    return;
  }
  const auto flatBatches = [&](const at::Tensor& from) {
    auto sizes = from.sizes().vec();
    sizes.erase(sizes.begin(), sizes.begin() + batches);
    sizes.insert(sizes.begin(), -1);
    return from.reshape(sizes);
  };
  const at::Tensor many = flatBatches(x), which = flatBatches(indices);
  std::vector<at::Tensor> parts;
  for (int64_t i = 0; i < many.size(0); ++i) parts.push_back(pick(many[i], which[i], axis - batches));
  auto sizes = parts.at(0).sizes().vec();
  sizes.insert(sizes.begin(), x.sizes().begin(), x.sizes().begin() + batches);
  call.give(at::stack(parts).reshape(sizes));
}

// Slices of params by the tuples of indices along the last axis.
OPERATION(GatherNd) {
  const at::Tensor params = call.stored();
  const at::Tensor indices = index64(call.stored());
  TORCH_CHECK(indices.dim() >= 1 && indices.size(-1) <= params.dim(), "the last axis of the indices must hold at most ", params.dim(), " of them");
  const int64_t depth = indices.size(-1);
  auto sizes = indices.sizes().slice(0, indices.dim() - 1).vec();
  sizes.insert(sizes.end(), params.sizes().begin() + depth, params.sizes().end());
  int64_t rows = 1;
  at::Tensor flat = at::zeros(indices.sizes().slice(0, indices.dim() - 1), indices.options());
  at::Tensor outside = at::zeros_like(flat, at::kBool);
  for (int64_t axis = 0; axis < depth; ++axis) {
    const at::Tensor index = indices.select(-1, axis);
    outside = outside.logical_or(index.lt(0)).logical_or_(index.ge(params.size(axis)));
    flat = flat * params.size(axis) + index;
    rows *= params.size(axis);
  }
  auto flatSizes = params.sizes().slice(depth).vec();
  flatSizes.insert(flatSizes.begin(), rows);
  if (settings().looks) TORCH_CHECK(!outside.any().item<bool>(), "GatherNd: an index is outside a tensor of shape ", params.sizes());
  call.give(chosenRows(params.reshape(flatSizes), 0, flat.masked_fill(outside, -1).reshape({-1})).reshape(sizes));
}

// Row i of x is added to segment ids[i]; negative ids are left out, and where numbers are not looked at those beyond the last segment too.
OPERATION(UnsortedSegmentSum) {
  const at::Tensor x = call.tensor();
  const at::Tensor ids = index64(call.stored());
  const int64_t segments = call.integer();
  TORCH_CHECK(ids.dim() <= x.dim(), "ids of rank ", ids.dim(), " for rows of rank ", x.dim());
  auto sizes = x.sizes().slice(ids.dim()).vec();
  const int64_t width = c10::multiply_integers(sizes);
  sizes.insert(sizes.begin(), segments);
  const at::Tensor flat = ids.reshape({-1});
  TORCH_CHECK(segments > 0 || flat.numel() == 0, "there are no segments to add to");
  const at::Tensor places = settings().looks ? flat.clamp_min(0) : flat.clamp(0, segments - 1);
  const at::Tensor rows = x.reshape({flat.numel(), width}).masked_fill(flat.ne(places).unsqueeze(1), 0);
  const at::Tensor sums = at::zeros({segments, width}, x.options());
  // On CUDA the sum of one is made in whatever order threads come, of the other in that of the rows: the same bits every time.
  if (sums.is_cuda()) sums.index_put_({places}, rows, /*accumulate=*/true);
  else sums.index_add_(0, places, rows);
  call.give(sums.reshape(sizes));
}

OPERATION(Select) {
  at::Tensor condition = call.stored();
  const at::Tensor yes = call.tensor(), no = call.tensor();
  if (condition.dim() == 1 && yes.dim() > 1) {  // a condition per row
    std::vector<int64_t> column(yes.dim(), 1);
    column[0] = condition.size(0);
    condition = condition.view(column);
  }
  call.give(at::where(condition.to(at::kBool), yes, no));
}

}  // namespace
}  // namespace retort
