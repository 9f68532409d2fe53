//! The type lattice of HIR. Bottom is [`Type::Unknown`] (no information yet);
//! there is no top: values that cannot be unified are a typing error.
//!
//! Names print as Numba prints them (`array(float64, 2d, C)`), because users
//! and their tests read them in messages and in `Dispatcher.signatures`.

use crate::hir::value::Global;
use std::fmt;
use std::sync::Arc;
use taipan_runtime::array::Array;
pub use taipan_runtime::dtype::DType;

/// Memory order of an array type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// C-contiguous.
    C,
    /// Fortran-contiguous (only for two dimensions and more).
    F,
    /// Any strides.
    A,
}

/// An array type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ArrayType {
    pub dtype: DType,
    pub ndim: u8,
    pub layout: Layout,
    pub readonly: bool,
}

/// The type of an HIR value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Not inferred yet, or unreachable.
    Unknown,
    /// Integers, booleans, floats, complex numbers: NumPy's scalar kinds.
    /// Bool is `Scalar(DType::Bool)`, a Python int `Scalar(DType::I64)`.
    Scalar(DType),
    /// Ordinary loops: an object of a NumPy scalar class (`np.float64`), where
    /// `Scalar` is Python's own number. Nopython code knows no difference.
    Numpy(DType),
    None,
    /// Text.
    Str,
    /// A list of items of one type (unknown while nothing was put in).
    ReflectedList(Arc<Type>),
    /// Iterator over a list.
    ReflectedListIter(Arc<Type>),
    /// Iterator over the code points of a text.
    TextIter,
    Tuple(Arc<[Type]>),
    Array(ArrayType),
    /// Ordinary loops: a list that the loop entered with, whose items were
    /// Python's numbers of this dtype; each item read is looked at.
    List(DType),
    /// As `List`, of lists of numbers.
    Lists(DType),
    /// Ordinary loops: a row of the array or list that is this parameter of the
    /// entry: its position, which is in range.
    Row(u32),
    /// Ordinary loops: `append` of the list that is this parameter of the entry.
    Append(u32),
    /// Iterator over a list of numbers.
    ListIter(DType),
    /// `range(...)` of the given integer dtype; `parallel` for `prange`.
    Range { dtype: DType, parallel: bool },
    /// Iterator over a range.
    RangeIter { dtype: DType, parallel: bool },
    /// Iterator over the first axis of an array.
    ArrayIter(ArrayType),
    /// Iterator over a homogeneous tuple.
    TupleIter(Arc<[Type]>),
    /// `enumerate(x)` / `zip(a, b…)`: iterator over tuples of the parts' items.
    ZipIter { enumerate: bool, parts: Arc<[Type]> },
    /// `slice(start, stop, step)`; which parts are present (others None).
    Slice { start: bool, stop: bool, step: bool },
    /// A value or None.
    Optional(Arc<Type>),
    Ellipsis,
    /// A compile-time object: function, module, dtype, class…
    Global(Arc<Global>),
    /// An exception instance under construction (consumed by raise).
    Exception,
    /// An exception that a `try` caught.
    Caught,
}

impl Type {
    /// Python `bool`.
    pub const BOOL: Type = Type::Scalar(DType::Bool);
    /// Python `int`.
    pub const INT: Type = Type::Scalar(DType::I64);
    /// Python `float`.
    pub const FLOAT: Type = Type::Scalar(DType::F64);
    /// Python `complex`.
    pub const COMPLEX: Type = Type::Scalar(DType::C128);
    /// The dtype of a scalar.
    pub fn scalar(&self) -> Option<DType> {
        if let Type::Scalar(d) = self { Some(*d) } else { None }
    }
    /// The dtype of a number, Python's or NumPy's.
    pub fn number(&self) -> Option<DType> {
        if let Type::Scalar(d) | Type::Numpy(d) = self { Some(*d) } else { None }
    }
    /// Ordinary loops: is it an object that the loop entered with and that
    /// stays what it is, an array or a list?
    pub fn is_held(&self) -> bool {
        matches!(self, Type::Array(_) | Type::List(_) | Type::Lists(_))
    }
    /// The array type.
    pub fn array(&self) -> Option<ArrayType> {
        if let Type::Array(a) = self { Some(*a) } else { None }
    }
}

impl ArrayType {
    /// The type of an array: C order wins where both hold.
    pub fn of(a: &Array) -> Self {
        let layout = if a.is_c_contiguous() {
            Layout::C
        } else if a.is_f_contiguous() {
            Layout::F
        } else {
            Layout::A
        };
        ArrayType { dtype: a.dtype(), ndim: a.ndim() as u8, layout, readonly: !a.is_writeable() }
    }
}

impl fmt::Display for ArrayType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ro = if self.readonly { "readonly " } else { "" };
        // Numba says "Array" for read-only ones' mutability in the prefix.
        write!(f, "{ro}array({}, {}d, {:?})", scalar_name(self.dtype), self.ndim, self.layout)
    }
}

/// Numba's name of a scalar type.
pub fn scalar_name(d: DType) -> &'static str {
    if d == DType::Bool { "bool" } else { d.name() }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Unknown => f.write_str("undefined"),
            Type::Scalar(d) => f.write_str(scalar_name(*d)),
            Type::Numpy(d) => write!(f, "np.{}", d.name()),
            Type::None => f.write_str("none"),
            Type::Str => f.write_str("unicode_type"),
            Type::ReflectedList(t) => write!(f, "reflected list({t})<iv=None>"),
            Type::ReflectedListIter(t) => write!(f, "iter({})", Type::ReflectedList(t.clone())),
            Type::TextIter => f.write_str("iter_unicode"),
            Type::Tuple(ts) => {
                if ts.is_empty() {
                    f.write_str("Tuple()")
                } else if ts.iter().all(|t| *t == ts[0]) {
                    write!(f, "UniTuple({} x {})", ts[0], ts.len())
                } else {
                    f.write_str("Tuple(")?;
                    for (i, t) in ts.iter().enumerate() {
                        write!(f, "{}{t}", if i > 0 { ", " } else { "" })?;
                    }
                    f.write_str(")")
                }
            }
            Type::Array(a) => a.fmt(f),
            Type::List(d) => write!(f, "list({})", scalar_name(*d)),
            Type::Lists(d) => write!(f, "lists({})", scalar_name(*d)),
            Type::Row(n) => write!(f, "row({n})"),
            Type::Append(n) => write!(f, "append({n})"),
            Type::ListIter(d) => write!(f, "list_iter({})", scalar_name(*d)),
            Type::Range { dtype, .. } => write!(f, "range_state_{}", scalar_name(*dtype)),
            Type::RangeIter { dtype, .. } => write!(f, "range_iter_{}", scalar_name(*dtype)),
            Type::ArrayIter(a) => write!(f, "iter({a})"),
            Type::TupleIter(ts) => write!(f, "iter({})", Type::Tuple(ts.clone())),
            Type::ZipIter { enumerate, parts } => {
                f.write_str(if *enumerate { "enumerate(" } else { "zip(" })?;
                for (i, t) in parts.iter().enumerate() {
                    write!(f, "{}{t}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
            Type::Slice { step, .. } => f.write_str(if *step { "slice<a:b:c>" } else { "slice<a:b>" }),
            Type::Optional(t) => write!(f, "OptionalType({t})"),
            Type::Ellipsis => f.write_str("ellipsis"),
            Type::Global(g) => g.fmt(f),
            Type::Exception => f.write_str("exception"),
            Type::Caught => f.write_str("caught"),
        }
    }
}
