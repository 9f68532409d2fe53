//! Reading the arguments of native functions by name and position.

use crate::dtype::dtype_from_object;
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyList, PyStr, PyTuple},
    function::FuncArgs,
};
use taipan_runtime::{Casting, DType, Order};

/// Assigns positional and keyword arguments to `names`; the first `required`
/// must be given. `names` after a `"*"` entry are keyword-only.
///
/// # Errors
/// `TypeError` in the words of CPython's argument binding.
pub fn parse<const N: usize>(
    mut args: FuncArgs,
    function: &str,
    names: [&str; N],
    required: usize,
    vm: &VirtualMachine,
) -> PyResult<[Option<PyObjectRef>; N]> {
    let mut values: [Option<PyObjectRef>; N] = std::array::from_fn(|_| None);
    let positional = names.iter().position(|n| *n == "*").unwrap_or(N);
    let given = args.args.len();
    if given > positional {
        let text = if required == positional {
            format!("{positional}")
        } else {
            format!("from {required} to {positional}")
        };
        let plural = if positional == 1 { "" } else { "s" };
        let verb = if given == 1 { "was" } else { "were" };
        return Err(vm.new_type_error(format!(
            "{function}() takes {text} positional argument{plural} but {given} {verb} given"
        )));
    }
    for (slot, value) in values.iter_mut().zip(args.args.drain(..)) {
        *slot = Some(value);
    }
    for (name, value) in args.kwargs.into_iter() {
        let name = name.to_string();
        let Some(at) = names.iter().position(|n| *n == name && *n != "*") else {
            return Err(vm.new_type_error(format!(
                "{function}() got an unexpected keyword argument '{name}'"
            )));
        };
        if values[at].is_some() {
            return Err(vm.new_type_error(format!(
                "{function}() got multiple values for argument '{name}'"
            )));
        }
        values[at] = Some(value);
    }
    for (at, value) in values.iter().enumerate().take(required) {
        if value.is_none() {
            return Err(vm.new_type_error(format!(
                "{function}() missing required argument '{}' (pos {at})",
                names[at]
            )));
        }
    }
    Ok(values)
}

/// `None` for an absent argument and for Python's `None`.
pub fn present<'a>(value: &'a Option<PyObjectRef>, vm: &VirtualMachine) -> Option<&'a PyObject> {
    value.as_ref().filter(|v| !vm.is_none(v)).map(|v| &**v)
}

/// A Python or NumPy integer.
pub fn to_isize(obj: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    let int = match obj.downcast_ref::<PyInt>() {
        Some(int) => int.as_bigint().to_isize(),
        None => {
            if let Some(array) = crate::interop::as_array(obj)
                && (array.size() != 1 || !array.dtype().is_integer())
            {
                return Err(vm.new_type_error("only integer scalar arrays can be converted to a scalar index"));
            }
            obj.try_index(vm)?.as_bigint().to_isize()
        }
    };
    int.ok_or_else(|| vm.new_overflow_error("Python int too large to convert to C long"))
}

/// An optional integer; absent or `None` gives `None`.
pub fn optional_isize(value: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<isize>> {
    present(value, vm).map(|v| to_isize(v, vm)).transpose()
}

/// The truth of an optional argument.
pub fn to_bool(value: &Option<PyObjectRef>, default: bool, vm: &VirtualMachine) -> PyResult<bool> {
    match value {
        Some(value) => value.clone().try_to_bool(vm),
        None => Ok(default),
    }
}

/// Python number as `f64`.
pub fn to_f64(obj: &PyObject, vm: &VirtualMachine) -> PyResult<f64> {
    if let Some(array) = crate::interop::as_array(obj)
        && array.size() == 1
    {
        return Ok(array.first().map_or(0.0, taipan_runtime::Scalar::to_f64));
    }
    Ok(obj.try_float(vm)?.to_f64())
}

/// One integer or a sequence of them.
pub fn to_isizes(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<isize>> {
    if let Some(tuple) = obj.downcast_ref::<PyTuple>() {
        return tuple.iter().map(|v| to_isize(v, vm)).collect();
    }
    if let Some(list) = obj.downcast_ref::<PyList>() {
        let items = list.borrow_vec().to_vec();
        return items.iter().map(|v| to_isize(v, vm)).collect();
    }
    if let Some(array) = crate::interop::as_array(obj)
        && array.ndim() == 1
    {
        let items: Vec<i64> = integer_elements(array, vm)?;
        return Ok(items.into_iter().map(|v| v as isize).collect());
    }
    if obj.class().slots().as_number.index.load().is_none() && !obj.downcastable::<PyStr>() {
        if let Ok(items) = vm.extract_elements_with(obj, |v| to_isize(&v, vm)) {
            return Ok(items);
        }
        return Err(vm.new_type_error(format!(
            "expected a sequence of integers or a single integer, got '{}'",
            obj.repr(vm)?
        )));
    }
    Ok(vec![to_isize(obj, vm)?])
}

fn integer_elements(array: &taipan_runtime::Array, vm: &VirtualMachine) -> PyResult<Vec<i64>> {
    if !array.dtype().is_integer() {
        return Err(vm.new_type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            crate::scalar::types().of(array.dtype()).slot_name()
        )));
    }
    array.to_vec::<i64>().map_err(|e| crate::exceptions::raise(e, vm))
}

/// A shape argument: no negative lengths, no booleans.
pub fn to_shape(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    let bool_type = vm.ctx.types.bool_type;
    let is_bool = |o: &PyObject| {
        o.class().is(bool_type)
            || crate::scalar::scalar_value(o, vm).is_some_and(|v| v.dtype == DType::Bool)
    };
    if vm.is_none(obj) {
        return Err(vm.new_type_error("Use () not None as shape arguments"));
    }
    if is_bool(obj) {
        return Err(vm.new_type_error(format!(
            "expected a sequence of integers or a single integer, got '{}'",
            obj.repr(vm)?
        )));
    }
    if obj.downcast_ref::<PyTuple>().is_some_and(|t| t.iter().any(|o| is_bool(o))) {
        return Err(vm.new_type_error("an integer is required"));
    }
    let lengths = to_isizes(obj, vm).map_err(|error| {
        if error.class().is(vm.ctx.exceptions.overflow_error) {
            return vm.new_value_error("Maximum allowed dimension exceeded");
        }
        error
    })?;
    lengths
        .into_iter()
        .map(|n| {
            usize::try_from(n).map_err(|_| vm.new_value_error("negative dimensions are not allowed"))
        })
        .collect()
}

/// An `order=` argument.
pub fn to_order(value: &Option<PyObjectRef>, default: Order, vm: &VirtualMachine) -> PyResult<Order> {
    let Some(value) = present(value, vm) else {
        return Ok(default);
    };
    let Some(text) = value.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error(format!(
            "order must be str, not {}",
            value.class().name()
        )));
    };
    let text = text.to_string();
    match text.to_ascii_uppercase().as_str() {
        "C" => Ok(Order::C),
        "F" => Ok(Order::F),
        "A" => Ok(Order::A),
        "K" => Ok(Order::K),
        _ => Err(vm.new_value_error(format!(
            "order must be one of 'C', 'F', 'A', or 'K' (got '{text}')"
        ))),
    }
}

/// A `casting=` argument.
pub fn to_casting(value: &Option<PyObjectRef>, default: Casting, vm: &VirtualMachine) -> PyResult<Casting> {
    let Some(value) = value else {
        return Ok(default);
    };
    let Some(text) = value.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error(format!("casting must be str, not {}", value.class().name())));
    };
    let text = text.to_string();
    Casting::by_name(&text).ok_or_else(|| {
        vm.new_value_error(format!(
            "casting must be one of 'no', 'equiv', 'safe', 'same_kind', 'unsafe' (got '{text}')"
        ))
    })
}

/// A `dtype=` argument; absent or `None` gives `None`.
pub fn to_dtype(value: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<DType>> {
    present(value, vm).map(|v| dtype_from_object(v, vm)).transpose()
}

/// A shape as a Python tuple of ints.
pub fn shape_object(shape: &[usize], vm: &VirtualMachine) -> PyObjectRef {
    let items = shape.iter().map(|&n| vm.ctx.new_int(n).into()).collect();
    vm.ctx.new_tuple(items).into()
}

/// Leaves only the positional arguments after the first, which is returned
/// (functions whose first argument is the array their method works on).
pub fn split_first(mut args: FuncArgs, function: &str, name: &str, vm: &VirtualMachine) -> PyResult<(PyObjectRef, FuncArgs)> {
    match args.take_positional_keyword(name) {
        Some(first) => Ok((first, args)),
        None => Err(vm.new_type_error(format!(
            "{function}() missing 1 required positional argument: '{name}'"
        ))),
    }
}
