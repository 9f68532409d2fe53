//! `numpy.random`: the legacy generator ([`legacy`]) and `Generator` ([`generator`]),
//! and what a distribution of either is made of.

/// The methods for rows of the user's table `DISTRIBUTIONS`, each drawn by its function `sample`.
macro_rules! table_methods {
    ($($index:literal),* $(,)?) => {
        &[$(PyMethodDef::new_const(
            DISTRIBUTIONS[$index].name,
            |zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| sample($index, &zelf, args, vm),
            PyMethodFlags::METHOD,
            ItemDoc::NONE,
        )),*]
    };
}

pub mod generator;
pub mod legacy;

use crate::args::{self, parse, present};
use crate::convert::array_from_object;
use crate::exceptions::OrRaise;
use crate::interop::PyNdArray;
use num_traits::{Signed, ToPrimitive};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyStr},
    function::FuncArgs,
};
use taipan_runtime::Array;
use taipan_runtime::dtype::DType;
use taipan_runtime::error::shape_text;
use taipan_runtime::iter::broadcast_shapes;
use taipan_runtime::ufunc::{CallOptions, Operand};

/// What a parameter of a distribution must fulfil, with NumPy's words about it.
#[derive(Clone, Copy)]
pub enum Check {
    /// Nothing.
    Any,
    /// `x < 0`
    NonNegative,
    /// `x <= 0`
    Positive,
    /// `n < 1 or n is NaN`
    FromOne,
    /// `a <= 1 or a is NaN`
    AboveOne,
    /// `p < 0, p > 1 or p is NaN`
    Probability,
    /// `p < 0, p >= 1 or p is NaN`
    ProbabilityBelowOne,
    /// `p <= 0, p > 1 or p contains NaNs`
    OpenProbability,
}

/// One draw from a source of type `S`.
pub enum Draw<S> {
    /// A float.
    Float(fn(&mut S, &[f64]) -> f64),
    /// An integer.
    Int(fn(&mut S, &[f64]) -> i64),
}

/// A distribution over sources of type `S`: its name, parameters
/// `(name, default, check)` and one draw.
pub struct Distribution<S: 'static> {
    /// Python name of the method.
    pub name: &'static str,
    /// Parameters.
    pub params: &'static [(&'static str, Option<f64>, Check)],
    /// The draw.
    pub draw: Draw<S>,
}

/// Checks one parameter value.
fn check(value: f64, name: &str, rule: Check, vm: &VirtualMachine) -> PyResult<()> {
    use Check::{AboveOne, Any, FromOne, NonNegative, OpenProbability, Positive, Probability, ProbabilityBelowOne};
    let message = match rule {
        Any => return Ok(()),
        // A negative zero is as bad as any negative scale, NaN only for some.
        NonNegative if name == "lam" && value >= 0.0 => return Ok(()),
        NonNegative if name == "lam" => "lam < 0 or lam is NaN".to_owned(),
        NonNegative if value.is_nan() || value.is_sign_positive() => return Ok(()),
        NonNegative => format!("{name} < 0"),
        FromOne if value >= 1.0 => return Ok(()),
        FromOne => format!("{name} < 1 or {name} is NaN"),
        AboveOne if value > 1.0 => return Ok(()),
        AboveOne => format!("{name} <= 1 or {name} is NaN"),
        Positive if value > 0.0 || value.is_nan() => return Ok(()),
        Positive => format!("{name} <= 0"),
        Probability if (0.0..=1.0).contains(&value) => return Ok(()),
        Probability => format!("{name} < 0, {name} > 1 or {name} is NaN"),
        ProbabilityBelowOne if (0.0..1.0).contains(&value) => return Ok(()),
        ProbabilityBelowOne => format!("{name} < 0, {name} >= 1 or {name} is NaN"),
        OpenProbability if value > 0.0 && value <= 1.0 => return Ok(()),
        OpenProbability => format!("{name} <= 0, {name} > 1 or {name} contains NaNs"),
    };
    Err(vm.new_value_error(message))
}

/// What the parameters of a distribution must fulfil together: its name, and
/// what is wrong with these, in NumPy's words. Draws of others may never end.
static TOGETHER: &[(&str, fn(&[f64]) -> Option<&'static str>)] = &[
    ("triangular", |p| {
        let (left, mode, right) = (p[0], p[1], p[2]);
        if left > mode {
            Some("left > mode")
        } else if mode > right {
            Some("mode > right")
        } else {
            (left == right).then_some("left == right")
        }
    }),
    // Too few, or more than an integer counts.
    ("hypergeometric", |p| {
        let enough = (p[0] as i64).checked_add(p[1] as i64).is_some_and(|population| population >= p[2] as i64);
        (!enough).then_some("ngood + nbad < nsample")
    }),
    ("poisson", |p| (p[0] > POISSON_LAM_MAX).then_some("lam value too large")),
];

/// Above it, ten standard deviations more do not fit an integer.
const POISSON_LAM_MAX: f64 = 9.223372006484771e18;

/// `size=`: `None`, a length or a shape.
pub fn size_argument(size: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<Vec<usize>>> {
    present(size, vm).map(|s| args::to_shape(s, vm)).transpose()
}

/// How many elements `shape` has, if memory for so many of them can be had.
///
/// # Errors
/// Those of a new array of that shape: too many elements, or `MemoryError`.
pub fn room(shape: &[usize], dtype: DType, vm: &VirtualMachine) -> PyResult<usize> {
    Ok(Array::empty(shape, dtype, taipan_runtime::Order::C).or_raise(vm)?.size())
}

/// A bound of integers to draw.
pub enum Bound {
    /// One for all; beyond any element type if the integer is.
    One(i128),
    /// One for each.
    Many(Array),
}

/// `low` or `high` of integers to draw.
pub fn integer_bound(value: &PyObject, vm: &VirtualMachine) -> PyResult<Bound> {
    if let Some(int) = value.downcast_ref::<PyInt>() {
        let int = int.as_bigint();
        let beyond = if int.is_negative() { i128::MIN / 2 } else { i128::MAX / 2 };
        return Ok(Bound::One(int.to_i128().unwrap_or(beyond)));
    }
    if !value.downcastable::<PyStr>() && !vm.is_none(value) {
        let array = array_from_object(value, None, vm)?;
        if array.ndim() > 0 {
            return Ok(Bound::Many(array));
        }
    }
    // Truncated as Python's `int` does it, with its errors.
    let number = vm.ctx.types.int_type.as_object().call((value.to_owned(),), vm)?.try_int(vm)?;
    Ok(Bound::One(number.as_bigint().to_i128().unwrap_or(i128::MAX / 2)))
}

/// The bounds of every element and the shape of them all; `endpoint` is added to the upper ones.
#[allow(clippy::type_complexity, reason = "two lists and a shape")]
pub fn bounds_of_each(
    low: Bound,
    high: Bound,
    size: Option<Vec<usize>>,
    endpoint: i128,
    vm: &VirtualMachine,
) -> PyResult<(Vec<i128>, Vec<i128>, Vec<usize>)> {
    let spread = |bound: Bound| match bound {
        Bound::Many(array) => Ok(array),
        Bound::One(whole) => {
            // Just outside is as good as far outside, and fits an element.
            let near = whole.clamp(i128::from(i64::MIN), i128::from(u64::MAX));
            let wide = if near > i128::from(i64::MAX) { DType::U64 } else { DType::I64 };
            Array::from_scalar(taipan_runtime::Scalar::Int(near), wide).or_raise(vm)
        }
    };
    let (lows, highs) = (spread(low)?, spread(high)?);
    let common = broadcast_shapes(&[lows.shape(), highs.shape()]).ok_or_else(|| {
        let (a, b) = (shape_text(lows.shape()), shape_text(highs.shape()));
        vm.new_value_error(format!("operands could not be broadcast together with shapes {a} {b} "))
    })?;
    let shape = size.unwrap_or_else(|| common.to_vec());
    let all = [lows.shape(), highs.shape(), &shape];
    if broadcast_shapes(&all).is_none_or(|s| s[..] != shape[..]) {
        return Err(mismatch(&all, vm));
    }
    let wide = |a: &Array, more: i128| -> PyResult<Vec<i128>> {
        let spread = a.broadcast_to(&shape).or_raise(vm)?;
        let values: Vec<i128> = if spread.dtype() == DType::U64 {
            spread.to_vec::<u64>().or_raise(vm)?.into_iter().map(i128::from).collect()
        } else {
            let spread = spread.cast_to(DType::I64).or_raise(vm)?;
            spread.to_vec::<i64>().or_raise(vm)?.into_iter().map(i128::from).collect()
        };
        Ok(values.into_iter().map(|v| v + more).collect())
    };
    Ok((wide(&lows, 0)?, wide(&highs, endpoint)?, shape))
}

/// `high - low` of uniform numbers to draw.
///
/// # Errors
/// `OverflowError` with this message where it is not finite.
pub fn finite_range(low: &Array, high: &Array, message: &str, vm: &VirtualMachine) -> PyResult<Array> {
    let operands = [Operand::Array(high), Operand::Array(low)];
    let range = crate::ufunc::find("subtract", vm)?.call(&operands, &CallOptions::default()).or_raise(vm)?.arrays[0].clone();
    if range.to_vec::<f64>().or_raise(vm)?.iter().any(|r| !r.is_finite()) {
        return Err(vm.new_overflow_error(message.to_owned()));
    }
    Ok(range)
}

/// A Python float.
pub fn float_object(value: f64, vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_float(value).into()
}

/// The object of a new array.
pub fn object(array: Array, vm: &VirtualMachine) -> PyObjectRef {
    PyNdArray::from_array(array, vm).into()
}

/// The error of shapes that do not broadcast, with the first two that contradict each other.
pub fn mismatch(shapes: &[&[usize]], vm: &VirtualMachine) -> PyBaseExceptionRef {
    let ndim = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let length = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(ndim).map_or(1, |at| shape[at]);
    let tuple = |shape: &[usize]| shape_text(shape).replace(',', ", ").replace(", )", ",)");
    for axis in 0..ndim {
        let mut long = shapes.iter().enumerate().filter(|(_, s)| length(s, axis) != 1);
        let Some((i, first)) = long.next() else { continue };
        if let Some((k, other)) = long.find(|(_, s)| length(s, axis) != length(first, axis)) {
            return vm.new_value_error(format!(
                "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between arg {i} with \
                 shape {} and arg {k} with shape {}.",
                tuple(first),
                tuple(other)
            ));
        }
    }
    vm.new_value_error("shape mismatch: objects cannot be broadcast to a single shape")
}

/// Draws with the given parameters (already arrays), one number or an array of them.
pub fn draw<S>(
    source: &mut S,
    distribution: &Distribution<S>,
    params: Vec<Array>,
    size: Option<Vec<usize>>,
    vm: &VirtualMachine,
) -> PyResult {
    let check_each = || -> PyResult<()> {
        for (array, &(name, _, rule)) in params.iter().zip(distribution.params) {
            for value in array.to_vec::<f64>().or_raise(vm)? {
                check(value, name, rule, vm)?;
            }
        }
        Ok(())
    };
    let together = TOGETHER.iter().find(|r| r.0 == distribution.name).map(|r| r.1);
    let check_together = |row: &[f64]| match together.and_then(|wrong| wrong(row)) {
        Some(message) => Err(vm.new_value_error(message)),
        None => Ok(()),
    };
    let single = params.iter().all(|p| p.ndim() == 0);
    if single {
        let values: Vec<f64> = params
            .iter()
            .map(|p| p.first().map_or(0.0, |s| s.to_f64()))
            .collect();
        check_together(&values)?;
        check_each()?;
        return match (&distribution.draw, size) {
            (Draw::Float(f), None) => Ok(float_object(f(source, &values), vm)),
            (Draw::Int(f), None) => Ok(vm.ctx.new_int(f(source, &values)).into()),
            (Draw::Float(f), Some(shape)) => {
                let array = taipan_runtime::random::fill(&shape, || f(source, &values));
                Ok(object(array.or_raise(vm)?, vm))
            }
            (Draw::Int(f), Some(shape)) => {
                let array = taipan_runtime::random::fill(&shape, || f(source, &values));
                Ok(object(array.or_raise(vm)?, vm))
            }
        };
    }
    let shapes: Vec<&[usize]> = params.iter().map(Array::shape).collect();
    let shape = match size {
        Some(size) => {
            // The result is the first of what is broadcast together.
            let mut all: Vec<&[usize]> = vec![&size];
            all.extend(&shapes);
            let common = broadcast_shapes(&all).ok_or_else(|| mismatch(&all, vm))?;
            if common[..] != size[..] {
                let inputs = broadcast_shapes(&shapes).unwrap_or_default();
                let tuple = |shape: &[usize]| shape_text(shape).replace(',', ", ").replace(", )", ",)");
                return Err(vm.new_value_error(format!(
                    "Output size {} is not compatible with broadcast dimensions of inputs {}.",
                    tuple(&size),
                    tuple(&inputs)
                )));
            }
            size
        }
        None => broadcast_shapes(&shapes).ok_or_else(|| mismatch(&shapes, vm))?.to_vec(),
    };
    let columns = params
        .iter()
        .map(|p| p.broadcast_to(&shape).and_then(|b| b.to_vec::<f64>()).or_raise(vm))
        .collect::<PyResult<Vec<_>>>()?;
    let row = |at: usize| columns.iter().map(|column| column[at]).collect::<Vec<f64>>();
    if together.is_some() {
        (0..columns.first().map_or(0, Vec::len)).try_for_each(|at| check_together(&row(at)))?;
    }
    check_each()?;
    let mut at = 0;
    let mut next_row = || {
        at += 1;
        row(at - 1)
    };
    let array = match &distribution.draw {
        Draw::Float(f) => taipan_runtime::random::fill(&shape, || f(source, &next_row())),
        Draw::Int(f) => taipan_runtime::random::fill(&shape, || f(source, &next_row())),
    };
    Ok(object(array.or_raise(vm)?, vm))
}

/// The parameters and the size in the arguments of a call of `distribution`.
pub fn read_parameters<S>(
    distribution: &Distribution<S>,
    mut args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<(Vec<Array>, Option<Vec<usize>>)> {
    let mut params = Vec::with_capacity(distribution.params.len());
    for &(name, default, _) in distribution.params {
        let given = args.take_positional_keyword(name);
        let array = match (given, default) {
            (Some(value), _) => array_from_object(&value, Some(DType::F64), vm)?,
            (None, Some(value)) => {
                Array::from_scalar(taipan_runtime::Scalar::Float(value), DType::F64).or_raise(vm)?
            }
            (None, None) => {
                return Err(vm.new_type_error(format!(
                    "{}() missing required argument: '{name}'",
                    distribution.name
                )));
            }
        };
        params.push(array);
    }
    let [size, ..] = parse(args, distribution.name, ["size", "dtype", "method", "out"], 0, vm)?;
    Ok((params, size_argument(&size, vm)?))
}
