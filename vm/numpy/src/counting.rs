//! Functions of sorted or counted samples: `np.bincount`, `np.interp`.

use crate::args::{self, parse, present};
use crate::exceptions::OrRaise;
use crate::interop::array_or_scalar;
use crate::ndarray::methods::array_of;
use rustpython_vm::{PyResult, VirtualMachine, function::FuncArgs};
use taipan_runtime::{DType, creation};

/// `_bincount(x, weights, minlength)`: `x` holds integers already.
pub fn bincount(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [x, weights, minlength] = parse(args, "bincount", ["x", "weights", "minlength"], 3, vm)?;
    let Some(x) = x else { return Ok(vm.ctx.none()) };
    let x = array_of(&x, vm)?.cast_to(DType::I64).or_raise(vm)?;
    let weights = match present(&weights, vm) {
        Some(weights) => Some(array_of(weights, vm)?),
        None => None,
    };
    let minlength = args::optional_isize(&minlength, vm)?.unwrap_or(0);
    let Ok(minlength) = usize::try_from(minlength) else {
        return Err(vm.new_value_error("'minlength' must not be negative"));
    };
    let counts = creation::bincount(&x, weights.as_ref(), minlength).or_raise(vm)?;
    array_or_scalar(counts, vm)
}

/// `_interp(x, xp, fp, left, right)` of real data.
pub fn interp(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["x", "xp", "fp", "left", "right"];
    let [x, xp, fp, left, right] = parse(args, "interp", names, 5, vm)?;
    let (Some(x), Some(xp), Some(fp)) = (x, xp, fp) else { return Ok(vm.ctx.none()) };
    let bound = |value| present(value, vm).map(|v| args::to_f64(v, vm)).transpose();
    let (left, right) = (bound(&left)?, bound(&right)?);
    let (x, xp, fp) = (array_of(&x, vm)?, array_of(&xp, vm)?, array_of(&fp, vm)?);
    array_or_scalar(creation::interp(&x, &xp, &fp, left, right).or_raise(vm)?, vm)
}
