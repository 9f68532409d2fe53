//! Picking, ordering and rounding elements: methods of arrays and scalars and
//! module functions of the same names.

use crate::args::{self, parse, present};
use crate::convert::array_from_object;
use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, array_or_scalar, as_array, from_runtime, to_runtime};
use crate::ndarray::methods::array_of;
use crate::scalar::methods::{decimals_from, round_value};
use crate::scalar::{Operand as Kind, classify};
use crate::ufunc::{self, single_out};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyStr,
    function::FuncArgs,
};
use taipan_runtime::creation::IndexMode;
use taipan_runtime::index::Index;
use taipan_runtime::ufunc::{CallOptions, Operand};
use taipan_runtime::{Array, DType, Order, Scalar};

/// Stores `result` in `out`, if given, and returns the object of the result.
pub fn deliver(result: Array, out: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
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

fn call(name: &str, operands: &[Operand<'_>], vm: &VirtualMachine) -> PyResult<Array> {
    let ufunc = ufunc::find(name, vm)?;
    let outputs = ufunc.call(operands, &CallOptions::default()).or_raise(vm)?;
    crate::errstate::report(outputs.flags.0, name, vm)?;
    Ok(outputs.arrays[0].clone())
}

/// `a.round(decimals=0, out=None)`
pub fn round(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [decimals, out] = parse(args, "round", ["decimals", "out"], 0, vm)?;
    let decimals = match present(&decimals, vm) {
        Some(d) => decimals_from(d, vm)?,
        None => 0,
    };
    let array = array_of(&zelf, vm)?;
    if array.dtype() == DType::Bool && decimals != 0 {
        let name = if decimals > 0 { "multiply" } else { "divide" };
        let text = format!(
            "Cannot cast ufunc '{name}' output from dtype('float64') to dtype('bool') with casting rule 'same_kind'"
        );
        return Err(crate::exceptions::raise(taipan_runtime::Error::ufunc_type(text), vm));
    }
    if let Some(value) = crate::scalar::scalar_value(&zelf, vm).filter(|v| v.dtype != DType::Bool) {
        return Ok(crate::scalar::to_object(round_value(value, decimals)));
    }
    let out = single_out(&out, vm)?;
    let result = if array.dtype().is_inexact() || array.dtype() == DType::Bool {
        if decimals == 0 {
            call("rint", &[Operand::Array(&array)], vm)?
        } else if array.dtype().is_complex() {
            // Part by part: an infinite one leaves the other as it is.
            let result = array.empty_like(array.shape(), array.dtype(), Order::K).or_raise(vm)?;
            for imaginary in [false, true] {
                if let (Some(from), Some(to)) = (array.complex_part(imaginary), result.complex_part(imaginary)) {
                    to.copy_cast(&scaled_rint(&from, decimals, vm)?).or_raise(vm)?;
                }
            }
            result
        } else {
            scaled_rint(&array, decimals, vm)?
        }
    } else if decimals >= 0 {
        array.copy(Order::K).or_raise(vm)?
    } else {
        let result = array.copy(Order::C).or_raise(vm)?;
        let flat = result.reshape(&[-1], Order::C).or_raise(vm)?;
        for i in 0..flat.size() {
            let value = from_runtime(flat.dtype(), flat.get(&[i]).or_raise(vm)?);
            flat.set(&[i], to_runtime(round_value(value, decimals))).or_raise(vm)?;
        }
        result
    };
    if out.is_none() && array.ndim() == 0 {
        return array_or_scalar(result, vm);
    }
    deliver(result, out, vm)
}

/// Real numbers rounded to `decimals` places (not 0).
fn scaled_rint(array: &Array, decimals: i32, vm: &VirtualMachine) -> PyResult<Array> {
    let scale = Operand::Python(Scalar::Float(10f64.powi(decimals.abs())));
    let (first, second) = if decimals > 0 { ("multiply", "divide") } else { ("divide", "multiply") };
    let scaled = call(first, &[Operand::Array(array), scale], vm)?;
    let whole = call("rint", &[Operand::Array(&scaled)], vm)?;
    call(second, &[Operand::Array(&whole), scale], vm)
}

/// One bound of `clip`: Python integers outside the array's type cannot bind.
fn bound<'a>(
    obj: &PyObject,
    dtype: DType,
    held: &'a mut Option<Array>,
    vm: &VirtualMachine,
) -> PyResult<Option<Operand<'a>>> {
    Ok(Some(match classify(obj, vm) {
        Kind::WeakInt(i) => {
            let i = i128::from(i);
            if let Some((low, high)) = dtype.int_bounds() {
                Operand::Python(Scalar::Int(i.clamp(low, high)))
            } else {
                Operand::Python(Scalar::Int(i))
            }
        }
        Kind::WeakFloat(f) => Operand::Python(Scalar::Float(f)),
        Kind::Strong(value) => Operand::Typed(to_runtime(value), value.dtype),
        _ => {
            let array = array_from_object(obj, None, vm)?;
            Operand::Array(held.insert(array))
        }
    }))
}

/// `a.clip(min=None, max=None, out=None)`
pub fn clip(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["a_min", "a_max", "out", "*", "min", "max", "dtype", "casting"];
    let [a_min, a_max, out, _, min, max, ..] = parse(args, "clip", names, 0, vm)?;
    let low = if min.is_some() { min } else { a_min };
    let high = if max.is_some() { max } else { a_max };
    let array = array_of(&zelf, vm)?;
    let mut result = array.clone();
    let dtype = array.dtype();
    let (mut low_array, mut high_array) = (None, None);
    if let Some(low) = present(&low, vm)
        && let Some(low) = bound(low, dtype, &mut low_array, vm)?
    {
        result = call("maximum", &[Operand::Array(&result), low], vm)?;
    }
    if let Some(high) = present(&high, vm)
        && let Some(high) = bound(high, dtype, &mut high_array, vm)?
    {
        // What the lower bound made is new and may be overwritten.
        let own = !result.buffer().same(array.buffer());
        let wider = matches!(&high, Operand::Array(_) | Operand::Typed(..))
            || matches!((&high, result.dtype().is_inexact()), (Operand::Python(Scalar::Float(_)), false));
        result = if own && !wider {
            let target = [Some(&result)];
            let options = CallOptions { out: &target, ..CallOptions::default() };
            let outputs = ufunc::find("minimum", vm)?
                .call(&[Operand::Array(&result), high], &options)
                .or_raise(vm)?;
            outputs.arrays[0].clone()
        } else {
            call("minimum", &[Operand::Array(&result), high], vm)?
        };
    }
    if result.buffer().same(array.buffer()) {
        result = result.copy(Order::K).or_raise(vm)?;
    }
    deliver(result, single_out(&out, vm)?, vm)
}

/// `a.dot(b, out=None)`
pub fn dot(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [b, out] = parse(args, "dot", ["b", "out"], 1, vm)?;
    let Some(b) = b else { return Ok(vm.ctx.none()) };
    let a = array_of(&zelf, vm)?;
    let b = array_of(&b, vm)?;
    let result = taipan_runtime::matmul::dot(&a, &b, None).or_raise(vm)?;
    let out = single_out(&out, vm)?;
    if let Some(target) = out.as_ref().and_then(|o| as_array(o)) {
        // Stricter than everywhere else, as in numpy.
        if target.dtype() != result.dtype() || target.ndim() != result.ndim() || !target.is_c_contiguous() {
            return Err(vm.new_value_error(
                "output array is not acceptable (must have the right datatype, number of dimensions, and be a C-Array)",
            ));
        }
        if target.shape() != result.shape() {
            return Err(vm.new_value_error("output array has wrong dimensions"));
        }
    }
    deliver(result, out, vm)
}

/// An index entry list that applies `index` to one axis and keeps the others.
fn on_axis(axis: usize, index: Index) -> Vec<Index> {
    let mut entries = vec![Index::ALL; axis];
    entries.push(index);
    entries
}

/// `axis=` where `None` means the flattened array.
fn flatten_or_axis(array: Array, axis: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<(Array, usize)> {
    match args::optional_isize(axis, vm)? {
        Some(axis) => {
            let at = array.axis(axis).or_raise(vm)?;
            Ok((array, at))
        }
        None => Ok((array.reshape(&[-1], Order::C).or_raise(vm)?, 0)),
    }
}

/// The `mode=` argument of `take` and `put`.
fn index_mode(mode: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<IndexMode> {
    let Some(mode) = present(mode, vm) else {
        return Ok(IndexMode::Raise);
    };
    let mode = mode.str(vm)?.to_string();
    IndexMode::by_name(&mode).ok_or_else(|| {
        vm.new_value_error(format!(
            "clipmode must be one of 'clip', 'raise', or 'wrap' (got '{mode}')"
        ))
    })
}

fn integer_indices(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    let indices = array_from_object(obj, None, vm)?;
    if indices.size() > 0 && !indices.dtype().is_integer() && indices.dtype() != DType::Bool {
        return Err(vm.new_type_error(format!(
            "Cannot cast array data from dtype('{}') to dtype('int64') according to the rule 'safe'",
            indices.dtype()
        )));
    }
    indices.cast_to(DType::I64).or_raise(vm)
}

/// `a.take(indices, axis=None, out=None, mode='raise')`
pub fn take(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [indices, axis, out, mode] = parse(args, "take", ["indices", "axis", "out", "mode"], 1, vm)?;
    let Some(indices) = indices else { return Ok(vm.ctx.none()) };
    let indices = integer_indices(&indices, vm)?;
    let axis = args::optional_isize(&axis, vm)?;
    let array = array_of(&zelf, vm)?;
    let result = taipan_runtime::creation::take(&array, &indices, axis, index_mode(&mode, vm)?).or_raise(vm)?;
    deliver(result, single_out(&out, vm)?, vm)
}

/// `a.repeat(repeats, axis=None)`
pub fn repeat(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [repeats, axis] = parse(args, "repeat", ["repeats", "axis"], 1, vm)?;
    let Some(repeats) = repeats else { return Ok(vm.ctx.none()) };
    let counts = integer_indices(&repeats, vm)?.to_vec::<i64>().or_raise(vm)?;
    let axis = args::optional_isize(&axis, vm)?;
    let result = taipan_runtime::creation::repeat(&array_of(&zelf, vm)?, &counts, axis).or_raise(vm)?;
    Ok(PyNdArray::from_array(result, vm).into())
}

/// `a.nonzero()`
pub fn nonzero(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let array = array_of(&zelf, vm)?;
    if array.ndim() == 0 {
        return Err(vm.new_value_error(
            "Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() \
             instead.",
        ));
    }
    let parts = array.nonzero().or_raise(vm)?;
    // One matrix with a row for each place; the results are its columns.
    let n = parts.first().map_or(0, Array::size);
    if let [part] = parts.as_slice()
        && n > 0
    {
        let matrix = part.reshape(&[n as isize, 1], Order::C).or_raise(vm)?;
        let owner = PyNdArray::from_array(matrix, vm);
        let column = PyNdArray::view_of(part.clone(), owner.as_object(), vm);
        return Ok(vm.ctx.new_tuple(vec![column.into()]).into());
    }
    let places = Array::empty(&[n.max(1), parts.len()], DType::I64, Order::C).or_raise(vm)?;
    let columns = places.permuted(&[1, 0]).or_raise(vm)?;
    let mut views = Vec::with_capacity(parts.len());
    for (k, part) in parts.iter().enumerate() {
        let column = columns.row(k as i64).and_then(|c| c.rows(None, Some(n as i64), None)).or_raise(vm)?;
        column.copy_cast(part).or_raise(vm)?;
        views.push(column);
    }
    let owner = PyNdArray::from_array(places, vm);
    let items = views.into_iter().map(|v| PyNdArray::view_of(v, owner.as_object(), vm).into()).collect();
    Ok(vm.ctx.new_tuple(items).into())
}

/// `a.trace(offset=0, axis1=0, axis2=1, dtype=None, out=None)`
pub fn trace(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["offset", "axis1", "axis2", "dtype", "out"];
    let [offset, a, b, dtype, out] = parse(args, "trace", names, 0, vm)?;
    let offset = args::optional_isize(&offset, vm)?.unwrap_or(0);
    let a = args::optional_isize(&a, vm)?.unwrap_or(0);
    let b = args::optional_isize(&b, vm)?.unwrap_or(1);
    let diagonal = array_of(&zelf, vm)?.diagonal(offset, a, b).or_raise(vm)?;
    let spec = ufunc::Reduction {
        axes: Some(vec![diagonal.ndim() - 1]),
        dtype: args::to_dtype(&dtype, vm)?,
        out: single_out(&out, vm)?,
        keepdims: false,
        without_identity: false,
        initial: None,
        mask: None,
    };
    ufunc::reduce(ufunc::find("add", vm)?, &diagonal, &spec, vm)
}

/// `a.compress(condition, axis=None, out=None)`
pub fn compress(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [condition, axis, out] = parse(args, "compress", ["condition", "axis", "out"], 1, vm)?;
    let Some(condition) = condition else { return Ok(vm.ctx.none()) };
    let condition = array_of(&condition, vm)?;
    if condition.ndim() != 1 {
        return Err(vm.new_value_error("condition must be a 1-d array"));
    }
    let chosen = condition.nonzero().or_raise(vm)?.remove(0);
    let (array, axis) = flatten_or_axis(array_of(&zelf, vm)?, &axis, vm)?;
    let result = array.index(&on_axis(axis, Index::Array(chosen))).or_raise(vm)?;
    deliver(result, single_out(&out, vm)?, vm)
}

/// `a.put(indices, values, mode='raise')`
pub fn put(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [indices, values, mode] = parse(args, "put", ["indices", "values", "mode"], 2, vm)?;
    let (Some(indices), Some(values)) = (indices, values) else { return Ok(()) };
    let Some(array) = as_array(&zelf) else {
        return Err(vm.new_type_error("argument 1 must be numpy.ndarray"));
    };
    let indices = integer_indices(&indices, vm)?;
    let values = array_from_object(&values, Some(array.dtype()), vm)?;
    taipan_runtime::creation::put(array, &indices, &values, index_mode(&mode, vm)?).or_raise(vm)
}

/// Checks a `kind=` argument of the sorting functions.
fn check_kind(kind: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(kind) = present(kind, vm) else {
        return Ok(());
    };
    let text = match kind.downcast_ref::<PyStr>() {
        Some(text) => text.to_string(),
        None => {
            return Err(vm.new_type_error(format!(
                "sort kind must be str, not {}",
                kind.class().name()
            )));
        }
    };
    if ["quicksort", "quick", "q", "mergesort", "merge", "m", "heapsort", "heap", "h", "stable", "s"]
        .contains(&text.to_ascii_lowercase().as_str())
    {
        return Ok(());
    }
    Err(vm.new_value_error(format!(
        "sort kind must be one of 'quick', 'heap', or 'stable' (got '{text}')"
    )))
}

/// `axis=` of a sort: absent means the last axis, `None` the flattened array.
fn sort_axis(array: Array, axis: &Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<(Array, usize)> {
    match axis {
        Some(axis) if vm.is_none(axis) => Ok((array.reshape(&[-1], Order::C).or_raise(vm)?, 0)),
        given => {
            let axis = args::optional_isize(given, vm)?.unwrap_or(-1);
            if array.ndim() == 0 {
                return Err(crate::exceptions::raise(taipan_runtime::Error::axis(axis, 0), vm));
            }
            let at = array.axis(axis).or_raise(vm)?;
            Ok((array, at))
        }
    }
}

/// `a.sort(axis=-1, kind=None, order=None)`, in place.
pub fn sort_in_place(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [axis, kind, _order, stable] = parse(args, "sort", ["axis", "kind", "order", "stable"], 0, vm)?;
    let sort = sort_of(&kind, &stable, vm)?;
    let Some(array) = as_array(&zelf) else { return Ok(()) };
    array.check_writeable().or_raise(vm)?;
    let (array, axis) = sort_axis(array.clone(), &axis, vm)?;
    sort(&array, axis).or_raise(vm)
}

/// The sort that `kind=` and `stable=` ask for.
fn sort_of(
    kind: &Option<PyObjectRef>,
    stable: &Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<fn(&Array, usize) -> taipan_runtime::Result<()>> {
    check_kind(kind, vm)?;
    let named = present(kind, vm).and_then(|k| k.downcast_ref::<PyStr>()).is_some_and(|k| {
        matches!(k.to_string().to_ascii_lowercase().as_bytes().first(), Some(b's' | b'm'))
    });
    let wanted = named || present(stable, vm).map_or(Ok(false), |s| s.to_owned().try_to_bool(vm))?;
    Ok(if wanted { taipan_runtime::sort::sort_stable_in_place } else { taipan_runtime::sort::sort_in_place })
}

/// `np.sort(a, axis=-1, kind=None, order=None, *, stable=None)`
pub fn sort(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["a", "axis", "kind", "order", "*", "stable"];
    let [a, axis, kind, _order, _, stable] = parse(args, "sort", names, 1, vm)?;
    let sort = sort_of(&kind, &stable, vm)?;
    let Some(a) = a else { return Ok(vm.ctx.none()) };
    let (array, axis) = sort_axis(array_of(&a, vm)?, &axis, vm)?;
    let copy = array.copy(Order::K).or_raise(vm)?;
    sort(&copy, axis).or_raise(vm)?;
    Ok(PyNdArray::from_array(copy, vm).into())
}

/// `a.argsort(axis=-1, kind=None, order=None, *, stable=None)`
pub fn argsort(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["axis", "kind", "order", "*", "stable"];
    let [axis, kind, _order, _, _stable] = parse(args, "argsort", names, 0, vm)?;
    check_kind(&kind, vm)?;
    let array = array_of(&zelf, vm)?;
    let array = if array.ndim() == 0 { array.reshape(&[1], Order::C).or_raise(vm)? } else { array };
    let (array, axis) = sort_axis(array, &axis, vm)?;
    let result = taipan_runtime::sort::argsort(&array, Some(axis as isize)).or_raise(vm)?;
    Ok(PyNdArray::from_array(result, vm).into())
}

/// `a.partition(kth, axis=-1)`, in place: a full sort satisfies it.
pub fn partition_in_place(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [kth, axis, _kind, _order] = parse(args, "partition", ["kth", "axis", "kind", "order"], 1, vm)?;
    let Some(array) = as_array(&zelf) else { return Ok(()) };
    let (array, axis) = sort_axis(array.clone(), &axis, vm)?;
    check_kth(&kth, array.shape()[axis], vm)?;
    let kth: Vec<i64> = match present(&kth, vm) {
        Some(kth) => args::to_isizes(kth, vm)?.into_iter().map(|k| k as i64).collect(),
        None => Vec::new(),
    };
    taipan_runtime::sort::partition_in_place(&array, &kth, axis).or_raise(vm)
}

/// `a.argpartition(kth, axis=-1)`
pub fn argpartition(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [kth, axis, _kind, _order] = parse(args, "argpartition", ["kth", "axis", "kind", "order"], 1, vm)?;
    let (array, axis) = sort_axis(array_of(&zelf, vm)?, &axis, vm)?;
    check_kth(&kth, array.shape()[axis], vm)?;
    let result = taipan_runtime::sort::argsort(&array, Some(axis as isize)).or_raise(vm)?;
    Ok(PyNdArray::from_array(result, vm).into())
}

fn check_kth(kth: &Option<PyObjectRef>, n: usize, vm: &VirtualMachine) -> PyResult<()> {
    let Some(kth) = present(kth, vm) else { return Ok(()) };
    for k in args::to_isizes(kth, vm)? {
        let at = if k < 0 { k + n as isize } else { k };
        if at < 0 || at >= n as isize {
            return Err(vm.new_value_error(format!("kth(={k}) out of bounds ({n})")));
        }
    }
    Ok(())
}

/// `a.searchsorted(v, side='left', sorter=None)`
pub fn searchsorted(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [v, side, sorter] = parse(args, "searchsorted", ["v", "side", "sorter"], 1, vm)?;
    let Some(v) = v else { return Ok(vm.ctx.none()) };
    let right = match present(&side, vm) {
        None => false,
        Some(side) => match side.str(vm)?.to_string().as_str() {
            "left" | "l" | "L" => false,
            "right" | "r" | "R" => true,
            other => {
                return Err(vm.new_value_error(format!(
                    "search side must be one of 'left' or 'right' (got '{other}')"
                )));
            }
        },
    };
    let array = array_of(&zelf, vm)?;
    if array.ndim() != 1 {
        return Err(vm.new_value_error("object too deep for desired array"));
    }
    let values = array_of(&v, vm)?;
    let common = match (classify(&v, vm), array.dtype()) {
        (Kind::WeakInt(_) | Kind::WeakFloat(_), dtype) => {
            let weak = if values.dtype().is_float() { taipan_runtime::dtype::Weak::Float } else { taipan_runtime::dtype::Weak::Int };
            taipan_runtime::dtype::promote_types(taipan_runtime::dtype::promote_weak(dtype, weak), DType::Bool)
        }
        (_, dtype) => taipan_runtime::dtype::promote_types(dtype, values.dtype()),
    };
    let common = if common.is_integer() && !array.dtype().is_inexact() {
        taipan_runtime::dtype::promote_types(common, values.dtype())
    } else {
        common
    };
    let mut sorted = array.cast_to(common).or_raise(vm)?;
    if let Some(sorter) = present(&sorter, vm) {
        let order = integer_indices(sorter, vm)?;
        sorted = sorted.index(&[Index::Array(order)]).or_raise(vm)?;
    }
    let values = values.cast_to(common).or_raise(vm)?;
    let result = taipan_runtime::sort::searchsorted(&sorted, &values, right, None).or_raise(vm)?;
    array_or_scalar(result, vm)
}
