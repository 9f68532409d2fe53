//! How HIR types become LIR values: every HIR value is a fixed list of
//! machine values, so that arrays, tuples and complex numbers live in SSA
//! registers and never hide behind pointers. The same lists, one 8-byte slot
//! an element, are how the dispatcher passes arguments and reads results.

use crate::hir::types::{ArrayType, DType, Type};
use crate::lir::Ty;

/// The machine type that holds one real number or bool of this dtype in a
/// register. Complex dtypes give their part's type.
pub fn scalar_ty(d: DType) -> Ty {
    match d {
        DType::Bool => Ty::I1,
        DType::I8 | DType::U8 => Ty::I8,
        // Half floats are storage only: compiled code moves their bits.
        DType::I16 | DType::U16 | DType::F16 => Ty::I16,
        DType::I32 | DType::U32 => Ty::I32,
        DType::I64 | DType::U64 => Ty::I64,
        DType::F32 | DType::C64 => Ty::F32,
        DType::F64 | DType::C128 => Ty::F64,
    }
}

/// Is this a complex dtype (two parts)?
pub fn is_complex(d: DType) -> bool {
    matches!(d, DType::C64 | DType::C128)
}

/// Position of the parts of a flattened array of `ndim` dimensions.
#[derive(Clone, Copy, Debug)]
pub struct ArrayParts {
    pub ndim: usize,
}

impl ArrayParts {
    /// Owner (`ref` to the buffer; null for memory nobody owns).
    pub const OWNER: usize = 0;
    /// Address of element (0, …, 0).
    pub const DATA: usize = 1;
    /// Size of dimension `i`.
    pub fn shape(self, i: usize) -> usize {
        2 + i
    }
    /// Stride of dimension `i` in bytes.
    pub fn stride(self, i: usize) -> usize {
        2 + self.ndim + i
    }
    /// Number of parts.
    pub fn len(self) -> usize {
        2 + 2 * self.ndim
    }
    /// Never: an array has at least owner and data.
    pub fn is_empty(self) -> bool {
        false
    }
}

/// Appends the machine types of a value of type `t`.
///
/// | type | parts |
/// |---|---|
/// | real scalar, bool (Python's or NumPy's) | the number |
/// | complex | real, imaginary |
/// | none, global, ellipsis | nothing |
/// | list | the list's buffer |
/// | list iterator | the list, position |
/// | text | owner, first code point, length |
/// | text iterator | the text's parts, position |
/// | tuple | the items' parts in order |
/// | array | owner, data, shape…, strides… (see [`ArrayParts`]) |
/// | range | start, stop, step |
/// | list | the object's address |
/// | row of an array or list | its position |
/// | list iterator | the list's address, position |
/// | range iterator | next, stop, step |
/// | array iterator | the array's parts, position |
/// | tuple iterator | the tuple's parts, position |
/// | zip, enumerate | counter (enumerate only), the parts' iterators |
/// | slice | its present members as i64 |
/// | optional | i1 present, the value's parts |
/// | caught exception | [`taipan_runtime::trap::CAUGHT_WORDS`] words |
pub fn flatten_into(t: &Type, out: &mut Vec<Ty>) {
    match t {
        Type::Scalar(d) | Type::Numpy(d) => {
            out.push(scalar_ty(*d));
            if is_complex(*d) {
                out.push(scalar_ty(*d));
            }
        }
        Type::ReflectedList(_) => out.push(Ty::Ref),
        Type::ReflectedListIter(_) => out.extend([Ty::Ref, Ty::I64]),
        Type::Str => out.extend([Ty::Ref, Ty::Ptr, Ty::I64]),
        Type::TextIter => out.extend([Ty::Ref, Ty::Ptr, Ty::I64, Ty::I64]),
        Type::Unknown | Type::None | Type::Ellipsis | Type::Global(_) | Type::Append(_) | Type::Exception => {}
        Type::Caught => out.extend([Ty::I64; taipan_runtime::trap::CAUGHT_WORDS]),
        Type::Tuple(ts) => ts.iter().for_each(|t| flatten_into(t, out)),
        Type::Array(a) => flatten_array(*a, out),
        Type::List(_) | Type::Lists(_) => out.push(Ty::Ptr),
        Type::Row(_) => out.push(Ty::I64),
        Type::ListIter(_) => out.extend([Ty::Ptr, Ty::I64]),
        Type::Range { .. } | Type::RangeIter { .. } => out.extend([Ty::I64; 3]),
        Type::ArrayIter(a) => {
            flatten_array(*a, out);
            out.push(Ty::I64);
        }
        Type::TupleIter(ts) => {
            ts.iter().for_each(|t| flatten_into(t, out));
            out.push(Ty::I64);
        }
        Type::ZipIter { enumerate, parts } => {
            if *enumerate {
                out.push(Ty::I64);
            }
            parts.iter().for_each(|t| flatten_into(t, out));
        }
        Type::Slice { start, stop, step } => {
            for present in [start, stop, step] {
                if *present {
                    out.push(Ty::I64);
                }
            }
        }
        Type::Optional(t) => {
            out.push(Ty::I1);
            flatten_into(t, out);
        }
    }
}

fn flatten_array(a: ArrayType, out: &mut Vec<Ty>) {
    out.push(Ty::Ref);
    out.push(Ty::Ptr);
    out.extend(std::iter::repeat_n(Ty::I64, 2 * a.ndim as usize));
}

/// The machine types of a value of type `t`.
pub fn flatten(t: &Type) -> Vec<Ty> {
    let mut v = Vec::new();
    flatten_into(t, &mut v);
    v
}
