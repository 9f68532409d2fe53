//! Methods shared by arrays and scalars, and the few only arrays have.
//! Every method takes the object it is called on first, so that the module
//! functions of the same name (`np.reshape(a, …)`) are the same code.

use super::flags::PyFlags;
use crate::args::{self, parse, present};
use crate::convert::{array_from_object, astype};
use crate::dtype::dtype_from_object;
use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, as_array, from_runtime, scalar_to_py};
use crate::scalar::to_python;
use crate::{reductions, selection};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyType},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
};
use taipan_runtime::{Array, Casting, DType, Order};

/// The array an object is or stands for.
pub fn array_of(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    array_from_object(obj, None, vm)
}

/// `view` as a new object; its base is `owner` if that is an array.
pub fn wrap_view(view: Array, owner: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
    if as_array(owner).is_some_and(|a| a.buffer().same(view.buffer())) {
        PyNdArray::view_of(view, owner, vm).into()
    } else {
        PyNdArray::from_array(view, vm).into()
    }
}

/// Integers given either one by one or as one sequence (`a.reshape(2, 3)`,
/// `a.reshape((2, 3))`).
fn spread_integers(args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Vec<isize>> {
    match args {
        [one] => args::to_isizes(one, vm),
        many => many.iter().map(|v| args::to_isize(v, vm)).collect(),
    }
}

fn reshape(zelf: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let order = args.take_keyword("order");
    let copy = args.take_keyword("copy");
    let positional = args.args.clone();
    if let Some((name, _)) = args.remaining_keywords().next() {
        return Err(vm.new_type_error(format!("'{name}' is an invalid keyword argument for this function")));
    }
    if positional.is_empty() {
        return Err(vm.new_type_error("reshape() takes exactly 1 argument (0 given)"));
    }
    reshape_to(zelf, &positional, order, copy, vm)
}

/// `np.reshape(a, /, shape, order='C', *, copy=None)`
pub fn reshape_function(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["a", "shape", "order", "*", "copy"];
    let [a, shape, order, _, copy] = parse(args, "reshape", names, 1, vm)?;
    let Some(a) = a else { return Ok(vm.ctx.none()) };
    let Some(shape) = shape else {
        return Err(vm.new_type_error("reshape() missing 1 required positional argument: 'shape'"));
    };
    reshape_to(a, &[shape], order, copy, vm)
}

fn reshape_to(
    zelf: PyObjectRef,
    positional: &[PyObjectRef],
    order: Option<PyObjectRef>,
    copy: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    let order = args::to_order(&order, Order::C, vm)?;
    let array = array_of(&zelf, vm)?;
    let shape = match positional {
        // `None` leaves the shape as it is.
        [one] if vm.is_none(one) => array.shape().iter().map(|&n| n as isize).collect(),
        given => spread_integers(given, vm)?,
    };
    if let Some(copy) = present(&copy, vm) {
        if copy.to_owned().try_to_bool(vm)? {
            let fresh = array.copy(Order::C).or_raise(vm)?;
            let fresh = fresh.reshape(&shape, order).or_raise(vm)?;
            return Ok(PyNdArray::from_array(fresh, vm).into());
        }
        let result = array.reshape(&shape, order).or_raise(vm)?;
        if !result.buffer().same(array.buffer()) {
            return Err(vm.new_value_error("Unable to avoid creating a copy while reshaping."));
        }
    }
    let view = array.reshape(&shape, order).or_raise(vm)?;
    Ok(wrap_view(view, &zelf, vm))
}

pub fn transpose(zelf: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut axes = args.args.clone();
    if let Some(given) = args.take_keyword("axes") {
        axes.push(given);
    }
    if as_array(&zelf).is_none() && crate::scalar::scalar_value(&zelf, vm).is_some() {
        return Ok(zelf);
    }
    let array = array_of(&zelf, vm)?;
    let view = match axes.as_slice() {
        [] => array.transpose(None),
        [one] if vm.is_none(one) => array.transpose(None),
        given => array.transpose(Some(&spread_integers(given, vm)?)),
    };
    Ok(wrap_view(view.or_raise(vm)?, &zelf, vm))
}

fn astype_method(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["dtype", "order", "casting", "subok", "copy"];
    let [dtype, order, casting, _subok, copy] = parse(args, "astype", names, 1, vm)?;
    let dtype = match &dtype {
        Some(dtype) => dtype_from_object(dtype, vm)?,
        None => return Err(vm.new_type_error("astype() missing required argument 'dtype' (pos 1)")),
    };
    let order = args::to_order(&order, Order::K, vm)?;
    let casting = args::to_casting(&casting, Casting::Unsafe, vm)?;
    let copy = args::to_bool(&copy, true, vm)?;
    let array = array_of(&zelf, vm)?;
    if !copy && array.dtype() == dtype && as_array(&zelf).is_some() {
        return Ok(zelf);
    }
    let result = astype(&array, dtype, order, casting, vm)?;
    if as_array(&zelf).is_none() {
        return crate::interop::array_or_scalar(result, vm);
    }
    Ok(PyNdArray::from_array(result, vm).into())
}

fn copy(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [order] = parse(args, "copy", ["order"], 0, vm)?;
    let order = args::to_order(&order, Order::C, vm)?;
    let Some(array) = as_array(&zelf) else {
        return Ok(zelf);
    };
    Ok(PyNdArray::from_array(array.copy(order).or_raise(vm)?, vm).into())
}

pub fn ravel(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [order] = parse(args, "ravel", ["order"], 0, vm)?;
    let order = args::to_order(&order, Order::C, vm)?;
    let view = array_of(&zelf, vm)?.ravel(order).or_raise(vm)?;
    Ok(wrap_view(view, &zelf, vm))
}

fn flatten(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [order] = parse(args, "flatten", ["order"], 0, vm)?;
    let order = args::to_order(&order, Order::C, vm)?;
    let array = array_of(&zelf, vm)?;
    let flat = array.ravel(order).or_raise(vm)?;
    let flat = if flat.buffer().same(array.buffer()) {
        flat.copy(Order::C).or_raise(vm)?
    } else {
        flat
    };
    Ok(PyNdArray::from_array(flat, vm).into())
}

/// Nested lists of Python numbers.
pub fn to_list(array: &Array, vm: &VirtualMachine) -> PyResult {
    fn level(array: &Array, index: &mut Vec<usize>, vm: &VirtualMachine) -> PyResult {
        let Some(&len) = array.shape().get(index.len()) else {
            let value = array.get(index).or_raise(vm)?;
            return Ok(to_python(from_runtime(array.dtype(), value), vm));
        };
        if array.ndim() == 1 {
            // The common types without a look at each element's dtype.
            let items: Option<Vec<PyObjectRef>> = match array.dtype() {
                DType::F64 => {
                    let values = array.to_vec::<f64>().or_raise(vm)?;
                    Some(values.into_iter().map(|v| vm.ctx.new_float(v).into()).collect())
                }
                DType::I64 => {
                    let values = array.to_vec::<i64>().or_raise(vm)?;
                    Some(values.into_iter().map(|v| vm.ctx.new_int(v).into()).collect())
                }
                _ => None,
            };
            if let Some(items) = items {
                return Ok(vm.ctx.new_list(items).into());
            }
        }
        let mut items = Vec::with_capacity(len);
        for i in 0..len {
            index.push(i);
            items.push(level(array, index, vm)?);
            index.pop();
        }
        Ok(vm.ctx.new_list(items).into())
    }
    level(array, &mut Vec::new(), vm)
}

fn tolist(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    to_list(&array_of(&zelf, vm)?, vm)
}

/// The full index meant by the arguments of `item`.
fn item_index(array: &Array, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    if args.is_empty() {
        if array.size() != 1 {
            return Err(vm.new_value_error("can only convert an array of size 1 to a Python scalar"));
        }
        return Ok(vec![0; array.ndim()]);
    }
    let given = spread_integers(args, vm)?;
    let bounds = |i: isize, axis: usize, n: usize| {
        let at = if i < 0 { i + n as isize } else { i };
        usize::try_from(at).ok().filter(|at| *at < n).ok_or_else(|| {
            vm.new_index_error(format!("index {i} is out of bounds for axis {axis} with size {n}"))
        })
    };
    if given.len() == 1 && array.ndim() != 1 {
        let (i, n) = (given[0], array.size());
        let at = if i < 0 { i + n as isize } else { i };
        let Some(mut flat) = usize::try_from(at).ok().filter(|at| *at < n) else {
            return Err(vm.new_index_error(format!("index {i} is out of bounds for size {n}")));
        };
        let mut index = vec![0; array.ndim()];
        for (slot, &n) in index.iter_mut().zip(array.shape()).rev() {
            *slot = flat % n;
            flat /= n;
        }
        return Ok(index);
    }
    if given.len() != array.ndim() {
        return Err(vm.new_value_error("incorrect number of indices for array"));
    }
    given
        .iter()
        .zip(array.shape())
        .enumerate()
        .map(|(axis, (&i, &n))| bounds(i, axis, n))
        .collect()
}

fn item(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if let Some(value) = crate::scalar::scalar_value(&zelf, vm) {
        if args.args.len() > 1 {
            return Err(vm.new_value_error("incorrect number of indices for array"));
        }
        for index in args.args.iter().filter_map(|o| args::to_isize(o, vm).ok()) {
            if !matches!(index, 0 | -1) {
                return Err(vm.new_index_error(format!("index {index} is out of bounds for size 1")));
            }
        }
        return Ok(to_python(value, vm));
    }
    let array = array_of(&zelf, vm)?;
    let index = item_index(&array, &args.args, vm)?;
    let value = array.get(&index).or_raise(vm)?;
    Ok(to_python(from_runtime(array.dtype(), value), vm))
}

pub fn squeeze(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [axis] = parse(args, "squeeze", ["axis"], 0, vm)?;
    let array = array_of(&zelf, vm)?;
    if as_array(&zelf).is_none() && crate::scalar::scalar_value(&zelf, vm).is_some() {
        return Ok(zelf);
    }
    let axes = present(&axis, vm).map(|a| args::to_isizes(a, vm)).transpose()?;
    // Axis 0 of an array without axes counts as one of length 1.
    let axes = axes.filter(|a| !(array.ndim() == 0 && matches!(a.as_slice(), [0] | [-1])));
    let view = array.squeeze(axes.as_deref()).or_raise(vm)?;
    Ok(wrap_view(view, &zelf, vm))
}

pub fn swapaxes(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a, b] = parse(args, "swapaxes", ["axis1", "axis2"], 2, vm)?;
    let a = args::optional_isize(&a, vm)?.unwrap_or(0);
    let b = args::optional_isize(&b, vm)?.unwrap_or(0);
    let array = array_of(&zelf, vm)?;
    for (name, axis) in [("axis1", a), ("axis2", b)] {
        if let Err(mut error) = array.axis(axis) {
            error.message = format!("{name}: {}", error.message);
            return Err(crate::exceptions::raise(error, vm));
        }
    }
    let view = array.swapaxes(a, b).or_raise(vm)?;
    Ok(wrap_view(view, &zelf, vm))
}

pub fn diagonal(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [offset, a, b] = parse(args, "diagonal", ["offset", "axis1", "axis2"], 0, vm)?;
    let offset = args::optional_isize(&offset, vm)?.unwrap_or(0);
    let a = args::optional_isize(&a, vm)?.unwrap_or(0);
    let b = args::optional_isize(&b, vm)?.unwrap_or(1);
    let view = array_of(&zelf, vm)?.diagonal(offset, a, b).or_raise(vm)?;
    Ok(wrap_view(view, &zelf, vm))
}

fn view(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [dtype, class] = parse(args, "view", ["dtype", "type"], 0, vm)?;
    let array = array_of(&zelf, vm)?;
    let class_of = |o: &PyObject| {
        o.downcast_ref::<PyType>()
            .filter(|t| t.fast_issubclass(crate::interop::ndarray_class()))
            .map(|t| t.to_owned())
    };
    let mut wanted_class = class.as_ref().and_then(|c| class_of(c));
    let mut view = array;
    if let Some(dtype) = present(&dtype, vm) {
        match class_of(dtype) {
            Some(class) => wanted_class = Some(class),
            None => view = view.view_as(dtype_from_object(dtype, vm)?).or_raise(vm)?,
        }
    }
    if let Some(class) = wanted_class.filter(|c| !c.is(crate::interop::ndarray_class())) {
        return Ok(PyNdArray::from_array_of(view, class, vm)?.into());
    }
    if as_array(&zelf).is_none() {
        return crate::interop::array_or_scalar(view, vm);
    }
    Ok(wrap_view(view, &zelf, vm))
}

fn tobytes(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [order] = parse(args, "tobytes", ["order"], 0, vm)?;
    let array = array_of(&zelf, vm)?;
    let order = match args::to_order(&order, Order::C, vm)? {
        Order::A if array.is_f_contiguous() && !array.is_c_contiguous() => Order::F,
        Order::F => Order::F,
        _ => Order::C,
    };
    let array = if order == Order::F { array.transpose(None).or_raise(vm)? } else { array };
    Ok(vm.ctx.new_bytes(array.to_bytes().or_raise(vm)?).into())
}

fn conj(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    drop(args);
    let dtype = match as_array(&zelf) {
        Some(array) => Some(array.dtype()),
        None => crate::scalar::scalar_value(&zelf, vm).map(|v| v.dtype),
    };
    if dtype.is_some_and(|d| !d.is_complex()) {
        return Ok(zelf);
    }
    crate::ufunc::call_unary("conjugate", &zelf, vm)
}

fn byteswap(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [inplace] = parse(args, "byteswap", ["inplace"], 0, vm)?;
    let array = array_of(&zelf, vm)?;
    let size = array.dtype().real_part().itemsize();
    let mut bytes = array.to_bytes().or_raise(vm)?;
    for item in bytes.chunks_exact_mut(size) {
        item.reverse();
    }
    let swapped = crate::convert::array_from_bytes(&bytes, array.dtype(), array.shape(), vm)?;
    if args::to_bool(&inplace, false, vm)? {
        array.assign(&swapped).or_raise(vm)?;
        return Ok(zelf);
    }
    if as_array(&zelf).is_some() {
        return Ok(PyNdArray::from_array(swapped, vm).into());
    }
    crate::interop::array_or_scalar(swapped, vm)
}

fn to_device(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [device, _, _stream] = parse(args, "to_device", ["device", "*", "stream"], 1, vm)?;
    let name = match &device {
        Some(device) => device.str(vm)?.to_string(),
        None => String::new(),
    };
    if name != "cpu" {
        return Err(vm.new_value_error(format!("Unsupported device: {name}. Only 'cpu' is accepted.")));
    }
    Ok(zelf)
}

/// `a.choose(choices, out=None, mode='raise')`: the function of the module.
fn choose(zelf: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    args.prepend_arg(zelf);
    vm.import("numpy", 0)?.get_attr("choose", vm)?.call_with_args(args, vm)
}

/// The bytes of each element from `offset` on as a value of another type.
fn field(array: &Array, dtype: &PyObject, offset: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Array> {
    let dtype = crate::dtype::dtype_from_object(dtype, vm)?;
    let offset = args::optional_isize(offset, vm)?.unwrap_or(0);
    if offset < 0 {
        return Err(vm.new_value_error("offset must be non-negative"));
    }
    let most = array.itemsize() as isize - dtype.itemsize() as isize;
    if most < 0 {
        return Err(vm.new_value_error("new type is larger than original type"));
    }
    if offset > most {
        return Err(vm.new_value_error("new type plus offset is larger than original type"));
    }
    let start = array.data() as usize - array.buffer().data() as usize + offset as usize;
    let (buffer, writeable) = (array.buffer().clone(), array.is_writeable());
    Array::from_buffer(buffer, start, dtype, array.shape(), array.strides(), writeable).or_raise(vm)
}

/// `a.getfield(dtype, offset=0)`
fn getfield(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [dtype, offset] = parse(args, "getfield", ["dtype", "offset"], 1, vm)?;
    let dtype = dtype.unwrap_or_else(|| vm.ctx.none());
    let view = field(&array_of(&zelf, vm)?, &dtype, &offset, vm)?;
    match as_array(&zelf) {
        Some(_) => Ok(wrap_view(view, &zelf, vm)),
        None => crate::interop::array_or_scalar(view, vm),
    }
}

/// `a.setfield(val, dtype, offset=0)`
fn setfield(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [value, dtype, offset] = parse(args, "setfield", ["val", "dtype", "offset"], 2, vm)?;
    let (Some(value), Some(dtype)) = (value, dtype) else { return Ok(()) };
    let array = own_array(&zelf, vm)?;
    array.check_writeable().or_raise(vm)?;
    super::index::assign(&field(array, &dtype, &offset, vm)?, &value, vm)
}

/// The pickle of an array, through the module `pickle`.
fn dumps(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let pickle = vm.import("pickle", 0)?;
    vm.call_method(&pickle, "dumps", (zelf,))
}

fn dump(zelf: PyObjectRef, file: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    if file.downcastable::<PyStr>() {
        let open = vm.builtins.get_attr("open", vm)?;
        let handle = open.call((file, vm.ctx.new_str("wb")), vm)?;
        let data = dumps(zelf, vm)?;
        vm.call_method(&handle, "write", (data,))?;
        vm.call_method(&handle, "close", ())?;
        return Ok(());
    }
    let data = dumps(zelf, vm)?;
    vm.call_method(&file, "write", (data,))?;
    Ok(())
}

// ----- arrays only --------------------------------------------------------------------

fn own_array<'a>(zelf: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Array> {
    as_array(zelf).ok_or_else(|| vm.new_type_error("expected an array"))
}

fn fill(zelf: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let array = own_array(&zelf, vm)?;
    super::index::assign(array, &value, vm)
}

fn setflags(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [write, _align, _uic] = parse(args, "setflags", ["write", "align", "uic"], 0, vm)?;
    if let (Some(write), Ok(owner)) = (present(&write, vm), zelf.downcast::<PyNdArray>()) {
        PyFlags::set_writeable(owner, write.to_owned().try_to_bool(vm)?, vm)?;
    }
    Ok(())
}

fn resize(zelf: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let refcheck = args.take_keyword("refcheck");
    let refcheck = args::to_bool(&refcheck, true, vm)?;
    if args.args.is_empty() || matches!(&args.args[..], [none] if vm.is_none(none)) {
        return Ok(());
    }
    let shape = spread_integers(&args.args, vm)?;
    if shape.iter().any(|n| *n < 0) {
        return Err(vm.new_value_error("negative dimensions are not allowed"));
    }
    let shape: Vec<usize> = shape.into_iter().map(|n| n as usize).collect();
    let Some(owner) = zelf.downcast_ref::<PyNdArray>() else {
        return Err(vm.new_type_error("expected an array"));
    };
    let array = owner.array();
    let count: usize = shape.iter().product();
    if count == array.size() {
        let wanted: Vec<isize> = shape.iter().map(|&n| n as isize).collect();
        owner.replace(array.reshape(&wanted, Order::C).or_raise(vm)?);
        return Ok(());
    }
    if owner.base().is_some() {
        return Err(vm.new_value_error("cannot resize this array: it does not own its data"));
    }
    if refcheck && array.buffer().refcount() > 1 {
        return Err(vm.new_value_error(
            "cannot resize an array that references or is referenced\nby another object in this \
             way.\nUse the np.resize function to get a new resized copy or\n set refcheck=False to \
             disable this check",
        ));
    }
    let fresh = Array::zeros(&shape, array.dtype(), Order::C).or_raise(vm)?;
    let keep = count.min(array.size());
    let from = array.reshape(&[-1], Order::C).or_raise(vm)?;
    let to = fresh.reshape(&[-1], Order::C).or_raise(vm)?;
    let size = array.itemsize() as isize;
    let head = |a: &Array| a.as_strided(&[keep], &[size]).or_raise(vm);
    if keep > 0 {
        head(&to)?.assign(&head(&from)?).or_raise(vm)?;
    }
    owner.replace(fresh);
    Ok(())
}

fn tofile(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [file, sep, _format] = parse(args, "tofile", ["fid", "sep", "format"], 1, vm)?;
    let array = own_array(&zelf, vm)?;
    let Some(file) = file else { return Ok(()) };
    let data: PyObjectRef = match present(&sep, vm) {
        Some(sep) if sep.downcast_ref::<PyStr>().is_some_and(|s| !s.is_empty()) => {
            let flat = array.reshape(&[-1], Order::C).or_raise(vm)?;
            let mut words = Vec::new();
            for i in 0..flat.size() {
                let value = scalar_to_py(flat.dtype(), flat.get(&[i]).or_raise(vm)?);
                words.push(value.str(vm)?.to_string());
            }
            let separator = sep.str(vm)?.to_string();
            vm.ctx.new_bytes(words.join(&separator).into_bytes()).into()
        }
        _ => vm.ctx.new_bytes(array.to_bytes().or_raise(vm)?).into(),
    };
    if file.downcastable::<PyStr>() {
        let open = vm.builtins.get_attr("open", vm)?;
        let handle = open.call((file, vm.ctx.new_str("wb")), vm)?;
        vm.call_method(&handle, "write", (data,))?;
        vm.call_method(&handle, "close", ())?;
        return Ok(());
    }
    vm.call_method(&file, "write", (data,))?;
    Ok(())
}

macro_rules! method_table {
    ($($name:literal => $function:path),* $(,)?) => {
        &[$(PyMethodDef::new_const($name, $function, PyMethodFlags::METHOD, ItemDoc::NONE)),*]
    };
}

/// Methods of arrays that scalars have too.
pub static SHARED: &[PyMethodDef] = method_table! {
    "reshape" => reshape,
    "transpose" => transpose,
    "astype" => astype_method,
    "copy" => copy,
    "ravel" => ravel,
    "flatten" => flatten,
    "tolist" => tolist,
    "item" => item,
    "squeeze" => squeeze,
    "swapaxes" => swapaxes,
    "diagonal" => diagonal,
    "view" => view,
    "tobytes" => tobytes,
    "conj" => conj,
    "conjugate" => conj,
    "byteswap" => byteswap,
    "sum" => reductions::sum,
    "prod" => reductions::prod,
    "min" => reductions::min,
    "max" => reductions::max,
    "mean" => reductions::mean,
    "std" => reductions::std,
    "var" => reductions::var,
    "any" => reductions::any,
    "all" => reductions::all,
    "argmin" => reductions::argmin,
    "argmax" => reductions::argmax,
    "cumsum" => reductions::cumsum,
    "cumprod" => reductions::cumprod,
    "round" => selection::round,
    "clip" => selection::clip,
    "dot" => selection::dot,
    "take" => selection::take,
    "repeat" => selection::repeat,
    "nonzero" => selection::nonzero,
    "argsort" => selection::argsort,
    "searchsorted" => selection::searchsorted,
    "trace" => selection::trace,
    "compress" => selection::compress,
    "choose" => choose,
    "getfield" => getfield,
    "to_device" => to_device,
};

/// Methods that change an array in place or need one.
pub static ARRAY_ONLY: &[PyMethodDef] = method_table! {
    "fill" => fill,
    "setfield" => setfield,
    "dump" => dump,
    "dumps" => dumps,
    "setflags" => setflags,
    "resize" => resize,
    "tofile" => tofile,
    "sort" => selection::sort_in_place,
    "partition" => selection::partition_in_place,
    "argpartition" => selection::argpartition,
    "put" => selection::put,
};
