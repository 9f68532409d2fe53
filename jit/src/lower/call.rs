//! Calls: library functions, casts, jitted functions, methods.

use super::{Callee, Lowerer, Parts};
use crate::error::CompileError;
use crate::hir::types::Type;
use crate::hir::value::{ConstValue, Global, JitFunction};
use crate::hir::{self, Op as Hop};
use crate::lir::{FuncId, Import, Signature};
use std::sync::Arc;

/// A keyword argument.
pub type Keyword = (Arc<str>, hir::Value);

/// The object of a method call `object.name(…)`, when `callee` is the
/// attribute.
pub fn receiver(l: &Lowerer<'_>, callee: hir::Value) -> Option<hir::Value> {
    match &l.def_inst(callee)?.op {
        Hop::Attr { object, .. } if !matches!(l.ty(*object), Type::Global(_)) => Some(*object),
        _ => None,
    }
}

impl<'a> Lowerer<'a> {
    pub(crate) fn call(&mut self, callee: hir::Value, args: &[hir::Value], keywords: &[Keyword], result: hir::Value) -> Result<Parts, CompileError> {
        let to = self.ty(result);
        let Type::Global(global) = self.ty(callee) else {
            return Err(CompileError::typing(format!("{} is not callable", self.ty(callee))));
        };
        match &**global {
            // The length of a row of lists, as the builder writes it.
            Global::Library(path) if &**path == "builtins.len" && args.len() == 2 => self.row_length(args[0], args[1]),
            Global::Library(path) => {
                let mut all = Vec::with_capacity(args.len() + 1);
                all.extend(receiver(self, callee));
                all.extend(args);
                crate::library::lower_call(self, path, &all, keywords, result)
            }
            Global::DType(_) | Global::NumbaType(_) if args.len() == 1 && keywords.is_empty() => {
                if self.ty(args[0]).array().is_some() && to.array().is_some() {
                    return crate::library::lower_call(self, "array.astype", &[args[0], callee], &[], result);
                }
                self.parts_as(args[0], to)
            }
            Global::DType(_) if args.is_empty() && keywords.is_empty() => Ok(self.zero(to)),
            Global::Function(f) => self.call_jitted(f, args, keywords, result),
            // Made where it is raised.
            Global::ExceptionClass { .. } => Ok(Parts::new()),
            g => Err(CompileError::unsupported("T0411", format!("call of {g}"))),
        }
    }

    fn call_jitted(&mut self, f: &Arc<dyn JitFunction>, args: &[hir::Value], keywords: &[Keyword], result: hir::Value) -> Result<Parts, CompileError> {
        let bound = bind(&**f, args, keywords)?;
        let mut types = Vec::new();
        for b in &bound {
            types.push(match b {
                Bound::Value(v) => self.ty(*v).clone(),
                Bound::Default(c) => super::constant::const_type(c),
            });
        }
        let callee = self.callees.resolve(f, &types)?;
        let params: Vec<Type> = match &callee {
            Callee::Own => self.hir.blocks[0].params.iter().map(|p| self.ty(*p).clone()).collect(),
            Callee::Unit { params, .. } => params.clone(),
        };
        if params.len() != bound.len() {
            return Err(CompileError::typing(format!("{}() takes {} arguments, {} given", f.name(), params.len(), bound.len())));
        }
        let mut values = Parts::new();
        for ((b, from), to) in bound.iter().zip(&types).zip(&params) {
            let p = match b {
                Bound::Value(v) => self.parts(*v),
                Bound::Default(c) => self.constant(c, from)?,
            };
            values.extend(self.cast(&p, from, to)?);
        }
        let mut sig = Signature::default();
        params.iter().for_each(|t| crate::abi::flatten_into(t, &mut sig.params));
        let (from, status, results) = match callee {
            Callee::Own => {
                let from = self.hir.return_type.clone();
                crate::abi::flatten_into(&from, &mut sig.results);
                let (s, r) = self.b.call_func(FuncId::new(0), &sig, &values);
                (from, s, r)
            }
            Callee::Unit { import, result, .. } => {
                crate::abi::flatten_into(&result, &mut sig.results);
                let at = self.b.module.imports.iter().position(|i| Arc::ptr_eq(&i.entry, &import.entry));
                let at = at.unwrap_or_else(|| {
                    self.b.module.imports.push(import);
                    self.b.module.imports.len() - 1
                });
                let (s, r) = self.b.call_import(Import::new(at), &sig, &values);
                (result, s, r)
            }
        };
        self.b.check_status(status);
        let to = self.ty(result);
        self.cast(&results, &from, to)
    }
}

/// An argument of a jitted function's call.
pub enum Bound {
    Value(hir::Value),
    Default(ConstValue),
}

/// Positions arguments and defaults on the parameters of `f`.
///
/// # Errors
/// TypeError-like typing errors: too many, missing, unknown names.
pub fn bind(f: &dyn JitFunction, args: &[hir::Value], keywords: &[Keyword]) -> Result<Vec<Bound>, CompileError> {
    let code = f.code();
    // Inference has bound the call already, `*args` as one tuple.
    let n = (code.arg_count + code.kwonly_arg_count) as usize;
    if keywords.is_empty() && args.len() == n + usize::from(code.has_varargs) {
        return Ok(args.iter().map(|v| Bound::Value(*v)).collect());
    }
    if code.has_varargs || code.has_varkeywords {
        return Err(CompileError::unsupported("T0412", format!("call of {}() with a variable number of parameters", f.name())));
    }
    if args.len() > code.arg_count as usize {
        return Err(CompileError::typing(format!("{}() takes {} positional arguments but {} were given", f.name(), n, args.len())));
    }
    let mut slots: Vec<Option<Bound>> = (0..n).map(|i| args.get(i).map(|v| Bound::Value(*v))).collect();
    for (name, v) in keywords {
        match code.locals[..n].iter().position(|p| p == name) {
            Some(i) if slots[i].is_none() => slots[i] = Some(Bound::Value(*v)),
            Some(_) => return Err(CompileError::typing(format!("{}() got multiple values for argument '{name}'", f.name()))),
            None => return Err(CompileError::typing(format!("{}() got an unexpected keyword argument '{name}'", f.name()))),
        }
    }
    let defaults = f.defaults();
    let first = (code.arg_count as usize).saturating_sub(defaults.len());
    slots
        .into_iter()
        .enumerate()
        .map(|(i, s)| match s {
            Some(b) => Ok(b),
            None if i >= first && i - first < defaults.len() => Ok(Bound::Default(defaults[i - first].clone())),
            None => Err(CompileError::typing(format!("{}() missing argument '{}'", f.name(), code.locals[i]))),
        })
        .collect()
}
