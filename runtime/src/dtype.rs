//! Element types: the table of them, promotion between them, and which casts are allowed.
//!
//! [`DTypeInfo`] rows are declared once, in [`for_each_dtype!`]; element traits, cast loops and
//! ufunc tables are all derived from that table.

use std::fmt;

use half::f16;
use num_complex::Complex;

/// A NumPy boolean in memory. Any byte but zero counts as true, so that a view of arbitrary
/// bytes as `bool` is harmless (a Rust `bool` would make it undefined behaviour).
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub struct Bool(pub u8);

impl Bool {
    /// The stored truth value.
    #[inline(always)]
    pub fn get(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for Bool {
    #[inline(always)]
    fn from(value: bool) -> Self {
        Bool(value as u8)
    }
}

impl PartialEq for Bool {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl PartialOrd for Bool {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.get().partial_cmp(&other.get())
    }
}

/// Calls `$mac!` with the whole table: `(Variant, RustType, name, kind, char, itemsize)` rows.
macro_rules! for_each_dtype {
    ($mac:ident $(, $extra:tt)*) => {
        $mac! { $($extra)*
            (Bool, $crate::dtype::Bool, "bool", 'b', '?', 1)
            (I8, i8, "int8", 'i', 'b', 1)
            (I16, i16, "int16", 'i', 'h', 2)
            (I32, i32, "int32", 'i', 'i', 4)
            (I64, i64, "int64", 'i', 'l', 8)
            (U8, u8, "uint8", 'u', 'B', 1)
            (U16, u16, "uint16", 'u', 'H', 2)
            (U32, u32, "uint32", 'u', 'I', 4)
            (U64, u64, "uint64", 'u', 'L', 8)
            (F16, ::half::f16, "float16", 'f', 'e', 2)
            (F32, f32, "float32", 'f', 'f', 4)
            (F64, f64, "float64", 'f', 'd', 8)
            (C64, ::num_complex::Complex<f32>, "complex64", 'c', 'F', 8)
            (C128, ::num_complex::Complex<f64>, "complex128", 'c', 'D', 16)
        }
    };
}

macro_rules! define_dtype {
    ($(($variant:ident, $ty:ty, $name:literal, $kind:literal, $char:literal, $size:literal))*) => {
        /// An element type. One byte; compiled code passes it around as that byte.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum DType {
            $(
                #[doc = $name]
                $variant,
            )*
        }

        /// Static facts about each [`DType`], in declaration order.
        pub static DTYPES: &[DTypeInfo] = &[$(
            DTypeInfo { dtype: DType::$variant, name: $name, kind: $kind, char: $char, itemsize: $size },
        )*];

        $(
            impl Element for $ty {
                const DTYPE: DType = DType::$variant;
            }
            const _: () = assert!(size_of::<$ty>() == $size);
        )*
    };
}

/// One row of the dtype table.
#[derive(Clone, Copy, Debug)]
pub struct DTypeInfo {
    /// The type described.
    pub dtype: DType,
    /// NumPy's name, as in `dtype('float64')`.
    pub name: &'static str,
    /// Kind letter: `b i u f c`.
    pub kind: char,
    /// One-letter code (`dtype.char`).
    pub char: char,
    /// Bytes per element.
    pub itemsize: usize,
}

/// A Rust type that is stored in arrays.
pub trait Element: Copy + Send + Sync + Default + PartialEq + 'static {
    /// Its dtype.
    const DTYPE: DType;
}

for_each_dtype!(define_dtype);

/// Runs `$body` with the type alias `$T` bound to the element type of `$dtype`.
macro_rules! with_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        for_each_dtype!(with_dtype_arms, ($dtype), ($T), ($body))
    };
}

/// The match that [`with_dtype!`] expands to.
macro_rules! with_dtype_arms {
    (($dtype:expr) ($T:ident) ($body:expr)
     $(($variant:ident, $ty:ty, $name:literal, $kind:literal, $char:literal, $size:literal))*) => {
        match $dtype {
            $( $crate::dtype::DType::$variant => { #[allow(dead_code, reason = "not every body names the type")] type $T = $ty; $body } )*
        }
    };
}

/// The five families of types, in promotion order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `bool`
    Bool,
    /// unsigned integers
    Unsigned,
    /// signed integers
    Signed,
    /// real floating point
    Float,
    /// complex floating point
    Complex,
}

/// NumPy's `casting=` rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Casting {
    /// `'no'`: same type
    No,
    /// `'equiv'`: same type up to byte order
    Equiv,
    /// `'safe'`: no value can be lost
    Safe,
    /// `'same_kind'`: safe, or within a kind
    SameKind,
    /// `'unsafe'`: anything
    Unsafe,
    /// `'same_value'`: anything, but every value must survive (checked while casting)
    SameValue,
}

impl Casting {
    /// Every rule with the word that selects it.
    pub const ALL: [(&'static str, Casting); 6] = [
        ("no", Casting::No),
        ("equiv", Casting::Equiv),
        ("safe", Casting::Safe),
        ("same_kind", Casting::SameKind),
        ("unsafe", Casting::Unsafe),
        ("same_value", Casting::SameValue),
    ];

    /// The rule of that name.
    pub fn by_name(name: &str) -> Option<Casting> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, c)| c)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, c)| c == self).map_or("", |&(n, _)| n)
    }
}

/// A Python scalar that takes the type of what it meets (NEP 50).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weak {
    /// Python `int`
    Int,
    /// Python `float`
    Float,
    /// Python `complex`
    Complex,
}

impl DType {
    /// The default integer, `int64` on every supported platform.
    pub const INTP: DType = DType::I64;

    /// The table row.
    #[inline]
    pub fn info(self) -> &'static DTypeInfo {
        &DTYPES[self as usize]
    }

    /// Bytes per element.
    #[inline]
    pub fn itemsize(self) -> usize {
        self.info().itemsize
    }

    /// NumPy's name: `float64`.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Kind letter, `b i u f c`.
    pub fn kind_char(self) -> char {
        self.info().kind
    }

    /// One-letter code, `? b h i l B H I L e f d F D`.
    pub fn char(self) -> char {
        self.info().char
    }

    /// The C type that some messages name: `ubyte`, `long`, `cdouble`.
    pub fn c_name(self) -> &'static str {
        const NAMES: [&str; 14] = [
            "bool", "byte", "short", "int", "long", "ubyte", "ushort", "uint", "ulong", "half", "float",
            "double", "cfloat", "cdouble",
        ];
        NAMES[self as usize]
    }

    /// `__array_interface__` type string: `<f8`, `|b1`.
    pub fn typestr(self) -> String {
        let order = if self.itemsize() == 1 { '|' } else { '<' };
        format!("{order}{}{}", self.kind_char(), self.itemsize())
    }

    /// The dtype numbered `index` (its discriminant), if any.
    pub fn from_index(index: u8) -> Option<DType> {
        DTYPES.get(index as usize).map(|row| row.dtype)
    }

    /// The dtype of that NumPy name (`int32`, `complex128`, …).
    pub fn from_name(name: &str) -> Option<DType> {
        DTYPES.iter().find(|r| r.name == name).map(|r| r.dtype)
    }

    /// The dtype of a kind letter and item size, e.g. `('f', 8)`.
    pub fn from_kind_size(kind: char, itemsize: usize) -> Option<DType> {
        DTYPES
            .iter()
            .find(|r| r.kind == kind && r.itemsize == itemsize)
            .map(|r| r.dtype)
    }

    /// The family.
    pub fn kind(self) -> Kind {
        match self.kind_char() {
            'b' => Kind::Bool,
            'u' => Kind::Unsigned,
            'i' => Kind::Signed,
            'f' => Kind::Float,
            _ => Kind::Complex,
        }
    }

    /// Signed or unsigned integer (not bool).
    pub fn is_integer(self) -> bool {
        matches!(self.kind(), Kind::Signed | Kind::Unsigned)
    }

    /// Float or complex.
    pub fn is_inexact(self) -> bool {
        matches!(self.kind(), Kind::Float | Kind::Complex)
    }

    /// Real floating point.
    pub fn is_float(self) -> bool {
        self.kind() == Kind::Float
    }

    /// Complex floating point.
    pub fn is_complex(self) -> bool {
        self.kind() == Kind::Complex
    }

    /// The type of the real part: the type itself unless complex.
    pub fn real_part(self) -> DType {
        match self {
            DType::C64 => DType::F32,
            DType::C128 => DType::F64,
            other => other,
        }
    }

    /// The complex type wide enough for a float type (`float16` gives `complex64`).
    pub fn complex_of(self) -> DType {
        match self {
            DType::F16 | DType::F32 | DType::C64 => DType::C64,
            _ => DType::C128,
        }
    }

    /// Inclusive bounds of an integer type (bool: 0..1), `None` for inexact types.
    pub fn int_bounds(self) -> Option<(i128, i128)> {
        Some(match self {
            DType::Bool => (0, 1),
            DType::I8 => (i8::MIN as i128, i8::MAX as i128),
            DType::I16 => (i16::MIN as i128, i16::MAX as i128),
            DType::I32 => (i32::MIN as i128, i32::MAX as i128),
            DType::I64 => (i64::MIN as i128, i64::MAX as i128),
            DType::U8 => (0, u8::MAX as i128),
            DType::U16 => (0, u16::MAX as i128),
            DType::U32 => (0, u32::MAX as i128),
            DType::U64 => (0, u64::MAX as i128),
            _ => return None,
        })
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The smallest float type that represents every value of `dtype` that NumPy insists on
/// (8-bit integers fit `float16`, 16-bit ones `float32`, the rest goes to `float64`).
fn float_for(dtype: DType) -> DType {
    match dtype {
        DType::Bool | DType::I8 | DType::U8 | DType::F16 => DType::F16,
        DType::I16 | DType::U16 | DType::F32 | DType::C64 => DType::F32,
        _ => DType::F64,
    }
}

/// The smallest type both operands cast to safely (`np.promote_types`).
pub fn promote_types(a: DType, b: DType) -> DType {
    if a == b {
        return a;
    }
    let (low, high) = if a.kind() <= b.kind() { (a, b) } else { (b, a) };
    match (low.kind(), high.kind()) {
        (Kind::Bool, _) => high,
        (x, y) if x == y => {
            if low.itemsize() >= high.itemsize() {
                low
            } else {
                high
            }
        }
        (Kind::Unsigned, Kind::Signed) => {
            if low.itemsize() < high.itemsize() {
                high
            } else {
                DType::from_kind_size('i', low.itemsize() * 2).unwrap_or(DType::F64)
            }
        }
        (_, Kind::Float) => float_for(low).max(high),
        _ => float_for(low).max(float_for(high)).complex_of(),
    }
}

/// Promotion of a strong type with a Python scalar of the given weakness (NEP 50).
pub fn promote_weak(dtype: DType, weak: Weak) -> DType {
    match (weak, dtype.kind()) {
        (Weak::Int, Kind::Bool) => DType::I64,
        (Weak::Int, _) => dtype,
        (Weak::Float, Kind::Bool | Kind::Unsigned | Kind::Signed) => DType::F64,
        (Weak::Float, _) => dtype,
        (Weak::Complex, Kind::Bool | Kind::Unsigned | Kind::Signed) => DType::C128,
        (Weak::Complex, _) => dtype.complex_of(),
    }
}

/// What a weak scalar becomes when it meets no strong type.
pub fn weak_default(weak: Weak) -> DType {
    match weak {
        Weak::Int => DType::I64,
        Weak::Float => DType::F64,
        Weak::Complex => DType::C128,
    }
}

/// `np.result_type` over strong types and weak Python scalars; `None` when both are empty.
pub fn result_type(strong: &[DType], weak: &[Weak]) -> Option<DType> {
    let strongest = strong.iter().copied().reduce(promote_types);
    let weakest = weak.iter().copied().max();
    match (strongest, weakest) {
        (Some(s), Some(w)) => Some(promote_weak(s, w)),
        (Some(s), None) => Some(s),
        (None, Some(w)) => Some(weak_default(w)),
        (None, None) => None,
    }
}

/// `np.can_cast` between types (the check on values of `'same_value'` happens while casting).
pub fn can_cast(from: DType, to: DType, casting: Casting) -> bool {
    match casting {
        Casting::No | Casting::Equiv => from == to,
        Casting::Safe => promote_types(from, to) == to,
        Casting::SameKind => from.kind() <= to.kind() || promote_types(from, to) == to,
        Casting::Unsafe | Casting::SameValue => true,
    }
}

/// The `float16` type, re-exported for users of the element table.
pub type F16 = f16;
/// `complex64` elements.
pub type C64 = Complex<f32>;
/// `complex128` elements.
pub type C128 = Complex<f64>;
