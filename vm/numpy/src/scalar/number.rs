//! The interpreter's number, comparison and text slots of scalar objects.

use super::arith::{ArithError, BinaryOp, binary, float_binary};
use super::types::{Operand, PyScalar, classify, scalar_value, to_object, to_python, types};
use super::value::{Num, ScalarValue};
use crate::errstate::{self, flags};
use crate::printing::digits::{FloatWidth, Trim, scalar_text};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyFloat, PyList, PyStr, PyTuple},
    common::hash::PyHash,
    function::{Either, PyComparisonValue},
    protocol::{PyMapping, PyNumber, PyNumberMethods},
    types::{PyComparisonOp, PyTypeSlots},
};
use taipan_runtime::dtype::{DType, Kind, Weak, promote_types, promote_weak};

/// `TypeError` of a ufunc without a loop for its operands.
pub fn not_supported(ufunc: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(format!(
        "ufunc '{ufunc}' not supported for the input types, and the inputs could not be safely \
         coerced to any supported types according to the casting rule ''safe''"
    ))
}

/// `OverflowError` of a Python integer that does not fit the dtype it must take; `value` may be
/// saturated, `text` is the whole number.
pub fn out_of_bounds(value: i128, text: &str, dtype: DType, vm: &VirtualMachine) -> PyBaseExceptionRef {
    crate::exceptions::raise(taipan_runtime::scalar::integer_out_of_bounds(value, text, dtype), vm)
}

/// A large Python integer as `i128`, saturated.
pub fn saturated(big: &rustpython_vm::builtins::PyInt) -> i128 {
    let big = big.as_bigint();
    big.to_i128().unwrap_or_else(|| {
        if big.to_f64().is_some_and(|f| f < 0.0) { i128::MIN } else { i128::MAX }
    })
}

fn arith_error(error: ArithError, op: BinaryOp, vm: &VirtualMachine) -> PyBaseExceptionRef {
    match error {
        ArithError::NotSupported => not_supported(op.ufunc_name(), vm),
        ArithError::BoolSubtract => vm.new_type_error(
            "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, \
             the `^` operator, or the logical_xor function instead.",
        ),
        ArithError::NegativePower => {
            vm.new_value_error("Integers to negative integer powers are not allowed.")
        }
    }
}

/// Both operands as numbers of their common type, or `None` if one is no scalar.
/// With `exact`, weak integers out of range are an error; comparisons look at them first.
fn common(
    x: &Operand,
    y: &Operand,
    vm: &VirtualMachine,
) -> PyResult<Option<(DType, Num, Num)>> {
    let strong = |o: &Operand| match o {
        Operand::Strong(v) => Some(v.dtype),
        _ => None,
    };
    let weak = |o: &Operand| match o {
        Operand::WeakInt(_) | Operand::WeakBig(_) => Some(Weak::Int),
        Operand::WeakFloat(_) => Some(Weak::Float),
        Operand::WeakComplex(..) => Some(Weak::Complex),
        _ => None,
    };
    let dtype = match (strong(x), strong(y)) {
        (Some(a), Some(b)) => promote_types(a, b),
        (Some(a), None) => match weak(y) {
            Some(w) => promote_weak(a, w),
            None => return Ok(None),
        },
        (None, Some(b)) => match weak(x) {
            Some(w) => promote_weak(b, w),
            None => return Ok(None),
        },
        (None, None) => return Ok(None),
    };
    Ok(Some((dtype, cast_operand(x, dtype, vm)?, cast_operand(y, dtype, vm)?)))
}

fn cast_operand(operand: &Operand, dtype: DType, vm: &VirtualMachine) -> PyResult<Num> {
    let num = match operand {
        Operand::Strong(v) => v.num,
        Operand::WeakInt(i) => {
            if let Some((min, max)) = dtype.int_bounds()
                && !(min..=max).contains(&i128::from(*i))
            {
                return Err(out_of_bounds(i128::from(*i), &i.to_string(), dtype, vm));
            }
            if dtype.is_inexact() {
                return narrowed(*i as f64, dtype, vm);
            }
            Num::Int(*i)
        }
        Operand::WeakBig(big) => match (dtype, big.as_bigint().to_u64()) {
            (DType::U64, Some(u)) => Num::UInt(u),
            _ if dtype.int_bounds().is_some() => {
                return Err(out_of_bounds(saturated(big), &big.as_bigint().to_string(), dtype, vm));
            }
            _ => match big.as_bigint().to_f64().filter(|f| f.is_finite()) {
                Some(float) => return narrowed(float, dtype, vm),
                None => return Err(vm.new_overflow_error("int too large to convert to float")),
            },
        },
        Operand::WeakFloat(f) => return narrowed(*f, dtype, vm),
        Operand::WeakComplex(re, im) => Num::Complex(*re, *im),
        Operand::Other => Num::Bool(false),
    };
    Ok(num.cast(dtype))
}

/// A Python number in a float type, which it may be too large for.
pub fn narrowed(value: f64, dtype: DType, vm: &VirtualMachine) -> PyResult<Num> {
    let num = Num::Float(value).cast(dtype);
    if value.is_finite() && num.as_complex().0.is_infinite() {
        errstate::report(flags::OVERFLOW, "cast", vm)?;
    }
    Ok(num)
}

/// Whether NumPy's scalar classes do the operation themselves. What they leave to the ufunc has the
/// ufunc's name in warnings, and its integers wrap silently.
fn computes_itself(left: &Operand, right: &Operand, dtype: DType) -> bool {
    match (left, right) {
        (Operand::Strong(a), Operand::Strong(b)) => dtype == a.dtype || dtype == b.dtype,
        (Operand::Strong(s), weak) | (weak, Operand::Strong(s)) => match weak {
            Operand::WeakInt(_) | Operand::WeakBig(_) => s.dtype != DType::Bool,
            Operand::WeakFloat(_) => s.dtype.is_inexact(),
            _ => s.dtype.is_complex(),
        },
        _ => true,
    }
}

/// The float64 value of a Python float or `np.float64` of exactly those classes.
#[inline(always)]
fn exact_f64(obj: &PyObject, vm: &VirtualMachine) -> Option<f64> {
    let class = obj.class();
    if class.is(types().of(DType::F64)) || class.is(vm.ctx.types.float_type) {
        return obj.downcast_ref::<PyFloat>().map(|f| f.to_f64());
    }
    None
}

fn numpy_bool(obj: &PyObject, vm: &VirtualMachine) -> bool {
    scalar_value(obj, vm).is_some_and(|v| v.dtype == DType::Bool)
}

/// Result of `op` on two scalars, or `None` when an operand is not a scalar.
fn scalar_binary(op: BinaryOp, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<ScalarValue>> {
    let (left, right) = (classify(a, vm), classify(b, vm));
    if let Some(value) = true_quotient(op, &left, &right, vm)? {
        return Ok(Some(value));
    }
    let Some((dtype, x, y)) = common(&left, &right, vm)? else {
        return Ok(None);
    };
    let of_type = |o: &Operand| matches!(o, Operand::Strong(v) if v.dtype == dtype);
    let (value, mut raised) = match binary(op, dtype, x, y) {
        Ok(result) => result,
        // Complex scalars have no `//` and `%` at all; other operators get as far as the ufunc.
        Err(ArithError::NotSupported)
            if matches!(op, BinaryOp::FloorDivide | BinaryOp::Remainder)
                && dtype.is_complex()
                && (of_type(&left) || of_type(&right))
                && !numpy_bool(a, vm)
                && !numpy_bool(b, vm) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(arith_error(error, op, vm)),
    };
    if raised != 0 {
        if !numpy_bool(a, vm) && computes_itself(&left, &right, dtype) {
            errstate::report(raised, &format!("scalar {}", op.ufunc_name()), vm)?;
        } else {
            if dtype.is_integer() {
                raised &= !flags::OVERFLOW;
            }
            errstate::report(raised, op.ufunc_name(), vm)?;
        }
    }
    Ok(Some(value))
}

/// `/` of an integer scalar and a Python integer beyond its type: the quotient is a float anyway.
fn true_quotient(
    op: BinaryOp,
    left: &Operand,
    right: &Operand,
    vm: &VirtualMachine,
) -> PyResult<Option<ScalarValue>> {
    if op != BinaryOp::TrueDivide {
        return Ok(None);
    }
    let strong = match (left, right) {
        (Operand::Strong(s), Operand::WeakInt(_) | Operand::WeakBig(_))
        | (Operand::WeakInt(_) | Operand::WeakBig(_), Operand::Strong(s))
            if !s.dtype.is_inexact() =>
        {
            s.dtype
        }
        _ => return Ok(None),
    };
    let as_float = |o: &Operand| match o {
        Operand::Strong(v) => (v.num.as_f64(), true),
        Operand::WeakInt(i) => {
            let fits = strong.int_bounds().is_none_or(|(low, high)| (low..=high).contains(&i128::from(*i)));
            (*i as f64, fits || strong == DType::Bool)
        }
        Operand::WeakBig(big) => (big.as_bigint().to_f64().unwrap_or(f64::INFINITY), false),
        _ => (0.0, true),
    };
    let ((x, x_fits), (y, y_fits)) = (as_float(left), as_float(right));
    if x_fits && y_fits {
        return Ok(None);
    }
    let (value, raised) =
        float_binary(op, DType::F64, x, y).map_err(|e| arith_error(e, op, vm))?;
    errstate::report(raised, op.ufunc_name(), vm)?;
    Ok(Some(ScalarValue::float(value)))
}

#[inline(always)]
fn binary_slot(op: BinaryOp, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let (Some(x), Some(y)) = (exact_f64(a, vm), exact_f64(b, vm)) {
        let (value, raised) =
            float_binary(op, DType::F64, x, y).map_err(|e| arith_error(e, op, vm))?;
        if raised != 0 {
            errstate::report(raised, &format!("scalar {}", op.ufunc_name()), vm)?;
        }
        return Ok(to_object(ScalarValue::float(value)));
    }
    general_binary(op, a, b, vm)
}

#[inline(never)]
fn general_binary(op: BinaryOp, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let Some(value) = scalar_binary(op, a, b, vm)? {
        return Ok(to_object(value));
    }
    let sequence = |o: &PyObject| o.downcastable::<PyList>() || o.downcastable::<PyTuple>();
    if op == BinaryOp::Multiply && (sequence(a) || sequence(b)) {
        // The sequence repeats itself, or says why it cannot.
        return Ok(vm.ctx.not_implemented());
    }
    let complex = |o: &PyObject| scalar_value(o, vm).is_some_and(|v| v.dtype.is_complex());
    if matches!(op, BinaryOp::FloorDivide | BinaryOp::Remainder) && (complex(a) || complex(b)) {
        return Ok(vm.ctx.not_implemented());
    }
    if sequence(a) || sequence(b) {
        return crate::ufunc::call_binary(op.ufunc_name(), a, b, vm);
    }
    if op != BinaryOp::Multiply
        && !a.downcastable::<PyStr>()
        && !crate::interop::is_array(a)
        && !crate::interop::is_array(b)
        && let Some(error) = crate::ufunc::string_operand_error(op.ufunc_name(), a, b, vm)
    {
        return Err(error);
    }
    if !crate::interop::is_array(a)
        && !crate::interop::is_array(b)
        && let Some(error) = crate::object_operands::operator_error(op.ufunc_name(), a, b, vm)
    {
        return Err(error);
    }
    // Arrays answer through their own slot, everything else through its own class.
    Ok(vm.ctx.not_implemented())
}

macro_rules! binary_slots {
    ($($name:ident => $op:ident),* $(,)?) => {
        $(fn $name(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            binary_slot(BinaryOp::$op, a, b, vm)
        })*
    };
}

binary_slots! {
    add => Add, subtract => Subtract, multiply => Multiply, true_divide => TrueDivide,
    floor_divide => FloorDivide, remainder => Remainder, lshift => LeftShift,
    rshift => RightShift, and => And, or => Or, xor => Xor,
}

fn power(a: &PyObject, b: &PyObject, c: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(c) {
        return Ok(vm.ctx.not_implemented());
    }
    binary_slot(BinaryOp::Power, a, b, vm)
}

fn divmod(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (left, right) = (classify(a, vm), classify(b, vm));
    let Some((dtype, x, y)) = common(&left, &right, vm)? else {
        return Ok(vm.ctx.not_implemented());
    };
    if dtype.is_complex() {
        let of_type = |o: &Operand| matches!(o, Operand::Strong(v) if v.dtype == dtype);
        if (of_type(&left) || of_type(&right)) && !numpy_bool(a, vm) && !numpy_bool(b, vm) {
            return Ok(vm.ctx.not_implemented());
        }
        return Err(not_supported("divmod", vm));
    }
    let part = |op: BinaryOp| binary(op, dtype, x, y).map_err(|_| not_supported("divmod", vm));
    let (quotient, raised_q) = part(BinaryOp::FloorDivide)?;
    let (modulus, raised_m) = part(BinaryOp::Remainder)?;
    let itself = !numpy_bool(a, vm) && computes_itself(&left, &right, dtype);
    errstate::report(raised_q | raised_m, if itself { "scalar divmod" } else { "divmod" }, vm)?;
    let pair = vec![to_object(quotient), to_object(modulus)];
    Ok(vm.ctx.new_tuple(pair).into())
}

fn own_value(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<ScalarValue> {
    let obj: &PyObject = number.obj;
    scalar_value(obj, vm).ok_or_else(|| vm.new_type_error("expected a NumPy scalar"))
}

fn negative(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let v = own_value(number, vm)?;
    let (num, raised) = match v.num {
        Num::Bool(_) => {
            return Err(vm.new_type_error(
                "The numpy boolean negative, the `-` operator, is not supported, use the `~` \
                 operator or the logical_not function instead.",
            ));
        }
        Num::Float(f) => (Num::Float(-f), 0),
        Num::Complex(re, im) => (Num::Complex(-re, -im), 0),
        Num::Int(_) | Num::UInt(_) => {
            let exact = -v.num.as_int().unwrap_or(0);
            let (min, max) = v.dtype.int_bounds().unwrap_or((0, 0));
            let raised = if exact < min || exact > max { flags::OVERFLOW } else { 0 };
            (super::value::wrap_int(v.dtype, exact), raised)
        }
    };
    errstate::report(raised, "scalar negative", vm)?;
    Ok(to_object(ScalarValue { dtype: v.dtype, num }))
}

fn positive(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let v = own_value(number, vm)?;
    if v.dtype == DType::Bool {
        let error = taipan_runtime::Error::ufunc_type(
            "ufunc 'positive' did not contain a loop with signature matching types \
             <class 'numpy.dtypes.BoolDType'> -> None",
        );
        return Err(crate::exceptions::raise(error, vm));
    }
    Ok(to_object(v))
}

fn absolute(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let v = own_value(number, vm)?;
    let value = match v.num {
        Num::Float(f) => ScalarValue { dtype: v.dtype, num: Num::Float(f.abs()) },
        Num::Complex(re, im) => ScalarValue::new(v.dtype.real_part(), Num::Float(re.hypot(im))),
        Num::Int(i) => {
            let exact = i128::from(i).abs();
            let over = v.dtype.int_bounds().is_some_and(|(_, max)| exact > max);
            errstate::report(if over { flags::OVERFLOW } else { 0 }, "scalar absolute", vm)?;
            ScalarValue { dtype: v.dtype, num: super::value::wrap_int(v.dtype, exact) }
        }
        Num::Bool(_) | Num::UInt(_) => v,
    };
    Ok(to_object(value))
}

fn invert(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let v = own_value(number, vm)?;
    let num = match v.num {
        Num::Bool(b) => Num::Bool(!b),
        Num::Int(i) => Num::Int(!i),
        Num::UInt(u) => super::value::wrap_int(v.dtype, !i128::from(u)),
        Num::Float(_) | Num::Complex(..) => return Err(not_supported("invert", vm)),
    };
    Ok(to_object(ScalarValue { dtype: v.dtype, num }))
}

fn boolean(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<bool> {
    Ok(own_value(number, vm)?.num.is_true())
}

fn complex_to_real(v: ScalarValue, vm: &VirtualMachine) -> PyResult<ScalarValue> {
    if v.dtype.is_complex() {
        crate::warnings::complex_warning(vm)?;
        return Ok(ScalarValue::new(v.dtype.real_part(), Num::Float(v.num.as_f64())));
    }
    Ok(v)
}

fn to_int(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let v = complex_to_real(own_value(number, vm)?, vm)?;
    match v.num {
        Num::Float(f) => {
            let float = vm.ctx.new_float(f);
            match float.as_object().number().int(vm) {
                Some(int) => int.map(Into::into),
                None => Err(vm.new_type_error("cannot convert to int")),
            }
        }
        other => Ok(vm.ctx.new_int(other.as_int().unwrap_or(0)).into()),
    }
}

fn to_float(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let v = complex_to_real(own_value(number, vm)?, vm)?;
    Ok(vm.ctx.new_float(v.num.as_f64()).into())
}

fn index(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    Ok(to_python(own_value(number, vm)?, vm))
}

static COMMON: PyNumberMethods = PyNumberMethods {
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
    int: Some(to_int),
    float: Some(to_float),
    floor_divide: Some(floor_divide),
    true_divide: Some(true_divide),
    ..PyNumberMethods::NOT_IMPLEMENTED
};

static INTEGER: PyNumberMethods = PyNumberMethods {
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
    int: Some(to_int),
    float: Some(to_float),
    floor_divide: Some(floor_divide),
    true_divide: Some(true_divide),
    index: Some(index),
    ..PyNumberMethods::NOT_IMPLEMENTED
};

fn hash(obj: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    match scalar_value(obj, vm) {
        Some(value) => to_python(value, vm).hash(vm),
        None => Err(vm.new_type_error("unhashable scalar")),
    }
}

fn width_of(dtype: DType) -> FloatWidth {
    match dtype.real_part() {
        DType::F16 => FloatWidth::F16,
        DType::F32 => FloatWidth::F32,
        _ => FloatWidth::F64,
    }
}

/// `str()` of a scalar.
pub fn text(value: ScalarValue) -> String {
    let width = width_of(value.dtype);
    match value.num {
        Num::Bool(b) => String::from(if b { "True" } else { "False" }),
        Num::Int(i) => i.to_string(),
        Num::UInt(u) => u.to_string(),
        Num::Float(f) => scalar_text(f, width, Trim::Zero, false),
        Num::Complex(re, im) => {
            if re == 0.0 && !re.is_sign_negative() {
                return format!("{}j", scalar_text(im, width, Trim::All, false));
            }
            let real = scalar_text(re, width, Trim::All, false);
            let imag = scalar_text(im, width, Trim::All, true);
            format!("({real}{imag}j)")
        }
    }
}

/// `repr()` of a scalar: `np.float64(1.0)`, `np.True_`.
pub fn repr_text(value: ScalarValue) -> String {
    if crate::printing::options::plain_scalars() {
        return text(value);
    }
    if value.dtype == DType::Bool {
        return format!("np.{}_", text(value));
    }
    let inner = text(value);
    let inner = match value.num {
        Num::Complex(..) => inner.trim_start_matches('(').trim_end_matches(')').to_owned(),
        _ => inner,
    };
    format!("np.{}({inner})", value.dtype.name())
}

fn str_slot(obj: &PyObject, vm: &VirtualMachine) -> PyResult<rustpython_vm::PyRef<PyStr>> {
    let value = scalar_value(obj, vm).ok_or_else(|| vm.new_type_error("expected a scalar"))?;
    Ok(vm.ctx.new_str(text(value)))
}

fn repr_slot(obj: &PyObject, vm: &VirtualMachine) -> PyResult<rustpython_vm::PyRef<PyStr>> {
    let value = scalar_value(obj, vm).ok_or_else(|| vm.new_type_error("expected a scalar"))?;
    Ok(vm.ctx.new_str(repr_text(value)))
}

fn ordering(op: PyComparisonOp, order: Option<std::cmp::Ordering>) -> bool {
    match order {
        Some(order) => op.eval_ord(order),
        None => op == PyComparisonOp::Ne,
    }
}

/// Compares two scalars; `None` if one of them is none.
fn compare_values(
    a: &PyObject,
    b: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Option<bool>> {
    let (x, y) = (classify(a, vm), classify(b, vm));
    // Integers compare exactly, whatever their widths.
    let exact = |o: &Operand| match o {
        Operand::Strong(v) => v.num.as_int(),
        Operand::WeakInt(i) => Some(i128::from(*i)),
        Operand::WeakBig(big) => Some(saturated(big)),
        _ => None,
    };
    if let (Some(i), Some(j)) = (exact(&x), exact(&y)) {
        return Ok(Some(op.eval_ord(i.cmp(&j))));
    }
    let Some((_, x, y)) = common(&x, &y, vm)? else {
        return Ok(None);
    };
    let answer = match (x, y) {
        (Num::Complex(..), _) | (_, Num::Complex(..)) => {
            let ((a, b), (c, d)) = (x.as_complex(), y.as_complex());
            match op {
                PyComparisonOp::Eq => a == c && b == d,
                PyComparisonOp::Ne => !(a == c && b == d),
                _ => match a.partial_cmp(&c) {
                    Some(std::cmp::Ordering::Equal) => ordering(op, b.partial_cmp(&d)),
                    order => ordering(op, order),
                },
            }
        }
        _ => ordering(op, x.as_f64().partial_cmp(&y.as_f64())),
    };
    Ok(Some(answer))
}

fn richcompare(
    a: &PyObject,
    b: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<rustpython_vm::PyObjectRef, PyComparisonValue>> {
    if let (Some(x), Some(y)) = (exact_f64(a, vm), exact_f64(b, vm)) {
        let answer = match op {
            PyComparisonOp::Lt => x < y,
            PyComparisonOp::Le => x <= y,
            PyComparisonOp::Gt => x > y,
            PyComparisonOp::Ge => x >= y,
            PyComparisonOp::Eq => x == y,
            PyComparisonOp::Ne => x != y,
        };
        return Ok(Either::A(types().bool(answer)));
    }
    if let Some(answer) = compare_values(a, b, op, vm)? {
        return Ok(Either::A(types().bool(answer)));
    }
    if b.downcastable::<PyList>() || b.downcastable::<PyTuple>() {
        return crate::ufunc::call_binary(crate::ufunc::comparison_name(op), a, b, vm).map(Either::A);
    }
    if b.downcastable::<PyStr>() {
        return match op {
            PyComparisonOp::Eq => Ok(Either::A(types().bool(false))),
            PyComparisonOp::Ne => Ok(Either::A(types().bool(true))),
            _ => {
                let name = crate::ufunc::comparison_name(op);
                Err(crate::ufunc::string_operand_error(name, a, b, vm)
                    .unwrap_or_else(|| not_supported(name, vm)))
            }
        };
    }
    Ok(Either::B(PyComparisonValue::NotImplemented))
}

fn subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    if key.downcast_ref::<PyTuple>().is_some_and(|t| t.is_empty()) {
        return Ok(mapping.obj.to_owned());
    }
    if key.is(vm.ctx.ellipsis.as_object()) || vm.is_none(key) {
        let array = crate::convert::array_from_object(mapping.obj, None, vm)?;
        let array = crate::interop::PyNdArray::from_array(array, vm);
        return crate::interop::PyNdArray::get_item(&array, key, vm);
    }
    Err(vm.new_index_error("invalid index to scalar variable."))
}

/// Fills the slots of the concrete class of `dtype`.
pub fn fill_slots(slots: &mut PyTypeSlots, dtype: DType) {
    let methods = match dtype.kind() {
        Kind::Signed | Kind::Unsigned => &INTEGER,
        _ => &COMMON,
    };
    slots.as_number = methods.into();
    slots.hash.store(Some(hash));
    slots.str.store(Some(str_slot));
    slots.repr.store(Some(repr_slot));
    slots.richcompare.store(Some(richcompare));
    slots.as_mapping.subscript.store(Some(subscript));
    slots.new.store(Some(super::construct::slot_new));
    slots.basicsize = match dtype {
        DType::F64 => size_of::<Py<PyFloat>>(),
        DType::C128 => size_of::<Py<rustpython_vm::builtins::PyComplex>>(),
        _ => size_of::<Py<PyScalar>>(),
    };
}

/// Fills the slots of an abstract class: it cannot be instantiated.
pub fn fill_abstract(slots: &mut PyTypeSlots) {
    slots.new.store(Some(super::construct::slot_new_abstract));
}
