//! The process-wide print options behind `np.set_printoptions`.

use rustpython_vm::PyObjectRef;
use rustpython_vm::common::lock::PyRwLock;
use std::sync::LazyLock;

/// How the precision of floats is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatMode {
    /// Exactly `precision` digits.
    Fixed,
    /// As many digits as needed, no limit.
    Unique,
    /// As many digits as needed, at most `precision`.
    Maxprec,
    /// As `Maxprec`, the same number for every element.
    MaxprecEqual,
}

/// Spelling of each mode, the one table both directions read.
pub const FLOAT_MODES: &[(&str, FloatMode)] = &[
    ("fixed", FloatMode::Fixed),
    ("unique", FloatMode::Unique),
    ("maxprec", FloatMode::Maxprec),
    ("maxprec_equal", FloatMode::MaxprecEqual),
];

/// Every option of `np.set_printoptions`.
#[derive(Clone, Debug)]
pub struct PrintOptions {
    /// Digits after the point.
    pub precision: usize,
    /// Arrays with more elements are summarised.
    pub threshold: usize,
    /// Elements shown at each edge of a summarised axis.
    pub edgeitems: usize,
    /// Characters per line.
    pub linewidth: usize,
    /// Never switch to exponents because of small values.
    pub suppress: bool,
    /// Word for not-a-number.
    pub nanstr: String,
    /// Word for infinity.
    pub infstr: String,
    /// `-`, `+` or a space.
    pub sign: char,
    /// Digit policy.
    pub floatmode: FloatMode,
    /// Python callables by kind of element (a dict), or `None`.
    pub formatter: Option<PyObjectRef>,
    /// Replacement of `repr(array)`, or `None`.
    pub override_repr: Option<PyObjectRef>,
}

impl Default for PrintOptions {
    fn default() -> Self {
        Self {
            precision: 8,
            threshold: 1000,
            edgeitems: 3,
            linewidth: 75,
            suppress: false,
            nanstr: String::from("nan"),
            infstr: String::from("inf"),
            sign: '-',
            floatmode: FloatMode::Maxprec,
            formatter: None,
            override_repr: None,
        }
    }
}

static OPTIONS: LazyLock<PyRwLock<PrintOptions>> =
    LazyLock::new(|| PyRwLock::new(PrintOptions::default()));

/// A copy of the options in force.
pub fn current() -> PrintOptions {
    OPTIONS.read().clone()
}

/// Replaces the options in force.
pub fn replace(options: PrintOptions) {
    *OPTIONS.write() = options;
}
