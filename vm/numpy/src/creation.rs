//! Functions that make arrays: `np.array`, `np.zeros`, `np.arange` …

use crate::args::{self, parse, present};
use crate::convert::{array_from_object, astype};
use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, as_array, to_runtime};
use crate::ndarray::methods::wrap_view;
use crate::scalar::{Num, Operand, ScalarValue, classify, construct};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr},
    function::FuncArgs,
};
use taipan_runtime::dtype::{DType, promote_types};
use taipan_runtime::{Array, Casting, Order, Scalar};

fn object(array: Array, vm: &VirtualMachine) -> PyResult {
    Ok(PyNdArray::from_array(array, vm).into())
}

/// `copy=`: always, never, or only if needed.
#[derive(Clone, Copy, PartialEq)]
enum CopyMode {
    Always,
    IfNeeded,
    Never,
}

fn copy_mode(value: &Option<PyObjectRef>, default: CopyMode, vm: &VirtualMachine) -> PyResult<CopyMode> {
    Ok(match value {
        None => default,
        Some(v) if vm.is_none(v) => CopyMode::IfNeeded,
        Some(v) if v.clone().try_to_bool(vm)? => CopyMode::Always,
        Some(_) => CopyMode::Never,
    })
}

/// The common body of `array`, `asarray` and their relatives.
fn make(
    obj: &PyObjectRef,
    dtype: Option<DType>,
    copy: CopyMode,
    order: Order,
    ndmin: usize,
    vm: &VirtualMachine,
) -> PyResult {
    let source = as_array(obj);
    let mut array = array_from_object(obj, dtype, vm)?;
    // What the buffer protocol gave is memory of somebody else.
    let mut fresh = source.is_none_or(|s| !s.buffer().same(array.buffer())) && !array.buffer().is_foreign();
    let laid_out = match order {
        Order::C => array.is_c_contiguous(),
        Order::F => array.is_f_contiguous(),
        Order::A | Order::K => true,
    };
    if copy == CopyMode::Always && !fresh || !laid_out {
        array = array.copy(order).or_raise(vm)?;
        fresh = true;
    }
    if copy == CopyMode::Never && fresh && source.is_some() || copy == CopyMode::Never && source.is_none() {
        return Err(vm.new_value_error(
            "Unable to avoid copy while creating an array as requested.\nIf using `np.array(obj, \
             copy=False)` replace it with `np.asarray(obj)` to allow a copy when needed (no \
             behavior change in NumPy 1.x).\nFor more details, see \
             https://numpy.org/devdocs/numpy_2_0_migration_guide.html#adapting-to-changes-in-the-copy-keyword.",
        ));
    }
    let grown = array.ndim() < ndmin;
    if grown {
        let mut shape = vec![1isize; ndmin - array.ndim()];
        shape.extend(array.shape().iter().map(|&n| n as isize));
        let order = if order == Order::F { Order::F } else { Order::C };
        array = array.reshape(&shape, order).or_raise(vm)?;
    }
    if !fresh && !grown && crate::interop::ndarray_class().fast_issubclass(obj.class()) {
        return Ok(obj.clone());
    }
    Ok(wrap_view(array, obj, vm))
}

/// `np.array(object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, like=None)`
pub fn array(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["object", "dtype", "*", "copy", "order", "subok", "ndmin", "like"];
    let [obj, dtype, _, copy, order, _subok, ndmin, _like] = parse(args, "array", names, 1, vm)?;
    let Some(obj) = obj else {
        return Err(vm.new_type_error("array() missing required argument 'object' (pos 0)"));
    };
    let dtype = args::to_dtype(&dtype, vm)?;
    let order = args::to_order(&order, Order::K, vm)?;
    let ndmin = args::optional_isize(&ndmin, vm)?.unwrap_or(0).max(0) as usize;
    if ndmin > taipan_runtime::array::MAX_NDIM {
        return Err(vm.new_value_error(format!(
            "ndmin must be <= ndmax ({})",
            taipan_runtime::array::MAX_NDIM
        )));
    }
    let copy = copy_mode(&copy, CopyMode::Always, vm)?;
    // A new object even when the elements are shared with a temporary.
    let made = make(&obj, dtype, copy, order, ndmin, vm)?;
    Ok(made)
}

fn asarray_with(args: FuncArgs, function: &str, default: Order, ndmin: usize, vm: &VirtualMachine) -> PyResult {
    // The commonest case: an array that is as wanted already.
    if let [only] = &args.args[..]
        && args.kwargs.is_empty()
        && default == Order::K
        && rustpython_vm::AsObject::is(only.class(), crate::interop::ndarray_class())
    {
        return Ok(only.clone());
    }
    let names = ["a", "dtype", "order", "*", "device", "copy", "like"];
    let [obj, dtype, order, _, _device, copy, _like] = parse(args, function, names, 1, vm)?;
    let Some(obj) = obj else {
        return Err(vm.new_type_error(format!("{function}() missing required argument 'a' (pos 0)")));
    };
    let dtype = args::to_dtype(&dtype, vm)?;
    let order = args::to_order(&order, default, vm)?;
    let copy = copy_mode(&copy, CopyMode::IfNeeded, vm)?;
    make(&obj, dtype, copy, order, ndmin, vm)
}

/// `np.asarray`
pub fn asarray(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    asarray_with(args, "asarray", Order::K, 0, vm)
}

/// `np.ascontiguousarray`: at least one-dimensional, C order.
pub fn ascontiguousarray(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    asarray_with(args, "ascontiguousarray", Order::C, 1, vm)
}

/// `np.asfortranarray`
pub fn asfortranarray(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    asarray_with(args, "asfortranarray", Order::F, 1, vm)
}

/// `np.copy(a, order='K')`
pub fn copy(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [obj, order, _subok] = parse(args, "copy", ["a", "order", "subok"], 1, vm)?;
    let Some(obj) = obj else { return Ok(vm.ctx.none()) };
    let order = args::to_order(&order, Order::K, vm)?;
    make(&obj, None, CopyMode::Always, order, 0, vm)
}

type Maker = fn(&[usize], DType, Order) -> taipan_runtime::Result<Array>;

fn by_shape(args: FuncArgs, function: &str, maker: Maker, vm: &VirtualMachine) -> PyResult {
    if let [only] = &args.args[..]
        && args.kwargs.is_empty()
        && let Some(n) = only.downcast_ref_if_exact::<PyInt>(vm).and_then(|n| n.as_bigint().to_u32())
    {
        return object(maker(&[n as usize], DType::F64, Order::C).or_raise(vm)?, vm);
    }
    let names = ["shape", "dtype", "order", "*", "device", "like"];
    let [shape, dtype, order, _, device, _] = parse(args, function, names, 1, vm)?;
    check_device(&device, vm)?;
    let shape = match &shape {
        Some(shape) => args::to_shape(shape, vm)?,
        None => Vec::new(),
    };
    let dtype = args::to_dtype(&dtype, vm)?.unwrap_or(DType::F64);
    let order = args::to_order(&order, Order::C, vm)?;
    if matches!(order, Order::A | Order::K) {
        return Err(vm.new_value_error("only 'C' or 'F' order is permitted"));
    }
    object(maker(&shape, dtype, order).or_raise(vm)?, vm)
}

/// `device=`: there is only the processor.
pub fn check_device(device: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(device) = present(device, vm) else { return Ok(()) };
    let name = device.str(vm)?.to_string();
    if name == "cpu" {
        return Ok(());
    }
    Err(vm.new_value_error(format!("Device not understood. Only \"cpu\" is allowed, but received: {name}")))
}

/// `np.zeros`
pub fn zeros(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    by_shape(args, "zeros", Array::zeros, vm)
}

/// `np.empty`: elements are whatever the memory holds.
pub fn empty(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    by_shape(args, "empty", Array::empty, vm)
}

/// `np.ones`
pub fn ones(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let one: Maker = |shape, dtype, order| {
        Array::full(shape, dtype, order, taipan_runtime::Scalar::Int(1))
    };
    by_shape(args, "ones", one, vm)
}

/// An array of `shape` filled with `value`.
fn filled(shape: &[usize], dtype: Option<DType>, order: Order, value: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    // Integers are checked against the type; floats and arrays are cast to it.
    let checked = dtype.filter(|_| {
        matches!(
            classify(value, vm),
            Operand::WeakInt(_) | Operand::WeakBig(_) | Operand::Other
        ) && as_array(value).is_none()
    });
    let source = array_from_object(value, checked, vm)?;
    let dtype = dtype.unwrap_or(source.dtype());
    let array = Array::empty(shape, dtype, order).or_raise(vm)?;
    if source.dtype().is_complex() && !dtype.is_complex() && dtype != DType::Bool {
        crate::warnings::complex_warning(vm)?;
    }
    if source.ndim() == 0 && source.dtype() == dtype
        && let Some(first) = source.first()
    {
        array.fill(first).or_raise(vm)?;
        return Ok(array);
    }
    let raised = array.assign(&source).or_raise(vm)?;
    crate::errstate::report(raised.0, "cast", vm)?;
    Ok(array)
}

/// `np.full(shape, fill_value, dtype=None, order='C')`
pub fn full(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["shape", "fill_value", "dtype", "order", "*", "device", "like"];
    let [shape, value, dtype, order, _, device, _] = parse(args, "full", names, 2, vm)?;
    check_device(&device, vm)?;
    let (Some(shape), Some(value)) = (shape, value) else { return Ok(vm.ctx.none()) };
    let shape = args::to_shape(&shape, vm)?;
    let dtype = args::to_dtype(&dtype, vm)?;
    let order = args::to_order(&order, Order::C, vm)?;
    object(filled(&shape, dtype, order, &value, vm)?, vm)
}

struct Like {
    model: Array,
    shape: Vec<usize>,
    dtype: Option<DType>,
    order: Order,
}

impl Like {
    fn empty(&self, vm: &VirtualMachine) -> PyResult<Array> {
        let dtype = self.dtype.unwrap_or(self.model.dtype());
        self.model.empty_like(&self.shape, dtype, self.order).or_raise(vm)
    }
}

fn like(
    model: Option<PyObjectRef>,
    [dtype, order, shape]: [&Option<PyObjectRef>; 3],
    vm: &VirtualMachine,
) -> PyResult<Like> {
    let model = match model {
        Some(model) => array_from_object(&model, None, vm)?,
        None => return Err(vm.new_type_error("missing required argument 'a' (pos 1)")),
    };
    let shape = match present(shape, vm) {
        Some(shape) => args::to_shape(shape, vm)?,
        None => model.shape().to_vec(),
    };
    Ok(Like {
        shape,
        dtype: args::to_dtype(dtype, vm)?,
        order: args::to_order(order, Order::K, vm)?,
        model,
    })
}

fn like_filled(args: FuncArgs, function: &str, value: Option<Num>, vm: &VirtualMachine) -> PyResult {
    let names = ["a", "dtype", "order", "subok", "shape", "*", "device"];
    let [model, dtype, order, _, shape, _, _] = parse(args, function, names, 1, vm)?;
    let spec = like(model, [&dtype, &order, &shape], vm)?;
    let array = spec.empty(vm)?;
    if let Some(num) = value {
        let value = ScalarValue::new(array.dtype(), num);
        array.fill(to_runtime(value)).or_raise(vm)?;
    }
    object(array, vm)
}

/// `np.zeros_like`
pub fn zeros_like(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    like_filled(args, "zeros_like", Some(Num::Int(0)), vm)
}

/// `np.ones_like`
pub fn ones_like(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    like_filled(args, "ones_like", Some(Num::Int(1)), vm)
}

/// `np.empty_like`
pub fn empty_like(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    like_filled(args, "empty_like", None, vm)
}

/// `np.full_like(a, fill_value, dtype=None, order='K', subok=True, shape=None)`
pub fn full_like(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["a", "fill_value", "dtype", "order", "subok", "shape", "*", "device"];
    let [model, value, dtype, order, _, shape, _, _] = parse(args, "full_like", names, 2, vm)?;
    let spec = like(model, [&dtype, &order, &shape], vm)?;
    let Some(value) = value else { return Ok(vm.ctx.none()) };
    let array = spec.empty(vm)?;
    let filled = filled(&[], Some(array.dtype()), Order::C, &value, vm);
    match filled {
        Ok(one) => array.assign(&one).or_raise(vm)?,
        // Not a single number.
        Err(_) if as_array(&value).is_some() || crate::convert::is_array_like(&value, vm) => {
            array.assign(&array_from_object(&value, None, vm)?).or_raise(vm)?
        }
        Err(error) => return Err(error),
    };
    object(array, vm)
}

/// `_linspace(start, stop, num, endpoint, retstep, dtype, axis)`: the common case of plain finite
/// numbers and at least two values; `None` for everything else.
pub fn linspace(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["start", "stop", "num", "endpoint", "retstep", "dtype", "axis"];
    let [start, stop, num, endpoint, retstep, dtype, axis] = parse(args, "linspace", names, 7, vm)?;
    let (Some(start), Some(stop), Some(num)) = (start, stop, num) else { return Ok(vm.ctx.none()) };
    let plain = |o: &PyObject| match classify(o, vm) {
        Operand::WeakInt(i) => Some(i as f64),
        Operand::WeakFloat(f) => Some(f),
        Operand::Strong(v) if matches!(v.dtype, DType::F64 | DType::I64) => Some(v.num.as_f64()),
        _ => None,
    };
    let count = match classify(&num, vm) {
        Operand::WeakInt(n) => usize::try_from(n).unwrap_or(0),
        _ => 0,
    };
    let first_axis = matches!(axis.as_ref().map(|a| classify(a, vm)), Some(Operand::WeakInt(0)));
    let (Some(start), Some(stop)) = (plain(&start), plain(&stop)) else { return Ok(vm.ctx.none()) };
    if count < 2 || !first_axis || present(&dtype, vm).is_some() || start == stop || !(stop - start).is_finite() {
        return Ok(vm.ctx.none());
    }
    let endpoint = args::to_bool(&endpoint, true, vm)?;
    let (array, step) = taipan_runtime::creation::linspace(start, stop, count, endpoint).or_raise(vm)?;
    if step == 0.0 {
        return Ok(vm.ctx.none());
    }
    let array = object(array, vm)?;
    if args::to_bool(&retstep, false, vm)? {
        let step = crate::scalar::to_object(ScalarValue::float(step));
        return Ok(vm.ctx.new_tuple(vec![array, step]).into());
    }
    Ok(array)
}

/// `_eye((rows, columns), k, dtype, order)`
pub fn eye(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [shape, k, dtype, order] = parse(args, "eye", ["shape", "k", "dtype", "order"], 4, vm)?;
    let Some(shape) = shape else { return Ok(vm.ctx.none()) };
    let shape = args::to_shape(&shape, vm)?;
    let k = args::optional_isize(&k, vm)?.unwrap_or(0);
    let dtype = args::to_dtype(&dtype, vm)?.unwrap_or(DType::F64);
    let order = args::to_order(&order, Order::C, vm)?;
    object(taipan_runtime::creation::eye(shape[0], shape[1], k as i64, dtype, order).or_raise(vm)?, vm)
}

/// A Python `int` or `float` of `arange` as the runtime computes with it.
fn plain_number(obj: &PyObject, vm: &VirtualMachine) -> Option<Scalar> {
    let types = &vm.ctx.types;
    let class = obj.class();
    if !class.is(types.int_type) && !class.is(types.float_type) {
        return None;
    }
    match classify(obj, vm) {
        Operand::WeakInt(i) => Some(Scalar::Int(i.into())),
        Operand::WeakFloat(f) => Some(Scalar::Float(f)),
        _ => None,
    }
}

/// The type that an argument of `arange` stands for.
fn range_type(obj: &PyObject, vm: &VirtualMachine) -> PyResult<DType> {
    if let Some(array) = as_array(obj) {
        return Ok(array.dtype());
    }
    match classify(obj, vm) {
        Operand::Strong(v) => Ok(v.dtype),
        Operand::WeakInt(_) => Ok(DType::I64),
        Operand::WeakBig(big) if big.as_bigint().to_u64().is_some() => Ok(DType::U64),
        Operand::WeakFloat(_) => Ok(DType::F64),
        Operand::WeakComplex(..) => Ok(DType::C128),
        // Names the reason: text, objects, integers beyond 64 bits.
        _ => Ok(array_from_object(obj, None, vm)?.dtype()),
    }
}

/// The number of steps from `start` to `stop`, computed with Python's own operators as NumPy does,
/// so that numbers of narrow types wrap and objects without them say so.
fn range_length(
    start: &PyObject,
    stop: &PyObject,
    step: &PyObject,
    complex: bool,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    let distance = vm._sub(stop, start)?;
    let quotient = vm._truediv(&distance, step)?;
    let steps = match classify(&quotient, vm) {
        Operand::WeakComplex(re, im) if complex => re.min(im),
        Operand::Strong(v) if complex && v.dtype.is_complex() => {
            let (re, im) = v.num.as_complex();
            re.min(im)
        }
        Operand::Strong(v) if !v.dtype.is_complex() => v.num.as_f64(),
        Operand::WeakComplex(..) => {
            return Err(vm.new_type_error("must be real number, not complex"));
        }
        _ => {
            let steps = quotient.try_float(vm)?.to_f64();
            let zero = vm.ctx.new_int(0);
            if steps == 0.0 && !vm.bool_eq(&distance, zero.as_object())? {
                // The quotient underflowed.
                return Ok(usize::from(!steps.is_sign_negative()));
            }
            steps
        }
    };
    taipan_runtime::creation::whole_steps(steps).or_raise(vm)
}

/// `np.arange([start,] stop[, step,], dtype=None)`
pub fn arange(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["start", "stop", "step", "dtype", "*", "device", "like"];
    let by_name = args.args.is_empty();
    let [start, stop, step, dtype, _, device, _] = parse(args, "arange", names, 0, vm)?;
    check_device(&device, vm)?;
    let zero = || -> PyObjectRef { vm.ctx.new_int(0).into() };
    let (start, stop) = match (start, present(&stop, vm)) {
        (None, None) => return Err(vm.new_type_error("arange() requires stop to be specified.")),
        (Some(_), None) if by_name => return Err(vm.new_type_error("arange() requires stop to be specified.")),
        (Some(stop), None) => (zero(), stop),
        (start, Some(stop)) => (start.unwrap_or_else(zero), stop.to_owned()),
    };
    let step = match present(&step, vm) {
        Some(step) => step.to_owned(),
        None => vm.ctx.new_int(1).into(),
    };
    let wanted = args::to_dtype(&dtype, vm)?;
    if let (Some(start), Some(stop), Some(step)) =
        (plain_number(&start, vm), plain_number(&stop, vm), plain_number(&step, vm))
    {
        let float = [start, stop, step].iter().any(|s| matches!(s, Scalar::Float(_)));
        let dtype = wanted.unwrap_or(if float { DType::F64 } else { DType::I64 });
        return object(taipan_runtime::creation::arange(start, stop, step, dtype).or_raise(vm)?, vm);
    }
    if [&start, &stop, &step].iter().any(|o| o.downcastable::<PyStr>()) {
        return Err(vm.new_type_error(
            "arange() not supported for inputs with DType <class 'numpy.dtypes.StrDType'>.",
        ));
    }
    // Lengths before types: what has no difference has no type here either.
    let complex = |o: &PyObject| match classify(o, vm) {
        Operand::WeakComplex(..) => true,
        Operand::Strong(v) => v.dtype.is_complex(),
        _ => false,
    };
    let complex = match wanted {
        Some(dtype) => dtype.is_complex(),
        None => complex(&start) || complex(&stop) || complex(&step),
    };
    let n = range_length(&start, &stop, &step, complex, vm)?;
    let dtype = match wanted {
        Some(dtype) => dtype,
        None => [&start, &stop, &step]
            .into_iter()
            .try_fold(DType::I64, |d, o| Ok(promote_types(d, range_type(o, vm)?)))?,
    };
    if n == 0 {
        return object(Array::empty(&[0], dtype, Order::C).or_raise(vm)?, vm);
    }
    let element = |o: &PyObject| -> PyResult<Scalar> {
        let value = array_from_object(o, Some(dtype), vm)?;
        if value.ndim() > 0 {
            return Err(vm.new_type_error("only 0-dimensional arrays can be converted to Python scalars"));
        }
        Ok(value.first().unwrap_or(Scalar::Int(0)))
    };
    let first = element(&start)?;
    let next = if n > 1 { element(&*vm._add(&start, &step)?)? } else { first };
    object(taipan_runtime::creation::progression(first, next, n, dtype).or_raise(vm)?, vm)
}

/// `np.frombuffer(buffer, dtype=float, count=-1, offset=0)`
pub fn frombuffer(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["buffer", "dtype", "count", "offset", "*", "like"];
    let [buffer, dtype, count, offset, _, _] = parse(args, "frombuffer", names, 1, vm)?;
    let Some(buffer) = buffer else { return Ok(vm.ctx.none()) };
    let dtype = args::to_dtype(&dtype, vm)?.unwrap_or(DType::F64);
    let count = args::optional_isize(&count, vm)?.unwrap_or(-1);
    let offset = args::optional_isize(&offset, vm)?.unwrap_or(0);
    let memory = crate::convert::memory_of(&buffer, vm)?;
    let total = memory.nbytes() as isize;
    if offset < 0 || offset > total {
        return Err(vm.new_value_error(format!(
            "offset must be non-negative and no greater than buffer length ({total})"
        )));
    }
    let size = dtype.itemsize() as isize;
    let rest = total - offset;
    let n = if count < 0 {
        if rest % size != 0 {
            return Err(vm.new_value_error("buffer size must be a multiple of element size"));
        }
        rest / size
    } else {
        if count * size > rest {
            return Err(vm.new_value_error("buffer is smaller than requested size"));
        }
        count
    };
    let start = memory.data() as usize - memory.buffer().data() as usize + offset as usize;
    let array = Array::from_buffer(
        memory.buffer().clone(),
        start,
        dtype,
        &[n as usize],
        &[size],
        memory.is_writeable(),
    )
    .or_raise(vm)?;
    Ok(PyNdArray::view_of(array, &buffer, vm).into())
}

/// `np.fromiter(iter, dtype, count=-1)`
pub fn fromiter(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [iter, dtype, count, _, _] = parse(args, "fromiter", ["iter", "dtype", "count", "*", "like"], 2, vm)?;
    let (Some(iter), Some(dtype)) = (iter, dtype) else { return Ok(vm.ctx.none()) };
    let dtype = crate::dtype::dtype_from_object(&dtype, vm)?;
    let count = args::optional_isize(&count, vm)?.unwrap_or(-1);
    let iterator = iter.get_iter(vm)?;
    with_element!(dtype, T => {
        let mut values: Vec<T> = Vec::new();
        while count < 0 || (values.len() as isize) < count {
            let rustpython_vm::protocol::PyIterReturn::Return(item) = iterator.next(vm)? else {
                break;
            };
            let value = construct::convert(&item, dtype, vm)?
                .ok_or_else(|| vm.new_value_error("setting an array element with a sequence."))?;
            values.push(<T as crate::scalar::value::FromNum>::from_num(value.num));
        }
        if (values.len() as isize) < count {
            return Err(vm.new_value_error(format!(
                "iterator too short: Expected {count} but iterator had only {} items.",
                values.len()
            )));
        }
        object(Array::from_vec(&values).or_raise(vm)?, vm)
    })
}

/// `_rebuild_array(shape, dtype, bytes)`: what pickling an array calls.
pub fn rebuild_array(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [shape, dtype, bytes] = parse(args, "_rebuild_array", ["shape", "dtype", "bytes"], 3, vm)?;
    let (Some(shape), Some(dtype), Some(bytes)) = (shape, dtype, bytes) else {
        return Ok(vm.ctx.none());
    };
    let shape = args::to_shape(&shape, vm)?;
    let dtype = crate::dtype::dtype_from_object(&dtype, vm)?;
    let bytes = bytes.downcast_ref::<rustpython_vm::builtins::PyBytes>().map(|b| b.as_bytes().to_vec());
    let bytes = bytes.ok_or_else(|| vm.new_type_error("bytes expected"))?;
    object(crate::convert::array_from_bytes(&bytes, dtype, &shape, vm)?, vm)
}

/// `np.astype(x, dtype, /, *, copy=True)`
pub fn astype_function(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [x, dtype, _, _copy, _device] = parse(args, "astype", ["x", "dtype", "*", "copy", "device"], 2, vm)?;
    let (Some(x), Some(dtype)) = (x, dtype) else { return Ok(vm.ctx.none()) };
    let array = array_from_object(&x, None, vm)?;
    let dtype = crate::dtype::dtype_from_object(&dtype, vm)?;
    object(astype(&array, dtype, Order::K, Casting::Unsafe, vm)?, vm)
}
