/**
 * What JAX's names are called here where camelCase does not say it, and why some are left out. A name that stands in none of
 * these tables is looked up in camelCase among the exports.
 */

/** JAX name (of every module, or with the module in front where one has another meaning) to a name of `@flaxon/tensor`, or of another package with its name in front. */
export const renamed = {
  absolute: 'abs', acos: 'acos', arccos: 'acos', arccosh: 'acosh', arcsin: 'asin', arcsinh: 'asinh', arctan: 'atan', arctan2: 'atan2', arctanh: 'atanh',
  amax: 'max', amin: 'min', reduce_max: 'max', reduce_min: 'min', reduce_sum: 'sum', reduce_prod: 'prod', reduce_and: 'all', reduce_or: 'any',
  around: 'round', invert: 'bitwiseNot', bitwise_invert: 'bitwiseNot', bitwise_left_shift: 'leftShift', bitwise_right_shift: 'rightShift', shift_left: 'leftShift',
  shift_right_arithmetic: 'rightShift', shift_right_logical: 'rightShiftLogical', array: 'tensor', asarray: 'tensor', Array: 'Tensor', ndarray: 'Tensor', concat: 'concatenate',
  cumulative_prod: 'cumprod', cumulative_sum: 'cumsum', delete: 'deleteElements', divide: 'div', true_divide: 'div', subtract: 'sub', multiply: 'mul', negative: 'neg', power: 'pow',
  var: 'variance', permute_dims: 'transpose', pow: 'pow', mod: 'mod', trace: 'matrixTrace', logistic: 'sigmoid', expit: 'sigmoid', erf_inv: 'erfInv', erfinv: 'erfInv',
  gammaln: 'lgamma', loggamma: 'lgamma', igamma: 'gammainc', igammac: 'gammaincc', bessel_i0e: 'i0e', bessel_i1e: 'i1e', betainc: 'betainc',
  hard_swish: 'hardSilu', clamp: 'clip', eq: 'equal', ne: 'notEqual', lt: 'less', le: 'lessEqual', gt: 'greater', ge: 'greaterEqual', is_finite: 'isfinite',
  convert_element_type: 'astype', broadcasted_iota: 'iota', rev: 'flip', switch: 'switchCase', select_n: 'where', sort_key_val: 'sortTogether', slice_in_dim: 'sliceAxis',
  dynamic_slice_in_dim: 'dynamicSlice', dynamic_update_slice_in_dim: 'dynamicUpdateSlice', dynamic_index_in_dim: 'dynamicSlice', dynamic_update_index_in_dim: 'dynamicUpdateSlice',
  index_in_dim: 'index', ds: 'dynamicSlice', scatter: 'at', scatter_add: 'at', scatter_apply: 'at', scatter_max: 'at', scatter_min: 'at', scatter_mul: 'at', scatter_sub: 'at', gather: 'index', index_take: 'take',
  batch_matmul: 'matmul', broadcast: 'broadcastTo', broadcast_in_dim: 'broadcastTo', collapse: 'reshape', empty: 'zeros', empty_like: 'zerosLike', shape: 'Tensor', ndim: 'Tensor', size: 'Tensor',
  dtype: 'Tensor', result_type: 'resultDtype', newaxis: 'index', s_: 'index', index_exp: 'index', place: 'where', put: 'at', solve_triangular: 'solveTriangular',
  value_and_grad: 'valueAndGrad', grad: 'grad', jit: 'runtime-onnx.compile', named_scope: 'nameScope', named_call: 'nameScope', make_jaxpr: 'trace', remat: 'checkpoint', eval_shape: 'evalShape',
  ShapeDtypeStruct: 'spec', jacobian: 'jacrev', custom_jvp: 'customJvp', custom_vjp: 'customVjp', typeof: 'spec', dot_product_attention: 'layers.dotProductAttention', sigmoid: 'sigmoid',
  bitwise_count: 'bitwiseCount', vdot: 'vdot', lu: 'lu', lu_factor: 'luFactor', lu_solve: 'luSolve', cho_solve: 'choSolve', cho_factor: 'cholesky', norm: 'norm', identity: 'identity',
  composite: 'composite', reduce_window: 'reduceWindow', conv_transpose: 'convTranspose', finfo: 'finfo', iinfo: 'iinfo', square: 'square', map: 'map',
  'jnp.linalg.cond': 'conditionNumber', 
  pi: 'global.Math', e: 'global.Math', inf: 'global.Infinity', nan: 'global.NaN', vectorize: 'vmap', swish: 'silu', logsumexp: 'logsumexp', fft: 'fft', broadcast_shapes: 'broadcastShapes', block_until_ready: 'Tensor', isscalar: 'global.Number', disable_jit: 'evaluateProgram',
};

const list = (text) => text.trim().split(/\s+/);

/** Names that are left out on purpose, with the reason. */
export const leftOut = [
  ['complex numbers come later, as pairs', list(`angle conj conjugate imag real iscomplex iscomplexobj isreal isrealobj sort_complex complex complex128 complex64 complex_ complexfloating
    cdouble csingle ComplexWarning wofz sph_harm_y rsf2csf schur eig eigvals roots sqrtm funm hessenberg expm_frechet`)],
  ['there is no such element type; the others are strings of `Dtype`', list(`float4_e2m1fn float6_e2m3fn float6_e3m2fn float8_e3m4 float8_e4m3 float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2
    float8_e5m2fnuz float8_e8m0fnu int1 int2 int4 uint1 uint2 uint4 float0 character flexible generic inexact number object_ signedinteger unsignedinteger floating integer double single float_ int_ uint`)],
  ['JavaScript and the other packages have it: files, text, iteration', list(`load save savez fromfile frombuffer fromfunction fromiter fromstring from_dlpack frompyfunc get_printoptions set_printoptions printoptions
    array_repr array_str iterable can_cast isdtype issubdtype promote_types ufunc copy packbits unpackbits`)],
  ['NumPy\'s bracket objects: `index` takes slices, `meshgrid` makes grids', list('c_ r_ mgrid ogrid ix_')],
  ['devices belong to executors (`compile` of `@flaxon/runtime-onnx` takes one); nothing is split over several', list(`Device NamedSharding P Ref Shard copy_to_host_async default_backend default_device device_count device_get device_put
    devices host_count host_id host_ids live_arrays local_device_count local_devices make_array_from_callback make_array_from_process_local_data make_array_from_single_device_arrays make_mesh pmap process_count process_index
    process_indices reshard set_mesh shard_map smap with_sharding_constraint memory auto_pcast remove_size_one_mesh_axis_from_type precv psend pcast pbroadcast ragged_all_to_all make_user_context`)],
  ['settings of JAX\'s own machinery', list(`ad config allow_f16_reductions array_garbage_collection_guard check_tracer_leaks checking_leaks clear_caches debug_infs debug_key_reuse debug_nans default_matmul_precision default_prng_impl effects_barrier
    enable_checks enable_custom_prng enable_x64 ensure_compile_time_eval explain_cache_misses jax2tf_associative_scan_reductions legacy_prng_key log_compiles no_execution no_tracing numpy_dtype_promotion numpy_rank_promotion print_environment_info
    softmax_custom_jvp thread_guard threefry_partitionable transfer_guard transfer_guard_device_to_device transfer_guard_device_to_host transfer_guard_host_to_device AccuracyMode Tolerance RoundingMethod RandomAlgorithm after_all create_token
    rng_bit_generator rng_uniform dce_sink shape_as_value platform_dependent stage`)],
  ['programs are pure: no mutable references, no callbacks', list('empty_ref free_ref freeze new_ref pure_callback')],
  ['arguments are plain objects here', list(`ConvDimensionNumbers ConvGeneralDilatedDimensionNumbers DotAlgorithm DotAlgorithmPreset DotDimensionNumbers FftType GatherDimensionNumbers GatherScatterMode Precision PrecisionLike
    RaggedDotDimensionNumbers ScatterDimensionNumbers conv_dimension_numbers conv_general_permutations conv_general_shape_tuple conv_shape_tuple conv_transpose_shape_tuple reduce_window_shape_tuple padtype_to_pads get_scaled_dot_general_config`)],
  ['products of ragged or scaled blocks, which accelerators have and no executor here', list('ragged_dot ragged_dot_general scaled_dot scaled_dot_general scaled_matmul')],
  ['collectives between devices; those of `vmap` (`psum`, `pmean`, ...) are there', list('all_to_all ppermute pshuffle psum_scatter pswapaxes')],
  ['search that may miss elements, for accelerators; `topK` is exact', list('approx_max_k approx_min_k')],
  ['`vjp` returns the way back as a function, and `compile` takes a whole step, forwards and back, and keeps it by signature', list('fwd_and_bwd')],
  ['no executor has an operator that reads the bits of another type', list('bitcast_convert_type reduce_precision')],
];

/** JAX's element types that are dtypes here, by the same name. */
export const dtypeNames = list('bfloat16 bool bool_ float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64');
