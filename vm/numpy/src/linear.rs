//! The part of `numpy.linalg` that is Gaussian elimination.

use crate::args::parse;
use crate::exceptions::{OrRaise, raise};
use crate::interop::array_or_scalar;
use crate::ndarray::methods::array_of;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};
use taipan_runtime::dtype::promote_types;
use taipan_runtime::iter::broadcast_shapes;
use taipan_runtime::ufunc::{self, CallOptions, Operand};
use taipan_runtime::{Array, DType, Error, ErrorKind, Order, linalg};

fn linalg_error(message: String, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    raise(Error { kind: ErrorKind::LinAlg, message }, vm)
}

/// The numbers of an argument in a type that elimination knows.
fn numbers(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    let array = array_of(obj, vm)?;
    match array.dtype() {
        DType::F16 => Err(vm.new_type_error("array type float16 is unsupported in linalg")),
        dtype if dtype.is_inexact() => Ok(array),
        _ => array.cast_to(DType::F64).or_raise(vm),
    }
}

/// A stack of square matrices.
fn matrices(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    let array = numbers(obj, vm)?;
    if array.ndim() < 2 {
        return Err(linalg_error(
            format!("{}-dimensional array given. Array must be at least two-dimensional", array.ndim()),
            vm,
        ));
    }
    let shape = array.shape();
    if shape[shape.len() - 1] != shape[shape.len() - 2] {
        return Err(linalg_error(String::from("Last 2 dimensions of the array must be square"), vm));
    }
    Ok(array)
}

/// `array` in the given shape without gaps.
fn laid_out(array: &Array, shape: &[usize], vm: &VirtualMachine) -> PyResult<Array> {
    let shape: Vec<isize> = shape.iter().map(|&n| n as isize).collect();
    array.reshape(&shape, Order::C).or_raise(vm)
}

/// `(…, n, n)` as `(stack, n, n)`.
fn stacked(array: &Array, vm: &VirtualMachine) -> PyResult<Array> {
    let (lead, n) = (&array.shape()[..array.ndim() - 2], array.shape()[array.ndim() - 1]);
    laid_out(array, &[lead.iter().product(), n, n], vm)
}

fn singular(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    linalg_error(String::from("Singular matrix"), vm)
}

/// `numpy.linalg.solve(a, b)`
pub fn solve(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a, b] = parse(args, "solve", ["a", "b"], 2, vm)?;
    let (Some(a), Some(b)) = (a, b) else { return Ok(vm.ctx.none()) };
    let (a, b) = (matrices(&a, vm)?, numbers(&b, vm)?);
    let n = a.shape()[a.ndim() - 1];
    let vector = b.ndim() == 1;
    if b.ndim() == 0 {
        return Err(vm.new_value_error(
            "solve: Input operand 1 does not have enough dimensions (has 0, gufunc core with signature (m,m),(m,n)->(m,n) requires 2)",
        ));
    }
    let rows = b.shape()[if vector { 0 } else { b.ndim() - 2 }];
    if rows != n {
        let (name, signature) =
            if vector { ("solve1", "(m,m),(m)->(m)") } else { ("solve", "(m,m),(m,n)->(m,n)") };
        return Err(vm.new_value_error(format!(
            "{name}: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature {signature} (size {rows} is different from {n})"
        )));
    }
    let dtype = promote_types(a.dtype(), b.dtype());
    let (a, b) = (a.cast_to(dtype).or_raise(vm)?, b.cast_to(dtype).or_raise(vm)?);
    let columns = if vector { 1 } else { b.shape()[b.ndim() - 1] };
    let lead_a = &a.shape()[..a.ndim() - 2];
    let lead_b = if vector { &[][..] } else { &b.shape()[..b.ndim() - 2] };
    let Some(lead) = broadcast_shapes(&[lead_a, lead_b]) else {
        return Err(raise(Error::broadcast([a.shape(), b.shape()]), vm));
    };
    let count: usize = lead.iter().product();
    let whole = |array: &Array, tail: &[usize]| -> PyResult<Array> {
        let mut shape = lead.to_vec();
        shape.extend_from_slice(tail);
        let wide = array.broadcast_to(&shape).or_raise(vm)?;
        let mut flat = vec![count, tail[0]];
        flat.push(tail.get(1).copied().unwrap_or(1));
        laid_out(&wide, &flat, vm)
    };
    let a = whole(&a, &[n, n])?;
    let tail: &[usize] = if vector { &[n] } else { &[n, columns] };
    let b = whole(&b, tail)?;
    let Some(x) = linalg::solve(&a, &b).or_raise(vm)? else { return Err(singular(vm)) };
    let mut shape = lead.to_vec();
    shape.extend_from_slice(tail);
    array_or_scalar(laid_out(&x, &shape, vm)?, vm)
}

/// `numpy.linalg.inv(a)`
pub fn inv(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a] = parse(args, "inv", ["a"], 1, vm)?;
    let Some(a) = a else { return Ok(vm.ctx.none()) };
    let a = matrices(&a, vm)?;
    match linalg::inverse(&stacked(&a, vm)?).or_raise(vm)? {
        Some(x) => array_or_scalar(laid_out(&x, a.shape(), vm)?, vm),
        None => Err(singular(vm)),
    }
}

/// Signs and logarithms of the determinants in an argument, in the shape of its stack.
fn signs_and_logs(a: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<(Array, Array)>> {
    let Some(a) = a else { return Ok(None) };
    let a = matrices(&a, vm)?;
    let lead = &a.shape()[..a.ndim() - 2];
    let (signs, logs) = linalg::determinant(&stacked(&a, vm)?).or_raise(vm)?;
    Ok(Some((laid_out(&signs, lead, vm)?, laid_out(&logs, lead, vm)?)))
}

/// `(sign, logabsdet)` of `numpy.linalg.slogdet(a)`
pub fn slogdet(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a] = parse(args, "slogdet", ["a"], 1, vm)?;
    let Some((signs, logs)) = signs_and_logs(a, vm)? else { return Ok(vm.ctx.none()) };
    let pair = vec![array_or_scalar(signs, vm)?, array_or_scalar(logs, vm)?];
    Ok(vm.ctx.new_tuple(pair).into())
}

/// `numpy.linalg.det(a)`
pub fn det(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a] = parse(args, "det", ["a"], 1, vm)?;
    let Some((signs, logs)) = signs_and_logs(a, vm)? else { return Ok(vm.ctx.none()) };
    let sizes: Vec<f64> =
        logs.cast_to(DType::F64).or_raise(vm)?.to_vec::<f64>().or_raise(vm)?.into_iter().map(f64::exp).collect();
    let sizes = Array::from_slice(logs.shape(), &sizes).or_raise(vm)?;
    let sizes = sizes.cast_to(logs.dtype()).or_raise(vm)?;
    let Some(multiply) = ufunc::by_name("multiply") else { return Ok(vm.ctx.none()) };
    let outputs = multiply
        .call(&[Operand::Array(&signs), Operand::Array(&sizes)], &CallOptions::default())
        .or_raise(vm)?;
    array_or_scalar(outputs.arrays[0].clone(), vm)
}
