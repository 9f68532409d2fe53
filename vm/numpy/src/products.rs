//! Products of arrays as module functions: `np.matmul`, `np.inner`, `np.vdot`.

use crate::args::{self, parse};
use crate::exceptions::OrRaise;
use crate::interop::as_array;
use crate::ndarray::methods::array_of;
use crate::selection::deliver;
use crate::ufunc::single_out;
use rustpython_vm::{PyResult, VirtualMachine, function::FuncArgs};
use taipan_runtime::Casting;

/// `np.matmul(x1, x2, /, out=None, *, dtype=None, …)`
pub fn matmul(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["x1", "x2", "out", "*", "casting", "order", "dtype", "subok"];
    let [a, b, out, _, casting, _order, dtype, _subok] = parse(args, "matmul", names, 2, vm)?;
    let (Some(a), Some(b)) = (a, b) else { return Ok(vm.ctx.none()) };
    let (mut a, mut b) = (array_of(&a, vm)?, array_of(&b, vm)?);
    if let Some(dtype) = args::to_dtype(&dtype, vm)? {
        a = a.cast_to(dtype).or_raise(vm)?;
        b = b.cast_to(dtype).or_raise(vm)?;
    }
    let out = single_out(&out, vm)?;
    let target = out.as_ref().and_then(|o| as_array(o));
    let anyhow = args::to_casting(&casting, Casting::SameKind, vm)? == Casting::Unsafe;
    let result = taipan_runtime::matmul::matmul(&a, &b, target.filter(|_| !anyhow)).or_raise(vm)?;
    if let Some(target) = target.filter(|_| anyhow) {
        target.assign(&result).or_raise(vm)?;
    }
    match out {
        Some(out) => Ok(out),
        None => deliver(result, None, vm),
    }
}

/// `np.inner(a, b, /)`
pub fn inner(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a, b] = parse(args, "inner", ["a", "b"], 2, vm)?;
    let (Some(a), Some(b)) = (a, b) else { return Ok(vm.ctx.none()) };
    let result = taipan_runtime::matmul::inner(&array_of(&a, vm)?, &array_of(&b, vm)?).or_raise(vm)?;
    deliver(result, None, vm)
}

/// `np.vdot(a, b, /)`
pub fn vdot(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a, b] = parse(args, "vdot", ["a", "b"], 2, vm)?;
    let (Some(a), Some(b)) = (a, b) else { return Ok(vm.ctx.none()) };
    let result = taipan_runtime::matmul::vdot(&array_of(&a, vm)?, &array_of(&b, vm)?).or_raise(vm)?;
    deliver(result, None, vm)
}
