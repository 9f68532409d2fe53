//! Joining arrays: the native part of `np.concatenate`, `np.stack`, `np.vstack`, `np.hstack`.

use crate::args::{self, parse};
use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, as_array};
use crate::ndarray::methods::array_of;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::{PyStr, PyTuple}, function::FuncArgs};
use taipan_runtime::dtype::{Casting, can_cast, promote_types};
use taipan_runtime::{Array, Order, creation};

/// The arrays in a sequence.
fn arrays_of(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Array>> {
    if let Some(tuple) = obj.downcast_ref::<PyTuple>() {
        return tuple.iter().map(|a| array_of(a, vm)).collect();
    }
    if !crate::convert::is_array_like(obj, vm) && obj.downcastable::<PyStr>() {
        return Err(vm.new_type_error("The first input argument needs to be a sequence"));
    }
    vm.extract_elements_with(obj, |a| array_of(&a, vm))
}

/// The keyword arguments that all joins share.
struct Join {
    out: Option<PyObjectRef>,
    dtype: Option<PyObjectRef>,
    casting: Option<PyObjectRef>,
}

impl Join {
    /// Joins along an axis.
    fn run(self, arrays: &[Array], axis: isize, vm: &VirtualMachine) -> PyResult {
        let casting = args::to_casting(&self.casting, Casting::SameKind, vm)?;
        let promoted = arrays.iter().map(Array::dtype).reduce(promote_types);
        let out_array = self.out.as_ref().and_then(|o| as_array(o));
        let dtype = args::to_dtype(&self.dtype, vm)?.or(promoted);
        let to = out_array.map(Array::dtype).or(dtype);
        for array in arrays {
            if let Some(to) = to
                && !can_cast(array.dtype(), to, casting)
            {
                return Err(vm.new_type_error(format!(
                    "Cannot cast array data from dtype('{}') to dtype('{to}') according to the rule '{}'",
                    array.dtype(),
                    casting.name()
                )));
            }
        }
        let target = creation::concatenate(arrays, axis, dtype, out_array).or_raise(vm)?;
        match self.out {
            Some(out) if as_array(&out).is_some() => Ok(out),
            _ => Ok(PyNdArray::from_array(target, vm).into()),
        }
    }
}

/// `np.concatenate(arrays, axis=0, out=None, *, dtype=None, casting='same_kind')`
pub fn concatenate(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["arrays", "axis", "out", "*", "dtype", "casting"];
    let [arrays, axis, out, _, dtype, casting] = parse(args, "concatenate", names, 1, vm)?;
    let Some(arrays) = arrays else { return Ok(vm.ctx.none()) };
    let mut arrays = arrays_of(&arrays, vm)?;
    let flat = axis.as_ref().is_some_and(|a| vm.is_none(a));
    let axis = args::optional_isize(&axis, vm)?.unwrap_or(0);
    if flat {
        arrays = arrays
            .iter()
            .map(|a| a.reshape(&[-1], Order::C).or_raise(vm))
            .collect::<PyResult<_>>()?;
    }
    Join { out, dtype, casting }.run(&arrays, axis, vm)
}

/// `_vstack(arrays, dtype, casting)`: rows below each other.
pub fn vstack(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [arrays, dtype, casting] = parse(args, "vstack", ["arrays", "dtype", "casting"], 3, vm)?;
    let Some(arrays) = arrays else { return Ok(vm.ctx.none()) };
    let mut arrays = arrays_of(&arrays, vm)?;
    for array in &mut arrays {
        while array.ndim() < 2 {
            *array = array.expand_dims(0).or_raise(vm)?;
        }
    }
    Join { out: None, dtype, casting }.run(&arrays, 0, vm)
}

/// `_hstack(arrays, dtype, casting)`: columns beside each other.
pub fn hstack(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [arrays, dtype, casting] = parse(args, "hstack", ["arrays", "dtype", "casting"], 3, vm)?;
    let Some(arrays) = arrays else { return Ok(vm.ctx.none()) };
    let mut arrays = arrays_of(&arrays, vm)?;
    for array in &mut arrays {
        if array.ndim() == 0 {
            *array = array.expand_dims(0).or_raise(vm)?;
        }
    }
    let axis = if arrays.first().is_some_and(|a| a.ndim() == 1) { 0 } else { 1 };
    Join { out: None, dtype, casting }.run(&arrays, axis, vm)
}

/// `_stack(arrays, axis, out, dtype, casting)`: along a new axis.
pub fn stack(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["arrays", "axis", "out", "dtype", "casting"];
    let [arrays, axis, out, dtype, casting] = parse(args, "stack", names, 5, vm)?;
    let Some(arrays) = arrays else { return Ok(vm.ctx.none()) };
    let mut arrays = arrays_of(&arrays, vm)?;
    let Some(first) = arrays.first() else {
        return Err(vm.new_value_error("need at least one array to stack"));
    };
    if arrays.iter().any(|a| a.shape() != first.shape()) {
        return Err(vm.new_value_error("all input arrays must have the same shape"));
    }
    let axis = match &axis {
        Some(axis) => args::to_isize(axis, vm)?,
        None => 0,
    };
    for array in &mut arrays {
        *array = array.expand_dims(axis).or_raise(vm)?;
    }
    Join { out, dtype, casting }.run(&arrays, axis, vm)
}
