//! `repr()` and `str()` of arrays, `np.array2string` and the print options.

pub mod digits;
pub mod element_format;
pub mod layout;
pub mod options;

use self::digits::FloatWidth;
use self::element_format::{Elements, format_elements};
use self::layout::{Layout, VisibleAxis, visible_axes};
use self::options::PrintOptions;
use crate::exceptions::OrRaise;
use crate::interop::scalar_to_py;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use taipan_runtime::dtype::{DType, Kind};
use taipan_runtime::{Array, Scalar};

/// What `array2string` is told beside the print options.
pub struct Frame<'a> {
    /// Text between elements.
    pub separator: &'a str,
    /// Text that will stand before the result; continuation lines clear it.
    pub prefix: &'a str,
    /// Text that will stand after the result.
    pub suffix: &'a str,
}

/// Calls `body` with each visible element in C order.
fn visit(
    array: &Array,
    axes: &[VisibleAxis],
    index: &mut Vec<usize>,
    vm: &VirtualMachine,
    body: &mut dyn FnMut(Scalar) -> PyResult<()>,
) -> PyResult<()> {
    match axes.get(index.len()) {
        None => body(array.get(index).or_raise(vm)?),
        Some(axis) => {
            for &position in &axis.positions {
                index.push(position);
                visit(array, axes, index, vm, body)?;
                index.pop();
            }
            Ok(())
        }
    }
}

fn gather(array: &Array, axes: &[VisibleAxis], vm: &VirtualMachine) -> PyResult<Elements> {
    let dtype = array.dtype();
    let width = match dtype.real_part() {
        DType::F16 => FloatWidth::F16,
        DType::F32 => FloatWidth::F32,
        _ => FloatWidth::F64,
    };
    let mut scalars = Vec::new();
    visit(array, axes, &mut Vec::new(), vm, &mut |s| {
        scalars.push(s);
        Ok(())
    })?;
    Ok(match dtype.kind() {
        Kind::Bool => Elements::Bool(scalars.into_iter().map(Scalar::is_true).collect()),
        Kind::Signed | Kind::Unsigned => Elements::Int(
            scalars.into_iter().map(|s| s.to_i128().unwrap_or(0)).collect(),
        ),
        Kind::Float => Elements::Float(scalars.into_iter().map(Scalar::to_f64).collect(), width),
        Kind::Complex => Elements::Complex(
            scalars
                .into_iter()
                .map(|s| (s.to_complex().re, s.to_complex().im))
                .collect(),
            width,
        ),
    })
}

/// Keys of the `formatter` option that apply to a kind, most special first.
fn formatter_keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bool => &["bool", "all"],
        Kind::Signed | Kind::Unsigned => &["int", "int_kind", "all"],
        Kind::Float => &["float", "float_kind", "all"],
        Kind::Complex => &["complexfloat", "complex_kind", "all"],
    }
}

fn user_formatter(
    options: &PrintOptions,
    kind: Kind,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let Some(formatter) = &options.formatter else {
        return Ok(None);
    };
    for key in formatter_keys(kind) {
        let value = vm.call_method(formatter, "get", (*key,))?;
        if !vm.is_none(&value) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// The bracketed text of an array.
pub fn array_text(
    array: &Array,
    options: &PrintOptions,
    frame: &Frame<'_>,
    vm: &VirtualMachine,
) -> PyResult<String> {
    if array.size() == 0 {
        return Ok(String::from("[]"));
    }
    let summarised = array.size() > options.threshold;
    let axes = visible_axes(array.shape(), summarised.then_some(options.edgeitems));
    let words = match user_formatter(options, array.dtype().kind(), vm)? {
        Some(callable) => {
            let mut words = Vec::new();
            visit(array, &axes, &mut Vec::new(), vm, &mut |s| {
                let word = callable.call((scalar_to_py(array.dtype(), s),), vm)?;
                words.push(word.str(vm)?.to_string());
                Ok(())
            })?;
            words
        }
        None => format_elements(&gather(array, &axes, vm)?, options, array.ndim() == 0),
    };
    let layout = Layout {
        words: &words,
        axes: &axes,
        separator: frame.separator,
        linewidth: options.linewidth.saturating_sub(frame.suffix.chars().count()),
    };
    let indent = " ".repeat(frame.prefix.chars().count() + 1);
    Ok(layout.render(&indent))
}

/// `str(array)`.
pub fn array_str(array: &Array, options: &PrintOptions, vm: &VirtualMachine) -> PyResult<String> {
    if array.ndim() == 0 {
        let first = array.first().unwrap_or(Scalar::Bool(false));
        let value = crate::interop::from_runtime(array.dtype(), first);
        return Ok(crate::scalar::number::text(value));
    }
    let frame = Frame {
        separator: " ",
        prefix: "",
        suffix: "",
    };
    array_text(array, options, &frame, vm)
}

/// `repr(array)`, for an object whose class is shown as `class_name`.
pub fn array_repr(
    array: &Array,
    class_name: &str,
    options: &PrintOptions,
    vm: &VirtualMachine,
) -> PyResult<String> {
    let prefix = format!("{class_name}(");
    let frame = Frame {
        separator: ", ",
        prefix: &prefix,
        suffix: ")",
    };
    let body = array_text(array, options, &frame, vm)?;
    let dtype = array.dtype();
    let implied = matches!(dtype, DType::Bool | DType::I64 | DType::F64 | DType::C128);
    let mut extras = Vec::new();
    if (array.size() == 0 && array.shape() != [0]) || (array.size() > options.threshold && options.shows_shape()) {
        let dims: Vec<String> = array.shape().iter().map(usize::to_string).collect();
        let comma = if dims.len() == 1 { "," } else { "" };
        extras.push(format!("shape=({}{comma})", dims.join(", ")));
    }
    if !implied || array.size() == 0 {
        extras.push(format!("dtype={}", dtype.name()));
    }
    if extras.is_empty() {
        return Ok(format!("{prefix}{body})"));
    }
    let head = format!("{prefix}{body},");
    let tail = format!("{})", extras.join(", "));
    let last_line = head.rsplit('\n').next().unwrap_or("").chars().count();
    let spacer = if last_line + tail.len() + 1 > options.linewidth {
        format!("\n{}", " ".repeat(prefix.chars().count()))
    } else {
        String::from(" ")
    };
    Ok(format!("{head}{spacer}{tail}"))
}
