//! The registry of library functions: everything nopython code (and, where a
//! row says so, compiled ordinary code) may call.
//!
//! One row a function: its canonical path(s), its parameters as Python writes
//! them, how its result type follows, how it is lowered. Typing, lowering and
//! the support table of the documentation read the same rows. NumPy's ufuncs
//! have no rows of their own: their table in `runtime` is the list, and
//! [`ufunc`] says how their loops become LIR.
//!
//! Paths: `module.name` for functions (`math.sqrt`, `numpy.zeros`,
//! `builtins.abs`), `<kind>.<name>` for methods and attributes of values,
//! where the kind is `array`, `number`, `tuple`, `range`, `str`; a method's
//! first argument is the object.

pub mod builtins;
pub mod cmath;
pub mod exception;
pub mod list;
pub mod math;
pub mod number;
pub mod numpy_array;
pub mod numpy_create;
pub mod print;
pub mod text;
pub mod ufunc;

use crate::error::CompileError;
use crate::hir;
use crate::hir::types::{DType, Type};
use crate::hir::value::{ConstValue, Global};
use crate::lower::{Lowerer, Parts};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// An argument.
#[derive(Clone, Debug)]
pub struct Arg {
    pub ty: Type,
    /// Its value, where it is known at compile time.
    pub constant: Option<ConstValue>,
    /// While lowering: the HIR value.
    pub value: Option<hir::Value>,
}

/// Arguments sorted onto a row's parameters.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// By parameter; `None` = not given (or given as None where a default is).
    pub slots: Vec<Option<Arg>>,
    /// What `*args` took.
    pub rest: Vec<Arg>,
}

impl Args {
    /// Argument of parameter `i`, which must be there.
    pub fn get(&self, i: usize) -> Result<&Arg, CompileError> {
        self.slots.get(i).and_then(|s| s.as_ref()).ok_or_else(|| CompileError::bug("required argument"))
    }
    /// Argument of parameter `i`, if given.
    pub fn opt(&self, i: usize) -> Option<&Arg> {
        self.slots.get(i).and_then(|s| s.as_ref())
    }
    /// Every argument in order.
    pub fn all(&self) -> impl Iterator<Item = &Arg> {
        self.slots.iter().flatten().chain(&self.rest)
    }
}

impl Arg {
    /// The HIR value (lowering only).
    pub fn hir(&self) -> Result<hir::Value, CompileError> {
        self.value.ok_or_else(|| CompileError::bug("argument without value"))
    }
    /// dtype of a scalar, looking into Optional.
    pub fn scalar(&self) -> Option<DType> {
        match &self.ty {
            Type::Scalar(d) => Some(*d),
            Type::Optional(t) => t.scalar(),
            _ => None,
        }
    }
    /// A constant integer.
    pub fn int(&self) -> Option<i64> {
        match self.constant.as_ref()? {
            ConstValue::Int(i) => Some(*i),
            ConstValue::Bool(b) => Some(i64::from(*b)),
            _ => None,
        }
    }
    /// A constant text.
    pub fn text(&self) -> Option<&str> {
        match self.constant.as_ref()? {
            ConstValue::Str(s) => Some(s),
            _ => None,
        }
    }
}

/// What a row describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Function,
    /// First argument is the object.
    Method,
    /// No call: the attribute's value; one argument, the object.
    Property,
}

/// Result type of a call.
pub type InferFn = fn(&Row, &Args) -> Result<Type, CompileError>;
/// Machine values of a call's result; the type is that of `result`.
pub type LowerFn = fn(&mut Lowerer<'_>, &Row, &Args, hir::Value) -> Result<Parts, CompileError>;

/// A library function.
pub struct Row {
    pub paths: &'static [&'static str],
    pub kind: Kind,
    /// Parameters: `x, y=, *rest`; `=` marks optional ones.
    pub params: &'static str,
    pub infer: InferFn,
    pub lower: LowerFn,
    /// Lowering for ordinary loops; exact or leaving. `None` = not there.
    pub ordinary: Option<LowerFn>,
    /// Restrictions, for the support table.
    pub notes: &'static str,
}

impl Row {
    /// Last part of the first path.
    pub fn name(&self) -> &'static str {
        self.paths[0].rsplit('.').next().unwrap_or(self.paths[0])
    }
}

/// Every list of rows.
static LISTS: &[&[Row]] = &[
    builtins::ROWS,
    print::ROWS,
    exception::ROWS,
    text::ROWS,
    list::ROWS,
    math::ROWS,
    cmath::ROWS,
    numpy_array::ROWS,
    numpy_array::REDUCTION_ROWS,
    numpy_create::ROWS,
];

static INDEX: LazyLock<HashMap<&'static str, &'static Row>> =
    LazyLock::new(|| ufunc::rows().iter().chain(LISTS.iter().flat_map(|l| l.iter())).flat_map(|r| r.paths.iter().map(move |p| (*p, r))).collect());

/// The row of a path.
pub fn row(path: &str) -> Option<&'static Row> {
    INDEX.get(path).copied()
}

/// Does nopython code know this path?
pub fn has(path: &str) -> bool {
    row(path).is_some()
}

/// Does compiled ordinary code know this path?
pub fn in_ordinary(path: &str) -> bool {
    row(path).is_some_and(|r| r.ordinary.is_some())
}

fn unknown(path: &str) -> CompileError {
    CompileError::unsupported("T0501", format!("use of unsupported function {path}"))
}

/// The texts of a parameter list.
struct Params {
    names: Vec<&'static str>,
    optional: Vec<bool>,
    rest: bool,
    /// Those that positional arguments reach: the ones before `*rest`.
    positional: usize,
}

fn params(text: &'static str) -> Params {
    let mut p = Params { names: vec![], optional: vec![], rest: false, positional: 0 };
    for part in text.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        if part.starts_with('*') {
            p.rest = true;
        } else {
            p.optional.push(part.ends_with('='));
            p.names.push(part.trim_end_matches('='));
            p.positional += usize::from(!p.rest);
        }
    }
    p
}

/// Sorts arguments onto the parameters of `row`.
fn bind(row: &Row, args: Vec<Arg>, keywords: Vec<(Arc<str>, Arg)>) -> Result<Args, CompileError> {
    let p = params(row.params);
    let name = row.paths[0];
    let mut out = Args { slots: vec![None; p.names.len()], rest: vec![] };
    let given = args.len();
    for (i, a) in args.into_iter().enumerate() {
        if i < p.positional {
            out.slots[i] = Some(a);
        } else if p.rest {
            out.rest.push(a);
        } else {
            return Err(CompileError::typing(format!("{name}() takes at most {} arguments, {given} given", p.names.len())));
        }
    }
    for (k, a) in keywords {
        match p.names.iter().position(|n| **n == *k) {
            Some(i) if out.slots[i].is_none() => out.slots[i] = Some(a),
            Some(_) => return Err(CompileError::typing(format!("{name}() got multiple values for argument '{k}'"))),
            None => return Err(CompileError::typing(format!("{name}() got an unsupported keyword argument '{k}'"))),
        }
    }
    for (i, slot) in out.slots.iter_mut().enumerate() {
        match slot {
            None if !p.optional[i] => return Err(CompileError::typing(format!("{name}() misses argument '{}'", p.names[i]))),
            // None means "not given" for optional parameters.
            Some(a) if p.optional[i] && a.ty == Type::None => *slot = None,
            _ => {}
        }
    }
    Ok(out)
}

/// Result type of a call of `path`. `consts` is parallel to `args`.
///
/// # Errors
/// Unknown paths, arguments that do not fit.
pub fn infer(
    path: &str,
    args: &[Type],
    consts: &[Option<ConstValue>],
    keywords: &[(Arc<str>, Type, Option<ConstValue>)],
) -> Result<Type, CompileError> {
    let row = row(path).ok_or_else(|| unknown(path))?;
    let positional = args
        .iter()
        .enumerate()
        .map(|(i, t)| Arg { ty: t.clone(), constant: consts.get(i).cloned().flatten(), value: None })
        .collect();
    let named = keywords.iter().map(|(k, t, c)| (k.clone(), Arg { ty: t.clone(), constant: c.clone(), value: None })).collect();
    (row.infer)(row, &bind(row, positional, named)?)
}

/// The kind word of attributes of a type.
fn kind_word(t: &Type) -> Option<&'static str> {
    Some(match t {
        Type::Array(_) => "array",
        Type::Scalar(_) => "number",
        Type::Tuple(_) => "tuple",
        Type::Range { .. } => "range",
        Type::Str => "str",
        Type::ReflectedList(_) => "list",
        Type::Global(g) => match &**g {
            Global::DType(_) => "dtype",
            _ => return None,
        },
        _ => return None,
    })
}

/// Type of `object.name`: a property's value, or the method as a library
/// function whose first argument is the object.
///
/// # Errors
/// No such attribute.
pub fn infer_attr(object: &Type, name: &str) -> Result<Type, CompileError> {
    if let Type::Optional(t) = object {
        return infer_attr(t, name);
    }
    let missing = || CompileError::typing(format!("Unknown attribute '{name}' of type {object}"));
    let path = format!("{}.{name}", kind_word(object).ok_or_else(missing)?);
    let row = row(&path).ok_or_else(missing)?;
    if row.kind == Kind::Property {
        let arg = Arg { ty: object.clone(), constant: None, value: None };
        return (row.infer)(row, &Args { slots: vec![Some(arg)], rest: vec![] });
    }
    Ok(Type::Global(Arc::new(Global::Library(row.paths[0].into()))))
}

/// Lowers a call of `path`; methods have the object first among `args`.
///
/// # Errors
/// Unknown paths, restrictions that typing did not see.
pub fn lower_call(
    l: &mut Lowerer<'_>,
    path: &str,
    args: &[hir::Value],
    keywords: &[(Arc<str>, hir::Value)],
    result: hir::Value,
) -> Result<Parts, CompileError> {
    let row = row(path).ok_or_else(|| unknown(path))?;
    let arg = |v: &hir::Value| Arg { ty: l.ty(*v).clone(), constant: l.const_of(*v), value: Some(*v) };
    let positional = args.iter().map(arg).collect();
    let named = keywords.iter().map(|(k, v)| (k.clone(), arg(v))).collect();
    let bound = bind(row, positional, named)?;
    if l.hir.ordinary {
        let lower = row.ordinary.ok_or_else(|| CompileError::unsupported("T0502", format!("{path} in an ordinary loop")))?;
        return lower(l, row, &bound, result);
    }
    (row.lower)(l, row, &bound, result)
}

/// Lowers `object.name`. Methods and compile-time objects have no parts.
///
/// # Errors
/// Attributes that have a value but no row.
pub fn lower_attr(l: &mut Lowerer<'_>, object: hir::Value, name: &str, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).clone();
    if crate::abi::flatten(&to).is_empty() {
        return Ok(Parts::new());
    }
    let ty = l.ty(object).clone();
    let path = kind_word(&ty).map(|k| format!("{k}.{name}")).unwrap_or_default();
    match row(&path) {
        Some(row) if row.kind == Kind::Property => {
            let arg = Arg { ty, constant: l.const_of(object), value: Some(object) };
            (row.lower)(l, row, &Args { slots: vec![Some(arg)], rest: vec![] }, result)
        }
        _ => Err(CompileError::typing(format!("Unknown attribute '{name}' of type {ty}"))),
    }
}

/// The table of supported functions, in Markdown, sorted by path.
pub fn support_table() -> String {
    let mut rows: Vec<(&str, &Row)> = INDEX.iter().map(|(p, r)| (*p, *r)).collect();
    rows.sort_by_key(|r| r.0);
    let mut out = String::from("| function | parameters | ordinary loops | notes |\n|---|---|---|---|\n");
    for (path, row) in rows {
        let call = if row.kind == Kind::Property { String::new() } else { format!("`({})`", row.params) };
        let ordinary = if row.ordinary.is_some() { "yes" } else { "" };
        out += &format!("| `{path}` | {call} | {ordinary} | {} |\n", row.notes);
    }
    out
}

/// A typing error for arguments that a function does not take.
pub fn no_match(row: &Row, args: &Args) -> CompileError {
    let types: Vec<String> = args.all().map(|a| a.ty.to_string()).collect();
    CompileError::typing(format!("No implementation of function Function({}) found for signature: {}({})", row.paths[0], row.name(), types.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_unique() {
        let mut seen = std::collections::HashSet::new();
        for r in LISTS.iter().flat_map(|l| l.iter()) {
            for p in r.paths {
                assert!(seen.insert(*p), "{p} has two rows");
            }
        }
    }

    #[test]
    fn every_row_is_in_the_table() {
        let t = support_table();
        for p in ["`math.sqrt`", "`builtins.abs`", "`numpy.sqrt`"] {
            assert!(t.contains(p), "{p}");
        }
    }
}
