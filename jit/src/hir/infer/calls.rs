//! Types of calls: the few library functions whose result is a type-level
//! affair, the library registry, casts, exceptions, jitted functions.

use super::super::types::{DType, Type};
use super::super::value::{ConstValue, Global, JitFunction};
use super::super::{Op, Value};
use super::{Infer, Known};
use crate::error::CompileError;
use crate::library;
use crate::typing::{self, access, strip};
use std::sync::Arc;
use taipan_runtime::dtype::Kind;

/// An argument of a jitted function after binding.
#[derive(Clone, Debug)]
pub enum Bound {
    Value(Value),
    /// A default.
    Const(ConstValue),
    /// What `*args` collects.
    Tuple(Vec<Value>),
}

/// Binds call arguments to the parameters of a function.
///
/// # Errors
/// Typing, with Python's wording for missing or surplus arguments.
pub fn bind(f: &dyn JitFunction, args: &[Value], keywords: &[(Arc<str>, Value)]) -> Result<Vec<Bound>, CompileError> {
    bind_code(&f.code(), &f.defaults(), &f.keyword_defaults(), args, keywords)
}

/// [`bind`] for a code object and its defaults, those of keyword-only
/// parameters one for each.
///
/// # Errors
/// As [`bind`].
pub fn bind_code(
    code: &crate::bytecode::Code,
    defaults: &[ConstValue],
    keyword_defaults: &[Option<ConstValue>],
    args: &[Value],
    keywords: &[(Arc<str>, Value)],
) -> Result<Vec<Bound>, CompileError> {
    let count = code.arg_count as usize;
    let named = count + code.kwonly_arg_count as usize;
    let mut out: Vec<Option<Bound>> = args.iter().take(count).map(|v| Some(Bound::Value(*v))).collect();
    out.resize(named, None);
    for (name, v) in keywords {
        let at = code.locals.iter().take(named).position(|l| l == name);
        match at {
            Some(n) if n >= code.posonly_arg_count as usize && out[n].is_none() => out[n] = Some(Bound::Value(*v)),
            Some(_) => return Err(CompileError::typing(format!("multiple values for argument '{name}'"))),
            None => return Err(CompileError::typing(format!("got an unexpected keyword argument '{name}'"))),
        }
    }
    let first_default = count.saturating_sub(defaults.len());
    for (n, slot) in out.iter_mut().enumerate() {
        if slot.is_none() {
            let default = match n.checked_sub(count) {
                Some(k) => keyword_defaults.get(k).and_then(Option::as_ref),
                None => n.checked_sub(first_default).and_then(|d| defaults.get(d)),
            };
            match default {
                Some(c) => *slot = Some(Bound::Const(c.clone())),
                None => return Err(CompileError::typing(format!("missing a required argument: '{}'", code.locals[n]))),
            }
        }
    }
    let mut out: Vec<Bound> = out.into_iter().flatten().collect();
    if code.has_varargs {
        out.push(Bound::Tuple(args.get(count..).unwrap_or_default().to_vec()));
    } else if args.len() > count {
        return Err(CompileError::typing("too many positional arguments"));
    }
    Ok(out)
}

impl Infer<'_> {
    /// Type of a bound argument.
    pub(super) fn bound_type(&self, b: &Bound) -> Result<Type, CompileError> {
        Ok(match b {
            Bound::Value(v) => self.ty(*v).clone(),
            Bound::Const(c) => typing::of_constant(c)?,
            Bound::Tuple(vs) => Type::Tuple(vs.iter().map(|v| self.ty(*v).clone()).collect::<Vec<_>>().into()),
        })
    }

    /// The object of a bound method: `x` of `x.sum`.
    pub(super) fn method_object(&self, callee: Value) -> Option<Value> {
        match self.f.def_op(&self.defs, callee) {
            Some(Op::Attr { object, .. }) if !matches!(self.ty(*object), Type::Global(_)) => Some(*object),
            _ => None,
        }
    }

    pub(super) fn call(
        &mut self,
        callee: Value,
        args: &[Value],
        keywords: &[(Arc<str>, Value)],
    ) -> Result<(Type, Known), CompileError> {
        let Type::Global(g) = self.ty(callee).clone() else {
            let t = self.ty(callee);
            return Err(typing::no_implementation(&t.to_string(), "call", &[]));
        };
        if keywords.iter().any(|(k, _)| **k == *crate::hir::build::STAR) {
            let what = "not supported in nopython mode: a * argument that is not a tuple";
            return Err(CompileError::unsupported("T0020", what));
        }
        let t = match &*g {
            Global::Library(path) => return self.library_call(path, callee, args, keywords),
            Global::DType(d) => self.cast_call(&Type::Scalar(*d), args, keywords)?,
            Global::NumbaType(t) => self.cast_call(&t.clone(), args, keywords)?,
            Global::ExceptionClass { .. } => Type::Exception,
            Global::Function(f) => {
                let f = f.clone();
                let bound = bind(&*f, args, keywords)?;
                let types = bound.iter().map(|b| self.bound_type(b)).collect::<Result<Vec<_>, _>>()?;
                self.calls.return_type(&f, &types)?
            }
            Global::Opaque { type_name, .. } => {
                return Err(CompileError::typing(format!(
                    "Untyped global name: Cannot determine Numba type of <class '{type_name}'>"
                )));
            }
            g => return Err(typing::no_implementation(&g.to_string(), "call", &[])),
        };
        Ok((t, Known::Varying))
    }

    /// `np.float32(x)`, `numba.int64(x)`: a conversion.
    fn cast_call(&self, to: &Type, args: &[Value], keywords: &[(Arc<str>, Value)]) -> Result<Type, CompileError> {
        let types: Vec<&Type> = args.iter().map(|a| strip(self.ty(*a))).collect();
        let refuse = || typing::no_implementation(&format!("class({to})"), &to.to_string(), &types);
        if !keywords.is_empty() {
            return Err(refuse());
        }
        match (to, &types[..]) {
            (Type::Scalar(d), [Type::Scalar(from)]) if d.is_complex() || !from.is_complex() => Ok(to.clone()),
            (Type::Scalar(_), []) => Ok(to.clone()),
            _ => Err(refuse()),
        }
    }

    fn library_call(
        &mut self,
        path: &Arc<str>,
        callee: Value,
        args: &[Value],
        keywords: &[(Arc<str>, Value)],
    ) -> Result<(Type, Known), CompileError> {
        let mut values = args.to_vec();
        if let Some(object) = self.method_object(callee) {
            values.insert(0, object);
        }
        let types: Vec<Type> = values.iter().map(|v| strip(self.ty(*v)).clone()).collect();
        let varying = |t| Ok((t, Known::Varying));
        let put = match (&**path, &types[..]) {
            ("list.append", [_, item]) | ("list.insert", [_, _, item]) => Some(item.clone()),
            ("list.extend", [_, items]) => Some(access::item(&access::iter(items)?)?),
            _ => None,
        };
        if let Some(item) = put {
            self.put_into_list(values[0], &item);
        }
        match &**path {
            "builtins.range" | "numba.prange" if keywords.is_empty() => {
                let parallel = &**path == "numba.prange" && self.f.options.parallel;
                return varying(Type::Range { dtype: range_dtype(path, &types)?, parallel });
            }
            "builtins.enumerate" if (1..=2).contains(&types.len()) && keywords.is_empty() => {
                return varying(Type::ZipIter { enumerate: true, parts: vec![access::iter(&types[0])?].into() });
            }
            "builtins.zip" if keywords.is_empty() => {
                let parts = types.iter().map(access::iter).collect::<Result<Vec<_>, _>>()?;
                return varying(Type::ZipIter { enumerate: false, parts: parts.into() });
            }
            "builtins.isinstance" if values.len() == 2 => {
                let t = self.ty(values[0]).clone();
                let class = self.constant(values[1]).ok_or_else(|| CompileError::typing("isinstance() needs constant classes"))?;
                return match instance_of(&t, &class)? {
                    Some(b) => Ok((Type::BOOL, Known::of(b))),
                    None => Err(CompileError::typing(format!("isinstance cannot decide for {t}"))),
                };
            }
            _ => {}
        }
        let consts: Vec<Option<ConstValue>> = values.iter().map(|v| self.index_constant(*v)).collect();
        let named: Vec<(Arc<str>, Type, Option<ConstValue>)> = keywords
            .iter()
            .map(|(k, v)| (k.clone(), strip(self.ty(*v)).clone(), self.index_constant(*v)))
            .collect();
        varying(library::infer(path, &types, &consts, &named)?)
    }
}

/// Element type of a range: int32 if every argument fits it, uint64 if all
/// are, else int64.
fn range_dtype(path: &str, args: &[Type]) -> Result<DType, CompileError> {
    let refuse = || {
        let list: Vec<&Type> = args.iter().collect();
        let name = path.rsplit('.').next().unwrap_or(path);
        typing::no_implementation(&format!("<class '{name}'>"), name, &list)
    };
    let dtypes = args.iter().map(|t| if typing::is_integer(t) { t.scalar() } else { None });
    let dtypes = dtypes.collect::<Option<Vec<_>>>().ok_or_else(refuse)?;
    if !(1..=3).contains(&dtypes.len()) {
        return Err(refuse());
    }
    let fits_int32 = |d: &DType| !matches!(d, DType::I64 | DType::U32 | DType::U64);
    Ok(if dtypes.iter().all(fits_int32) {
        DType::I32
    } else if dtypes.iter().all(|d| *d == DType::U64) {
        DType::U64
    } else {
        DType::I64
    })
}

/// `isinstance(value of type t, class)`; `None` if only run time can tell.
fn instance_of(t: &Type, class: &ConstValue) -> Result<Option<bool>, CompileError> {
    if let Type::Optional(_) = t {
        return Ok(None);
    }
    let kind = t.scalar().map(DType::kind);
    Ok(Some(match class {
        ConstValue::Tuple(classes) => {
            let mut any = false;
            for c in classes.iter() {
                any |= instance_of(t, c)? == Some(true);
            }
            any
        }
        ConstValue::None => *t == Type::None,
        ConstValue::Global(g) => match &**g {
            Global::DType(d) => t.scalar() == Some(*d),
            Global::NumbaType(x) => t == x,
            Global::Library(p) => match &**p {
                "builtins.int" => matches!(kind, Some(Kind::Signed | Kind::Unsigned)),
                "builtins.float" => kind == Some(Kind::Float),
                "builtins.complex" => kind == Some(Kind::Complex),
                "builtins.bool" => kind == Some(Kind::Bool),
                "builtins.str" => *t == Type::Str,
                "builtins.tuple" => matches!(t, Type::Tuple(_)),
                "numpy.ndarray" => matches!(t, Type::Array(_)),
                "builtins.list" => matches!(t, Type::ReflectedList(_)),
                "builtins.dict" | "builtins.set" => false,
                "numpy.integer" => matches!(kind, Some(Kind::Signed | Kind::Unsigned)),
                "numpy.floating" => kind == Some(Kind::Float),
                "numpy.number" => t.scalar().is_some() && kind != Some(Kind::Bool),
                p => return Err(CompileError::typing(format!("isinstance does not know the class {p}"))),
            },
            g => return Err(CompileError::typing(format!("isinstance does not know the class {g}"))),
        },
        _ => return Err(CompileError::typing("isinstance() arg 2 must be a type")),
    }))
}
