//! The Python functions of printing: `array2string`, `set_printoptions` …

use crate::args::{self, parse, present};
use crate::convert::array_from_object;
use crate::printing::digits::{DigitLayout, FloatWidth, Trim, positional_digits, scientific};
use crate::printing::options::{self, FLOAT_MODES, PrintOptions};
use crate::printing::{self, Frame};
use crate::scalar::{Operand, classify};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyStr,
    function::FuncArgs,
};
use taipan_runtime::DType;

type Given = Option<PyObjectRef>;

fn text_of(obj: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    Ok(obj.str(vm)?.to_string())
}

fn count(value: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<usize> {
    if let Operand::WeakFloat(f) = classify(value, vm)
        && f.is_infinite()
    {
        return Ok(usize::MAX);
    }
    let n = args::to_isize(value, vm)
        .map_err(|_| vm.new_type_error(format!("{name} must be an integer")))?;
    Ok(usize::try_from(n).unwrap_or(0))
}

/// Values of the options that functions accept.
#[derive(Default)]
struct Changes {
    precision: Given,
    threshold: Given,
    edgeitems: Given,
    linewidth: Given,
    suppress: Given,
    nanstr: Given,
    infstr: Given,
    formatter: Given,
    sign: Given,
    floatmode: Given,
}

fn apply(options: &mut PrintOptions, changes: &Changes, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(precision) = present(&changes.precision, vm) {
        let n = args::to_isize(precision, vm)
            .map_err(|_| vm.new_type_error("precision must be an integer"))?;
        options.precision =
            usize::try_from(n).map_err(|_| vm.new_value_error("precision must be >= 0"))?;
    }
    if let Some(threshold) = present(&changes.threshold, vm) {
        let numeric = matches!(
            classify(threshold, vm),
            Operand::WeakInt(_) | Operand::WeakBig(_) | Operand::WeakFloat(_) | Operand::Strong(_)
        );
        if !numeric {
            return Err(vm.new_type_error("threshold must be numeric"));
        }
        if let Operand::WeakFloat(f) = classify(threshold, vm) {
            if f.is_nan() {
                return Err(vm.new_value_error("threshold must be non-NAN, try sys.maxsize for untruncated representation"));
            }
            options.threshold = f.max(0.0) as usize;
        } else {
            options.threshold = count(threshold, "threshold", vm)?;
        }
    }
    if let Some(edgeitems) = present(&changes.edgeitems, vm) {
        options.edgeitems = count(edgeitems, "edgeitems", vm)?;
    }
    if let Some(linewidth) = present(&changes.linewidth, vm) {
        options.linewidth = count(linewidth, "linewidth", vm)?;
    }
    if let Some(suppress) = present(&changes.suppress, vm) {
        options.suppress = suppress.to_owned().try_to_bool(vm)?;
    }
    if let Some(nanstr) = present(&changes.nanstr, vm) {
        options.nanstr = text_of(nanstr, vm)?;
    }
    if let Some(infstr) = present(&changes.infstr, vm) {
        options.infstr = text_of(infstr, vm)?;
    }
    if let Some(sign) = present(&changes.sign, vm) {
        let sign = text_of(sign, vm)?;
        options.sign = match sign.as_str() {
            "-" => '-',
            "+" => '+',
            " " => ' ',
            _ => return Err(vm.new_value_error("sign option must be one of ' ', '+', or '-'")),
        };
    }
    if let Some(mode) = present(&changes.floatmode, vm) {
        let mode = text_of(mode, vm)?;
        let Some((_, mode)) = FLOAT_MODES.iter().find(|(name, _)| *name == mode) else {
            return Err(vm.new_value_error(
                "floatmode option must be one of \"fixed\", \"unique\", \"maxprec\", \"maxprec_equal\"",
            ));
        };
        options.floatmode = *mode;
    }
    if let Some(formatter) = present(&changes.formatter, vm) {
        options.formatter = Some(formatter.to_owned());
    }
    Ok(())
}

/// `legacy=`: a version, or `False` for none.
fn legacy_mode(value: &PyObject, vm: &VirtualMachine) -> PyResult<Option<&'static str>> {
    if value.is(&vm.ctx.false_value) {
        return Ok(None);
    }
    let version = value.downcast_ref::<PyStr>().map(ToString::to_string).unwrap_or_default();
    if version == "1.13" {
        return Err(vm.new_not_implemented_error("printing as numpy 1.13 did is not available in this version"));
    }
    let known = options::LEGACY.iter().find(|(name, ..)| *name == version);
    if known.is_none() {
        let message = "legacy printing option can currently only be '1.13', '1.21', '1.25', '2.1', '2.2' or `False`";
        crate::warnings::warn(vm.ctx.exceptions.user_warning, message, vm)?;
        return Err(vm.new_key_error(value.to_owned()));
    }
    Ok(known.map(|(name, ..)| *name))
}

/// `np.set_printoptions(precision=None, threshold=None, …)`
pub fn set_printoptions(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let names = [
        "precision", "threshold", "edgeitems", "linewidth", "suppress", "nanstr", "infstr",
        "formatter", "sign", "floatmode", "*", "legacy", "override_repr",
    ];
    let [
        precision, threshold, edgeitems, linewidth, suppress, nanstr, infstr, formatter, sign,
        floatmode, _, legacy, override_repr,
    ] = parse(args, "set_printoptions", names, 0, vm)?;
    let mut options = options::current();
    if let Some(legacy) = present(&legacy, vm) {
        options.legacy = legacy_mode(legacy, vm)?;
    }
    // Formatters last for one call of set_printoptions only.
    options.formatter = None;
    options.override_repr = present(&override_repr, vm).map(|f| f.to_owned());
    let changes = Changes {
        precision,
        threshold,
        edgeitems,
        linewidth,
        suppress,
        nanstr,
        infstr,
        formatter,
        sign,
        floatmode,
    };
    apply(&mut options, &changes, vm)?;
    options::replace(options);
    Ok(())
}

/// `np.get_printoptions()`
pub fn get_printoptions(_args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let options = options::current();
    let dict = vm.ctx.new_dict();
    let mode = FLOAT_MODES
        .iter()
        .find(|(_, m)| *m == options.floatmode)
        .map_or("", |(name, _)| name);
    let threshold = i64::try_from(options.threshold).unwrap_or(i64::MAX);
    let entries: [(&str, PyObjectRef); 12] = [
        ("edgeitems", vm.ctx.new_int(options.edgeitems).into()),
        ("threshold", vm.ctx.new_int(threshold).into()),
        ("floatmode", vm.ctx.new_str(mode).into()),
        ("precision", vm.ctx.new_int(options.precision).into()),
        ("suppress", vm.ctx.new_bool(options.suppress).into()),
        ("linewidth", vm.ctx.new_int(options.linewidth).into()),
        ("nanstr", vm.ctx.new_str(options.nanstr).into()),
        ("infstr", vm.ctx.new_str(options.infstr).into()),
        ("sign", vm.ctx.new_str(options.sign.to_string()).into()),
        ("formatter", options.formatter.unwrap_or_else(|| vm.ctx.none())),
        ("legacy", options.legacy.map_or_else(|| vm.ctx.new_bool(false).into(), |v| vm.ctx.new_str(v).into())),
        ("override_repr", options.override_repr.unwrap_or_else(|| vm.ctx.none())),
    ];
    for (key, value) in entries {
        dict.set_item(key, value, vm)?;
    }
    Ok(dict.into())
}

/// `np.array2string(a, max_line_width=None, precision=None, …)`
pub fn array2string(args: FuncArgs, vm: &VirtualMachine) -> PyResult<String> {
    let names = [
        "a", "max_line_width", "precision", "suppress_small", "separator", "prefix", "*",
        "formatter", "threshold", "edgeitems", "sign", "floatmode", "suffix", "legacy",
    ];
    let [
        a, linewidth, precision, suppress, separator, prefix, _, formatter, threshold, edgeitems,
        sign, floatmode, suffix, _legacy,
    ] = parse(args, "array2string", names, 1, vm)?;
    let Some(a) = a else { return Ok(String::new()) };
    let array = array_from_object(&a, None, vm)?;
    let mut options = options::current();
    let changes = Changes {
        precision,
        threshold,
        edgeitems,
        linewidth,
        suppress,
        formatter,
        sign,
        floatmode,
        ..Changes::default()
    };
    apply(&mut options, &changes, vm)?;
    let text = |value: &Given, default: &str| match present(value, vm) {
        Some(value) => text_of(value, vm),
        None => Ok(default.to_owned()),
    };
    let (separator, prefix, suffix) = (text(&separator, " ")?, text(&prefix, "")?, text(&suffix, "")?);
    let frame = Frame {
        separator: &separator,
        prefix: &prefix,
        suffix: &suffix,
    };
    printing::array_text(&array, &options, &frame, vm)
}

fn with_options(args: FuncArgs, function: &str, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PrintOptions)> {
    let names = [if function == "array_str" { "a" } else { "arr" }, "max_line_width", "precision", "suppress_small"];
    let [array, linewidth, precision, suppress] = parse(args, function, names, 1, vm)?;
    let mut options = options::current();
    let changes = Changes {
        linewidth,
        precision,
        suppress,
        ..Changes::default()
    };
    apply(&mut options, &changes, vm)?;
    match array {
        Some(array) => Ok((array, options)),
        None => Err(vm.new_type_error("missing required argument")),
    }
}

/// `np.array_repr(arr, max_line_width=None, precision=None, suppress_small=None)`
pub fn array_repr(args: FuncArgs, vm: &VirtualMachine) -> PyResult<String> {
    let (obj, options) = with_options(args, "array_repr", vm)?;
    printing::array_repr(&array_from_object(&obj, None, vm)?, "array", &options, vm)
}

/// `np.array_str(a, max_line_width=None, precision=None, suppress_small=None)`
pub fn array_str(args: FuncArgs, vm: &VirtualMachine) -> PyResult<String> {
    let (obj, options) = with_options(args, "array_str", vm)?;
    printing::array_str(&array_from_object(&obj, None, vm)?, &options, vm)
}

fn float_argument(value: &Given, vm: &VirtualMachine) -> PyResult<(f64, FloatWidth)> {
    let Some(value) = value else {
        return Err(vm.new_type_error("missing required argument 'x' (pos 1)"));
    };
    match classify(value, vm) {
        Operand::Strong(v) => {
            let width = match v.dtype.real_part() {
                DType::F16 => FloatWidth::F16,
                DType::F32 => FloatWidth::F32,
                _ => FloatWidth::F64,
            };
            Ok((v.num.as_f64(), width))
        }
        _ => Ok((args::to_f64(value, vm)?, FloatWidth::F64)),
    }
}

struct FloatText {
    value: f64,
    width: FloatWidth,
    layout: DigitLayout,
    fractional: bool,
}

/// What is no finite number, as a word; it is never padded.
fn special(value: f64, plus: bool) -> Option<String> {
    if value.is_finite() {
        return None;
    }
    let text = match (value.is_nan(), value < 0.0, plus) {
        (true, ..) => "nan",
        (false, true, _) => "-inf",
        (false, false, true) => "+inf",
        (false, false, false) => "inf",
    };
    Some(text.to_owned())
}

/// Reads what both `format_float_*` functions share.
fn float_text(
    [x, precision, unique, trim, sign, pad_left, min_digits]: [&Given; 7],
    vm: &VirtualMachine,
) -> PyResult<FloatText> {
    let number = |value: &Given| args::optional_isize(value, vm);
    let trim = match present(trim, vm) {
        None => Trim::Keep,
        Some(trim) => {
            let text = text_of(trim, vm)?;
            Trim::from_char(&text).ok_or_else(|| {
                vm.new_type_error(format!("if supplied, trim must be 'k', '.', '0' or '-' found `{text:>100}`"))
            })?
        }
    };
    let precision = match number(precision)? {
        Some(p) => Some(usize::try_from(p).map_err(|_| vm.new_value_error("precision must be >= 0"))?),
        None => None,
    };
    let unique = args::to_bool(unique, true, vm)?;
    if !unique && precision.is_none() {
        return Err(vm.new_type_error("in non-unique mode `precision` must be supplied"));
    }
    let min_digits = number(min_digits)?.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    if min_digits > 0 && precision.is_some_and(|p| min_digits > p) {
        return Err(vm.new_value_error("min_digits must be less than or equal to precision"));
    }
    let (value, width) = float_argument(x, vm)?;
    // Exact digits are all shown unless their trailing zeros are to go.
    let min_digits = if unique || trim != Trim::Keep { min_digits } else { precision.unwrap_or(min_digits) };
    Ok(FloatText {
        value,
        width,
        fractional: true,
        layout: DigitLayout {
            precision,
            min_digits,
            unique,
            trim,
            plus: args::to_bool(sign, false, vm)?,
            pad_left: number(pad_left)?.and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
            pad_right: 0,
            exp_digits: 2,
        },
    })
}

/// `np.format_float_positional(x, precision=None, unique=True, fractional=True, trim='k', …)`
pub fn format_float_positional(args: FuncArgs, vm: &VirtualMachine) -> PyResult<String> {
    let names = ["x", "precision", "unique", "fractional", "trim", "sign", "pad_left", "pad_right", "min_digits"];
    let [x, precision, unique, fractional, trim, sign, pad_left, pad_right, min_digits] =
        parse(args, "format_float_positional", names, 1, vm)?;
    let mut spec = float_text([&x, &precision, &unique, &trim, &sign, &pad_left, &min_digits], vm)?;
    spec.fractional = args::to_bool(&fractional, true, vm)?;
    spec.layout.pad_right = args::optional_isize(&pad_right, vm)?
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0);
    if let Some(text) = special(spec.value, spec.layout.plus) {
        return Ok(text);
    }
    // In unique mode the precision is a limit, not a width.
    spec.layout.trim = match (spec.layout.trim, spec.layout.unique) {
        (Trim::Keep, true) => {
            let frac = spec.layout.min_digits;
            let mut layout = spec.layout;
            layout.trim = Trim::Point;
            layout.min_digits = frac;
            return Ok(positional_digits(spec.value, spec.width, &layout, spec.fractional));
        }
        (trim, _) => trim,
    };
    Ok(positional_digits(spec.value, spec.width, &spec.layout, spec.fractional))
}

/// `np.format_float_scientific(x, precision=None, unique=True, trim='k', …)`
pub fn format_float_scientific(args: FuncArgs, vm: &VirtualMachine) -> PyResult<String> {
    let names = ["x", "precision", "unique", "trim", "sign", "pad_left", "exp_digits", "min_digits"];
    let [x, precision, unique, trim, sign, pad_left, exp_digits, min_digits] =
        parse(args, "format_float_scientific", names, 1, vm)?;
    let mut spec = float_text([&x, &precision, &unique, &trim, &sign, &pad_left, &min_digits], vm)?;
    if let Some(n) = args::optional_isize(&exp_digits, vm)? {
        const MOST: usize = 5;
        let digits = usize::try_from(n).map_err(|_| vm.new_value_error("exp_digits must be >= 0"))?;
        spec.layout.exp_digits = digits.min(MOST);
    }
    if let Some(text) = special(spec.value, spec.layout.plus) {
        return Ok(text);
    }
    if spec.layout.unique && spec.layout.trim == Trim::Keep {
        spec.layout.trim = Trim::Point;
    }
    Ok(scientific(spec.value, spec.width, &spec.layout))
}
