//! Constants as machine values.

use super::{Lowerer, Parts};
use crate::abi::scalar_ty;
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::{ConstValue, Global};
use crate::lir::op::Op;
use crate::lir::{Aux, Ty, Value};
use taipan_runtime::dtype::Kind;

/// The type a constant has by itself.
pub fn const_type(c: &ConstValue) -> Type {
    match c {
        ConstValue::None => Type::None,
        ConstValue::Bool(_) => Type::BOOL,
        ConstValue::Int(_) => Type::INT,
        ConstValue::UInt(_) => Type::Scalar(DType::U64),
        ConstValue::Float(_) => Type::FLOAT,
        ConstValue::Complex(..) => Type::COMPLEX,
        ConstValue::Scalar(d, _) => Type::Scalar(*d),
        ConstValue::Str(_) => Type::Str,
        ConstValue::Tuple(items) => Type::Tuple(items.iter().map(const_type).collect()),
        ConstValue::Ellipsis => Type::Ellipsis,
        ConstValue::Global(g) => Type::Global(g.clone()),
        ConstValue::Slice([a, b, c]) => Type::Slice { start: a.is_some(), stop: b.is_some(), step: c.is_some() },
        ConstValue::Code(_) => Type::Unknown,
    }
}

/// A real constant as a float and as an integer.
fn numbers(c: &ConstValue) -> Option<(f64, f64, i64, bool)> {
    Some(match c {
        ConstValue::Bool(b) => (f64::from(u8::from(*b)), 0.0, i64::from(*b), true),
        ConstValue::Int(i) => (*i as f64, 0.0, *i, true),
        ConstValue::UInt(u) => (*u as f64, 0.0, *u as i64, true),
        ConstValue::Float(x) => (*x, 0.0, *x as i64, false),
        ConstValue::Complex(re, im) => (*re, *im, *re as i64, false),
        ConstValue::Scalar(_, c) => return numbers(c),
        _ => return None,
    })
}

impl Lowerer<'_> {
    /// The constant `c` as a value of type `to`.
    ///
    /// # Errors
    /// Constants that have no machine form.
    pub fn constant(&mut self, c: &ConstValue, to: &Type) -> Result<Parts, CompileError> {
        match (c, to) {
            (ConstValue::Tuple(items), Type::Tuple(ts)) if items.len() == ts.len() => {
                let mut out = Parts::new();
                for (c, t) in items.iter().zip(ts.iter()) {
                    out.extend(self.constant(c, t)?);
                }
                return Ok(out);
            }
            (ConstValue::Slice(parts), Type::Slice { .. }) => {
                return Ok(parts.iter().flatten().map(|v| self.i64(*v)).collect());
            }
            (ConstValue::Global(g), Type::Array(_)) => {
                if let Global::Array(a) = &**g {
                    return self.frozen_array(a);
                }
            }
            (ConstValue::Str(s), Type::Str) => return self.text_constant(s),
            (_, Type::Scalar(d)) => {
                if let Some((re, im, int, _)) = numbers(c) {
                    return Ok(self.number(*d, re, im, int));
                }
            }
            (_, Type::Optional(_)) => {
                let own = const_type(c);
                let p = self.constant(c, &own)?;
                return self.cast(&p, &own, to);
            }
            _ => {}
        }
        if crate::abi::flatten(to).is_empty() {
            return Ok(Parts::new());
        }
        Err(CompileError::unsupported("T0402", format!("constant of type {} as {to}", const_type(c))))
    }

    /// A number of dtype `d` given as float parts and as integer.
    pub fn number(&mut self, d: DType, re: f64, im: f64, int: i64) -> Parts {
        let ty = scalar_ty(d);
        match d.kind() {
            Kind::Bool => vec![self.b.iconst(Ty::I1, i64::from(int != 0 || (re != 0.0)))],
            Kind::Complex => vec![self.b.fconst(ty, re), self.b.fconst(ty, im)],
            Kind::Float if d == DType::F16 => {
                let wide = self.b.fconst(Ty::F64, re);
                vec![self.cast_real(wide, DType::F64, d)]
            }
            Kind::Float => vec![self.b.fconst(ty, re)],
            _ => vec![self.b.iconst(ty, sign_extended(int, ty))],
        }
    }

    /// A global array: its parts as constants. The unit keeps the array alive
    /// (the program's globals freeze at compile time, as in Numba).
    fn frozen_array(&mut self, a: &std::sync::Arc<taipan_runtime::array::Array>) -> Result<Parts, CompileError> {
        // Compiled code may run for as long as the process lives.
        let a: &'static taipan_runtime::array::Array = Box::leak(Box::new((**a).clone()));
        let address = |l: &mut Self, p: *const u8| -> Value {
            let i = l.b.push(Op::AddrConst, Ty::Ptr, &[], p as i64, Aux::None, &[]);
            l.b.func.insts[i.index()].results[0]
        };
        // A ref loaded from memory is borrowed: whoever keeps it retains it.
        let cell: &'static usize = Box::leak(Box::new(a.buffer().as_ptr() as usize));
        let cell = address(self, std::ptr::from_ref(cell).cast());
        let owner = self.b.load(Ty::Ref, cell, 0);
        let data = address(self, a.data());
        let mut parts = vec![owner, data];
        for n in a.shape() {
            parts.push(self.i64(*n as i64));
        }
        for s in a.strides() {
            parts.push(self.i64(*s as i64));
        }
        Ok(parts)
    }
}

/// The low bits of `v` that `ty` keeps, sign-extended: the canonical form of
/// integer constants.
pub fn sign_extended(v: i64, ty: Ty) -> i64 {
    match ty {
        Ty::I1 => v & 1,
        Ty::I8 => i64::from(v as i8),
        Ty::I16 => i64::from(v as i16),
        Ty::I32 => i64::from(v as i32),
        _ => v,
    }
}
