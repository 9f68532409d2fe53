//! What ufuncs answer for operands that are no numbers.
//!
//! NumPy would run its loop for Python objects, element by element, with Python's operators or with
//! methods of the elements. For `None`, dictionaries and other objects without such operators that
//! ends in a `TypeError`, whose text this file knows.

use crate::interop::as_array;
use crate::scalar::{Operand, classify};
use rustpython_vm::{
    PyObject, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyList, PyStr, PyTuple},
};
use taipan_runtime::DType;
use taipan_runtime::dtype::Kind;

/// How the loop for objects computes.
#[derive(Clone, Copy)]
enum ObjectLoop {
    /// A binary operator; the text names it, and the reflected method.
    Binary(&'static str, &'static str),
    /// A comparison operator.
    Comparison(&'static str),
    /// A unary operator.
    Unary(&'static str),
    /// `1 / x`
    Inverse,
    /// `x * x`
    Square,
    /// A conversion to a float first.
    Real,
    /// The method of the first element with the ufunc's name.
    Attribute,
    /// The method of the element with the ufunc's name, in other words.
    Method,
}

use ObjectLoop::{Attribute, Binary, Comparison, Inverse, Method, Real, Square, Unary};

/// Every ufunc with a loop for objects.
static LOOPS: &[(&str, ObjectLoop)] = &[
    ("add", Binary("+", "__radd__")),
    ("subtract", Binary("-", "__rsub__")),
    ("multiply", Binary("*", "__rmul__")),
    ("divide", Binary("/", "__rtruediv__")),
    ("floor_divide", Binary("//", "__rfloordiv__")),
    ("remainder", Binary("%", "__rmod__")),
    ("power", Binary("** or pow()", "__rpow__")),
    ("bitwise_and", Binary("&", "__rand__")),
    ("bitwise_or", Binary("|", "__ror__")),
    ("bitwise_xor", Binary("^", "__rxor__")),
    ("left_shift", Binary("<<", "__rlshift__")),
    ("right_shift", Binary(">>", "__rrshift__")),
    ("less", Comparison("<")),
    ("less_equal", Comparison("<=")),
    ("greater", Comparison(">")),
    ("greater_equal", Comparison(">=")),
    ("maximum", Comparison(">=")),
    ("fmax", Comparison(">=")),
    ("minimum", Comparison("<=")),
    ("fmin", Comparison("<=")),
    ("negative", Unary("unary -")),
    ("positive", Unary("unary +")),
    ("absolute", Unary("abs()")),
    ("invert", Unary("unary ~")),
    ("sign", Comparison("<")),
    ("reciprocal", Inverse),
    ("square", Square),
    ("floor", Real),
    ("ceil", Real),
    ("gcd", Real),
    ("lcm", Real),
    ("arctan2", Attribute),
    ("hypot", Attribute),
    ("sqrt", Method),
    ("cbrt", Method),
    ("exp", Method),
    ("exp2", Method),
    ("expm1", Method),
    ("log", Method),
    ("log2", Method),
    ("log10", Method),
    ("log1p", Method),
    ("sin", Method),
    ("cos", Method),
    ("tan", Method),
    ("arcsin", Method),
    ("arccos", Method),
    ("arctan", Method),
    ("sinh", Method),
    ("cosh", Method),
    ("tanh", Method),
    ("arcsinh", Method),
    ("arccosh", Method),
    ("arctanh", Method),
    ("degrees", Method),
    ("radians", Method),
    ("deg2rad", Method),
    ("rad2deg", Method),
    ("rint", Method),
    ("fabs", Method),
    ("conjugate", Method),
];

/// The class name of an element as Python sees it.
fn element_class(operand: &PyObject, vm: &VirtualMachine) -> String {
    let dtype = match (as_array(operand), classify(operand, vm)) {
        (Some(array), _) => Some(array.dtype()),
        (None, Operand::Strong(value)) => Some(value.dtype),
        _ => None,
    };
    match dtype.map(DType::kind) {
        Some(Kind::Bool) => String::from("bool"),
        Some(Kind::Signed | Kind::Unsigned) => String::from("int"),
        Some(Kind::Float) => String::from("float"),
        Some(Kind::Complex) => String::from("complex"),
        None => operand.class().slot_name().to_string(),
    }
}

/// Whether `operand` has no place in an array of numbers: no number, no array, no sequence.
fn is_foreign(operand: &PyObject, vm: &VirtualMachine) -> bool {
    matches!(classify(operand, vm), Operand::Other)
        && as_array(operand).is_none()
        && !operand.downcastable::<PyStr>()
        && !operand.downcastable::<PyList>()
        && !operand.downcastable::<PyTuple>()
        && !crate::convert::is_array_like(operand, vm)
}

/// The error of `ufunc(operands)` if one of them is an object without numbers in it.
pub fn error(name: &str, operands: &[&PyObject], vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let foreign = operands.iter().position(|o| is_foreign(o, vm))?;
    let class = |k: usize| operands.get(k).map_or_else(String::new, |o| element_class(o, vm));
    let Some((_, how)) = LOOPS.iter().find(|(n, _)| *n == name) else {
        if matches!(name, "equal" | "not_equal" | "matmul") || name.starts_with("logical_") {
            return None;
        }
        return Some(crate::scalar::number::not_supported(name, vm));
    };
    let message = match how {
        Binary(symbol, _) => {
            format!("unsupported operand type(s) for {symbol}: '{}' and '{}'", class(0), class(1))
        }
        Comparison(symbol) => {
            let right = if operands.len() == 1 { String::from("int") } else { class(1) };
            format!("'{symbol}' not supported between instances of '{}' and '{right}'", class(0))
        }
        Unary(what) => format!("bad operand type for {what}: '{}'", class(0)),
        Inverse => format!("unsupported operand type(s) for /: 'int' and '{}'", class(0)),
        Square => format!("unsupported operand type(s) for *: '{0}' and '{0}'", class(0)),
        Real => format!("must be real number, not {}", class(foreign)),
        Attribute => {
            let text = format!("'{}' object has no attribute '{name}'", class(0));
            return Some(vm.new_attribute_error(text));
        }
        Method => format!(
            "loop of ufunc does not support argument {foreign} of type {} which has no callable {name} method",
            class(foreign)
        ),
    };
    Some(vm.new_type_error(message))
}

/// The error of an operator between an array or scalar and an object that does not take part in
/// arithmetic at all; `None` if its class may still answer through the reflected method.
pub fn operator_error(name: &str, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let reflected = LOOPS.iter().find_map(|(n, how)| match how {
        Binary(_, method) if *n == name => Some(*method),
        _ => None,
    })?;
    let answers = |o: &PyObject| o.class().get_attr(vm.ctx.intern_str(reflected)).is_some();
    if [a, b].iter().any(|o| is_foreign(o, vm) && answers(o)) {
        return None;
    }
    error(name, &[a, b], vm)
}
