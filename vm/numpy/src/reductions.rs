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

/// Arguments of `mean`, `var` and `std`.
struct Statistic {
    axes: Option<Vec<usize>>,
    dtype: Option<DType>,
    out: Option<PyObjectRef>,
    keepdims: bool,
    mask: Option<Array>,
}

impl Statistic {
    fn new([axis, dtype, out, keepdims, mask]: [&Given; 5], array: &Array, vm: &VirtualMachine) -> PyResult<Self> {
        // Elements are counted along the axes, so that no array without axes has axis 0.
        if let (0, Some(axis)) = (array.ndim(), present(axis, vm))
            && let Ok(axis) = args::to_isize(axis, vm)
        {
            array.axis(axis).or_raise(vm)?;
        }
        Ok(Statistic {
            axes: axes_argument(axis, array.ndim(), vm)?,
            dtype: args::to_dtype(dtype, vm)?,
            out: single_out(out, vm)?,
            keepdims: keeps(keepdims, vm)?,
            mask: mask_argument(mask, vm)?,
        })
    }

    /// The array results go to, if one was given.
    fn target(&self) -> Option<&Array> {
        self.out.as_ref().and_then(|out| as_array(out))
    }

    /// The result as Python sees it.
    fn deliver(self, result: Array, vm: &VirtualMachine) -> PyResult {
        match self.out {
            Some(out) => Ok(out),
            None => array_or_scalar(result, vm),
        }
    }
}

fn add_up(
    array: &Array,
    spec: &Statistic,
    dtype: Option<DType>,
    out: Option<&Array>,
    keepdims: bool,
    vm: &VirtualMachine,
) -> PyResult<Array> {
    let options = ReduceOptions {
        axes: spec.axes.as_deref(),
        dtype,
        out,
        keepdims,
        where_: spec.mask.as_ref(),
        ..ReduceOptions::default()
    };
    let (sum, raised) = ufunc::find("add", vm)?.reduce(array, &options).or_raise(vm)?;
    ufunc::warn_of_lost_parts(array, dtype, out, vm)?;
    errstate::report(raised.0, "reduce", vm)?;
    Ok(sum)
}

/// Number of elements per result, less `ddof`: a plain number, or an array where a mask decides.
/// With it whether some result has none.
fn divisor(array: &Array, spec: &Statistic, keepdims: bool, ddof: f64, vm: &VirtualMachine) -> PyResult<(Array, bool)> {
    let Some(mask) = &spec.mask else {
        let n = count(array, &spec.axes) as f64 - ddof;
        let counts = Array::from_scalar(Scalar::Float(n.max(0.0)), DType::F64).or_raise(vm)?;
        return Ok((counts, n <= 0.0));
    };
    let mask = mask.broadcast_to(array.shape()).or_raise(vm)?;
    let unmasked = Statistic { axes: spec.axes.clone(), dtype: None, out: None, keepdims, mask: None };
    let counts = add_up(&mask, &unmasked, Some(DType::F64), None, keepdims, vm)?;
    let left: Vec<f64> = counts.to_vec::<f64>().or_raise(vm)?.into_iter().map(|n| n - ddof).collect();
    let none_left = left.iter().any(|&n| n <= 0.0);
    let left: Vec<f64> = left.into_iter().map(|n| n.max(0.0)).collect();
    let left = Array::from_slice(counts.shape(), &left).or_raise(vm)?;
    Ok((left, none_left))
}

/// `sum / counts` in the type of `sum` and in its place; `given`: the place is the caller's `out`.
fn divide(sum: &Array, counts: &Array, given: bool, vm: &VirtualMachine) -> PyResult<()> {
    let dtype = sum.dtype();
    let outs = [Some(sum)];
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
    // Only scalars that hold a count are divided as scalars.
    let scalar = sum.ndim() == 0 && !given && matches!(dtype, DType::F64 | DType::C128);
    let name = if scalar { "scalar divide" } else { "divide" };
    errstate::report(outputs.flags.0, name, vm)?;
    errstate::report(outputs.cast_flags.0, name, vm)
}

fn narrow(result: Array, dtype: DType, vm: &VirtualMachine) -> PyResult<Array> {
    if result.dtype() == dtype {
        return Ok(result);
    }
    result.cast_to(dtype).or_raise(vm)
}

/// `a.mean(axis=None, dtype=None, out=None, keepdims=False, *, where=True)`
pub fn mean(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["axis", "dtype", "out", "keepdims", "*", "where"];
    let [axis, dtype, out, keepdims, _, mask] = parse(args, "mean", names, 0, vm)?;
    let array = array_from_object(&zelf, None, vm)?;
    let spec = Statistic::new([&axis, &dtype, &out, &keepdims, &mask], &array, vm)?;
    let (counts, empty) = divisor(&array, &spec, spec.keepdims, 0.0, vm)?;
    if empty {
        crate::warnings::warn(vm.ctx.exceptions.runtime_warning, "Mean of empty slice", vm)?;
    }
    let dtype = spec.dtype.or_else(|| accumulator(array.dtype()));
    let mut mean = add_up(&array, &spec, dtype, spec.target(), spec.keepdims, vm)?;
    divide(&mean, &counts, spec.out.is_some(), vm)?;
    if spec.dtype.is_none() && spec.out.is_none() && array.dtype() == DType::F16 {
        mean = narrow(mean, DType::F16, vm)?;
    }
    spec.deliver(mean, vm)
}

fn elementwise(name: &str, inputs: &[Operand<'_>], options: &CallOptions<'_>, vm: &VirtualMachine) -> PyResult<Array> {
    let ufunc = ufunc::find(name, vm)?;
    let outputs = ufunc.call(inputs, options).or_raise(vm)?;
    errstate::report(outputs.flags.0, name, vm)?;
    Ok(outputs.arrays[0].clone())
}

fn call2(name: &str, a: &Array, b: &Array, vm: &VirtualMachine) -> PyResult<Array> {
    elementwise(name, &[Operand::Array(a), Operand::Array(b)], &CallOptions::default(), vm)
}

/// Mean of the squared distances from the mean.
fn variance(zelf: &PyObject, args: FuncArgs, function: &str, vm: &VirtualMachine) -> PyResult<(Array, Statistic)> {
    let names = ["axis", "dtype", "out", "ddof", "keepdims", "*", "where", "mean", "correction"];
    let [axis, dtype, out, ddof, keepdims, _, mask, mean, correction] =
        parse(args, function, names, 0, vm)?;
    if correction.is_some() && present(&ddof, vm).is_some() {
        return Err(vm.new_value_error("ddof and correction can't be provided simultaneously."));
    }
    let ddof = if correction.is_some() { correction } else { ddof };
    let ddof = match present(&ddof, vm) {
        Some(ddof) => args::to_f64(ddof, vm)?,
        None => 0.0,
    };
    let array = array_from_object(zelf, None, vm)?;
    let spec = Statistic::new([&axis, &dtype, &out, &keepdims, &mask], &array, vm)?;
    let (counts, none_left) = divisor(&array, &spec, spec.keepdims, ddof, vm)?;
    if none_left {
        crate::warnings::warn(vm.ctx.exceptions.runtime_warning, "Degrees of freedom <= 0 for slice", vm)?;
    }
    let wide = spec.dtype.or_else(|| accumulator(array.dtype()));
    let center = match present(&mean, vm) {
        Some(mean) => array_from_object(mean, None, vm)?,
        None => {
            let total = add_up(&array, &spec, wide, None, true, vm)?;
            let (all, _) = divisor(&array, &spec, true, 0.0, vm)?;
            let dtype = total.dtype();
            // The kept axes make it a division of arrays.
            let quotient = if all.ndim() == 0 {
                let by = Operand::Python(all.first().unwrap_or(Scalar::Float(0.0)));
                elementwise("divide", &[Operand::Array(&total), by], &CallOptions::default(), vm)?
            } else {
                call2("divide", &total, &all, vm)?
            };
            narrow(quotient, dtype, vm)?
        }
    };
    let distance = call2("subtract", &array, &center, vm)?;
    let square = |x: &Array| elementwise("square", &[Operand::Array(x)], &CallOptions::default(), vm);
    let squares = match (distance.complex_part(false), distance.complex_part(true)) {
        (Some(re), Some(im)) => call2("add", &square(&re)?, &square(&im)?, vm)?,
        _ => square(&distance)?,
    };
    let half = squares.dtype() == DType::F16;
    let wide = if half { Some(DType::F32) } else { spec.dtype.filter(|d| !d.is_complex()) };
    // Whole deviations from a whole mean: their mean is none.
    let wide = wide.or_else(|| accumulator(squares.dtype()));
    let mut result = add_up(&squares, &spec, wide, spec.target(), spec.keepdims, vm)?;
    divide(&result, &counts, spec.out.is_some(), vm)?;
    if spec.dtype.is_none() && spec.out.is_none() && array.dtype() == DType::F16 {
        result = narrow(result, DType::F16, vm)?;
    }
    Ok((result, spec))
}

/// `a.var(axis=None, dtype=None, out=None, ddof=0, keepdims=False, …)`
pub fn var(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (result, spec) = variance(&zelf, args, "var", vm)?;
    spec.deliver(result, vm)
}

/// `a.std(…)`: square root of [`var`].
pub fn std(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (variance, spec) = variance(&zelf, args, "std", vm)?;
    // An array takes the root in its place, so its type has to hold roots; a scalar is made anew.
    let in_place = variance.ndim() > 0 || spec.out.is_some();
    let outs = [Some(&variance)];
    let options = CallOptions { out: if in_place { &outs } else { &[] }, ..CallOptions::default() };
    let outputs = ufunc::find("sqrt", vm)?.call(&[Operand::Array(&variance)], &options).or_raise(vm)?;
    let dtype = variance.dtype();
    let root = narrow(outputs.arrays[0].clone(), dtype, vm)?;
    spec.deliver(root, vm)
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
    if !taipan_runtime::dtype::can_cast(target.dtype(), DType::I64, Casting::Safe) {
        return Err(vm.new_type_error(format!(
            "Cannot cast {} from dtype('{}') to dtype('int64') according to the rule 'safe'",
            if target.ndim() == 0 { "scalar" } else { "array data" },
            target.dtype()
        )));
    }
    target.assign(&result).or_raise(vm)?;
    Ok(out.to_owned())
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
