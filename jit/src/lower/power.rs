//! `**`.
//!
//! Integers: repeated squaring, wrapping; a negative exponent gives 0 except
//! for ±1, and raises for base 0, as in Numba. Floats with a small constant
//! integer exponent multiply; others call `pow`.

use super::{Lowerer, Parts};
use crate::error::CompileError;
use crate::hir;
use crate::hir::BinaryOp;
use crate::hir::types::DType;
use crate::hir::value::ErrorModel;
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::dtype::Kind;
use taipan_runtime::trap::TrapKind;

/// Constant exponents up to this many are multiplied out.
const INLINE_EXPONENT: u64 = 32;

impl Lowerer<'_> {
    /// `a ** b` with result of dtype `d`.
    pub(crate) fn power(&mut self, a: hir::Value, b: hir::Value, d: DType) -> Result<Parts, CompileError> {
        let errors = self.hir.options.error_model;
        let (da, pa) = self.scalar_operand(a)?;
        let (db, pb) = self.scalar_operand(b)?;
        let base = self.cast_scalar(&pa, da, d);
        if let Some(n) = self.const_int(b)
            && (db.is_integer() || db == DType::Bool)
            && d != DType::F16
            && !d.is_complex()
            && n.unsigned_abs() <= INLINE_EXPONENT
            && (n >= 0 || d.is_float())
        {
            return self.power_constant(&base, d, n, errors);
        }
        // A uint64 may be more than the largest int64: not to be taken for
        // negative.
        if d.kind() == Kind::Signed && db == DType::U64 {
            let wide = self.cast_real(base[0], d, DType::U64);
            let r = self.int_power(DType::U64, wide, pb[0], errors);
            return Ok(vec![self.cast_real(r, DType::U64, d)]);
        }
        if d.is_float() && (db.is_integer() || db == DType::Bool) && db != DType::U64 && d != DType::F16 {
            let n = self.cast_real(pb[0], db, DType::I64);
            return Ok(vec![self.float_int_power(d, base[0], n, errors)]);
        }
        let exponent = self.cast_scalar(&pb, db, d);
        self.arith(BinaryOp::Pow, d, &base, &exponent, errors)
    }

    /// Square and multiply with a known exponent.
    fn power_constant(&mut self, base: &[Value], d: DType, n: i64, errors: ErrorModel) -> Result<Parts, CompileError> {
        let mut result: Option<Parts> = None;
        let mut square = base.to_vec();
        let mut e = n.unsigned_abs();
        while e != 0 {
            if e & 1 != 0 {
                result = Some(match result {
                    None => square.clone(),
                    Some(r) => self.arith(BinaryOp::Mul, d, &r, &square, errors)?,
                });
            }
            e >>= 1;
            if e != 0 {
                let s = square.clone();
                square = self.arith(BinaryOp::Mul, d, &s, &s, errors)?;
            }
        }
        let r = match result {
            Some(r) => r,
            None => self.number(d, 1.0, 0.0, 1),
        };
        if n < 0 {
            let one = self.number(d, 1.0, 0.0, 1);
            return self.arith(BinaryOp::Div, d, &one, &r, errors);
        }
        Ok(r)
    }

    /// Integer power of machine values of dtype `d`.
    pub(crate) fn int_power(&mut self, d: DType, a: Value, b: Value, errors: ErrorModel) -> Value {
        let wide_a = self.cast_real(a, d, DType::I64);
        let wide_b = self.cast_real(b, d, DType::I64);
        let signed = d.kind() == Kind::Signed;
        if signed && errors == ErrorModel::Python {
            let zero = self.i64(0);
            let neg = self.b.icmp(Cc::Slt, wide_b, zero);
            let null = self.b.icmp(Cc::Eq, wide_a, zero);
            let c = self.b.binary(Op::And, neg, null);
            self.b.trap_if(c, TrapKind::ZeroPower, &[]);
        }
        let f = if signed { "taipan_pow_i64" } else { "taipan_pow_u64" };
        let r = self.runtime(f, &[wide_a, wide_b]).expect("has a result");
        self.cast_real(r, DType::I64, d)
    }

    fn float_int_power(&mut self, d: DType, a: Value, n: Value, errors: ErrorModel) -> Value {
        if errors == ErrorModel::Python {
            let fzero = self.zero_of(self.b.func.ty(a));
            let null = self.b.fcmp(Cc::Oeq, a, fzero);
            let zero = self.i64(0);
            let neg = self.b.icmp(Cc::Slt, n, zero);
            let c = self.b.binary(Op::And, neg, null);
            self.b.trap_if(c, TrapKind::ZeroDivision, &[]);
        }
        let wide = self.b.convert(Op::Fpcast, Ty::F64, a);
        let r = self.runtime("taipan_pow_f64_i64", &[wide, n]).expect("has a result");
        if d == DType::F32 { self.b.op(Op::Fpcast, Ty::F32, &[r], 0) } else { r }
    }
}
