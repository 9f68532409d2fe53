//! Comparisons, truth, `is`, `in`.
//!
//! Integers of different signedness compare by value, not by wrapped bits.

use super::{Lowerer, Parts};
use crate::abi::{self, scalar_ty};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::ConstValue;
use crate::hir::{self, CompareOp};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::dtype::Kind;

/// Condition codes: (comparison, signed, unsigned, float).
const CODES: &[(CompareOp, Cc, Cc, Cc)] = &[
    (CompareOp::Eq, Cc::Eq, Cc::Eq, Cc::Oeq),
    (CompareOp::Ne, Cc::Ne, Cc::Ne, Cc::Une),
    (CompareOp::Lt, Cc::Slt, Cc::Ult, Cc::Olt),
    (CompareOp::Le, Cc::Sle, Cc::Ule, Cc::Ole),
    (CompareOp::Gt, Cc::Sgt, Cc::Ugt, Cc::Ogt),
    (CompareOp::Ge, Cc::Sge, Cc::Uge, Cc::Oge),
];

fn codes(op: CompareOp) -> (Cc, Cc, Cc) {
    let r = CODES.iter().find(|r| r.0 == op).expect("every comparison has a row");
    (r.1, r.2, r.3)
}

impl Lowerer<'_> {
    pub(crate) fn compare_op(&mut self, op: CompareOp, a: hir::Value, b: hir::Value, result: hir::Value) -> Result<Parts, CompileError> {
        if self.hir.ordinary {
            let numpy = matches!(self.ty(result), Type::Numpy(_));
            return if numpy { self.numpy_compare(op, a, b) } else { self.ordinary_compare(op, a, b) };
        }
        let (ta, tb) = (self.ty(a), self.ty(b));
        if ta.array().is_some() || tb.array().is_some() {
            return super::array::elementwise(self, op.ufunc(), &[a, b], result);
        }
        if let (Some(ConstValue::Str(x)), Some(ConstValue::Str(y))) = (self.const_of(a), self.const_of(b)) {
            let holds = match op {
                CompareOp::Eq => x == y,
                CompareOp::Ne => x != y,
                CompareOp::Lt => x < y,
                CompareOp::Le => x <= y,
                CompareOp::Gt => x > y,
                CompareOp::Ge => x >= y,
            };
            return Ok(vec![self.b.iconst(Ty::I1, i64::from(holds))]);
        }
        let (pa, pb) = (self.parts(a), self.parts(b));
        Ok(vec![self.compare_values(op, ta, &pa, tb, &pb)?])
    }

    /// Compares values of any types that compare.
    pub fn compare_values(&mut self, op: CompareOp, ta: &Type, pa: &[Value], tb: &Type, pb: &[Value]) -> Result<Value, CompileError> {
        match (ta, tb) {
            (Type::Scalar(x), Type::Scalar(y)) => self.compare_scalars(op, *x, pa, *y, pb),
            (Type::Tuple(xs), Type::Tuple(ys)) => self.compare_tuples(op, xs, pa, ys, pb),
            (Type::Str, Type::Str) => Ok(self.text_compare(op, pa, pb)),
            (Type::ReflectedList(x), Type::ReflectedList(y)) if matches!(op, CompareOp::Eq | CompareOp::Ne) => {
                let same = self.reflected_equal(pa[0], x, pb[0], y)?;
                Ok(if op == CompareOp::Eq { same } else { self.not(same) })
            }
            (Type::Optional(_), Type::None) | (Type::None, Type::Optional(_)) if matches!(op, CompareOp::Eq | CompareOp::Ne) => {
                let present = if pa.is_empty() { pb[0] } else { pa[0] };
                Ok(if op == CompareOp::Eq { self.not(present) } else { present })
            }
            (Type::Optional(t), _) => {
                let p = self.unwrap_optional(pa, t);
                self.compare_values(op, t, &p, tb, pb)
            }
            (_, Type::Optional(t)) => {
                let p = self.unwrap_optional(pb, t);
                self.compare_values(op, ta, pa, t, &p)
            }
            _ if matches!(op, CompareOp::Eq | CompareOp::Ne) && pa.is_empty() && pb.is_empty() => {
                Ok(self.b.iconst(Ty::I1, i64::from((ta == tb) == (op == CompareOp::Eq))))
            }
            _ => Err(CompileError::typing(format!("operator {} is not defined for {ta} and {tb}", op.text()))),
        }
    }

    fn compare_tuples(&mut self, op: CompareOp, xs: &[Type], pa: &[Value], ys: &[Type], pb: &[Value]) -> Result<Value, CompileError> {
        // From the last item to the first: equal items leave it to the rest.
        let common = xs.len().min(ys.len());
        let by_length = match op {
            CompareOp::Eq => xs.len() == ys.len(),
            CompareOp::Ne => xs.len() != ys.len(),
            CompareOp::Lt => xs.len() < ys.len(),
            CompareOp::Le => xs.len() <= ys.len(),
            CompareOp::Gt => xs.len() > ys.len(),
            CompareOp::Ge => xs.len() >= ys.len(),
        };
        if xs.len() != ys.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(self.b.iconst(Ty::I1, i64::from(by_length)));
        }
        let mut rest = self.b.iconst(Ty::I1, i64::from(by_length));
        let spans = |ts: &[Type]| {
            let mut at = 0;
            ts.iter()
                .map(|t| {
                    let n = abi::flatten(t).len();
                    at += n;
                    at - n..at
                })
                .collect::<Vec<_>>()
        };
        let (sa, sb) = (spans(xs), spans(ys));
        for i in (0..common).rev() {
            let (x, y) = (&pa[sa[i].clone()], &pb[sb[i].clone()]);
            let equal = self.compare_values(CompareOp::Eq, &xs[i], x, &ys[i], y)?;
            rest = match op {
                CompareOp::Eq => self.b.binary(Op::And, equal, rest),
                CompareOp::Ne => {
                    let differ = self.not(equal);
                    self.b.binary(Op::Or, differ, rest)
                }
                _ => {
                    let here = self.compare_values(op, &xs[i], x, &ys[i], y)?;
                    self.b.select(equal, rest, here)
                }
            };
        }
        Ok(rest)
    }

    /// Compares two scalars.
    pub fn compare_scalars(&mut self, op: CompareOp, da: DType, pa: &[Value], db: DType, pb: &[Value]) -> Result<Value, CompileError> {
        let (signed, unsigned, float) = codes(op);
        let (ka, kb) = (da.kind(), db.kind());
        if ka == Kind::Complex || kb == Kind::Complex {
            let d = if da == DType::C128 || db == DType::C128 || da == DType::F64 || db == DType::F64 || da.is_integer() || db.is_integer() {
                DType::C128
            } else {
                DType::C64
            };
            let (x, y) = (self.cast_scalar(pa, da, d), self.cast_scalar(pb, db, d));
            let join = match op {
                CompareOp::Eq => Op::And,
                CompareOp::Ne => Op::Or,
                _ => return Err(CompileError::typing(format!("operator {} is not defined for complex numbers", op.text()))),
            };
            let re = self.b.fcmp(float, x[0], y[0]);
            let im = self.b.fcmp(float, x[1], y[1]);
            return Ok(self.b.binary(join, re, im));
        }
        if ka == Kind::Float || kb == Kind::Float {
            let small = |d: DType| matches!(d, DType::F32 | DType::F16);
            let d = if small(da) && small(db) { DType::F32 } else { DType::F64 };
            let (x, y) = (self.cast_real(pa[0], da, d), self.cast_real(pb[0], db, d));
            return Ok(self.b.fcmp(float, x, y));
        }
        let is_signed = |k: Kind| k == Kind::Signed;
        let (x, y) = (pa[0], pb[0]);
        let bits = scalar_ty(da).bits().max(scalar_ty(db).bits());
        if is_signed(ka) == is_signed(kb) {
            let ty = if scalar_ty(da).bits() >= scalar_ty(db).bits() { scalar_ty(da) } else { scalar_ty(db) };
            let ty = if ty == Ty::I1 { Ty::I8 } else { ty };
            let x = self.resize_int(x, is_signed(ka), ty);
            let y = self.resize_int(y, is_signed(kb), ty);
            return Ok(self.b.icmp(if is_signed(ka) { signed } else { unsigned }, x, y));
        }
        let wide_unsigned = (if is_signed(ka) { scalar_ty(db) } else { scalar_ty(da) }).bits() == 64;
        let x = self.resize_int(x, is_signed(ka), Ty::I64);
        let y = self.resize_int(y, is_signed(kb), Ty::I64);
        if !wide_unsigned || bits < 64 {
            return Ok(self.b.icmp(signed, x, y));
        }
        // One side is uint64: a negative other side is below everything.
        let zero = self.i64(0);
        let plain = self.b.icmp(unsigned, x, y);
        let a_is_signed = is_signed(ka);
        let negative = self.b.icmp(Cc::Slt, if a_is_signed { x } else { y }, zero);
        let when_negative = match op {
            CompareOp::Eq => false,
            CompareOp::Ne => true,
            CompareOp::Lt | CompareOp::Le => a_is_signed,
            CompareOp::Gt | CompareOp::Ge => !a_is_signed,
        };
        let when = self.b.iconst(Ty::I1, i64::from(when_negative));
        Ok(self.b.select(negative, when, plain))
    }

    /// Truth of any value, as an i1.
    pub fn truth(&mut self, v: hir::Value) -> Result<Value, CompileError> {
        let t = self.ty(v);
        let p = self.parts(v);
        match self.const_of(v) {
            Some(ConstValue::Str(s)) => Ok(self.b.iconst(Ty::I1, i64::from(!s.is_empty()))),
            _ => self.truth_of(t, &p),
        }
    }

    fn truth_of(&mut self, t: &Type, p: &[Value]) -> Result<Value, CompileError> {
        match t {
            Type::Scalar(d) | Type::Numpy(d) => Ok(self.scalar_truth(p, *d)),
            Type::None => Ok(self.b.iconst(Ty::I1, 0)),
            Type::Unknown => Ok(self.b.iconst(Ty::I1, 0)),
            Type::Tuple(ts) => Ok(self.b.iconst(Ty::I1, i64::from(!ts.is_empty()))),
            Type::Optional(inner) => {
                let rest = self.truth_of(inner, &p[1..])?;
                Ok(self.b.binary(Op::And, p[0], rest))
            }
            Type::Array(_) => super::array::truth(self, t, p),
            Type::Str => Ok(self.text_truth(p)),
            Type::ReflectedList(_) => {
                let (n, zero) = (self.reflected_length(p[0]), self.i64(0));
                Ok(self.b.icmp(Cc::Ne, n, zero))
            }
            Type::Range { .. } => {
                let n = self.range_length(p);
                let zero = self.i64(0);
                Ok(self.b.icmp(Cc::Ne, n, zero))
            }
            Type::Global(_) | Type::Ellipsis => Ok(self.b.iconst(Ty::I1, 1)),
            _ => Err(CompileError::typing(format!("the truth of {t} is not defined"))),
        }
    }

    pub(crate) fn is_op(&mut self, a: hir::Value, b: hir::Value, negate: bool) -> Result<Parts, CompileError> {
        let (ta, tb) = (self.ty(a), self.ty(b));
        let same = match (ta, tb) {
            (Type::None, Type::None) => self.b.iconst(Ty::I1, 1),
            (Type::Optional(_), Type::None) => {
                let p = self.parts(a);
                self.not(p[0])
            }
            (Type::None, Type::Optional(_)) => {
                let p = self.parts(b);
                self.not(p[0])
            }
            (Type::Global(x), Type::Global(y)) => self.b.iconst(Ty::I1, i64::from(x == y)),
            // Numbers are identical when they are equal and of one type; bools
            // are singletons.
            (Type::Scalar(x), Type::Scalar(y)) if x == y => {
                let (pa, pb) = (self.parts(a), self.parts(b));
                self.compare_scalars(CompareOp::Eq, *x, &pa, *y, &pb)?
            }
            (Type::ReflectedList(_), Type::ReflectedList(_)) => {
                let (pa, pb) = (self.parts(a), self.parts(b));
                self.b.icmp(Cc::Eq, pa[0], pb[0])
            }
            (Type::Array(x), Type::Array(y)) if x.dtype == y.dtype && x.ndim == y.ndim => {
                let (pa, pb) = (self.parts(a), self.parts(b));
                let mut all = self.b.iconst(Ty::I1, 1);
                for (p, q) in pa.iter().zip(&pb).skip(abi::ArrayParts::DATA) {
                    let same = self.b.icmp(Cc::Eq, *p, *q);
                    all = self.b.binary(Op::And, all, same);
                }
                all
            }
            _ => self.b.iconst(Ty::I1, 0),
        };
        Ok(vec![if negate { self.not(same) } else { same }])
    }

    pub(crate) fn contains_op(&mut self, item: hir::Value, container: hir::Value, negate: bool) -> Result<Parts, CompileError> {
        let t = self.ty(container);
        let found = match t {
            Type::Tuple(ts) => {
                let (ti, pi) = (self.ty(item), self.parts(item));
                let pc = self.parts(container);
                let mut any = self.b.iconst(Ty::I1, 0);
                let mut at = 0;
                for t in ts.iter() {
                    let n = abi::flatten(t).len();
                    let comparable = matches!((ti, t), (Type::Scalar(_), Type::Scalar(_)) | (Type::Tuple(_), Type::Tuple(_)) | (Type::Str, Type::Str));
                    if comparable {
                        let same = self.compare_values(CompareOp::Eq, ti, &pi, t, &pc[at..at + n])?;
                        any = self.b.binary(Op::Or, any, same);
                    }
                    at += n;
                }
                any
            }
            Type::Range { .. } => {
                let x = self.int_of(item)?;
                let p = self.parts(container);
                self.range_contains(&p, x)
            }
            Type::Array(_) => super::array::contains(self, item, container)?,
            Type::ReflectedList(t) => {
                let (ti, pi, list) = (self.ty(item), self.parts(item), self.parts(container)[0]);
                let (at, _) = self.reflected_find(list, t, ti, &pi)?;
                let zero = self.i64(0);
                self.b.icmp(Cc::Sge, at, zero)
            }
            Type::Str => {
                let (part, whole) = (self.parts(item), self.parts(container));
                let at = self.text_find(&whole, &part);
                let zero = self.i64(0);
                self.b.icmp(Cc::Sge, at, zero)
            }
            _ => return Err(CompileError::typing(format!("operator in is not defined for {t}"))),
        };
        Ok(vec![if negate { self.not(found) } else { found }])
    }
}
