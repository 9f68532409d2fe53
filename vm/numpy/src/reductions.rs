//! Reductions as methods of arrays and scalars and as module functions.

use crate::args::{self, parse, present};
use crate::convert::array_from_object;
use crate::errstate;
use crate::exceptions::OrRaise;
use crate::interop::{array_or_scalar, as_array};
use crate::ufunc::{self, Reduction, axes_argument, initial_argument, mask_argument, single_out};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};
use taipan_runtime::dtype::Kind;
use taipan_runtime::ufunc::{CallOptions, Operand, ReduceOptions};
use taipan_runtime::{Array, Casting, DType, Scalar};

type Given = Option<PyObjectRef>;

fn run(
    name: &str,
    zelf: &PyObject,
    [axis, dtype, out, keepdims, initial, mask]: [&Given; 6],
    vm: &VirtualMachine,
) -> PyResult {
    let array = array_from_object(zelf, None, vm)?;
    let spec = Reduction {
        axes: axes_argument(axis, array.ndim(), vm)?,
        dtype: args::to_dtype(dtype, vm)?,
        out: single_out(out, vm)?,
        keepdims: keeps(keepdims, vm)?,
        initial: initial_argument(initial, vm)?,
        without_identity: initial.as_ref().is_some_and(|i| vm.is_none(i)),
        mask: mask_argument(mask, vm)?,
    };
    ufunc::reduce(ufunc::find(name, vm)?, &array, &spec, vm)
}

/// `keepdims=`
fn keeps(value: &Given, vm: &VirtualMachine) -> PyResult<bool> {
    match value {
        Some(value) if vm.is_none(value) => {
            Err(vm.new_type_error("'NoneType' object cannot be interpreted as an integer"))
        }
        Some(value) => value.clone().try_to_bool(vm),
        None => Ok(false),
    }
}

fn arithmetic(name: &str, function: &str, zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["axis", "dtype", "out", "keepdims", "initial", "where"];
    let [axis, dtype, out, keepdims, initial, mask] = parse(args, function, names, 0, vm)?;
    run(name, zelf, [&axis, &dtype, &out, &keepdims, &initial, &mask], vm)
}

fn extremum(name: &str, function: &str, zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["axis", "out", "keepdims", "initial", "where"];
    let [axis, out, keepdims, initial, mask] = parse(args, function, names, 0, vm)?;
    run(name, zelf, [&axis, &None, &out, &keepdims, &initial, &mask], vm)
}

fn truth(name: &str, function: &str, zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["axis", "out", "keepdims", "*", "where"];
    let [axis, out, keepdims, _, mask] = parse(args, function, names, 0, vm)?;
    run(name, zelf, [&axis, &None, &out, &keepdims, &None, &mask], vm)
}

/// `a.sum(axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True)`
pub fn sum(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arithmetic("add", "sum", &zelf, args, vm)
}

/// `a.prod(…)`
pub fn prod(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arithmetic("multiply", "prod", &zelf, args, vm)
}

/// `a.min(axis=None, out=None, keepdims=False, initial, where=True)`
pub fn min(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    extremum("minimum", "min", &zelf, args, vm)
}

/// `a.max(…)`
pub fn max(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    extremum("maximum", "max", &zelf, args, vm)
}

/// `a.any(axis=None, out=None, keepdims=False, *, where=True)`
pub fn any(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    truth("logical_or", "any", &zelf, args, vm)
}

/// `a.all(…)`
pub fn all(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    truth("logical_and", "all", &zelf, args, vm)
}

/// How many elements each result of a reduction is made of.
fn count(array: &Array, axes: &Option<Vec<usize>>) -> usize {
    match axes {
        Some(axes) => axes.iter().map(|&a| array.shape()[a]).product(),
        None => array.size(),
    }
}

/// The dtype sums are accumulated in when a mean is wanted.
fn accumulator(dtype: DType) -> Option<DType> {
    match dtype.kind() {
        Kind::Bool | Kind::Signed | Kind::Unsigned => Some(DType::F64),
        Kind::Float if dtype == DType::F16 => Some(DType::F32),
        Kind::Float | Kind::Complex => None,
    }
}

struct Statistic {
    axes: Option<Vec<usize>>,
    dtype: Option<DType>,
    keepdims: bool,
    mask: Option<Array>,
}

fn add_up(array: &Array, spec: &Statistic, dtype: Option<DType>, keepdims: bool, vm: &VirtualMachine) -> PyResult<Array> {
    let options = ReduceOptions {
        axes: spec.axes.as_deref(),
        dtype,
        keepdims,
        where_: spec.mask.as_ref(),
        ..ReduceOptions::default()
    };
    let (sum, raised) = ufunc::find("add", vm)?.reduce(array, &options).or_raise(vm)?;
    errstate::report(raised.0, "reduce", vm)?;
    Ok(sum)
}

/// Number of elements per result: a plain number, or an array where a mask decides.
fn divisor(array: &Array, spec: &Statistic, keepdims: bool, ddof: f64, vm: &VirtualMachine) -> PyResult<(Array, bool)> {
    let (counts, smallest) = match &spec.mask {
        None => {
            let n = count(array, &spec.axes) as f64 - ddof;
            (Array::from_scalar(Scalar::Float(n.max(0.0)), DType::F64).or_raise(vm)?, n)
        }
        Some(mask) => {
            let mask = mask.broadcast_to(array.shape()).or_raise(vm)?;
            let unmasked = Statistic {
                axes: spec.axes.clone(),
                dtype: None,
                keepdims,
                mask: None,
            };
            let counts = add_up(&mask, &unmasked, Some(DType::F64), keepdims, vm)?;
            let shift = Operand::Typed(Scalar::Float(ddof), DType::F64);
            let shifted = ufunc::find("subtract", vm)?
                .call(&[Operand::Array(&counts), shift], &CallOptions::default())
                .or_raise(vm)?;
            let counts = shifted.arrays[0].clone();
            let smallest = counts.to_vec::<f64>().or_raise(vm)?.into_iter().fold(f64::INFINITY, f64::min);
            (counts, smallest)
        }
    };
    Ok((counts, smallest <= 0.0))
}

/// `sum / counts` in the type of `sum`.
fn divide(sum: &Array, counts: &Array, vm: &VirtualMachine) -> PyResult<Array> {
    let dtype = sum.dtype();
    let out = Array::empty(sum.shape(), dtype, taipan_runtime::Order::C).or_raise(vm)?;
    let outs = [Some(&out)];
    let options = CallOptions {
        out: &outs,
        casting: Casting::Unsafe,
        ..CallOptions::default()
    };
    let counts_first = counts.first().map_or(0.0, |s| s.to_f64());
    let by = if counts.ndim() == 0 {
        Operand::Python(Scalar::Float(counts_first))
    } else {
        Operand::Array(counts)
    };
    let outputs = ufunc::find("divide", vm)?
        .call(&[Operand::Array(sum), by], &options)
        .or_raise(vm)?;
    let name = if sum.ndim() == 0 { "scalar divide" } else { "divide" };
    errstate::report(outputs.flags.0, name, vm)?;
    Ok(out)
}

fn narrow(result: Array, dtype: DType, vm: &VirtualMachine) -> PyResult<Array> {
    if result.dtype() == dtype {
        return Ok(result);
    }
    result.cast_to(dtype).or_raise(vm)
}

fn deliver(result: Array, out: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    match out {
        Some(out) => {
            if let Some(target) = as_array(&out) {
                target.assign(&result).or_raise(vm)?;
            }
            Ok(out)
        }
        None => array_or_scalar(result, vm),
    }
}

fn mean_of(array: &Array, spec: &Statistic, keepdims: bool, vm: &VirtualMachine) -> PyResult<Array> {
    let (counts, empty) = divisor(array, spec, keepdims, 0.0, vm)?;
    if empty {
        crate::warnings::warn(vm.ctx.exceptions.runtime_warning, "Mean of empty slice", vm)?;
    }
    let dtype = spec.dtype.or_else(|| accumulator(array.dtype()));
    let sum = add_up(array, spec, dtype, keepdims, vm)?;
    let mean = divide(&sum, &counts, vm)?;
    match (spec.dtype, array.dtype()) {
        (None, DType::F16) => narrow(mean, DType::F16, vm),
        _ => Ok(mean),
    }
}

/// `a.mean(axis=None, dtype=None, out=None, keepdims=False, *, where=True)`
pub fn mean(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["axis", "dtype", "out", "keepdims", "*", "where"];
    let [axis, dtype, out, keepdims, _, mask] = parse(args, "mean", names, 0, vm)?;
    let array = array_from_object(&zelf, None, vm)?;
    let spec = Statistic {
        axes: axes_argument(&axis, array.ndim(), vm)?,
        dtype: args::to_dtype(&dtype, vm)?,
        keepdims: keeps(&keepdims, vm)?,
        mask: mask_argument(&mask, vm)?,
    };
    let result = mean_of(&array, &spec, spec.keepdims, vm)?;
    deliver(result, single_out(&out, vm)?, vm)
}

fn call2(name: &str, a: Operand<'_>, b: Operand<'_>, vm: &VirtualMachine) -> PyResult<Array> {
    let ufunc = ufunc::find(name, vm)?;
    let outputs = ufunc.call(&[a, b], &CallOptions::default()).or_raise(vm)?;
    errstate::report(outputs.flags.0, name, vm)?;
    Ok(outputs.arrays[0].clone())
}

/// Mean of the squared distances from the mean.
fn variance(zelf: &PyObject, args: FuncArgs, function: &str, vm: &VirtualMachine) -> PyResult<(Array, Option<PyObjectRef>)> {
    let names = ["axis", "dtype", "out", "ddof", "keepdims", "*", "where", "mean", "correction"];
    let [axis, dtype, out, ddof, keepdims, _, mask, mean, correction] =
        parse(args, function, names, 0, vm)?;
    let ddof = if correction.is_some() { correction } else { ddof };
    let ddof = match present(&ddof, vm) {
        Some(ddof) => args::to_f64(ddof, vm)?,
        None => 0.0,
    };
    let array = array_from_object(zelf, None, vm)?;
    let spec = Statistic {
        axes: axes_argument(&axis, array.ndim(), vm)?,
        dtype: args::to_dtype(&dtype, vm)?,
        keepdims: keeps(&keepdims, vm)?,
        mask: mask_argument(&mask, vm)?,
    };
    let (counts, none_left) = divisor(&array, &spec, spec.keepdims, ddof, vm)?;
    if none_left {
        crate::warnings::warn(vm.ctx.exceptions.runtime_warning, "Degrees of freedom <= 0 for slice", vm)?;
    }
    let wide = spec.dtype.or_else(|| accumulator(array.dtype()));
    let center = match present(&mean, vm) {
        Some(mean) => array_from_object(mean, None, vm)?,
        None => {
            let total = add_up(&array, &spec, wide, true, vm)?;
            let (all, _) = divisor(&array, &spec, true, 0.0, vm)?;
            // Reported as an array division: the kept axes make it one.
            let dtype = total.dtype();
            let quotient = if all.ndim() == 0 {
                call2("divide", Operand::Array(&total), Operand::Python(all.first().unwrap_or(Scalar::Float(0.0))), vm)?
            } else {
                call2("divide", Operand::Array(&total), Operand::Array(&all), vm)?
            };
            narrow(quotient, dtype, vm)?
        }
    };
    let distance = call2("subtract", Operand::Array(&array), Operand::Array(&center), vm)?;
    let squares = match distance.complex_part(false) {
        Some(re) => {
            let im = distance.complex_part(true).unwrap_or_else(|| re.clone());
            let re = call2("multiply", Operand::Array(&re), Operand::Array(&re), vm)?;
            let im = call2("multiply", Operand::Array(&im), Operand::Array(&im), vm)?;
            call2("add", Operand::Array(&re), Operand::Array(&im), vm)?
        }
        None => call2("multiply", Operand::Array(&distance), Operand::Array(&distance), vm)?,
    };
    let wide = if squares.dtype() == DType::F16 { Some(DType::F32) } else { spec.dtype.filter(|d| !d.is_complex()) };
    let total = add_up(&squares, &spec, wide, spec.keepdims, vm)?;
    let result = divide(&total, &counts, vm)?;
    let result = match (spec.dtype, array.dtype()) {
        (None, DType::F16) => narrow(result, DType::F16, vm)?,
        _ => result,
    };
    Ok((result, single_out(&out, vm)?))
}

/// `a.var(axis=None, dtype=None, out=None, ddof=0, keepdims=False, …)`
pub fn var(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (result, out) = variance(&zelf, args, "var", vm)?;
    deliver(result, out, vm)
}

/// `a.std(…)`: square root of [`var`].
pub fn std(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (result, out) = variance(&zelf, args, "std", vm)?;
    let outputs = ufunc::find("sqrt", vm)?
        .call(&[Operand::Array(&result)], &CallOptions::default())
        .or_raise(vm)?;
    deliver(outputs.arrays[0].clone(), out, vm)
}

fn arg_extremum(zelf: &PyObject, args: FuncArgs, largest: bool, vm: &VirtualMachine) -> PyResult {
    let function = if largest { "argmax" } else { "argmin" };
    let [axis, out, _, keepdims] = parse(args, function, ["axis", "out", "*", "keepdims"], 0, vm)?;
    let array = array_from_object(zelf, None, vm)?;
    let keepdims = keeps(&keepdims, vm)?;
    let axis = args::optional_isize(&axis, vm)?;
    let result = taipan_runtime::reduce::arg_extremum(&array, axis, keepdims, largest).or_raise(vm)?;
    let Some(out) = present(&out, vm) else {
        return array_or_scalar(result, vm);
    };
    let Some(target) = as_array(out) else {
        return Err(vm.new_type_error("output must be an array"));
    };
    if target.shape() != result.shape() {
        return Err(vm.new_value_error(format!("output array does not match result of np.{function}.")));
    }
    if target.dtype() != DType::I64 {
        return Err(vm.new_type_error(format!(
            "Cannot cast {} from dtype('{}') to dtype('int64') according to the rule 'safe'",
            if target.ndim() == 0 { "scalar" } else { "array data" },
            target.dtype()
        )));
    }
    deliver(result, Some(out.to_owned()), vm)
}

/// `a.argmin(axis=None, out=None, *, keepdims=False)`
pub fn argmin(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arg_extremum(&zelf, args, false, vm)
}

/// `a.argmax(…)`
pub fn argmax(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arg_extremum(&zelf, args, true, vm)
}

fn cumulative(name: &str, zelf: &PyObject, args: FuncArgs, function: &str, vm: &VirtualMachine) -> PyResult {
    let [axis, dtype, out] = parse(args, function, ["axis", "dtype", "out"], 0, vm)?;
    let array = array_from_object(zelf, None, vm)?;
    let dtype = args::to_dtype(&dtype, vm)?;
    let (array, axis) = match args::optional_isize(&axis, vm)? {
        Some(axis) if array.ndim() > 0 => (array, axis),
        _ => (array.reshape(&[-1], taipan_runtime::Order::C).or_raise(vm)?, 0),
    };
    ufunc::accumulate(ufunc::find(name, vm)?, &array, axis, dtype, single_out(&out, vm)?, vm)
}

/// `a.cumsum(axis=None, dtype=None, out=None)`
pub fn cumsum(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    cumulative("add", &zelf, args, "cumsum", vm)
}

/// `a.cumprod(…)`
pub fn cumprod(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    cumulative("multiply", &zelf, args, "cumprod", vm)
}

/// `np.count_nonzero(a, axis=None, *, keepdims=False)`
pub fn count_nonzero(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [a, axis, _, keepdims] = parse(args, "count_nonzero", ["a", "axis", "*", "keepdims"], 1, vm)?;
    let Some(a) = a else { return Ok(vm.ctx.none()) };
    let mask = array_from_object(&a, None, vm)?.cast_to(DType::Bool).or_raise(vm)?;
    let spec = Reduction {
        axes: axes_argument(&axis, mask.ndim(), vm)?,
        dtype: Some(DType::I64),
        out: None,
        keepdims: keeps(&keepdims, vm)?,
        initial: None,
        without_identity: false,
        mask: None,
    };
    ufunc::reduce(ufunc::find("add", vm)?, &mask, &spec, vm)
}
