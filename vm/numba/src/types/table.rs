//! The two tables of `numba.types`: classes and named types.

use super::NbType;
use taipan_jit::hir::types::{DType, Type};

/// Classes of type objects: name, base ("" = the native root `Type`).
pub const CLASSES: &[(&str, &str)] = &[
    ("Hashable", ""),
    ("Number", "Hashable"),
    ("Integer", "Number"),
    ("Float", "Number"),
    ("Complex", "Number"),
    ("Boolean", "Hashable"),
    ("Dummy", ""),
    ("Opaque", "Dummy"),
    ("NoneType", "Opaque"),
    ("EllipsisType", "Opaque"),
    ("Omitted", "Opaque"),
    ("RawPointer", "Opaque"),
    ("DType", "Opaque"),
    ("Phantom", "Dummy"),
    ("Undefined", "Dummy"),
    ("PyObject", "Dummy"),
    ("Module", "Dummy"),
    ("IterableType", ""),
    ("UnicodeType", "IterableType"),
    ("List", "IterableType"),
    ("RangeType", "IterableType"),
    ("Buffer", "IterableType"),
    ("Array", "Buffer"),
    ("BaseTuple", "Hashable"),
    ("Tuple", "BaseTuple"),
    ("UniTuple", "BaseTuple"),
    ("Optional", ""),
    ("SliceType", ""),
    ("Callable", ""),
    ("Function", "Callable"),
    ("Dispatcher", "Callable"),
    ("NumberClass", "Callable"),
    ("ExceptionClass", "Callable"),
];

/// Scalar types with every name they have in `numba.types`; the first is the
/// one they print.
pub const SCALARS: &[(DType, &[&str])] = &[
    (DType::Bool, &["bool", "boolean", "bool_", "b1"]),
    (DType::I8, &["int8", "i1", "char"]),
    (DType::I16, &["int16", "i2", "short"]),
    (DType::I32, &["int32", "i4", "intc"]),
    (DType::I64, &["int64", "i8", "intp", "ssize_t", "int_", "long_", "longlong"]),
    (DType::U8, &["uint8", "u1", "uchar", "byte"]),
    (DType::U16, &["uint16", "u2", "ushort"]),
    (DType::U32, &["uint32", "u4", "uintc"]),
    (DType::U64, &["uint64", "u8", "uintp", "size_t", "uint", "ulong", "ulonglong"]),
    (DType::F32, &["float32", "f4"]),
    (DType::F64, &["float64", "f8", "double"]),
    (DType::C64, &["complex64", "c8"]),
    (DType::C128, &["complex128", "c16"]),
];

/// The other named types: names, type.
pub fn others() -> Vec<(&'static [&'static str], NbType)> {
    vec![
        (&["none", "void"], NbType::Compiled(Type::None)),
        (&["unicode_type", "string"], NbType::Compiled(Type::Str)),
        (&["ellipsis"], NbType::Compiled(Type::Ellipsis)),
        (&["undefined"], NbType::Compiled(Type::Unknown)),
        (&["pyobject"], NbType::Named { class: "PyObject", name: "pyobject" }),
        (&["voidptr"], NbType::Named { class: "RawPointer", name: "void*" }),
        (&["Any"], NbType::Named { class: "Phantom", name: "any" }),
    ]
}

/// `(bits, is signed)` of an integer type.
pub fn integer_width(d: DType) -> Option<(u32, bool)> {
    Some(match d {
        DType::I8 => (8, true),
        DType::I16 => (16, true),
        DType::I32 => (32, true),
        DType::I64 => (64, true),
        DType::U8 => (8, false),
        DType::U16 => (16, false),
        DType::U32 => (32, false),
        DType::U64 => (64, false),
        _ => return None,
    })
}
