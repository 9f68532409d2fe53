//! The one error type of the runtime: what went wrong, sorted by the Python class that reports it.
//!
//! The crate knows no Python classes; the `numpy` face and the compiled-code trap path map an
//! [`ErrorKind`] to the class of that name and show `message` unchanged.

use std::fmt;

/// The Python exception class an [`Error`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `ValueError`
    Value,
    /// `TypeError`
    Type,
    /// `IndexError`
    Index,
    /// `ZeroDivisionError`
    ZeroDivision,
    /// `MemoryError` (NumPy's private subclass `_ArrayMemoryError`)
    Memory,
    /// `OverflowError`
    Overflow,
    /// `FloatingPointError`
    Floating,
    /// `numpy.exceptions.AxisError`, which is a `ValueError` and an `IndexError`
    Axis,
    /// `numpy._core._exceptions.UFuncTypeError`, which is a `TypeError`
    UfuncType,
    /// `numpy.linalg.LinAlgError`
    LinAlg,
    /// `RuntimeError`
    Runtime,
    /// `NotImplementedError`
    NotImplemented,
}

/// A failure with NumPy's text, ready to be raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Which Python class reports it.
    pub kind: ErrorKind,
    /// The exact text shown to the user.
    pub message: String,
}

/// Result of every fallible runtime operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! constructors {
    ($($name:ident => $kind:ident),* $(,)?) => {
        impl Error {
            $(
                #[doc = concat!("An error of kind [`ErrorKind::", stringify!($kind), "`].")]
                pub fn $name(message: impl Into<String>) -> Self {
                    Error { kind: ErrorKind::$kind, message: message.into() }
                }
            )*
        }
    };
}

constructors! {
    value => Value,
    type_error => Type,
    index => Index,
    zero_division => ZeroDivision,
    memory => Memory,
    overflow => Overflow,
    floating => Floating,
    ufunc_type => UfuncType,
    linalg => LinAlg,
    runtime => Runtime,
    not_implemented => NotImplemented,
}

impl Error {
    /// `axis 2 is out of bounds for array of dimension 2`
    pub fn axis(axis: isize, ndim: usize) -> Self {
        Error {
            kind: ErrorKind::Axis,
            message: format!("axis {axis} is out of bounds for array of dimension {ndim}"),
        }
    }

    /// `index 5 is out of bounds for axis 0 with size 3`
    pub fn index_bounds(index: i64, axis: usize, size: usize) -> Self {
        Error::index(format!(
            "index {index} is out of bounds for axis {axis} with size {size}"
        ))
    }

    /// `operands could not be broadcast together with shapes (3,) (4,) ` (NumPy ends with a space).
    pub fn broadcast<'a>(shapes: impl IntoIterator<Item = &'a [usize]>) -> Self {
        let mut text = String::from("operands could not be broadcast together with shapes ");
        for shape in shapes {
            text.push_str(&shape_text(shape));
            text.push(' ');
        }
        Error::value(text)
    }
}

/// A shape as Python prints a tuple: `()`, `(3,)`, `(2,3)` (NumPy's messages have no blanks).
pub fn shape_text(shape: &[usize]) -> String {
    use fmt::Write;
    let mut text = String::from("(");
    for (i, n) in shape.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        let _ = write!(text, "{n}");
    }
    if shape.len() == 1 {
        text.push(',');
    }
    text.push(')');
    text
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
