//! The process-wide print options behind `np.set_printoptions`.

use rustpython_vm::PyObjectRef;
use rustpython_vm::common::lock::PyRwLock;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

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
    /// The numpy version whose printing is imitated.
    pub legacy: Option<&'static str>,
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
            legacy: None,
            override_repr: None,
        }
    }
}

/// What imitating an older numpy changes: its version, scalars without their type, summarised
/// arrays without their shape.
pub const LEGACY: [(&str, bool, bool); 4] =
    [("1.21", true, true), ("1.25", true, true), ("2.1", false, true), ("2.2", false, true)];

/// Whether scalars show as the plain numbers that they are, read at each `repr`.
static PLAIN_SCALARS: AtomicBool = AtomicBool::new(false);

/// See [`PLAIN_SCALARS`].
pub fn plain_scalars() -> bool {
    PLAIN_SCALARS.load(Ordering::Relaxed)
}

impl PrintOptions {
    fn imitated(&self) -> Option<&'static (&'static str, bool, bool)> {
        LEGACY.iter().find(|(version, ..)| self.legacy == Some(version))
    }

    /// Whether the shape of a summarised array is shown.
    pub fn shows_shape(&self) -> bool {
        self.imitated().is_none_or(|&(_, _, hides)| !hides)
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
    PLAIN_SCALARS.store(options.imitated().is_some_and(|&(_, plain, _)| plain), Ordering::Relaxed);
    *OPTIONS.write() = options;
}
