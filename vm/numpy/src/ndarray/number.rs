//! The number protocol of arrays: operators become ufunc calls.

use crate::interop::{as_array, from_runtime};
use crate::scalar::{ScalarValue, to_python};
use crate::ufunc::{self, call_binary, call_inplace, call_unary};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    protocol::{PyNumber, PyNumberMethods},
};
use taipan_runtime::ufunc::Ufunc;
use taipan_runtime::{Array, DType};

/// Whether the operator should leave the work to the other operand's class.
fn leave_to_other(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> bool {
    let foreign = |o: &PyObject| {
        as_array(o).is_none() && (!ufunc::is_operand(o, vm) || ufunc::defers_to(o, vm))
    };
    foreign(a) || foreign(b)
}

fn binary(name: &'static str, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if leave_to_other(a, b, vm) {
        let error = ufunc::string_operand_error(name, a, b, vm)
            .or_else(|| crate::object_operands::operator_error(name, a, b, vm));
        return match error {
            Some(error) => Err(error),
            None => Ok(vm.ctx.not_implemented()),
        };
    }
    call_binary(name, a, b, vm)
}

fn inplace(name: &'static str, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if leave_to_other(a, b, vm) {
        return match (as_array(a), crate::object_operands::operator_error(name, a, b, vm)) {
            // The result would be objects.
            (Some(target), Some(_)) => Err(crate::exceptions::raise(
                taipan_runtime::Error::ufunc_type(format!(
                    "Cannot cast ufunc '{name}' output from dtype('O') to dtype('{}') with casting rule 'same_kind'",
                    target.dtype()
                )),
                vm,
            )),
            _ => Ok(vm.ctx.not_implemented()),
        };
    }
    call_inplace(name, a, b, vm)
}

macro_rules! operators {
    ($($plain:ident, $assign:ident => $ufunc:literal;)*) => {
        $(
            fn $plain(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
                static UFUNC: std::sync::OnceLock<Option<&'static Ufunc>> = std::sync::OnceLock::new();
                if let Some(ufunc) = UFUNC.get_or_init(|| taipan_runtime::ufunc::by_name($ufunc))
                    && let Some(result) = ufunc::call_plain_binary(ufunc, a, b, vm)
                {
                    return result;
                }
                binary($ufunc, a, b, vm)
            }
            fn $assign(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
                inplace($ufunc, a, b, vm)
            }
        )*
    };
}

operators! {
    add, iadd => "add";
    subtract, isubtract => "subtract";
    multiply, imultiply => "multiply";
    remainder, iremainder => "remainder";
    floor_divide, ifloor_divide => "floor_divide";
    true_divide, itrue_divide => "divide";
    lshift, ilshift => "left_shift";
    rshift, irshift => "right_shift";
    and, iand => "bitwise_and";
    or, ior => "bitwise_or";
    xor, ixor => "bitwise_xor";
    matmul, imatmul => "matmul";
}

fn divmod(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    binary("divmod", a, b, vm)
}

fn power(a: &PyObject, b: &PyObject, c: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(c) {
        return Ok(vm.ctx.not_implemented());
    }
    if leave_to_other(a, b, vm) {
        return binary("power", a, b, vm);
    }
    match cheap_power(a, b, vm) {
        Some(name) => call_unary(name, a, vm),
        None => call_binary("power", a, b, vm),
    }
}

/// The ufunc that does `a ** b` for an array and a common exponent with less work.
fn cheap_power(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> Option<&'static str> {
    use crate::scalar::Operand::{WeakFloat, WeakInt};
    let dtype = as_array(a)?.dtype();
    match crate::scalar::classify(b, vm) {
        WeakInt(2) => Some("square"),
        WeakInt(-1) if dtype.is_inexact() => Some("reciprocal"),
        WeakFloat(2.0) if dtype.is_inexact() => Some("square"),
        WeakFloat(0.5) if dtype.is_inexact() => Some("sqrt"),
        _ => None,
    }
}

fn ipower(a: &PyObject, b: &PyObject, c: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(c) {
        return Ok(vm.ctx.not_implemented());
    }
    if !leave_to_other(a, b, vm)
        && let Some(name) = cheap_power(a, b, vm)
    {
        return ufunc::call_unary_inplace(name, a, vm);
    }
    inplace("power", a, b, vm)
}

fn negative(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    call_unary("negative", n.obj, vm)
}

fn positive(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    call_unary("positive", n.obj, vm)
}

fn absolute(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    call_unary("absolute", n.obj, vm)
}

fn invert(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    call_unary("invert", n.obj, vm)
}

fn array_of<'a>(n: &'a PyNumber<'_>, vm: &VirtualMachine) -> PyResult<&'a Array> {
    as_array(n.obj).ok_or_else(|| vm.new_type_error("expected an array"))
}

fn boolean(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<bool> {
    let array = array_of(&n, vm)?;
    match array.size() {
        1 => Ok(array.first().is_some_and(|s| s.is_true())),
        0 => Err(vm.new_value_error(
            "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that \
             an array is not empty.",
        )),
        _ => Err(vm.new_value_error(
            "The truth value of an array with more than one element is ambiguous. Use a.any() or \
             a.all()",
        )),
    }
}

/// The element of a zero-dimensional array.
///
/// # Errors
/// `TypeError: only 0-dimensional arrays can be converted to Python scalars`
pub fn only_element(array: &Array, vm: &VirtualMachine) -> PyResult<ScalarValue> {
    match array.first() {
        Some(value) if array.ndim() == 0 => Ok(from_runtime(array.dtype(), value)),
        _ => Err(vm.new_type_error("only 0-dimensional arrays can be converted to Python scalars")),
    }
}

fn scalar_object(n: &PyNumber<'_>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let value = only_element(array_of(n, vm)?, vm)?;
    Ok(crate::scalar::to_object(value))
}

fn int(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let scalar = scalar_object(&n, vm)?;
    Ok(scalar.try_int(vm)?.into())
}

fn float(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let scalar = scalar_object(&n, vm)?;
    Ok(scalar.as_object().try_float(vm)?.into())
}

fn index(n: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let array = array_of(&n, vm)?;
    if array.ndim() != 0 || !array.dtype().is_integer() || array.dtype() == DType::Bool {
        return Err(vm.new_type_error("only integer scalar arrays can be converted to a scalar index"));
    }
    Ok(to_python(only_element(array, vm)?, vm))
}

/// The table of slots.
pub static METHODS: PyNumberMethods = PyNumberMethods {
    add: Some(add),
    subtract: Some(subtract),
    multiply: Some(multiply),
    remainder: Some(remainder),
    divmod: Some(divmod),
    power: Some(power),
    negative: Some(negative),
    positive: Some(positive),
    absolute: Some(absolute),
    boolean: Some(boolean),
    invert: Some(invert),
    lshift: Some(lshift),
    rshift: Some(rshift),
    and: Some(and),
    xor: Some(xor),
    or: Some(or),
    int: Some(int),
    float: Some(float),
    inplace_add: Some(iadd),
    inplace_subtract: Some(isubtract),
    inplace_multiply: Some(imultiply),
    inplace_remainder: Some(iremainder),
    inplace_power: Some(ipower),
    inplace_lshift: Some(ilshift),
    inplace_rshift: Some(irshift),
    inplace_and: Some(iand),
    inplace_xor: Some(ixor),
    inplace_or: Some(ior),
    floor_divide: Some(floor_divide),
    true_divide: Some(true_divide),
    inplace_floor_divide: Some(ifloor_divide),
    inplace_true_divide: Some(itrue_divide),
    index: Some(index),
    matrix_multiply: Some(matmul),
    inplace_matrix_multiply: Some(imatmul),
};
