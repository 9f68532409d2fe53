//! `numpy.ufunc` objects and the calls of ufuncs from operators.

use crate::args::{self, parse, present};
use crate::convert::array_from_object;
use crate::errstate;
use crate::exceptions::{OrRaise, raise};
use crate::interop::{PyNdArray, array_or_scalar, as_array, scalar_to_py, to_runtime};
use crate::scalar::{Operand as Kind, classify};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyList, PyRange, PyStr, PyStrRef, PyTuple},
    function::FuncArgs,
    pyclass,
    types::{Callable, PyComparisonOp, Representable},
};
use taipan_runtime::dtype::Kind as NumberKind;
use taipan_runtime::ufunc::{self, CallOptions, Identity, Operand, ReduceOptions, Ufunc};
use taipan_runtime::{Array, Casting, DType, Order, Scalar};

/// Functions that work element by element on whole arrays.
#[pyclass(module = "numpy", name = "ufunc")]
#[derive(PyPayload)]
pub struct PyUFunc {
    ufunc: &'static Ufunc,
    name: &'static str,
}

impl PyUFunc {
    /// The name it is known by.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl std::fmt::Debug for PyUFunc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<ufunc '{}'>", self.name)
    }
}

/// An operand that is kept alive while a ufunc runs.
pub enum Held<'a> {
    /// The array of an array object.
    Borrowed(&'a Array),
    /// An array made for the call.
    Owned(Array),
    /// A NumPy scalar.
    Typed(Scalar, DType),
    /// A Python number.
    Python(Scalar),
    /// A Python integer beyond 128 bits.
    Huge {
        /// Beyond every integer type: only its order counts among integers.
        order: i128,
        /// Its value among floats; infinite where it is beyond them too.
        float: f64,
    },
}

impl Held<'_> {
    /// The operand as the runtime sees it.
    pub fn operand(&self) -> Operand<'_> {
        match self {
            Held::Borrowed(array) => Operand::Array(array),
            Held::Owned(array) => Operand::Array(array),
            Held::Typed(value, dtype) => Operand::Typed(*value, *dtype),
            Held::Python(value) => Operand::Python(*value),
            Held::Huge { order, .. } => Operand::Python(Scalar::Int(*order)),
        }
    }

    /// The operand beside another one, whose kind tells what a huge integer is.
    ///
    /// # Errors
    /// `OverflowError` of an integer beyond all floats among floats.
    pub fn beside(&self, other: &Held<'_>, vm: &VirtualMachine) -> PyResult<Operand<'_>> {
        if let Held::Huge { float, .. } = self {
            let inexact = match other.operand() {
                Operand::Array(array) => array.dtype().is_inexact(),
                Operand::Typed(_, dtype) => dtype.is_inexact(),
                Operand::Python(value) => value.default_dtype().is_inexact(),
            };
            if inexact && float.is_infinite() {
                return Err(vm.new_overflow_error("int too large to convert to float"));
            }
            if inexact {
                return Ok(Operand::Python(Scalar::Float(*float)));
            }
        }
        Ok(self.operand())
    }

    fn array(self, vm: &VirtualMachine) -> PyResult<Array> {
        match self {
            Held::Borrowed(array) => Ok(array.clone()),
            Held::Owned(array) => Ok(array),
            Held::Typed(value, dtype) => Array::from_scalar(value, dtype).or_raise(vm),
            Held::Python(value) => Array::from_scalar(value, value.default_dtype()).or_raise(vm),
            Held::Huge { order, .. } => Array::from_scalar(Scalar::Int(order), DType::I64).or_raise(vm),
        }
    }
}

/// A number as an operand; `None` if `obj` is no number.
#[inline]
fn number_operand(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Held<'static>>> {
    Ok(Some(match classify(obj, vm) {
        Kind::Strong(value) => Held::Typed(to_runtime(value), value.dtype),
        Kind::WeakInt(i) => Held::Python(Scalar::Int(i128::from(i))),
        Kind::WeakBig(big) => match big.as_bigint().to_i128() {
            Some(i) => Held::Python(Scalar::Int(i)),
            None => {
                let float = big.as_bigint().to_f64().unwrap_or(f64::INFINITY);
                Held::Huge { order: if float < 0.0 { i128::MIN } else { i128::MAX }, float }
            }
        },
        Kind::WeakFloat(f) => Held::Python(Scalar::Float(f)),
        Kind::WeakComplex(re, im) => {
            Held::Python(Scalar::Complex(num_complex::Complex::new(re, im)))
        }
        Kind::Other => return Ok(None),
    }))
}

/// `obj` as an operand of the ufunc `name`; strings have no loops.
fn hold_for<'a>(name: &str, obj: &'a PyObject, vm: &VirtualMachine) -> PyResult<Held<'a>> {
    if obj.downcastable::<PyStr>() {
        return Err(crate::scalar::number::not_supported(name, vm));
    }
    if let Some(array) = as_array(obj) {
        return Ok(Held::Borrowed(array));
    }
    if let Some(number) = number_operand(obj, vm)? {
        return Ok(number);
    }
    if let Some(error) = crate::object_operands::error(name, &[obj], vm) {
        return Err(error);
    }
    array_from_object(obj, None, vm).map(Held::Owned)
}

/// The error of an operator between an array and a string, if one operand is one.
pub fn string_operand_error(
    name: &str,
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
) -> Option<rustpython_vm::builtins::PyBaseExceptionRef> {
    if !a.downcastable::<PyStr>() && !b.downcastable::<PyStr>() {
        return None;
    }
    let comparison = matches!(name, "less" | "less_equal" | "greater" | "greater_equal");
    let class_name = |dtype: DType| {
        let name = dtype.name();
        let (head, tail) = match name.strip_prefix("uint") {
            Some(bits) => ("UInt", bits),
            None => match name.strip_prefix("int") {
                Some(bits) => ("Int", bits),
                None => (name, ""),
            },
        };
        let mut letters = head.chars();
        let first = letters.next().map_or('?', |c| c.to_ascii_uppercase());
        format!("<class 'numpy.dtypes.{first}{}{tail}DType'>", letters.as_str())
    };
    let describe = |o: &PyObject| {
        let dtype = match as_array(o) {
            Some(array) => Some(array.dtype()),
            None => crate::scalar::scalar_value(o, vm).map(|v| v.dtype),
        };
        match (dtype, o.downcast_ref::<PyStr>()) {
            (Some(dtype), _) if comparison => class_name(dtype),
            (Some(dtype), _) => format!("dtype('{}')", dtype.name()),
            (None, Some(_)) if comparison => String::from("<class 'numpy.dtypes.StrDType'>"),
            (None, Some(text)) => format!("dtype('<U{}')", text.char_len().max(1)),
            (None, None) => String::from("None"),
        }
    };
    let message = format!(
        "ufunc '{name}' did not contain a loop with signature matching types ({}, {}) -> None",
        describe(a),
        describe(b)
    );
    Some(raise(taipan_runtime::Error::ufunc_type(message), vm))
}

/// `obj` as an operand.
pub fn hold<'a>(obj: &'a PyObject, vm: &VirtualMachine) -> PyResult<Held<'a>> {
    if let Some(array) = as_array(obj) {
        return Ok(Held::Borrowed(array));
    }
    if let Some(number) = number_operand(obj, vm)? {
        return Ok(number);
    }
    array_from_object(obj, None, vm).map(Held::Owned)
}

/// Whether an operator of an array takes `obj` as its other operand.
pub fn is_operand(obj: &PyObject, vm: &VirtualMachine) -> bool {
    as_array(obj).is_some()
        || !matches!(classify(obj, vm), Kind::Other)
        || obj.downcastable::<PyList>()
        || obj.downcastable::<PyTuple>()
        || obj.downcastable::<PyRange>()
        || (!obj.downcastable::<PyStr>()
            && !vm.is_none(obj)
            && crate::convert::is_array_like(obj, vm))
}

/// Whether the class of `obj` asked to handle operators with arrays itself.
pub fn defers_to(obj: &PyObject, vm: &VirtualMachine) -> bool {
    if as_array(obj).is_some()
        || !matches!(classify(obj, vm), Kind::Other)
        || obj.downcastable::<PyList>()
        || obj.downcastable::<PyTuple>()
    {
        return false;
    }
    let class = obj.class();
    if let Some(method) = class.get_attr(vm.ctx.intern_str("__array_ufunc__")) {
        return vm.is_none(&method);
    }
    match obj.get_attr("__array_priority__", vm) {
        Ok(priority) => priority.try_float(vm).is_ok_and(|p| p.to_f64() > 0.0),
        Err(_) => false,
    }
}

/// The ufunc of a comparison operator.
pub fn comparison_name(op: PyComparisonOp) -> &'static str {
    match op {
        PyComparisonOp::Lt => "less",
        PyComparisonOp::Le => "less_equal",
        PyComparisonOp::Eq => "equal",
        PyComparisonOp::Ne => "not_equal",
        PyComparisonOp::Ge => "greater_equal",
        PyComparisonOp::Gt => "greater",
    }
}

/// The ufunc of that name.
///
/// # Errors
/// `AttributeError` if there is none.
pub fn find(name: &str, vm: &VirtualMachine) -> PyResult<&'static Ufunc> {
    ufunc::by_name(name)
        .ok_or_else(|| vm.new_attribute_error(format!("module 'numpy' has no attribute '{name}'")))
}

/// Turns outputs into one object or a tuple, and reports conditions.
fn finish(
    ufunc: &Ufunc,
    outputs: ufunc::Outputs,
    outs: &[Option<PyObjectRef>],
    vm: &VirtualMachine,
) -> PyResult {
    errstate::report(outputs.cast_flags.0, "cast", vm)?;
    errstate::report(outputs.flags.0, ufunc.name, vm)?;
    let mut outputs = outputs;
    if ufunc.nout == 1
        && outs.first().is_none_or(Option::is_none)
        && let Some(array) = outputs.arrays.pop()
    {
        return array_or_scalar(array, vm);
    }
    let mut results = Vec::with_capacity(outputs.arrays.len());
    for (k, array) in outputs.arrays.into_iter().enumerate() {
        match outs.get(k) {
            Some(Some(out)) => results.push(out.clone()),
            _ => results.push(array_or_scalar(array, vm)?),
        }
    }
    match results.len() {
        1 => Ok(results.remove(0)),
        _ => Ok(vm.ctx.new_tuple(results).into()),
    }
}

/// Scalar operands only: no array is made.
#[inline]
fn call_numbers(ufunc: &'static Ufunc, inputs: &[Operand<'_>], vm: &VirtualMachine) -> PyResult {
    check_weak_floats(ufunc, inputs, None, vm)?;
    let (values, raised) = ufunc.call_scalars(inputs).or_raise(vm)?;
    errstate::report(raised.0, ufunc.name, vm)?;
    match values.as_slice() {
        [(value, dtype)] => Ok(scalar_to_py(*dtype, *value)),
        many => {
            let items = many.iter().map(|(v, d)| scalar_to_py(*d, *v)).collect();
            Ok(vm.ctx.new_tuple(items).into())
        }
    }
}

/// A finite Python number that is infinite in the type it takes raises an overflow
/// in the cast.
fn check_weak_floats(
    ufunc: &'static Ufunc,
    operands: &[Operand<'_>],
    dtype: Option<DType>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    const LARGEST_HALF: f64 = 65504.0;
    for (k, operand) in operands.iter().enumerate() {
        let value = match operand {
            Operand::Python(Scalar::Float(f)) if f.is_finite() => *f,
            Operand::Python(Scalar::Int(i)) => *i as f64,
            _ => continue,
        };
        if value.abs() > LARGEST_HALF
            && let Ok(row) = ufunc.select(operands, dtype)
            && row.types[k].is_inexact()
            && crate::scalar::value::round_to(row.types[k], value).is_infinite()
        {
            errstate::report(errstate::flags::OVERFLOW, "cast", vm)?;
        }
    }
    Ok(())
}

/// `ufunc(a)` without options.
pub fn call_unary(name: &str, a: &PyObject, vm: &VirtualMachine) -> PyResult {
    let ufunc = find(name, vm)?;
    let a = hold(a, vm)?;
    let outputs = ufunc.call(&[a.operand()], &CallOptions::default()).or_raise(vm)?;
    finish(ufunc, outputs, &[], vm)
}

/// `ufunc(a, out=a)` for an array `a`, which is returned.
pub fn call_unary_inplace(name: &str, a: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(target) = as_array(a) else {
        return Ok(vm.ctx.not_implemented());
    };
    let ufunc = find(name, vm)?;
    let out = [Some(target)];
    let options = CallOptions { out: &out, ..CallOptions::default() };
    let outputs = ufunc.call(&[Operand::Array(target)], &options).or_raise(vm)?;
    finish(ufunc, outputs, &[Some(a.to_owned())], vm)
}

/// `ufunc(a, b)` for arrays and numbers, one of them an array; `None` for anything else.
#[inline]
pub fn call_plain_binary(
    ufunc: &'static Ufunc,
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let operand = |o| match as_array(o) {
        Some(array) => Some(Held::Borrowed(array)),
        None => number_operand(o, vm).ok().flatten(),
    };
    let (x, y) = (operand(a)?, operand(b)?);
    if !matches!(x, Held::Borrowed(_)) && !matches!(y, Held::Borrowed(_)) {
        return None;
    }
    Some(call_held(ufunc, &x, &y, vm))
}

fn call_held(ufunc: &'static Ufunc, x: &Held<'_>, y: &Held<'_>, vm: &VirtualMachine) -> PyResult {
    let operands = [x.beside(y, vm)?, y.beside(x, vm)?];
    check_weak_floats(ufunc, &operands, None, vm)?;
    let outputs = ufunc.call(&operands, &CallOptions::default()).or_raise(vm)?;
    finish(ufunc, outputs, &[], vm)
}

/// `ufunc(a, b)` without options; `"matmul"` is understood too.
pub fn call_binary(name: &str, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (x, y) = (hold(a, vm)?, hold(b, vm)?);
    if name == "matmul" {
        return matrix_product(x.array(vm)?, y.array(vm)?, vm);
    }
    call_held(find(name, vm)?, &x, &y, vm)
}

/// `a @ b`.
pub fn matrix_product(a: Array, b: Array, vm: &VirtualMachine) -> PyResult {
    let product = taipan_runtime::matmul::matmul(&a, &b, None).or_raise(vm)?;
    array_or_scalar(product, vm)
}

/// `a op= b` for an array `a`, which is returned.
pub fn call_inplace(name: &str, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(target) = as_array(a) else {
        return Ok(vm.ctx.not_implemented());
    };
    let other = hold(b, vm)?;
    if name == "matmul" {
        let (ndim, type_) = match other.operand() {
            Operand::Array(array) => (array.ndim(), array.dtype()),
            Operand::Typed(_, dtype) => (0, dtype),
            Operand::Python(value) => (0, value.default_dtype()),
        };
        let found = match other.operand() {
            Operand::Python(value) => match value.weak() {
                Some(weak) => taipan_runtime::dtype::promote_weak(target.dtype(), weak),
                None => type_,
            },
            _ => taipan_runtime::dtype::promote_types(target.dtype(), type_),
        };
        if !taipan_runtime::dtype::can_cast(found, target.dtype(), Casting::SameKind) {
            return Err(raise(
                taipan_runtime::Error::ufunc_type(format!(
                    "Cannot cast ufunc 'matmul' output from dtype('{found}') to dtype('{}') with casting rule 'same_kind'",
                    target.dtype()
                )),
                vm,
            ));
        }
        if ndim > 0 && (target.ndim() == 0 || ndim < 2) {
            return Err(vm.new_value_error(
                "inplace matrix multiplication requires the first operand to have at least one and \
                 the second at least two dimensions.",
            ));
        }
        let product = matrix_product(target.clone(), other.array(vm)?, vm)?;
        let product = array_from_object(&product, None, vm)?;
        target.assign(&product).or_raise(vm)?;
        return Ok(a.to_owned());
    }
    let ufunc = find(name, vm)?;
    let out = [Some(target)];
    let options = CallOptions {
        out: &out,
        ..CallOptions::default()
    };
    let operands = [Operand::Array(target), other.beside(&Held::Borrowed(target), vm)?];
    check_weak_floats(ufunc, &operands, None, vm)?;
    let outputs = ufunc.call(&operands, &options).or_raise(vm)?;
    finish(ufunc, outputs, &[Some(a.to_owned())], vm)
}

/// The `out=` argument as one entry per output.
fn out_list(out: &Option<PyObjectRef>, nout: usize, vm: &VirtualMachine) -> PyResult<Vec<Option<PyObjectRef>>> {
    let Some(out) = present_object(out, vm) else {
        return Ok(Vec::new());
    };
    let check = |o: &PyObjectRef| -> PyResult<Option<PyObjectRef>> {
        if vm.is_none(o) {
            return Ok(None);
        }
        if as_array(o).is_none() {
            return Err(vm.new_type_error("return arrays must be of ArrayType"));
        }
        Ok(Some(o.clone()))
    };
    if let Some(tuple) = out.downcast_ref::<PyTuple>() {
        if tuple.len() != nout {
            return Err(vm.new_value_error("The 'out' tuple must have exactly one entry per ufunc output"));
        }
        return tuple.iter().map(check).collect();
    }
    if nout != 1 {
        return Err(vm.new_type_error("'out' must be a tuple of arrays"));
    }
    Ok(vec![check(&out)?])
}

fn present_object(value: &Option<PyObjectRef>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    value.clone().filter(|v| !vm.is_none(v))
}

/// A `where=` mask; `None` for an absent argument and for plain `True`.
pub fn mask_argument(value: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<Array>> {
    let Some(mask) = present(value, vm) else {
        return Ok(None);
    };
    if mask.is(&vm.ctx.true_value) {
        return Ok(None);
    }
    // Anything but an array is converted, also numbers; arrays must be boolean already.
    let wanted = as_array(mask).is_none().then_some(DType::Bool);
    let array = array_from_object(mask, wanted, vm)?;
    if array.dtype() != DType::Bool {
        return Err(vm.new_type_error(format!(
            "Cannot cast array data from dtype('{}') to dtype('bool') according to the rule 'safe'",
            array.dtype()
        )));
    }
    Ok(Some(array))
}

/// The loop dtype asked for by `dtype=` or `signature=`.
fn loop_dtype(
    ufunc: &Ufunc,
    dtype: &Option<PyObjectRef>,
    signature: &Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Option<DType>> {
    if let Some(dtype) = args::to_dtype(dtype, vm)? {
        return Ok(Some(dtype));
    }
    let Some(signature) = present(signature, vm) else {
        return Ok(None);
    };
    let last = match signature.downcast_ref::<PyTuple>() {
        Some(tuple) => match tuple.iter().rev().find(|d| !vm.is_none(d)) {
            Some(dtype) => dtype.clone(),
            None => return Ok(None),
        },
        None => {
            let text = signature.str(vm)?.to_string();
            let output = text.rsplit("->").next().unwrap_or("").to_owned();
            if output.chars().count() != ufunc.nout {
                return Err(vm.new_value_error(format!(
                    "requested signature {text} has wrong number of outputs"
                )));
            }
            vm.ctx.new_str(output.chars().next().map_or(String::new(), |c| c.to_string())).into()
        }
    };
    crate::dtype::dtype_from_object(&last, vm).map(Some)
}

impl PyUFunc {
    /// The object of a ufunc under one of its names.
    pub fn new(ufunc: &'static Ufunc, name: &'static str) -> Self {
        Self { ufunc, name }
    }

    fn call_general(&self, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let ufunc = self.ufunc;
        let given = args.args.len();
        if given < ufunc.nin || given > ufunc.nin + ufunc.nout {
            let plural = if given == 1 { "was" } else { "were" };
            let text = format!("from {} to {}", ufunc.nin, ufunc.nin + ufunc.nout);
            return Err(vm.new_type_error(format!(
                "{}() takes {text} positional arguments but {given} {plural} given",
                ufunc.name
            )));
        }
        let extra: Vec<PyObjectRef> = args.args.split_off(ufunc.nin);
        let inputs = std::mem::take(&mut args.args);
        let names = [
            "out", "where", "casting", "order", "dtype", "subok", "signature", "sig", "axes",
            "axis", "keepdims",
        ];
        let explicit_out = args.kwargs.contains_key("out");
        // These belong to functions of whole axes.
        if let Some(name) = ["axes", "axis", "keepdims"].into_iter().find(|n| args.kwargs.contains_key(n)) {
            return Err(vm.new_type_error(format!(
                "{}() got an unexpected keyword argument '{name}'",
                ufunc.name
            )));
        }
        let [out, mask, casting, order, dtype, _subok, signature, sig, ..] =
            parse(args, ufunc.name, names, 0, vm)?;
        let mut outs = out_list(&out, ufunc.nout, vm)?;
        if !extra.is_empty() {
            if explicit_out {
                return Err(vm.new_type_error("cannot specify 'out' as both a positional and keyword argument"));
            }
            let mut padded = extra;
            padded.resize(ufunc.nout, vm.ctx.none());
            outs = out_list(&Some(vm.ctx.new_tuple(padded).into()), ufunc.nout, vm)?;
        }
        let mask = mask_argument(&mask, vm)?;
        if mask.is_some() && outs.is_empty() && !explicit_out {
            crate::warnings::warn(
                vm.ctx.exceptions.user_warning,
                "'where' used without 'out', expect unitialized memory in output. If this is \
                 intentional, use out=None.",
                vm,
            )?;
        }
        let signature = if sig.is_some() { sig } else { signature };
        let dtype = loop_dtype(ufunc, &dtype, &signature, vm)?;
        let casting = args::to_casting(&casting, Casting::SameKind, vm)?;
        let order = args::to_order(&order, Order::K, vm)?;
        if inputs.len() == 2
            && let Some(error) = crate::object_operands::error(ufunc.name, &[&inputs[0], &inputs[1]], vm)
        {
            return Err(error);
        }
        let mut held =
            inputs.iter().map(|o| hold_for(ufunc.name, o, vm)).collect::<PyResult<Vec<_>>>()?;
        if let Some(dtype) = dtype {
            // A Python float or complex keeps its kind against an explicit type.
            for operand in &mut held {
                if let Held::Python(value) = operand
                    && value.default_dtype().kind() > dtype.kind()
                    && !(matches!(value, Scalar::Int(_)) && dtype.is_integer())
                {
                    *operand = Held::Typed(*value, value.default_dtype());
                }
            }
        }
        let operands = match &held[..] {
            [x, y] => vec![x.beside(y, vm)?, y.beside(x, vm)?],
            _ => held.iter().map(Held::operand).collect::<Vec<_>>(),
        };
        let out_arrays: Vec<Option<&Array>> =
            outs.iter().map(|o| o.as_ref().and_then(|o| as_array(o))).collect();
        let options = CallOptions {
            out: &out_arrays,
            where_: mask.as_ref(),
            dtype,
            casting,
            order,
        };
        check_weak_floats(ufunc, &operands, dtype, vm)?;
        let outputs = ufunc.call(&operands, &options).or_raise(vm)?;
        finish(ufunc, outputs, &outs, vm)
    }

    /// Positional arguments only, none of them `out`.
    #[inline]
    fn call_plain(&self, inputs: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
        let ufunc = self.ufunc;
        match inputs {
            [a] => {
                if let Some(number) = number_operand(a, vm)? {
                    return call_numbers(ufunc, &[number.operand()], vm);
                }
                let a = hold_for(ufunc.name, a, vm)?;
                let outputs = ufunc.call(&[a.operand()], &CallOptions::default()).or_raise(vm)?;
                finish(ufunc, outputs, &[], vm)
            }
            [a, b] => {
                let held = hold_for(ufunc.name, a, vm)
                    .and_then(|x| hold_for(ufunc.name, b, vm).map(|y| (x, y)));
                let (x, y) = match held {
                    Ok(held) => held,
                    // The words depend on both operands.
                    Err(error) => {
                        return Err(crate::object_operands::error(ufunc.name, &[a, b], vm).unwrap_or(error));
                    }
                };
                let is_number = |x: &Held<'_>| matches!(x, Held::Typed(..) | Held::Python(_) | Held::Huge { .. });
                if is_number(&x) && is_number(&y) {
                    return call_numbers(ufunc, &[x.beside(&y, vm)?, y.beside(&x, vm)?], vm);
                }
                call_held(ufunc, &x, &y, vm)
            }
            _ => self.call_general(inputs.to_vec().into(), vm),
        }
    }
}

/// The interpreter's fast call of a ufunc object.
pub fn vectorcall(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    kwnames: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(function) = zelf.downcast_ref::<PyUFunc>() else {
        return Err(vm.new_type_error("expected a ufunc"));
    };
    if kwnames.is_none_or(<[_]>::is_empty) && nargs == function.ufunc.nin {
        return function.call_plain(&args[..nargs], vm);
    }
    function.call_general(FuncArgs::from_vectorcall_owned(args, nargs, kwnames), vm)
}

impl Callable for PyUFunc {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if args.kwargs.is_empty() && args.args.len() == zelf.ufunc.nin {
            return zelf.call_plain(&args.args, vm);
        }
        zelf.call_general(args, vm)
    }
}

impl Representable for PyUFunc {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<ufunc '{}'>", zelf.ufunc.name))
    }
}

/// The keyword arguments that every reduction has.
pub struct Reduction {
    /// Axes, normalised; `None` for all.
    pub axes: Option<Vec<usize>>,
    /// Type of the computation.
    pub dtype: Option<DType>,
    /// Where the result goes.
    pub out: Option<PyObjectRef>,
    /// Whether reduced axes stay with length 1.
    pub keepdims: bool,
    /// Start value.
    pub initial: Option<Scalar>,
    /// Whether `initial=None` was given: the first element starts, identity or not.
    pub without_identity: bool,
    /// Which elements take part.
    pub mask: Option<Array>,
}

/// `axis=` of a reduction: an integer, a tuple or `None`.
pub fn axes_argument(axis: &Option<PyObjectRef>, ndim: usize, vm: &VirtualMachine) -> PyResult<Option<Vec<usize>>> {
    let Some(axis) = present(axis, vm) else {
        return Ok(None);
    };
    let axes = if axis.downcastable::<PyTuple>() || axis.downcastable::<PyList>() {
        if axis.downcastable::<PyList>() {
            return Err(vm.new_type_error("'list' object cannot be interpreted as an integer"));
        }
        args::to_isizes(axis, vm)?
    } else {
        if axis.class().is(vm.ctx.types.bool_type) {
            return Err(vm.new_type_error("an integer is required"));
        }
        vec![args::to_isize(axis, vm)?]
    };
    // A zero-dimensional array accepts axis 0 and -1.
    if ndim == 0 && matches!(axes.as_slice(), [0] | [-1]) {
        return Ok(Some(Vec::new()));
    }
    let axes = taipan_runtime::array::normalize_axes(&axes, ndim).or_raise(vm)?;
    Ok(Some(axes.to_vec()))
}

/// Runs a reduction and makes its result object.
pub fn reduce(ufunc: &'static Ufunc, array: &Array, spec: &Reduction, vm: &VirtualMachine) -> PyResult {
    let out = spec.out.as_ref().and_then(|o| as_array(o));
    if spec.out.is_some() && out.is_none() {
        return Err(vm.new_type_error("output must be an array"));
    }
    let options = ReduceOptions {
        axes: spec.axes.as_deref(),
        dtype: spec.dtype,
        out,
        keepdims: spec.keepdims,
        initial: spec.initial,
        without_identity: spec.without_identity,
        where_: spec.mask.as_ref(),
    };
    let (result, raised) = ufunc.reduce(array, &options).or_raise(vm)?;
    if !matches!(ufunc.name, "logical_and" | "logical_or" | "logical_xor") {
        warn_of_lost_parts(array, spec.dtype, out, vm)?;
    }
    errstate::report(raised.0, "reduce", vm)?;
    match &spec.out {
        Some(out) => Ok(out.clone()),
        None => array_or_scalar(result, vm),
    }
}

/// A sum of complex numbers in a real type, or into one, leaves the imaginary parts out: with a
/// warning for each conversion.
pub fn warn_of_lost_parts(array: &Array, dtype: Option<DType>, out: Option<&Array>, vm: &VirtualMachine) -> PyResult<()> {
    let lost = match (dtype, out) {
        _ if !array.dtype().is_complex() => 0,
        (Some(dtype), _) => usize::from(matches!(dtype.kind(), NumberKind::Signed | NumberKind::Unsigned | NumberKind::Float)),
        (None, Some(out)) if !out.dtype().is_complex() && out.dtype() != DType::Bool => 2,
        (None, _) => 0,
    };
    for _ in 0..lost {
        crate::warnings::complex_warning(vm)?;
    }
    Ok(())
}

/// The `initial=` argument.
pub fn initial_argument(value: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<Scalar>> {
    let Some(value) = present(value, vm) else {
        return Ok(None);
    };
    match number_operand(value, vm)? {
        Some(Held::Typed(number, _) | Held::Python(number)) => return Ok(Some(number)),
        Some(Held::Huge { order, .. }) => return Ok(Some(Scalar::Int(order))),
        _ => {}
    }
    let array = array_from_object(value, None, vm)?;
    Ok(array.first())
}

#[pyclass(with(Callable, Representable))]
impl PyUFunc {
    #[pygetset(name = "__name__")]
    fn dunder_name(zelf: &Py<Self>) -> &'static str {
        zelf.ufunc.name
    }

    #[pygetset(name = "__qualname__")]
    fn dunder_qualname(zelf: &Py<Self>) -> &'static str {
        zelf.ufunc.name
    }

    #[pygetset]
    fn nin(zelf: &Py<Self>) -> usize {
        zelf.ufunc.nin
    }

    #[pygetset]
    fn nout(zelf: &Py<Self>) -> usize {
        zelf.ufunc.nout
    }

    #[pygetset]
    fn nargs(zelf: &Py<Self>) -> usize {
        zelf.ufunc.nin + zelf.ufunc.nout
    }

    #[pygetset]
    fn ntypes(zelf: &Py<Self>) -> usize {
        zelf.ufunc.loops.len()
    }

    #[pygetset]
    fn types(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let items = zelf.ufunc.types().into_iter().map(|t| vm.ctx.new_str(t).into()).collect();
        vm.ctx.new_list(items).into()
    }

    #[pygetset]
    fn identity(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match zelf.ufunc.identity {
            Identity::None => vm.ctx.none(),
            Identity::Value(value) => {
                let dtype = value.default_dtype();
                crate::scalar::to_python(crate::interop::from_runtime(dtype, value), vm)
            }
        }
    }

    #[pygetset]
    fn signature(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pymethod]
    fn reduce(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let ufunc = payload(&zelf, vm)?.ufunc;
        let names = ["array", "axis", "dtype", "out", "keepdims", "initial", "where"];
        let axis_given = args.args.len() > 1 || args.kwargs.contains_key("axis");
        let [array, axis, dtype, out, keepdims, initial, mask] = parse(args, "reduce", names, 1, vm)?;
        if ufunc.nin != 2 {
            return Err(vm.new_value_error("reduce only supported for binary functions"));
        }
        if ufunc.nout != 1 {
            return Err(vm.new_value_error("reduce only supported for functions returning a single value"));
        }
        let Some(array) = array else { return Ok(vm.ctx.none()) };
        let array = array_from_object(&array, None, vm)?;
        let axis = if axis_given { axis } else { Some(vm.ctx.new_int(0).into()) };
        let spec = Reduction {
            without_identity: initial.as_ref().is_some_and(|i| vm.is_none(i)),
            axes: axes_argument(&axis, array.ndim(), vm)?,
            dtype: args::to_dtype(&dtype, vm)?,
            out: single_out(&out, vm)?,
            keepdims: args::to_bool(&keepdims, false, vm)?,
            initial: initial_argument(&initial, vm)?,
            mask: mask_argument(&mask, vm)?,
        };
        reduce(ufunc, &array, &spec, vm)
    }

    #[pymethod]
    fn accumulate(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let ufunc = payload(&zelf, vm)?.ufunc;
        let [array, axis, dtype, out] = parse(args, "accumulate", ["array", "axis", "dtype", "out"], 1, vm)?;
        let Some(array) = array else { return Ok(vm.ctx.none()) };
        let array = array_from_object(&array, None, vm)?;
        if axis.as_ref().is_some_and(|a| vm.is_none(a)) {
            return Err(vm.new_value_error("accumulate does not allow multiple axes"));
        }
        let axis = args::optional_isize(&axis, vm)?.unwrap_or(0);
        accumulate(ufunc, &array, axis, args::to_dtype(&dtype, vm)?, single_out(&out, vm)?, vm)
    }

    #[pymethod]
    fn outer(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let ufunc = payload(&zelf, vm)?.ufunc;
        if args.args.len() != 2 {
            return Err(vm.new_type_error("exactly two arguments expected"));
        }
        let [a, b, out, dtype] = parse(args, "outer", ["A", "B", "out", "dtype"], 2, vm)?;
        if ufunc.nin != 2 {
            return Err(vm.new_value_error("outer product only supported for binary functions"));
        }
        let (Some(a), Some(b)) = (a, b) else { return Ok(vm.ctx.none()) };
        let a = array_from_object(&a, None, vm)?;
        let b = array_from_object(&b, None, vm)?;
        let outs = out_list(&out, ufunc.nout, vm)?;
        let out_arrays: Vec<Option<&Array>> =
            outs.iter().map(|o| o.as_ref().and_then(|o| as_array(o))).collect();
        let options = CallOptions {
            out: &out_arrays,
            dtype: args::to_dtype(&dtype, vm)?,
            ..CallOptions::default()
        };
        let outputs = ufunc.outer(&a, &b, &options).or_raise(vm)?;
        finish(ufunc, outputs, &outs, vm)
    }

    #[pymethod]
    fn at(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let ufunc = payload(&zelf, vm)?.ufunc;
        if args.args.len() > 3 {
            return Err(vm.new_type_error(format!("at() takes at most 3 arguments ({} given)", args.args.len())));
        }
        let [a, indices, b] = parse(args, "at", ["a", "indices", "b"], 2, vm)?;
        let (Some(a), Some(indices)) = (a, indices) else { return Ok(()) };
        let Some(array) = as_array(&a) else {
            return Err(vm.new_type_error("first operand must be array"));
        };
        let index = crate::ndarray::index::parse_key(&indices, vm)?;
        let values = match present(&b, vm) {
            Some(b) => Some(array_from_object(b, None, vm)?),
            None => None,
        };
        let (raised, converts) = ufunc.at(array, &index, values.as_ref()).map_err(|e| raise(e, vm))?;
        let complex = values.is_some_and(|values| values.dtype().is_complex());
        if complex && !array.dtype().is_complex() && array.dtype() != DType::Bool && !ufunc.answers_truth() {
            crate::warnings::complex_warning(vm)?;
        }
        errstate::report(raised.0, if converts { "at" } else { ufunc.name }, vm)
    }

    #[pymethod]
    fn reduceat(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let ufunc = payload(&zelf, vm)?.ufunc;
        let names = ["array", "indices", "axis", "dtype", "out"];
        let [array, indices, axis, dtype, out] = parse(args, "reduceat", names, 2, vm)?;
        let (Some(array), Some(indices)) = (array, indices) else { return Ok(vm.ctx.none()) };
        let array = array_from_object(&array, None, vm)?;
        let indices = array_from_object(&indices, Some(DType::I64), vm)?;
        let indices = indices.to_vec::<i64>().or_raise(vm)?;
        if array.ndim() == 0 {
            return Err(vm.new_type_error("cannot reduceat on a scalar"));
        }
        let axis = args::optional_isize(&axis, vm)?.unwrap_or(0);
        let axis = array.axis(axis).or_raise(vm)?;
        let out = single_out(&out, vm)?;
        let target = out.as_ref().and_then(|o| as_array(o));
        let dtype = args::to_dtype(&dtype, vm)?;
        let (result, raised) = ufunc.reduceat(&array, &indices, axis, dtype, target).or_raise(vm)?;
        errstate::report(raised.0, "reduceat", vm)?;
        match out {
            Some(out) => Ok(out),
            None => Ok(PyNdArray::from_array(result, vm).into()),
        }
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyStrRef {
        vm.ctx.new_str(zelf.ufunc.name)
    }
}

fn payload<'a>(zelf: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyUFunc>> {
    zelf.downcast_ref::<PyUFunc>()
        .ok_or_else(|| vm.new_type_error("expected a ufunc"))
}

/// `out=` of a function with one result: an array, or a tuple of one.
pub fn single_out(out: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    Ok(out_list(out, 1, vm)?.pop().flatten())
}

/// `ufunc.accumulate` along `axis`.
pub fn accumulate(
    ufunc: &'static Ufunc,
    array: &Array,
    axis: isize,
    dtype: Option<DType>,
    out: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    if array.ndim() == 0 && matches!(axis, 0 | -1) {
        return Err(vm.new_type_error("cannot accumulate on a scalar"));
    }
    let axis = array.axis(axis).or_raise(vm)?;
    let target = out.as_ref().and_then(|o| as_array(o));
    let (result, raised) = ufunc.accumulate(array, axis, dtype, target).or_raise(vm)?;
    let lost_in_out = target.filter(|out| array.dtype().is_complex() && !out.dtype().is_complex());
    if dtype.is_none() && lost_in_out.is_some_and(|out| out.dtype() != DType::Bool) {
        crate::warnings::complex_warning(vm)?;
    }
    warn_of_lost_parts(array, dtype, None, vm)?;
    errstate::report(raised.0, "accumulate", vm)?;
    match out {
        Some(out) => Ok(out),
        None => Ok(PyNdArray::from_array(result, vm).into()),
    }
}
