//! Calling a scalar class: `np.float32(x)`, `np.int64("12")`, `np.complex128(1, 2)`.

use super::number::{narrowed, out_of_bounds, saturated};
use super::types::{Operand, classify, to_object_of, types};
use super::value::{Num, ScalarValue};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyStr, PyTypeRef},
    function::FuncArgs,
};
use taipan_runtime::dtype::{DType, Kind};

/// `tp_new` of the abstract classes.
pub fn slot_new_abstract(cls: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Err(vm.new_type_error(format!("cannot create '{}' instances", cls.slot_name())))
}

/// `tp_new` of the concrete classes.
pub fn slot_new(cls: PyTypeRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let dtype = types()
        .dtype_of(&cls)
        .ok_or_else(|| vm.new_type_error("not a scalar class"))?;
    let user_class = !cls.is(types().of(dtype));
    let complex = dtype.is_complex();
    let most = if complex { 2 } else { 1 };
    let given = args.args.len();
    if !user_class && given > most {
        return Err(vm.new_type_error(match dtype {
            DType::Bool => format!("bool_() takes at most 1 argument ({given} given)"),
            DType::F64 => format!("float expected at most 1 argument, got {given}"),
            _ => format!("function takes at most {most} argument{} ({given} given)", if complex { "s" } else { "" }),
        }));
    }
    let first = args.take_positional().or_else(|| if complex { args.take_keyword("real") } else { None });
    let imag = if complex {
        args.take_positional().or_else(|| args.take_keyword("imag"))
    } else {
        None
    };
    if !user_class && let Some((name, _)) = args.remaining_keywords().next() {
        return Err(vm.new_type_error(match dtype {
            DType::Bool => format!("'{name}' is an invalid keyword argument for bool_()"),
            DType::F64 => String::from("float() takes no keyword arguments"),
            _ => format!("'{name}' is an invalid keyword argument for this function"),
        }));
    }
    let Some(first) = first else {
        return Ok(to_object_of(ScalarValue::new(dtype, Num::Bool(false)), cls, vm));
    };
    if let Some(imag) = imag {
        let re = convert(&first, DType::C128, vm)?;
        let im = convert(&imag, DType::C128, vm)?;
        if let (Some(re), Some(im)) = (re, im) {
            let ((a, b), (c, d)) = (re.num.as_complex(), im.num.as_complex());
            let num = Num::Complex(a - d, b + c);
            return Ok(to_object_of(ScalarValue::new(dtype, num), cls, vm));
        }
    }
    if let Some(value) = convert(&first, dtype, vm)? {
        return Ok(to_object_of(value, cls, vm));
    }
    // Sequences and arrays become arrays.
    let array = crate::convert::array_from_object(&first, Some(dtype), vm)?;
    crate::interop::array_or_scalar(array, vm)
}

fn number_from_str(text: &str, dtype: DType, obj: &PyObject, vm: &VirtualMachine) -> PyResult<ScalarValue> {
    let python: PyObjectRef = match dtype.kind() {
        Kind::Bool => return Ok(ScalarValue::bool(!text.is_empty())),
        Kind::Signed | Kind::Unsigned => {
            let int = vm.ctx.types.int_type.as_object().call((obj.to_owned(),), vm)?;
            return python_int(&int, dtype, vm);
        }
        Kind::Float => vm.ctx.types.float_type.as_object().call((obj.to_owned(),), vm)?,
        Kind::Complex => vm.ctx.types.complex_type.as_object().call((obj.to_owned(),), vm)?,
    };
    match classify(&python, vm) {
        Operand::WeakFloat(f) => Ok(ScalarValue { dtype, num: narrowed(f, dtype, vm)? }),
        Operand::WeakComplex(re, im) => Ok(ScalarValue::new(dtype, Num::Complex(re, im))),
        _ => Err(vm.new_value_error("could not convert string to number")),
    }
}

fn python_int(obj: &PyObject, dtype: DType, vm: &VirtualMachine) -> PyResult<ScalarValue> {
    convert(obj, dtype, vm)?.ok_or_else(|| vm.new_type_error("an integer is required"))
}

/// A single number of dtype `dtype` from a Python object, as `np.<dtype>(obj)` and
/// `a[i] = obj` convert it; `None` if `obj` is no number, string or object
/// with `__float__` or `__index__`.
pub fn convert(obj: &PyObject, dtype: DType, vm: &VirtualMachine) -> PyResult<Option<ScalarValue>> {
    let value = match classify(obj, vm) {
        Operand::Strong(v) => {
            if v.dtype.is_complex() && !dtype.is_complex() && dtype != DType::Bool {
                crate::warnings::complex_warning(vm)?;
            }
            v.cast(dtype)
        }
        Operand::WeakInt(i) => {
            if let (Some((min, max)), true) = (dtype.int_bounds(), dtype != DType::Bool)
                && !(min..=max).contains(&i128::from(i))
            {
                return Err(out_of_bounds(i128::from(i), &i.to_string(), dtype, vm));
            }
            match dtype {
                DType::F16 => ScalarValue { dtype, num: narrowed(i as f64, dtype, vm)? },
                _ => ScalarValue::new(dtype, Num::Int(i)),
            }
        }
        Operand::WeakBig(int) => {
            let big = int.as_bigint();
            match dtype.kind() {
                Kind::Bool => ScalarValue::bool(true),
                Kind::Signed | Kind::Unsigned => match big.to_u64() {
                    Some(u) if dtype == DType::U64 => ScalarValue::new(dtype, Num::UInt(u)),
                    _ => return Err(out_of_bounds(saturated(&int), &big.to_string(), dtype, vm)),
                },
                Kind::Float | Kind::Complex => match big.to_f64().filter(|f| f.is_finite()) {
                    Some(f) => ScalarValue { dtype, num: narrowed(f, dtype, vm)? },
                    None => return Err(vm.new_overflow_error("int too large to convert to float")),
                },
            }
        }
        Operand::WeakFloat(f) => match dtype.kind() {
            Kind::Signed | Kind::Unsigned => {
                if f.is_nan() {
                    return Err(vm.new_value_error("cannot convert float NaN to integer"));
                }
                if f.is_infinite() {
                    return Err(vm.new_overflow_error("cannot convert float infinity to integer"));
                }
                let whole = f.trunc();
                let (min, max) = dtype.int_bounds().unwrap_or((0, 0));
                if whole.abs() >= 1e30 || !(min..=max).contains(&(whole as i128)) {
                    return Err(out_of_bounds(whole as i128, &format!("{whole:.0}"), dtype, vm));
                }
                ScalarValue {
                    dtype,
                    num: super::value::wrap_int(dtype, whole as i128),
                }
            }
            Kind::Bool => ScalarValue::new(dtype, Num::Float(f)),
            Kind::Float | Kind::Complex => ScalarValue { dtype, num: narrowed(f, dtype, vm)? },
        },
        Operand::WeakComplex(re, im) => match dtype.kind() {
            Kind::Complex | Kind::Bool => ScalarValue::new(dtype, Num::Complex(re, im)),
            Kind::Float => {
                return Err(vm.new_type_error(
                    "float() argument must be a string or a real number, not 'complex'",
                ));
            }
            _ => {
                return Err(vm.new_type_error(
                    "int() argument must be a string, a bytes-like object or a real number, \
                     not 'complex'",
                ));
            }
        },
        Operand::Other => return convert_other(obj, dtype, vm),
    };
    Ok(Some(value))
}

fn convert_other(obj: &PyObject, dtype: DType, vm: &VirtualMachine) -> PyResult<Option<ScalarValue>> {
    if let Some(text) = obj.downcast_ref::<PyStr>() {
        let text = text.to_string();
        return number_from_str(&text, dtype, obj, vm).map(Some);
    }
    if let Some(bytes) = obj.downcast_ref::<PyBytes>()
        && dtype != DType::Bool
    {
        if dtype.is_complex() {
            // Unlike `complex`, NumPy reads the text of bytes.
            let text = String::from_utf8_lossy(bytes.as_bytes()).into_owned();
            let text: PyObjectRef = vm.ctx.new_str(text).into();
            return number_from_str("b", dtype, &text, vm).map(Some);
        }
        return number_from_str("b", dtype, obj, vm).map(Some);
    }
    if vm.is_none(obj) {
        return match dtype.kind() {
            Kind::Float => Ok(Some(ScalarValue::new(dtype, Num::Float(f64::NAN)))),
            Kind::Complex => Ok(Some(ScalarValue::new(dtype, Num::Complex(f64::NAN, f64::NAN)))),
            Kind::Bool => Ok(Some(ScalarValue::bool(false))),
            _ => Err(vm.new_type_error(
                "int() argument must be a string, a bytes-like object or a real number, \
                 not 'NoneType'",
            )),
        };
    }
    if crate::convert::is_array_like(obj, vm) {
        return Ok(None);
    }
    if dtype == DType::Bool {
        return Ok(Some(ScalarValue::bool(obj.to_owned().try_to_bool(vm)?)));
    }
    // Foreign numbers: Fraction, Decimal, user classes.
    let number = obj.number();
    if dtype.is_integer() {
        if let Some(int) = number.int(vm).or_else(|| number.index(vm)) {
            let int = int?;
            return convert(int.as_object(), dtype, vm);
        }
        return Err(vm.new_type_error(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            obj.class().slot_name()
        )));
    }
    if dtype.is_complex() {
        if let Some((value, _)) = obj.to_owned().try_complex(vm)? {
            return Ok(Some(ScalarValue::new(dtype, Num::Complex(value.re, value.im))));
        }
        return Err(vm.new_type_error(format!("must be real number, not {}", obj.class().slot_name())));
    }
    match number.float(vm) {
        Some(float) => Ok(Some(ScalarValue::new(dtype, Num::Float(float?.to_f64())))),
        None => match number.index(vm) {
            Some(int) => convert(int?.as_object(), dtype, vm),
            None => Err(vm.new_type_error(format!(
                "float() argument must be a string or a real number, not '{}'",
                obj.class().slot_name()
            ))),
        },
    }
}
