//! Functions about types, errors and memory, and the joining of arrays.

use crate::args::{self, parse, present};
use crate::dtype::{PyDType, dtype_from_object, dtype_object};
use crate::errstate;
use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, as_array};
use crate::ndarray::methods::array_of;
use crate::scalar::{Num, Operand, ScalarValue, classify, types};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyType},
    function::FuncArgs,
};
use taipan_runtime::dtype::{self, Casting, DType, Weak, can_cast as cast_allowed};
use taipan_runtime::iter::broadcast_shapes as common_shape;

// ----- floating-point conditions ------------------------------------------------------

/// `np.geterr()`
pub fn geterr(_args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Ok(errstate::to_dict(vm)?.into())
}

/// `np.seterr(all=None, divide=None, over=None, under=None, invalid=None)`
pub fn seterr(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["all", "divide", "over", "under", "invalid"];
    let values = parse(args, "seterr", names, 0, vm)?;
    let old = errstate::to_dict(vm)?;
    let mut settings = Vec::new();
    for (name, value) in names.iter().zip(&values) {
        if let Some(value) = present(value, vm) {
            settings.push((*name, value.str(vm)?.to_string()));
        }
    }
    let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    errstate::update(&settings, vm)?;
    Ok(old.into())
}

/// `np.seterrcall(func)`
pub fn seterrcall(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [func] = parse(args, "seterrcall", ["func"], 1, vm)?;
    let new = func.filter(|f| !vm.is_none(f));
    if let Some(new) = &new
        && !errstate::is_callback(new, vm)
    {
        return Err(vm.new_value_error("Only callable can be used as callback"));
    }
    Ok(errstate::swap_callback(new).unwrap_or_else(|| vm.ctx.none()))
}

/// `np.geterrcall()`
pub fn geterrcall(_args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Ok(errstate::current_callback().unwrap_or_else(|| vm.ctx.none()))
}

// ----- types --------------------------------------------------------------------------

/// `np.promote_types(type1, type2)`
pub fn promote_types(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a, b] = parse(args, "promote_types", ["type1", "type2"], 2, vm)?;
    let (Some(a), Some(b)) = (a, b) else { return Ok(vm.ctx.none()) };
    let (a, b) = (dtype_from_object(&a, vm)?, dtype_from_object(&b, vm)?);
    Ok(dtype_object(dtype::promote_types(a, b)))
}

/// `np.result_type(*arrays_and_dtypes)`
pub fn result_type(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.is_empty() {
        return Err(vm.new_value_error("at least one array or dtype is required"));
    }
    let (mut strong, mut weak) = (Vec::new(), Vec::new());
    for arg in &args.args {
        if let Some(array) = as_array(arg) {
            strong.push(array.dtype());
            continue;
        }
        match classify(arg, vm) {
            Operand::Strong(value) => strong.push(value.dtype),
            Operand::WeakInt(_) | Operand::WeakBig(_) => weak.push(Weak::Int),
            Operand::WeakFloat(_) => weak.push(Weak::Float),
            Operand::WeakComplex(..) => weak.push(Weak::Complex),
            Operand::Other => {
                let is_spec = arg.downcastable::<PyStr>()
                    || arg.downcastable::<PyType>()
                    || arg.downcastable::<PyDType>()
                    || vm.is_none(arg);
                if is_spec {
                    strong.push(dtype_from_object(arg, vm)?);
                } else {
                    strong.push(array_of(arg, vm)?.dtype());
                }
            }
        }
    }
    match dtype::result_type(&strong, &weak) {
        Some(dtype) => Ok(dtype_object(dtype)),
        None => Err(vm.new_value_error("at least one array or dtype is required")),
    }
}

/// `np.can_cast(from_, to, casting='safe')`
pub fn can_cast(args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
    let [from, to, casting] = parse(args, "can_cast", ["from_", "to", "casting"], 2, vm)?;
    let (Some(from), Some(to)) = (from, to) else { return Ok(false) };
    let casting = args::to_casting(&casting, Casting::Safe, vm)?;
    let to = dtype_from_object(&to, vm)?;
    let from = match (as_array(&from), classify(&from, vm)) {
        (Some(array), _) => array.dtype(),
        (None, Operand::Strong(value)) if !from.class().is(vm.ctx.types.bool_type) => value.dtype,
        (None, Operand::Other) if vm.is_none(&from) => {
            return Err(vm.new_type_error("did not understand one of the types; 'None' not accepted"));
        }
        (None, Operand::Other) => dtype_from_object(&from, vm)?,
        _ => {
            return Err(vm.new_type_error(
                "can_cast() does not support Python ints, floats, and complex because the result \
                 used to depend on the value.\nThis change was part of adopting NEP 50, we may \
                 explicitly allow them again in the future.",
            ));
        }
    };
    Ok(cast_allowed(from, to, casting))
}

/// The class an argument of `issubdtype` names.
fn scalar_class(obj: &PyObject, vm: &VirtualMachine) -> PyResult<rustpython_vm::builtins::PyTypeRef> {
    if let Some(class) = obj.downcast_ref::<PyType>() {
        let generic = types().generic();
        if class.fast_issubclass(generic) {
            return Ok(class.to_owned());
        }
    }
    Ok(types().of(dtype_from_object(obj, vm)?).to_owned())
}

/// `np.issubdtype(arg1, arg2)`
pub fn issubdtype(args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
    let [a, b] = parse(args, "issubdtype", ["arg1", "arg2"], 2, vm)?;
    let (Some(a), Some(b)) = (a, b) else { return Ok(false) };
    let a = scalar_class(&a, vm)?;
    let b = scalar_class(&b, vm)?;
    Ok(a.fast_issubclass(&*b))
}

/// `_machine_limits(dtype)`: the numbers behind `finfo` and `iinfo`, as a tuple.
pub fn machine_limits(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [dtype] = parse(args, "_machine_limits", ["dtype"], 1, vm)?;
    let Some(dtype) = dtype else { return Ok(vm.ctx.none()) };
    let dtype = dtype_from_object(&dtype, vm)?;
    if let Some((min, max)) = dtype.int_bounds().filter(|_| dtype != DType::Bool) {
        let pair = vec![vm.ctx.new_int(min).into(), vm.ctx.new_int(max).into()];
        return Ok(vm.ctx.new_tuple(pair).into());
    }
    let part = dtype.real_part();
    // (mantissa bits, smallest exponent, largest exponent)
    let (nmant, minexp, maxexp) = match part {
        DType::F16 => (10, -14, 16),
        DType::F32 => (23, -126, 128),
        DType::F64 => (52, -1022, 1024),
        _ => return Err(vm.new_value_error(format!("data type {} not inexact", dtype.name()))),
    };
    let float = |value: f64| crate::scalar::to_object(ScalarValue::new(part, Num::Float(value)));
    let int = |value: i32| -> PyObjectRef { vm.ctx.new_int(value).into() };
    let eps = 2f64.powi(-nmant);
    let tiny = if part == DType::F64 { f64::MIN_POSITIVE } else { 2f64.powi(minexp) };
    let subnormal = if part == DType::F64 { 5e-324 } else { tiny * eps };
    let max = (2.0 - eps) * 2f64.powi(maxexp - 1);
    let fields = vec![
        dtype_object(part),
        int(8 * part.itemsize() as i32),
        int(nmant),
        int(minexp),
        int(maxexp),
        float(eps),
        float(eps / 2.0),
        float(tiny),
        float(subnormal),
        float(max),
        float(-max),
        int(match part {
            DType::F16 => 3,
            DType::F32 => 6,
            _ => 15,
        }),
    ];
    Ok(vm.ctx.new_tuple(fields).into())
}

// ----- memory and shapes --------------------------------------------------------------

/// `np.may_share_memory(a, b)`
pub fn may_share_memory(args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
    let [a, b, _max_work] = parse(args, "may_share_memory", ["a", "b", "max_work"], 2, vm)?;
    match (a.as_ref().and_then(|a| as_array(a)), b.as_ref().and_then(|b| as_array(b))) {
        (Some(a), Some(b)) => Ok(a.may_share_memory(b)),
        _ => Ok(false),
    }
}

/// `np.broadcast_to(array, shape, subok=False)`
pub fn broadcast_to(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [array, shape, _subok] = parse(args, "broadcast_to", ["array", "shape", "subok"], 2, vm)?;
    let (Some(obj), Some(shape)) = (array, shape) else { return Ok(vm.ctx.none()) };
    let array = array_of(&obj, vm)?;
    let shape = args::to_shape(&shape, vm)?;
    let view = array.broadcast_to(&shape).or_raise(vm)?;
    Ok(crate::ndarray::methods::wrap_view(view, &obj, vm))
}

/// `_broadcast_shapes(shapes)`: the common shape of a tuple of shapes, or `None`.
pub fn broadcast_shapes(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [shapes] = parse(args, "_broadcast_shapes", ["shapes"], 1, vm)?;
    let Some(shapes) = shapes else { return Ok(vm.ctx.none()) };
    let shapes = vm.extract_elements_with(&shapes, |s| args::to_shape(&s, vm))?;
    let views: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
    Ok(match common_shape(&views) {
        Some(shape) => args::shape_object(&shape, vm),
        None => vm.ctx.none(),
    })
}

/// `_as_strided(x, shape, strides, writeable)`
pub fn as_strided(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [x, shape, strides, writeable] = parse(args, "as_strided", ["x", "shape", "strides", "writeable"], 1, vm)?;
    let Some(x) = x else { return Ok(vm.ctx.none()) };
    let array = array_of(&x, vm)?;
    let shape = match present(&shape, vm) {
        Some(shape) => args::to_shape(shape, vm)?,
        None => array.shape().to_vec(),
    };
    let strides = match present(&strides, vm) {
        Some(strides) => args::to_isizes(strides, vm)?,
        None => array.strides().to_vec(),
    };
    let mut view = array.as_strided(&shape, &strides).or_raise(vm)?;
    if !args::to_bool(&writeable, true, vm)? {
        view.set_writeable(false);
    }
    Ok(crate::ndarray::methods::wrap_view(view, &x, vm))
}

// ----- joining and choosing -----------------------------------------------------------

/// `np.where(condition, [x, y])`
pub fn where_function(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [condition, x, y] = parse(args, "where", ["condition", "x", "y"], 1, vm)?;
    let Some(condition) = condition else { return Ok(vm.ctx.none()) };
    let (x, y) = match (x, y) {
        (None, None) => return crate::selection::nonzero(condition, vm),
        (Some(x), Some(y)) => (x, y),
        _ => return Err(vm.new_value_error("either both or neither of x and y should be given")),
    };
    let (x, y) = (crate::ufunc::hold(&x, vm)?, crate::ufunc::hold(&y, vm)?);
    let condition = array_of(&condition, vm)?;
    let result = taipan_runtime::creation::select(&condition, &x.beside(&y, vm)?, &y.beside(&x, vm)?).or_raise(vm)?;
    Ok(PyNdArray::from_array(result, vm).into())
}
