//! Types as the textual HIR writes them: like Numba's names where those say
//! everything, unambiguous where they do not (`prange<int64>`, `slice<a::c>`).

use super::cursor::Cursor;
use super::text::ConstText;
use super::types::{ArrayType, DType, Layout, Type, scalar_name};
use super::value::ConstValue;
use crate::error::CompileError;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// A type as the text writes it.
pub struct TypeText<'a>(pub &'a Type);

fn list(items: &[Type], f: &mut Formatter<'_>) -> fmt::Result {
    for (i, t) in items.iter().enumerate() {
        write!(f, "{}{}", if i > 0 { ", " } else { "" }, TypeText(t))?;
    }
    Ok(())
}

impl Display for TypeText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let p = |parallel: bool| if parallel { "p" } else { "" };
        match self.0 {
            Type::Unknown => f.write_str("?"),
            Type::Tuple(items) => {
                f.write_str("(")?;
                list(items, f)?;
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            Type::Range { dtype, parallel } => write!(f, "{}range<{}>", p(*parallel), scalar_name(*dtype)),
            Type::RangeIter { dtype, parallel } => write!(f, "{}range_iter<{}>", p(*parallel), scalar_name(*dtype)),
            Type::ArrayIter(a) => write!(f, "iter<{a}>"),
            Type::TupleIter(items) => write!(f, "iter<{}>", TypeText(&Type::Tuple(items.clone()))),
            Type::ZipIter { enumerate, parts } => {
                f.write_str(if *enumerate { "enumerate<" } else { "zip<" })?;
                list(parts, f)?;
                f.write_str(">")
            }
            Type::Slice { start, stop, step } => {
                let part = |present: bool, name| if present { name } else { "" };
                write!(f, "slice<{}:{}:{}>", part(*start, "a"), part(*stop, "b"), part(*step, "c"))
            }
            Type::Optional(t) => write!(f, "optional<{}>", TypeText(t)),
            Type::Global(g) => write!(f, "global {}", ConstText(&ConstValue::Global(g.clone()))),
            Type::Scalar(_) | Type::Numpy(_) | Type::List(_) | Type::Lists(_) | Type::Row(_) | Type::Append(_) | Type::ListIter(_) | Type::ReflectedList(_) | Type::ReflectedListIter(_) | Type::None | Type::Str | Type::TextIter | Type::Array(_) | Type::Ellipsis | Type::Exception | Type::Caught => self.0.fmt(f),
        }
    }
}

/// Reads a list of types; Numba's `UniTuple(int64 x 2)`, `Tuple(…)` and
/// `OptionalType(…)` are understood too.
///
/// # Errors
/// Our bug (the text is not such a list).
pub fn parse_types(text: &str) -> Result<Vec<Type>, CompileError> {
    let mut c = Cursor::new(text);
    let mut out = Vec::new();
    while !c.at_end() {
        out.push(read(&mut c).ok_or_else(|| c.error("a type"))?);
        c.eat(",");
    }
    Ok(out)
}

fn items(c: &mut Cursor<'_>, close: &str) -> Option<Vec<Type>> {
    let mut out = Vec::new();
    while !c.eat(close) {
        out.push(read(c)?);
        c.eat(",");
    }
    Some(out)
}

/// Reads one type.
pub(super) fn read(c: &mut Cursor<'_>) -> Option<Type> {
    if c.eat("?") {
        return Some(Type::Unknown);
    }
    if c.eat("(") {
        return Some(Type::Tuple(items(c, ")")?.into()));
    }
    if c.eat("...") {
        return Some(Type::Ellipsis);
    }
    let word = c.word()?;
    let range = |c: &mut Cursor<'_>| {
        c.expect("<")?;
        let d = DType::from_name(c.word()?)?;
        c.expect(">")?;
        Some(d)
    };
 if word == "np" {
        c.expect(".")?;
        return Some(Type::Numpy(DType::from_name(c.word()?)?));
    }
    Some(match word {
        "readonly" => {
            let t = read(c)?;
            Type::Array(ArrayType { readonly: true, ..t.array()? })
        }
        "array" => {
            c.expect("(")?;
            let dtype = DType::from_name(c.word()?)?;
            c.expect(",")?;
            let ndim = c.word()?.strip_suffix('d')?.parse().ok()?;
            c.expect(",")?;
            let layout = match c.word()? {
                "C" => Layout::C,
                "F" => Layout::F,
                "A" => Layout::A,
                _ => return None,
            };
            c.expect(")")?;
            Type::Array(ArrayType { dtype, ndim, layout, readonly: false })
        }
        "row" | "append" => {
            c.expect("(")?;
            let n = c.integer()?.try_into().ok()?;
            c.expect(")")?;
            if word == "row" { Type::Row(n) } else { Type::Append(n) }
        }
        "list" | "lists" | "list_iter" => {
            c.expect("(")?;
            let d = DType::from_name(c.word()?)?;
            c.expect(")")?;
            match word {
                "list" => Type::List(d),
                "lists" => Type::Lists(d),
                _ => Type::ListIter(d),
            }
        }
        "range" | "prange" => Type::Range { dtype: range(c)?, parallel: word == "prange" },
        "range_iter" | "prange_iter" => Type::RangeIter { dtype: range(c)?, parallel: word == "prange_iter" },
        "iter" => {
            c.expect("<")?;
            let t = match read(c)? {
                Type::Array(a) => Type::ArrayIter(a),
                Type::Tuple(items) => Type::TupleIter(items),
                _ => return None,
            };
            c.expect(">")?;
            t
        }
        "zip" | "enumerate" => {
            c.expect("<")?;
            Type::ZipIter { enumerate: word == "enumerate", parts: items(c, ">")?.into() }
        }
        "slice" => {
            c.expect("<")?;
            let start = c.eat("a");
            c.expect(":")?;
            let stop = c.eat("b");
            c.expect(":")?;
            let step = c.eat("c");
            c.expect(">")?;
            Type::Slice { start, stop, step }
        }
        "optional" => {
            c.expect("<")?;
            let t = read(c)?;
            c.expect(">")?;
            Type::Optional(Arc::new(t))
        }
        "OptionalType" => {
            c.expect("(")?;
            let t = read(c)?;
            c.expect(")")?;
            Type::Optional(Arc::new(t))
        }
        "UniTuple" => {
            c.expect("(")?;
            let t = read(c)?;
            c.expect("x")?;
            let n = c.integer()?;
            c.expect(")")?;
            Type::Tuple(vec![t; usize::try_from(n).ok()?].into())
        }
        "Tuple" => {
            c.expect("(")?;
            Type::Tuple(items(c, ")")?.into())
        }
        "global" => match super::reader::constant(c)? {
            ConstValue::Global(g) => Type::Global(g),
            _ => return None,
        },
        "none" => Type::None,
        "unicode_type" => Type::Str,
        "iter_unicode" => Type::TextIter,
        "ellipsis" => Type::Ellipsis,
        "exception" => Type::Exception,
        "caught" => Type::Caught,
        _ => Type::Scalar(DType::from_name(word)?),
    })
}
