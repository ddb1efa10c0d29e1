#include "native/model/known_operators.h"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace kinetorch::model {
namespace {

// Names with spaces between them.
std::unordered_set<std::string_view> split(std::string_view names) {
  std::unordered_set<std::string_view> set;
  while (!names.empty()) {
    const size_t end = std::min(names.find(' '), names.size());
    if (end > 0) set.insert(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return set;
}

constexpr char kLayers[] =
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
    "adaptive_max_pool3d affine_grid_generator alpha_dropout avg_pool1d avg_pool2d avg_pool3d baddbmm batch_norm "
    "bilinear binary_cross_entropy binary_cross_entropy_with_logits bmm celu channel_shuffle col2im constant_pad_nd "
    "conv1d "
    "conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d convolution _convolution cosine_similarity "
    "cross_entropy_loss dropout elu embedding embedding_bag feature_alpha_dropout feature_dropout fold frobenius_norm "
    "gelu "
    "glu grid_sampler grid_sampler_2d grid_sampler_3d group_norm gru gru_cell hardshrink hardsigmoid hardswish "
    "hardtanh "
    "im2col instance_norm layer_norm leaky_relu linear log_sigmoid log_softmax logsigmoid logsumexp lstm lstm_cell "
    "max_pool1d "
    "max_pool2d max_pool2d_with_indices max_pool3d max_pool3d_with_indices max_unpool2d max_unpool3d mish mse_loss "
    "multi_head_attention_forward native_batch_norm native_group_norm native_layer_norm nll_loss normalize one_hot pad "
    "pixel_shuffle pixel_unshuffle prelu reflection_pad1d reflection_pad2d reflection_pad3d relu relu6 "
    "replication_pad1d "
    "replication_pad2d replication_pad3d rms_norm rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell rrelu "
    "scaled_dot_product_attention selu sigmoid silu smooth_l1_loss softmax softmin softplus softshrink softsign "
    "tanhshrink "
    "threshold unfold unfold_backward upsample_bicubic2d upsample_bilinear2d upsample_linear1d upsample_nearest1d "
    "upsample_nearest2d upsample_nearest3d upsample_trilinear3d _native_multi_head_attention "
    "_transformer_encoder_layer_fwd _upsample_bicubic2d_aa _upsample_bilinear2d_aa _upsample_nearest_exact1d "
    "_upsample_nearest_exact2d _upsample_nearest_exact3d zeropad2d";

constexpr char kArithmetic[] =
    "abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr angle arccos arcsin arctan asin asinh atan "
    "atan2 "
    "atanh bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor cdist ceil ceildiv "
    "clamp "
    "clamp_max clamp_min clip conj copysign cos cosh cross cummax cummin cumprod cumsum deg2rad degrees det diff "
    "digamma dist "
    "div divide dot einsum eq equal erf erfc erfinv exp exp2 expm1 factorial fabs fft_fft fft_fft2 fft_fftn fft_ifft "
    "fft_irfft fft_rfft fft_rfft2 fft_irfft2 fft_fftshift fft_ifftshift floor floor_divide floordiv fmax fmin fmod "
    "frac gcd ge "
    "greater greater_equal gt hypot imag inner inverse isclose isfinite isinf isnan kron lcm le lerp less less_equal "
    "lgamma "
    "log log10 log1p log2 logaddexp logical_and logical_not logical_or logical_xor logit lt matmul matrix_exp max "
    "maximum mean "
    "median min minimum mm mod modf mul multiply mv nan_to_num ne neg negative nextafter norm not_equal nuclear_norm "
    "outer "
    "pinverse polar positive pow prod rad2deg radians real reciprocal remainder renorm round rsqrt rsub sgn sign "
    "signbit sin "
    "sinc sinh sqrt square std std_mean sub subtract sum tan tanh trace tril triu true_divide trunc var var_mean "
    "vander vdot "
    "xlogy linalg_norm linalg_vector_norm linalg_matrix_norm linalg_inv linalg_cross linalg_det amax amin aminmax "
    "nanmean "
    "nansum quantile";

constexpr char kShapes[] =
    "all any alias allclose arange argmax argmin argsort as_strided as_tensor atleast_1d atleast_2d atleast_3d "
    "bincount "
    "broadcast_tensors broadcast_to bucketize cat chunk clone combinations concat concatenate contiguous copy "
    "count_nonzero cpu "
    "cuda detach diag diag_embed diagonal dim dsplit dstack empty empty_like expand expand_as eye fill fill_diagonal "
    "flatten "
    "flip fliplr flipud full full_like gather hann_window hamming_window histc hsplit hstack index index_add "
    "index_copy "
    "index_fill index_put index_select is_complex is_contiguous is_floating_point is_nonzero isin item kthvalue "
    "linspace "
    "logspace masked_fill masked_scatter masked_select meshgrid mode moveaxis movedim multinomial narrow narrow_copy "
    "ndim "
    "ndimension new_empty new_full new_ones new_tensor new_zeros nonzero nonzero_numpy numel numpy_T ones ones_like "
    "permute rand "
    "rand_like randint randint_like randn randn_like randperm normal uniform bernoulli ravel repeat repeat_interleave "
    "requires_grad reshape reshape_as resolve_conj resolve_neg roll rot90 row_stack scalar_tensor scatter scatter_add "
    "scatter_reduce searchsorted select size sort split split_with_sizes squeeze stack storage_offset stride sub "
    "swapaxes "
    "swapdims t take take_along_dim tensor tensor_split tensordot tile to tolist topk transpose type_as unbind "
    "unflatten unique "
    "unique_consecutive unsafe_chunk unsafe_split unsqueeze view view_as view_as_complex view_as_real vsplit vstack "
    "where "
    "zero zeros zeros_like float double half bfloat16 int long short bool byte char numpy cartesian_prod "
    "segment_reduce";

constexpr char kValues[] =
    "Bool Complex ComplexImplicit Delete Float FloatImplicit Int IntImplicit ScalarImplicit add_ __and__ __contains__ "
    "__derive_index __getitem__ __interpolate __is__ __isnot__ __len__ __not__ __or__ __range_length "
    "__round_to_zero_floordiv "
    "__upto __xor__ __lshift__ __rshift__ _get_tracing_state _infer_size _list_to_tensor _set_item _size_if_not_equal "
    "_shape_as_tensor _tensor_to_list append capitalize center clear count dict dtype endswith expandtabs extend find "
    "format get "
    "hash hex index insert isalnum isalpha isdecimal isdigit isidentifier islower isnumeric isprintable isspace "
    "istitle isupper "
    "items join keys len list ljust lower lstrip oct ord bin chr percentFormat pop popitem remove replace reverse "
    "rfind rindex "
    "rjust rpartition partition rsplit rstrip setdefault slice sorted splitlines startswith str strip swapcase title "
    "translate "
    "update upper values zfill is_scripting isinstance device is_autocast_enabled dequantize "
    "_unwrap_optional unchecked_cast copy_ nan inf infj nanj warn";

}  // namespace

bool isKnownOperator(std::string_view name) {
  static const std::unordered_set<std::string_view> kNames = [] {
    std::unordered_set<std::string_view> names;
    for (const char* const some : {kLayers, kArithmetic, kShapes, kValues}) names.merge(split(some));
    return names;
  }();
  if (kNames.count(name) > 0) return true;
  const bool isInPlace = name.size() > 1 && name.back() == '_' && name.front() != '_';
  return isInPlace && kNames.count(name.substr(0, name.size() - 1)) > 0;
}

bool isKnownPrimitive(std::string_view name) {
  static const std::unordered_set<std::string_view> kNames = split(
      "NumToTensor RaiseException TupleIndex TupleUnpack abs data device dtype grad is_cpu is_cuda is_leaf isinstance "
      "itemsize "
      "layout max min name nbytes ndim rangelist requires_grad shape tolist type unchecked_cast "
      "unchecked_unwrap_optional");
  return kNames.count(name) > 0;
}

bool isKnownFunction(std::string_view name) {
  static const std::unordered_set<std::string_view> kNames = split(
      "and assert elif else for if in is lambda not or raise return while Exception AssertionError RuntimeError "
      "ValueError "
      "TypeError IndexError KeyError NotImplementedError abs all annotate any bin bool chr complex dict divmod "
      "enumerate float "
      "getattr hasattr hash hex int isinstance len list max min oct ord pow range reversed round sorted str sum tuple "
      "unchecked_cast uninitialized zip");
  return kNames.count(name) > 0;
}

}  // namespace kinetorch::model
