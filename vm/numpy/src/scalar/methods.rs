//! Attributes and methods of every scalar (`np.generic`) that are not shared
//! with arrays.

use super::types::{PyScalar, scalar_value, to_object, to_python};
use super::value::{Num, ScalarValue, round_to};
use crate::args::{self, parse, present};
use crate::dtype::dtype_object;
use crate::interop::{PyNdArray, array_from_value};
use num_complex::Complex64;
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyStrRef, PyTypeRef},
    function::{FuncArgs, OptionalArg},
    pyclass,
};
use taipan_runtime::dtype::{DType, Kind};

fn value_of(obj: &PyObject, vm: &VirtualMachine) -> PyResult<ScalarValue> {
    scalar_value(obj, vm).ok_or_else(|| vm.new_type_error("expected a NumPy scalar"))
}

/// `TypeError` of a special method that the class of `obj` lacks.
fn undefined(obj: &PyObject, method: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_type_error(format!("type {} doesn't define {method} method", obj.class().slot_name()))
}

/// `AttributeError` unless `obj` is an integer.
fn integer_only(obj: &PyObject, attribute: &str, vm: &VirtualMachine) -> PyResult<()> {
    match value_of(obj, vm)?.dtype.kind() {
        Kind::Signed | Kind::Unsigned => Ok(()),
        _ => Err(vm.new_attribute_error(format!(
            "'{}' object has no attribute '{attribute}'",
            obj.class().slot_name()
        ))),
    }
}

/// `value` rounded to `decimals` decimal places the way `np.round` does it:
/// scale, round half to even, scale back.
pub fn round_decimals(value: f64, decimals: i32, dtype: DType) -> f64 {
    if decimals == 0 {
        return value.round_ties_even();
    }
    let scale = round_to(dtype, 10f64.powi(decimals.abs()));
    let rnd = |v: f64| round_to(dtype, v);
    if decimals > 0 {
        let scaled = rnd(value * scale);
        if scaled.is_finite() {
            rnd(scaled.round_ties_even() / scale)
        } else {
            value
        }
    } else {
        rnd(rnd(value / scale).round_ties_even() * scale)
    }
}

/// `np.round` of one number.
pub fn round_value(value: ScalarValue, decimals: i32) -> ScalarValue {
    let num = match value.num {
        Num::Float(f) => Num::Float(round_decimals(f, decimals, value.dtype)),
        Num::Complex(re, im) => {
            let part = value.dtype.real_part();
            Num::Complex(round_decimals(re, decimals, part), round_decimals(im, decimals, part))
        }
        other if decimals >= 0 => other,
        other => {
            let unit = 10i128.pow(decimals.unsigned_abs().min(30));
            let exact = other.as_int().unwrap_or(0);
            let down = exact.div_euclid(unit);
            let rest = exact.rem_euclid(unit);
            let up = rest * 2 > unit || (rest * 2 == unit && down % 2 != 0);
            super::value::wrap_int(value.dtype, (down + i128::from(up)) * unit)
        }
    };
    ScalarValue {
        dtype: value.dtype,
        num,
    }
}

#[pyclass(flags(BASETYPE))]
impl PyScalar {
    #[pygetset]
    fn dtype(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        Ok(dtype_object(value_of(&zelf, vm)?.dtype))
    }

    #[pygetset]
    fn shape(_zelf: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.empty_tuple.clone().into()
    }

    #[pygetset]
    fn strides(_zelf: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.empty_tuple.clone().into()
    }

    #[pygetset]
    fn ndim(_zelf: PyObjectRef) -> usize {
        0
    }

    #[pygetset]
    fn size(_zelf: PyObjectRef) -> usize {
        1
    }

    #[pygetset]
    fn itemsize(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        Ok(value_of(&zelf, vm)?.dtype.itemsize())
    }

    #[pygetset]
    fn nbytes(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        Ok(value_of(&zelf, vm)?.dtype.itemsize())
    }

    #[pygetset(name = "T")]
    fn transposed(zelf: PyObjectRef) -> PyObjectRef {
        zelf
    }

    #[pygetset]
    fn real(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        match value.num {
            Num::Complex(re, _) => {
                Ok(to_object(ScalarValue::new(value.dtype.real_part(), Num::Float(re))))
            }
            _ => Ok(zelf),
        }
    }

    #[pygetset]
    fn imag(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        Ok(to_object(match value.num {
            Num::Complex(_, im) => ScalarValue::new(value.dtype.real_part(), Num::Float(im)),
            _ => ScalarValue::new(value.dtype, Num::Bool(false)),
        }))
    }

    #[pygetset]
    fn base(_zelf: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pygetset]
    fn device(_zelf: PyObjectRef) -> &'static str {
        "cpu"
    }

    #[pygetset]
    fn flat(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let array = array_from_value(value_of(&zelf, vm)?, vm)?;
        let owner = PyNdArray::from_array(array, vm);
        Ok(crate::ndarray::flat::PyFlatIter::new(owner).into_ref(&vm.ctx).into())
    }

    #[pygetset]
    fn data(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let array = array_from_value(value_of(&zelf, vm)?, vm)?;
        let owner = PyNdArray::from_array(array, vm);
        vm.ctx.types.memoryview_type.as_object().call((owner,), vm)
    }

    #[pygetset(name = "__array_priority__")]
    fn array_priority(_zelf: PyObjectRef) -> f64 {
        -1_000_000.0
    }

    #[pymethod]
    fn __array__(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [dtype, _copy] = parse(args, "__array__", ["dtype", "copy"], 0, vm)?;
        let value = value_of(&zelf, vm)?;
        let value = match args::to_dtype(&dtype, vm)? {
            Some(dtype) => value.cast(dtype),
            None => value,
        };
        Ok(PyNdArray::from_array(array_from_value(value, vm)?, vm).into())
    }

    #[pymethod]
    fn __round__(zelf: PyObjectRef, ndigits: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        if value.dtype == DType::Bool || value.dtype.is_complex() {
            return Err(undefined(&zelf, "__round__", vm));
        }
        let ndigits = ndigits.into_option();
        match present(&ndigits, vm) {
            Some(digits) => {
                let digits = args::to_isize(digits, vm)?.clamp(-400, 400) as i32;
                Ok(to_object(round_value(value, digits)))
            }
            None => {
                let rounded = to_python(round_value(value, 0), vm);
                Ok(rounded.try_int(vm)?.into())
            }
        }
    }

    #[pymethod]
    fn __complex__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let (re, im) = value_of(&zelf, vm)?.num.as_complex();
        Ok(vm.ctx.new_complex(Complex64::new(re, im)).into())
    }

    #[pymethod]
    fn __trunc__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        // `float64` has it from `float`; no other class does.
        if value_of(&zelf, vm)?.dtype != DType::F64 {
            return Err(undefined(&zelf, "__trunc__", vm));
        }
        Ok(zelf.try_int(vm)?.into())
    }

    #[pygetset]
    fn numerator(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        integer_only(&zelf, "numerator", vm)?;
        Ok(zelf)
    }

    #[pygetset]
    fn denominator(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        integer_only(&zelf, "denominator", vm)?;
        Ok(vm.ctx.new_int(1).into())
    }

    #[pygetset]
    fn flags(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let mut array = array_from_value(value_of(&zelf, vm)?, vm)?;
        array.set_writeable(false);
        let owner: PyObjectRef = PyNdArray::from_array(array, vm).into();
        owner.get_attr("flags", vm)
    }

    #[pygetset]
    fn __array_interface__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let owner: PyObjectRef = PyNdArray::from_array(array_from_value(value_of(&zelf, vm)?, vm)?, vm).into();
        owner.get_attr("__array_interface__", vm)
    }

    #[pymethod]
    fn fill(_zelf: PyObjectRef, _args: FuncArgs) {}

    #[pymethod]
    fn resize(_zelf: PyObjectRef, _args: FuncArgs) {}

    #[pymethod]
    fn sort(_zelf: PyObjectRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(crate::exceptions::raise(taipan_runtime::Error::axis(-1, 0), vm))
    }

    #[pymethod]
    fn __floor__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        let whole = match value.num {
            Num::Float(f) => vm.ctx.new_float(f.floor()).into(),
            _ => to_python(value, vm),
        };
        Ok(whole.try_int(vm)?.into())
    }

    #[pymethod]
    fn __ceil__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        let whole = match value.num {
            Num::Float(f) => vm.ctx.new_float(f.ceil()).into(),
            _ => to_python(value, vm),
        };
        Ok(whole.try_int(vm)?.into())
    }

    #[pymethod]
    fn __format__(zelf: PyObjectRef, spec: PyStrRef, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        if spec.is_empty() && value.dtype.is_complex() {
            let text: PyObjectRef = zelf.str(vm)?.into();
            return vm.call_method(&text, "__format__", (spec,));
        }
        vm.call_method(&to_python(value, vm), "__format__", (spec,))
    }

    #[pymethod]
    fn __copy__(zelf: PyObjectRef) -> PyObjectRef {
        zelf
    }

    #[pymethod]
    fn __deepcopy__(zelf: PyObjectRef, _memo: PyObjectRef) -> PyObjectRef {
        zelf
    }

    #[pymethod]
    fn __reduce__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        let class: PyTypeRef = zelf.class().to_owned();
        let args = vm.ctx.new_tuple(vec![to_python(value, vm)]);
        Ok(vm.ctx.new_tuple(vec![class.into(), args.into()]).into())
    }

    #[pymethod]
    fn is_integer(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        let value = value_of(&zelf, vm)?;
        match value.num {
            Num::Int(_) | Num::UInt(_) => Ok(true),
            Num::Float(f) => Ok(f.is_finite() && f.fract() == 0.0),
            _ => Err(vm.new_attribute_error(format!(
                "'{}' object has no attribute 'is_integer'",
                zelf.class().slot_name()
            ))),
        }
    }

    #[pymethod]
    fn as_integer_ratio(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let value = value_of(&zelf, vm)?;
        if value.dtype.kind() != Kind::Float {
            return Err(vm.new_attribute_error(format!(
                "'{}' object has no attribute 'as_integer_ratio'",
                zelf.class().slot_name()
            )));
        }
        vm.call_method(&to_python(value, vm), "as_integer_ratio", ())
    }

    #[pymethod]
    fn bit_count(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<u32> {
        let value = value_of(&zelf, vm)?;
        match value.dtype.kind() {
            Kind::Signed | Kind::Unsigned => {
                let exact = value.num.as_int().unwrap_or(0);
                Ok(exact.unsigned_abs().count_ones())
            }
            _ => Err(vm.new_attribute_error(format!(
                "'{}' object has no attribute 'bit_count'",
                zelf.class().slot_name()
            ))),
        }
    }

    #[pymethod]
    fn setflags(_zelf: PyObjectRef, _args: FuncArgs) {}

    #[pyclassmethod]
    fn __class_getitem__(cls: PyTypeRef, args: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let alias = rustpython_vm::builtins::PyGenericAlias::from_args(cls, args, vm)?;
        Ok(alias.into_ref(&vm.ctx).into())
    }
}

/// The number of decimals in an argument of `round`.
pub fn decimals_from(obj: &PyObject, vm: &VirtualMachine) -> PyResult<i32> {
    let int = obj.try_index(vm)?;
    Ok(int.as_bigint().to_i32().unwrap_or(0).clamp(-400, 400))
}
