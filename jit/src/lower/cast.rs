//! Conversions between HIR types on flattened values.
//!
//! Float to integer follows the hardware as Numba does: what does not fit in
//! 64 bits becomes the smallest int64; narrower integers take the low bits.

use super::{Lowerer, Parts};
use crate::abi::{self, is_complex, scalar_ty};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::dtype::Kind;
use taipan_runtime::trap::TrapKind;

impl Lowerer<'_> {
    /// The value `p` of type `from` as type `to`.
    ///
    /// # Errors
    /// Pairs that inference should not have asked for.
    pub fn cast(&mut self, p: &[Value], from: &Type, to: &Type) -> Result<Parts, CompileError> {
        if from == to {
            return Ok(p.to_vec());
        }
        Ok(match (from, to) {
            (Type::Scalar(f) | Type::Numpy(f), Type::Scalar(t) | Type::Numpy(t)) => self.cast_scalar(p, *f, *t),
            (Type::Row(_), Type::Scalar(DType::I64)) => p.to_vec(),
            (Type::Unknown, _) => self.zero(to),
            (_, Type::Unknown) => Parts::new(),
            (Type::Optional(f), Type::Optional(t)) => {
                let mut out = vec![p[0]];
                out.extend(self.cast(&p[1..], f, t)?);
                out
            }
            (Type::None, Type::Optional(_)) => self.zero(to),
            (_, Type::Optional(t)) => {
                let inner = self.cast(p, from, t)?;
                let mut out = vec![self.b.iconst(Ty::I1, 1)];
                out.extend(inner);
                out
            }
            (Type::Optional(f), _) => {
                let inner = self.unwrap_optional(p, f);
                self.cast(&inner, f, to)?
            }
            (Type::Tuple(fs), Type::Tuple(ts)) if fs.len() == ts.len() => self.cast_each(p, fs, ts)?,
            (Type::Array(f), Type::Array(t)) if f.dtype == t.dtype && f.ndim == t.ndim => p.to_vec(),
            // Nothing was ever put into it.
            (Type::ReflectedList(f), Type::ReflectedList(t)) if **f == Type::Unknown => vec![self.reflected_new(t)?],
            (Type::ArrayIter(f), Type::ArrayIter(t)) if f.dtype == t.dtype && f.ndim == t.ndim => p.to_vec(),
            (Type::Range { .. }, Type::Range { .. }) | (Type::RangeIter { .. }, Type::RangeIter { .. }) => p.to_vec(),
            (
                Type::ZipIter { enumerate: ef, parts: fs },
                Type::ZipIter { enumerate: et, parts: ts },
            ) if ef == et && fs.len() == ts.len() => {
                let n = usize::from(*ef);
                let mut out = p[..n].to_vec();
                out.extend(self.cast_each(&p[n..], fs, ts)?);
                out
            }
            _ if abi::flatten(to).is_empty() && p.is_empty() => Parts::new(),
            // A variable without value on this path.
            (Type::None, _) => self.zero(to),
            _ => return Err(CompileError::bug(format!("no conversion from {from} to {to}"))),
        })
    }

    fn cast_each(&mut self, p: &[Value], fs: &[Type], ts: &[Type]) -> Result<Parts, CompileError> {
        let mut out = Parts::new();
        let mut at = 0;
        for (f, t) in fs.iter().zip(ts) {
            let n = abi::flatten(f).len();
            out.extend(self.cast(&p[at..at + n], f, t)?);
            at += n;
        }
        Ok(out)
    }

    /// The value inside an Optional; TypeError when it is None.
    pub fn unwrap_optional(&mut self, p: &[Value], inner: &Type) -> Parts {
        let missing = self.not(p[0]);
        self.trap_text_if(missing, TrapKind::TypeText, &format!("expected {inner}, got None"));
        p[1..].to_vec()
    }

    /// Conversion between scalars.
    pub fn cast_scalar(&mut self, p: &[Value], from: DType, to: DType) -> Parts {
        if from == to {
            return p.to_vec();
        }
        if to == DType::Bool {
            return vec![self.scalar_truth(p, from)];
        }
        match (is_complex(from), is_complex(to)) {
            (true, true) => p.iter().map(|x| self.cast_real(*x, from.real_part(), to.real_part())).collect(),
            (true, false) => vec![self.cast_real(p[0], from.real_part(), to)],
            (false, true) => {
                let re = self.cast_real(p[0], from, to.real_part());
                let im = self.b.fconst(scalar_ty(to), 0.0);
                vec![re, im]
            }
            (false, false) => vec![self.cast_real(p[0], from, to)],
        }
    }

    /// Conversion between real dtypes on one machine value.
    pub fn cast_real(&mut self, v: Value, from: DType, to: DType) -> Value {
        if from == to {
            return v;
        }
        if from == DType::F16 {
            let wide = self.runtime("taipan_f16_to_f32", &[v]).expect("has a result");
            return self.cast_real(wide, DType::F32, to);
        }
        if to == DType::F16 {
            // Through float64, so that the rounding happens once.
            let wide = self.cast_real(v, from, DType::F64);
            return self.runtime("taipan_f64_to_f16", &[wide]).expect("has a result");
        }
        let ty = scalar_ty(to);
        match (from.kind(), to.kind()) {
            (_, Kind::Bool) => self.scalar_truth(&[v], from),
            (Kind::Float, Kind::Float) => self.b.convert(Op::Fpcast, ty, v),
            (Kind::Float, _) if to == DType::U64 => self.float_to_u64(v),
            (Kind::Float, _) => {
                let wide = self.b.op(Op::Fptosi, Ty::I64, &[v], 0);
                self.b.convert(Op::Itrunc, ty, wide)
            }
            (k, Kind::Float) => match (k, self.b.func.ty(v)) {
                (Kind::Signed, Ty::I32 | Ty::I64) => self.b.op(Op::Sitofp, ty, &[v], 0),
                (Kind::Signed, _) => {
                    let w = self.b.op(Op::Sext, Ty::I32, &[v], 0);
                    self.b.op(Op::Sitofp, ty, &[w], 0)
                }
                (_, Ty::I64) => self.b.op(Op::Uitofp, ty, &[v], 0),
                (_, Ty::I32) => {
                    let w = self.b.op(Op::Zext, Ty::I64, &[v], 0);
                    self.b.op(Op::Sitofp, ty, &[w], 0)
                }
                _ => {
                    let w = self.b.op(Op::Zext, Ty::I32, &[v], 0);
                    self.b.op(Op::Sitofp, ty, &[w], 0)
                }
            },
            (k, _) => self.resize_int(v, k == Kind::Signed, ty),
        }
    }

    /// Widens (by the source's signedness) or truncates an integer.
    pub fn resize_int(&mut self, v: Value, signed: bool, ty: Ty) -> Value {
        let have = self.b.func.ty(v);
        if have.bits() > ty.bits() {
            self.b.op(Op::Itrunc, ty, &[v], 0)
        } else {
            self.b.convert(if signed { Op::Sext } else { Op::Zext }, ty, v)
        }
    }

    /// Values from 2^63 on have their upper half subtracted first; negative
    /// ones wrap, as NumPy's do on this machine.
    fn float_to_u64(&mut self, v: Value) -> Value {
        let ty = self.b.func.ty(v);
        let half = self.b.fconst(ty, 9_223_372_036_854_775_808.0);
        let low = self.b.op(Op::Fptosi, Ty::I64, &[v], 0);
        let rest = self.b.binary(Op::Fsub, v, half);
        let high = self.b.op(Op::Fptosi, Ty::I64, &[rest], 0);
        let top = self.i64(i64::MIN);
        let high = self.b.binary(Op::Xor, high, top);
        let big = self.b.fcmp(Cc::Oge, v, half);
        self.b.select(big, high, low)
    }

    /// Is the number not zero? NaN is true.
    pub fn scalar_truth(&mut self, p: &[Value], d: DType) -> Value {
        if d == DType::F16 {
            let wide = self.cast_real(p[0], d, DType::F32);
            return self.scalar_truth(&[wide], DType::F32);
        }
        let mut any = None;
        for v in p {
            let ty = self.b.func.ty(*v);
            let t = if ty == Ty::I1 {
                *v
            } else if ty.is_float() {
                let zero = self.b.fconst(ty, 0.0);
                self.b.fcmp(Cc::Une, *v, zero)
            } else {
                let zero = self.b.iconst(ty, 0);
                self.b.icmp(Cc::Ne, *v, zero)
            };
            any = Some(match any {
                None => t,
                Some(a) => self.b.binary(Op::Or, a, t),
            });
        }
        any.expect("a scalar has parts")
    }
}
